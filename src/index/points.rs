//! Points as training reads them: whole rows, or only the values that are not 0.
//!
//! Hashed spectra have some 20 to 100 such values in 400 to 4096 coordinates. Keeping just those
//! makes a product with a centre, and a sum of points, cheaper by the same factor, and a million
//! of them fit in memory.

use super::kernels::prefetch;
use super::matrix::squared_norm;
use super::sparse_rows::{SparseRows, SparseView, each_set};
use ndarray::{Array2, ArrayView2, CowArray, Ix2, s};
use std::ops::Range;

/// Rows with a smaller part of values that are not 0 are kept sparse: there the sparse product
/// costs a third of the dense one, whose kernel does more per cycle.
const SPARSE_BELOW: f64 = 0.25;

/// Points asked of memory before they are read, where the order in which that happens is not theirs.
pub(super) const AHEAD: usize = 8;

/// Rows that are looked at to decide.
const ROWS_LOOKED_AT: usize = 1024;

/// Points somebody holds.
#[derive(Debug, Clone, Copy)]
pub enum Points<'a> {
    /// Whole rows.
    Dense(ArrayView2<'a, f32>),
    /// The values that are not 0.
    Sparse(SparseView<'a>),
}

impl<'a> From<ArrayView2<'a, f32>> for Points<'a> {
    fn from(rows: ArrayView2<'a, f32>) -> Self {
        Self::Dense(rows)
    }
}

impl<'a> From<&'a SparseRows> for Points<'a> {
    fn from(rows: &'a SparseRows) -> Self {
        Self::Sparse(rows.view())
    }
}

/// Points of their own.
#[derive(Debug)]
pub(super) enum OwnedPoints {
    /// Whole rows.
    Dense(Array2<f32>),
    /// The values that are not 0.
    Sparse(SparseRows),
}

impl OwnedPoints {
    pub(super) fn view(&self) -> Points<'_> {
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

/// Whether `points` are better kept sparse, judged by up to 1024 of them, evenly spread.
pub(super) fn are_sparse(points: Points<'_>) -> bool {
    let step = points.len().div_ceil(ROWS_LOOKED_AT).max(1);
    let looked_at = (0..points.len()).step_by(step);
    let n_values = looked_at.len() * points.dim();
    let n_set: usize = looked_at.map(|point| points.n_set(point)).sum();
    (n_set as f64) < SPARSE_BELOW * n_values as f64
}

/// Those at `positions`, kept whole or sparse.
pub(super) fn gather(points: Points<'_>, positions: &[usize], sparse: bool) -> OwnedPoints {
    if !sparse {
        return OwnedPoints::Dense(points.to_dense(positions));
    }
    let picked = positions.iter().copied();
    OwnedPoints::Sparse(match points {
        Points::Dense(rows) => {
            SparseRows::of(rows.ncols(), picked.map(|position| rows.row(position)))
        }
        Points::Sparse(rows) => rows.select(picked),
    })
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

/// `points` kept whole or sparse: as they are, where that is how they are kept.
pub(super) fn sparse_or_whole(points: Points<'_>, sparse: bool) -> SparseOrWhole<'_> {
    match points {
        Points::Dense(rows) if sparse => {
            let kept = SparseRows::of(rows.ncols(), rows.outer_iter());
            SparseOrWhole::Turned(OwnedPoints::Sparse(kept))
        }
        Points::Sparse(_) if !sparse => {
            let all: Vec<usize> = (0..points.len()).collect();
            SparseOrWhole::Turned(OwnedPoints::Dense(points.to_dense(&all)))
        }
        Points::Dense(_) | Points::Sparse(_) => SparseOrWhole::AsTheyAre(points),
    }
}

/// What [`sparse_or_whole`] makes.
pub(super) enum SparseOrWhole<'a> {
    AsTheyAre(Points<'a>),
    Turned(OwnedPoints),
}

impl SparseOrWhole<'_> {
    pub(super) fn view(&self) -> Points<'_> {
        match self {
            Self::AsTheyAre(points) => points.view(),
            Self::Turned(points) => points.view(),
        }
    }
}

impl<'a> Points<'a> {
    /// How many.
    pub fn len(self) -> usize {
        match self {
            Self::Dense(rows) => rows.nrows(),
            Self::Sparse(rows) => rows.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Coordinates of each.
    pub fn dim(self) -> usize {
        match self {
            Self::Dense(rows) => rows.ncols(),
            Self::Sparse(rows) => rows.dim(),
        }
    }

    /// Writes all coordinates of one of them.
    ///
    /// # Panics
    /// If `into` has another length.
    pub fn write(self, point: usize, into: &mut [f32]) {
        assert_eq!(into.len(), self.dim(), "room for one row");
        match self {
            Self::Dense(rows) => match rows.row(point).to_slice() {
                Some(row) => into.copy_from_slice(row),
                None => {
                    for (into, &value) in into.iter_mut().zip(rows.row(point)) {
                        *into = value;
                    }
                }
            },
            Self::Sparse(rows) => {
                into.fill(0.0);
                let (columns, values) = rows.row(point);
                for (&column, &value) in columns.iter().zip(values) {
                    into[column as usize] = value;
                }
            }
        }
    }

    /// All numbers of one of them.
    pub(super) fn whole_row(self, point: usize) -> Vec<f32> {
        let mut row = vec![0.0; self.dim()];
        self.write(point, &mut row);
        row
    }

    /// Calls `each(column, value)` for what is not 0 of one of them, in ascending order.
    #[inline]
    pub(super) fn each_value(self, point: usize, mut each: impl FnMut(usize, f32)) {
        match self {
            Self::Dense(rows) => each_set(rows.row(point), each),
            Self::Sparse(rows) => {
                let (columns, values) = rows.row(point);
                for (&column, &value) in columns.iter().zip(values) {
                    each(column as usize, value);
                }
            }
        }
    }

    /// The numbers held of one of them, zeros or not, where they stand side by side.
    pub(super) fn values(&self, point: usize) -> Option<&[f32]> {
        match self {
            Self::Dense(rows) => rows.row(point).to_slice(),
            Self::Sparse(rows) => Some(rows.row(point).1),
        }
    }

    /// Asks memory for one of them, which will be read in a while.
    pub(super) fn prefetch(self, point: usize) {
        match self {
            Self::Dense(rows) => prefetch(rows.row(point).to_slice().unwrap_or_default()),
            Self::Sparse(rows) => {
                let (columns, values) = rows.row(point);
                prefetch(columns);
                prefetch(values);
            }
        }
    }

    /// How many coordinates of one of them are not 0.
    fn n_set(self, point: usize) -> usize {
        match self {
            Self::Dense(rows) => rows.row(point).iter().filter(|&&x| x != 0.0).count(),
            Self::Sparse(rows) => rows.row(point).0.len(),
        }
    }

    /// The same, for a shorter time.
    pub(super) fn view(&self) -> Points<'_> {
        match self {
            Self::Dense(rows) => Points::Dense(rows.view()),
            Self::Sparse(rows) => Points::Sparse(*rows),
        }
    }

    /// All of them as whole rows, in their own memory where they are that.
    pub(super) fn whole(self) -> CowArray<'a, f32, Ix2> {
        match self {
            Self::Dense(rows) => rows.into(),
            Self::Sparse(_) => {
                let all: Vec<usize> = (0..self.len()).collect();
                self.to_dense(&all).into()
            }
        }
    }

    pub(super) fn is_sparse(self) -> bool {
        matches!(self, Self::Sparse(_))
    }

    /// A run of them.
    pub(super) fn slice(self, range: Range<usize>) -> Self {
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
            Self::Sparse(rows) => {
                let positions = members.iter().map(|&member| member as usize);
                OwnedPoints::Sparse(rows.select(positions))
            }
        }
    }

    /// Some of them as whole rows.
    pub(super) fn to_dense(self, positions: &[usize]) -> Array2<f32> {
        match self {
            Self::Dense(rows) => copy_rows(rows, positions.iter().copied(), Vec::new()),
            Self::Sparse(rows) => {
                let mut dense = Array2::zeros((positions.len(), rows.dim()));
                for (into, &position) in dense.outer_iter_mut().zip(positions) {
                    self.write(position, into.into_slice().expect("a row is a slice"));
                }
                dense
            }
        }
    }

    /// Adds one of them to `sums`.
    pub(super) fn add_to(self, point: usize, sums: &mut [f64]) {
        match self {
            Self::Dense(rows) => match rows.row(point).to_slice() {
                Some(row) => add(sums, row),
                None => add(sums, rows.row(point)),
            },
            Self::Sparse(rows) => {
                let (columns, values) = rows.row(point);
                for (&column, &value) in columns.iter().zip(values) {
                    sums[column as usize] += f64::from(value);
                }
            }
        }
    }

    /// The squared length of one of them.
    pub(super) fn square(self, point: usize) -> f32 {
        match self {
            Self::Dense(rows) => match rows.row(point).to_slice() {
                Some(row) => squared_norm(row),
                None => rows.row(point).iter().map(|x| x * x).sum(),
            },
            Self::Sparse(rows) => squared_norm(rows.row(point).1),
        }
    }

    /// The sum of the squares of all coordinates of all of them.
    pub(super) fn squares(self) -> f64 {
        let square = |&x: &f32| f64::from(x) * f64::from(x);
        match self {
            Self::Dense(rows) => rows.iter().map(square).sum(),
            Self::Sparse(rows) => rows.values().iter().map(square).sum(),
        }
    }
}

/// Adds `row` to `sums`, in vector instructions where it is a slice.
fn add<'v>(sums: &mut [f64], row: impl IntoIterator<Item = &'v f32>) {
    for (sum, &value) in sums.iter_mut().zip(row) {
        *sum += f64::from(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn sparse_and_whole_rows_are_the_same_points() {
        let rows = array![[0.0, 2.0, 0.0], [0.0, 0.0, 0.0], [1.0, 0.0, -3.0]];
        let kept = [false, true].map(|sparse| gather(rows.view().into(), &[2, 1, 0], sparse));
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
        assert!(are_sparse(array![[0.0, 0.0, 0.0, 0.0, 1.0]].view().into()));
        assert!(!are_sparse(array![[0.0, 0.0, 0.0, 1.0]].view().into()));
        assert!(!are_sparse(Array2::zeros((0, 4)).view().into()));
    }
}
