//! Points as k-means reads them: whole rows, or only the values that are not 0.
//!
//! Hashed spectra have some 20 to 80 such values in 400 to 1450 coordinates. Keeping just those
//! makes a product with a centre, and a sum of points, cheaper by the same factor.

use super::sparse::{SparseRows, SparseView};
use crate::index::matrix::squared_norm;
use ndarray::{Array2, ArrayView2, s};
use std::ops::Range;

/// Rows with a smaller part of values that are not 0 are kept sparse: there the sparse product
/// costs a third of the dense one, whose kernel does more per cycle.
const SPARSE_BELOW: f64 = 0.25;

/// Rows that are looked at to decide.
const ROWS_LOOKED_AT: usize = 1024;

/// Points somebody holds.
#[derive(Debug, Clone, Copy)]
pub(in crate::index) enum Points<'a> {
    /// Whole rows.
    Dense(ArrayView2<'a, f32>),
    /// The values that are not 0.
    Sparse(SparseView<'a>),
}

/// Points of their own.
#[derive(Debug, Clone)]
pub(in crate::index) enum OwnedPoints {
    /// Whole rows.
    Dense(Array2<f32>),
    /// The values that are not 0.
    Sparse(SparseRows),
}

impl OwnedPoints {
    pub(in crate::index) fn view(&self) -> Points<'_> {
        match self {
            Self::Dense(rows) => Points::Dense(rows.view()),
            Self::Sparse(rows) => Points::Sparse(rows.view()),
        }
    }
}

impl OwnedPoints {
    /// The memory of whole rows, for the next.
    pub(super) fn into_memory(self) -> Vec<f32> {
        match self {
            Self::Dense(rows) => rows.into_raw_vec_and_offset().0,
            Self::Sparse(_) => Vec::new(),
        }
    }
}

/// Whether `rows` are better kept sparse, judged by up to 1024 of them, evenly spread.
pub(in crate::index) fn are_sparse(rows: ArrayView2<'_, f32>) -> bool {
    let step = rows.nrows().div_ceil(ROWS_LOOKED_AT).max(1);
    let looked_at = rows.slice(s![..;step, ..]);
    let n_set = looked_at.iter().filter(|&&value| value != 0.0).count();
    (n_set as f64) < SPARSE_BELOW * looked_at.len() as f64
}

/// The rows at `positions`, kept whole or sparse.
pub(in crate::index) fn gather(
    rows: ArrayView2<'_, f32>,
    positions: &[usize],
    sparse: bool,
) -> OwnedPoints {
    if sparse {
        let picked = positions.iter().map(|&position| rows.row(position));
        OwnedPoints::Sparse(SparseRows::new(rows.ncols(), picked))
    } else {
        OwnedPoints::Dense(copy_rows(rows, positions.iter().copied(), Vec::new()))
    }
}

/// Some rows, one after another, in the memory of `into`.
pub(super) fn copy_rows(
    rows: ArrayView2<'_, f32>,
    positions: impl ExactSizeIterator<Item = usize>,
    mut into: Vec<f32>,
) -> Array2<f32> {
    let shape = (positions.len(), rows.ncols());
    into.clear();
    into.reserve(shape.0 * shape.1);
    for position in positions {
        let row = rows.row(position);
        match row.to_slice() {
            Some(row) => into.extend_from_slice(row),
            None => into.extend(row),
        }
    }
    Array2::from_shape_vec(shape, into).expect("whole rows were copied")
}

/// `rows` as they are, or what is not 0 of them.
pub(super) fn sparse_or_whole(rows: ArrayView2<'_, f32>, sparse: bool) -> SparseOrWhole<'_> {
    if sparse {
        SparseOrWhole::Sparse(SparseRows::new(rows.ncols(), rows.outer_iter()))
    } else {
        SparseOrWhole::Whole(rows)
    }
}

/// What [`sparse_or_whole`] makes.
pub(super) enum SparseOrWhole<'a> {
    Whole(ArrayView2<'a, f32>),
    Sparse(SparseRows),
}

impl SparseOrWhole<'_> {
    pub(super) fn view(&self) -> Points<'_> {
        match self {
            Self::Whole(rows) => Points::Dense(rows.view()),
            Self::Sparse(rows) => Points::Sparse(rows.view()),
        }
    }
}

impl Points<'_> {
    /// How many.
    pub(in crate::index) fn len(self) -> usize {
        match self {
            Self::Dense(rows) => rows.nrows(),
            Self::Sparse(rows) => rows.len(),
        }
    }

    pub(super) fn is_sparse(self) -> bool {
        matches!(self, Self::Sparse(_))
    }

    /// A run of them.
    pub(in crate::index) fn slice(self, range: Range<usize>) -> Self {
        match self {
            Self::Dense(rows) => Self::Dense(rows.slice_move(s![range, ..])),
            Self::Sparse(rows) => Self::Sparse(rows.slice(range)),
        }
    }

    /// Copies of some of them.
    pub(super) fn select(self, members: &[u32]) -> OwnedPoints {
        self.pick(members, Vec::new())
    }

    /// Copies of some of them, whole rows in the memory of `into`.
    pub(super) fn pick(self, members: &[u32], into: Vec<f32>) -> OwnedPoints {
        match self {
            Self::Dense(rows) => {
                let positions = members.iter().map(|&member| member as usize);
                OwnedPoints::Dense(copy_rows(rows, positions, into))
            }
            Self::Sparse(rows) => OwnedPoints::Sparse(rows.select(members)),
        }
    }

    /// Some of them as whole rows.
    pub(super) fn to_dense(self, positions: &[usize]) -> Array2<f32> {
        match self {
            Self::Dense(rows) => copy_rows(rows, positions.iter().copied(), Vec::new()),
            Self::Sparse(rows) => {
                let mut dense = Array2::zeros((positions.len(), rows.dim()));
                for (mut into, &position) in dense.outer_iter_mut().zip(positions) {
                    let (columns, values) = rows.row(position);
                    for (&column, &value) in columns.iter().zip(values) {
                        into[column as usize] = value;
                    }
                }
                dense
            }
        }
    }

    /// Adds one of them to `sums`.
    pub(super) fn add_to(self, point: usize, sums: &mut [f64]) {
        match self {
            Self::Dense(rows) => {
                for (sum, &value) in sums.iter_mut().zip(rows.row(point)) {
                    *sum += f64::from(value);
                }
            }
            Self::Sparse(rows) => {
                let (columns, values) = rows.row(point);
                for (&column, &value) in columns.iter().zip(values) {
                    sums[column as usize] += f64::from(value);
                }
            }
        }
    }

    /// The squared length of one of them.
    pub(in crate::index) fn square(self, point: usize) -> f32 {
        match self {
            Self::Dense(rows) => match rows.row(point).to_slice() {
                Some(row) => squared_norm(row),
                None => rows.row(point).iter().map(|x| x * x).sum(),
            },
            Self::Sparse(rows) => squared_norm(rows.row(point).1),
        }
    }

    /// The sum of the squares of all coordinates of all of them.
    pub(in crate::index) fn squares(self) -> f64 {
        let square = |&x: &f32| f64::from(x) * f64::from(x);
        match self {
            Self::Dense(rows) => rows.iter().map(square).sum(),
            Self::Sparse(rows) => rows.values().iter().map(square).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn sparse_and_whole_rows_are_the_same_points() {
        let rows = array![[0.0, 2.0, 0.0], [0.0, 0.0, 0.0], [1.0, 0.0, -3.0]];
        let kept = [false, true].map(|sparse| gather(rows.view(), &[2, 1, 0], sparse));
        for points in &kept {
            let points = points.view();
            assert_eq!(points.len(), 3);
            assert_eq!(points.square(0), 10.0);
            assert_eq!(points.squares(), 14.0);
            assert_eq!(
                points.to_dense(&[2, 0]),
                array![[0.0, 2.0, 0.0], [1.0, 0.0, -3.0]]
            );
            let picked = points.select(&[0, 2]);
            assert_eq!(picked.view().to_dense(&[1]), array![[0.0, 2.0, 0.0]]);
            let cut = points.slice(1..3);
            assert_eq!(cut.to_dense(&[1]), array![[0.0, 2.0, 0.0]]);
            let mut sums = [0.5; 3];
            points.add_to(0, &mut sums);
            assert_eq!(sums, [1.5, 0.5, -2.5]);
        }
    }

    #[test]
    fn mostly_zeros_are_sparse() {
        assert!(are_sparse(array![[0.0, 0.0, 0.0, 0.0, 1.0]].view()));
        assert!(!are_sparse(array![[0.0, 0.0, 0.0, 1.0]].view()));
        assert!(!are_sparse(Array2::zeros((0, 4)).view()));
    }
}
