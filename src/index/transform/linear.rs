//! A map onto orthonormal directions, after a shift: `y = A (x - offset)`.

use crate::index::matrix::{multiply, tile_rows};
use crate::index::parts::{PartsError, check_finite, check_len, count_rows};
use crate::memory::Slab;
use ndarray::{Array2, ArrayView2, Axis};
use rayon::prelude::*;

/// How far the rows of a map may be from orthonormal: rounding to `f32` of any real dimension.
const TOLERANCE: f32 = 1e-3;

/// The arrays of a [`LinearMap`].
#[derive(Debug, Clone)]
pub struct LinearMapParts {
    /// Subtracted from every row: one value per coordinate.
    pub offset: Slab<f32>,
    /// The orthonormal directions, one after another.
    pub directions: Slab<f32>,
}

/// Rows to their coordinates along orthonormal directions, as few as there are directions.
#[derive(Debug, Clone)]
pub struct LinearMap {
    offset: Slab<f32>,
    directions: Slab<f32>,
}

impl LinearMap {
    /// Puts together what the caller vouches for.
    pub(super) fn new(offset: Vec<f32>, directions: Vec<f32>) -> Self {
        Self {
            offset: offset.into(),
            directions: directions.into(),
        }
    }

    /// Puts a map together.
    ///
    /// # Errors
    /// If lengths do not fit, a value is not finite, or the directions are not orthonormal.
    pub fn from_parts(parts: LinearMapParts) -> Result<Self, PartsError> {
        let LinearMapParts { offset, directions } = parts;
        if offset.is_empty() {
            return Err(PartsError::NoDimension);
        }
        let n_out = count_rows("directions", directions.len(), offset.len())?;
        if n_out == 0 {
            return Err(PartsError::NoDimension);
        }
        check_len("directions", n_out.min(offset.len()), n_out)?;
        check_finite("offset", &offset)?;
        check_finite("directions", &directions)?;
        let map = Self { offset, directions };
        match map.first_skew() {
            Some(direction) => Err(PartsError::NotOrthonormal { direction }),
            None => Ok(map),
        }
    }

    /// The arrays, for writing.
    pub fn parts(&self) -> LinearMapParts {
        LinearMapParts {
            offset: self.offset.clone(),
            directions: self.directions.clone(),
        }
    }

    /// Coordinates of what is mapped.
    pub fn dim_in(&self) -> usize {
        self.offset.len()
    }

    /// Coordinates of the result.
    pub fn dim_out(&self) -> usize {
        self.directions.len() / self.offset.len()
    }

    /// The mapped rows. A row gives the same bits alone and among others.
    ///
    /// # Panics
    /// If the rows have another dimension than the map.
    pub fn apply(&self, rows: ArrayView2<'_, f32>) -> Array2<f32> {
        assert_eq!(rows.ncols(), self.dim_in(), "rows have the map's dimension");
        let mut out = vec![0.0; rows.nrows() * self.dim_out()];
        let tile = tile_rows(self.dim_out());
        rows.axis_chunks_iter(Axis(0), tile)
            .into_par_iter()
            .zip(out.par_chunks_mut(tile * self.dim_out()))
            .for_each(|(rows, out)| {
                let mut shifted = rows.as_standard_layout().into_owned();
                for mut row in shifted.outer_iter_mut() {
                    row.iter_mut()
                        .zip(self.offset.iter())
                        .for_each(|(x, offset)| *x -= offset);
                }
                multiply(shifted.view(), self.matrix().t(), out);
            });
        Array2::from_shape_vec((rows.nrows(), self.dim_out()), out).expect("whole rows were mapped")
    }

    /// Rows from their mapped coordinates: the rows themselves when the map keeps the dimension,
    /// else the nearest to them among those the directions span.
    ///
    /// # Panics
    /// If the rows have another dimension than the map's result.
    pub fn invert(&self, mapped: ArrayView2<'_, f32>) -> Array2<f32> {
        assert_eq!(
            mapped.ncols(),
            self.dim_out(),
            "rows have the result's dimension"
        );
        let mut out = vec![0.0; mapped.nrows() * self.dim_in()];
        let tile = tile_rows(self.dim_in());
        mapped
            .axis_chunks_iter(Axis(0), tile)
            .into_par_iter()
            .zip(out.par_chunks_mut(tile * self.dim_in()))
            .for_each(|(mapped, out)| {
                multiply(mapped, self.matrix(), out);
                for row in out.chunks_exact_mut(self.dim_in()) {
                    let offset = self.offset.iter();
                    row.iter_mut()
                        .zip(offset)
                        .for_each(|(x, offset)| *x += offset);
                }
            });
        Array2::from_shape_vec((mapped.nrows(), self.dim_in()), out).expect("whole rows")
    }

    fn matrix(&self) -> ArrayView2<'_, f32> {
        ArrayView2::from_shape((self.dim_out(), self.dim_in()), &self.directions)
            .expect("directions are whole rows")
    }

    /// The first direction that is not of unit length or not at right angles to all others.
    fn first_skew(&self) -> Option<usize> {
        let n_out = self.dim_out();
        let tile = tile_rows(n_out);
        let tiles: Vec<Option<usize>> = self
            .matrix()
            .axis_chunks_iter(Axis(0), tile)
            .into_par_iter()
            .enumerate()
            .map(|(tile_idx, rows)| {
                let mut products = vec![0.0; rows.nrows() * n_out];
                multiply(rows, self.matrix().t(), &mut products);
                let first = tile_idx * tile;
                products
                    .chunks_exact(n_out)
                    .zip(first..)
                    .find_map(|(products, direction)| {
                        let skew = products.iter().enumerate().any(|(other, &product)| {
                            let expected = if other == direction { 1.0 } else { 0.0 };
                            (product - expected).abs() > TOLERANCE || product.is_nan()
                        });
                        skew.then_some(direction)
                    })
            })
            .collect();
        tiles.into_iter().flatten().next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn parts(offset: &[f32], directions: &[f32]) -> LinearMapParts {
        LinearMapParts {
            offset: offset.to_vec().into(),
            directions: directions.to_vec().into(),
        }
    }

    #[test]
    fn maps_and_inverts_a_worked_case() {
        // (5, 6) - (1, 2) = (4, 4); along (0.6, 0.8): 5.6; back: (3.36, 4.48) + (1, 2).
        let map = LinearMap::from_parts(parts(&[1.0, 2.0], &[0.6, 0.8])).unwrap();
        let mapped = map.apply(array![[5.0, 6.0]].view());
        assert!((mapped[[0, 0]] - 5.6).abs() < 1e-6);
        let back = map.invert(mapped.view());
        assert!((back[[0, 0]] - 4.36).abs() < 1e-5 && (back[[0, 1]] - 6.48).abs() < 1e-5);
    }

    #[test]
    fn damaged_parts_are_refused() {
        let refused = |offset: &[f32], directions: &[f32]| {
            LinearMap::from_parts(parts(offset, directions)).unwrap_err()
        };
        assert_eq!(refused(&[], &[]), PartsError::NoDimension);
        assert_eq!(refused(&[0.0], &[]), PartsError::NoDimension);
        assert!(matches!(
            refused(&[0.0, 0.0], &[1.0]),
            PartsError::Ragged { .. }
        ));
        assert!(matches!(
            refused(&[0.0], &[1.0, 0.0]),
            PartsError::Length { .. }
        ));
        assert!(matches!(
            refused(&[f32::NAN], &[1.0]),
            PartsError::NotFinite { .. }
        ));
        let skew = [1.0, 0.0, 0.6, 0.8];
        assert_eq!(
            refused(&[0.0; 2], &skew),
            PartsError::NotOrthonormal { direction: 0 }
        );
        assert_eq!(
            refused(&[0.0; 2], &[0.0, 0.5]),
            PartsError::NotOrthonormal { direction: 0 }
        );
    }
}
