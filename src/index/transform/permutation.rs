//! Coordinates in an order drawn by chance.
//!
//! Product quantisation cuts rows into runs of neighbouring coordinates. Where neighbours go
//! together, as mass bins do, some runs hold nearly everything and others nearly nothing; mixing
//! them evens that out, for nothing. Distances and products stay as they are.

use crate::index::parts::PartsError;
use crate::index::random::Random;
use crate::memory::Slab;
use ndarray::{Array2, ArrayView2, Axis};

/// The stream of chance that orders coordinates.
const STREAM: u64 = (1 << 40) + 1;

/// A reordering of coordinates.
#[derive(Debug, Clone)]
pub struct Permutation {
    /// Coordinate `i` of the result is coordinate `order[i]` of the row.
    order: Slab<u32>,
}

impl Permutation {
    /// A reordering drawn by chance.
    pub fn random(dim: usize, seed: u64) -> Self {
        let mut order: Vec<u32> = (0..dim as u32).collect();
        Random::new(seed, STREAM).shuffle(&mut order);
        Self {
            order: order.into(),
        }
    }

    /// Puts a reordering together.
    ///
    /// # Errors
    /// If a coordinate is not named, or named twice.
    pub fn from_parts(order: Slab<u32>) -> Result<Self, PartsError> {
        let mut seen = vec![false; order.len()];
        for (at, &coordinate) in order.iter().enumerate() {
            match seen.get_mut(coordinate as usize) {
                Some(first) if !*first => *first = true,
                _ => return Err(PartsError::Coordinate { at, coordinate }),
            }
        }
        Ok(Self { order })
    }

    /// The order, for writing.
    pub fn parts(&self) -> Slab<u32> {
        self.order.clone()
    }

    /// Coordinates of a row.
    pub fn dim(&self) -> usize {
        self.order.len()
    }

    /// The rows, reordered.
    ///
    /// # Panics
    /// If the rows have another dimension.
    pub fn apply(&self, rows: ArrayView2<'_, f32>) -> Array2<f32> {
        assert_eq!(rows.ncols(), self.dim(), "rows have the order's dimension");
        let mut out = Array2::zeros(rows.dim());
        for (mut out, row) in out.outer_iter_mut().zip(rows.outer_iter()) {
            for (out, &from) in out.iter_mut().zip(self.order.iter()) {
                *out = row[from as usize];
            }
        }
        out
    }

    /// The rows as they were before [`apply`](Self::apply).
    ///
    /// # Panics
    /// If the rows have another dimension.
    pub fn invert(&self, rows: ArrayView2<'_, f32>) -> Array2<f32> {
        assert_eq!(rows.ncols(), self.dim(), "rows have the order's dimension");
        let mut out = Array2::zeros(rows.dim());
        for (column, &into) in rows.axis_iter(Axis(1)).zip(self.order.iter()) {
            out.column_mut(into as usize).assign(&column);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reordering_is_undone() {
        let rows = Array2::from_shape_fn((3, 50), |(row, d)| (row * 50 + d) as f32);
        let permutation = Permutation::random(50, 4);
        let mixed = permutation.apply(rows.view());
        assert_ne!(mixed, rows);
        assert_eq!(permutation.invert(mixed.view()), rows);
        let again = Permutation::from_parts(permutation.parts()).unwrap();
        assert_eq!(again.apply(rows.view()), mixed);
    }

    #[test]
    fn damaged_orders_are_refused() {
        for order in [vec![0, 0], vec![0, 2], vec![1]] {
            assert!(Permutation::from_parts(order.into()).is_err());
        }
    }
}
