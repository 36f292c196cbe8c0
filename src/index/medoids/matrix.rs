//! The matrix between every two rows, checked once and read as distances.

use super::{MedoidsError, PairValue};
use crate::index::row_source::RowSource;
use std::io;
use std::ops::Range;

/// A checked matrix. Similarities are read with their sign turned, so less is always nearer.
pub(super) struct Pairs<'a> {
    matrix: &'a dyn RowSource,
    values: PairValue,
    /// The distance of each row from itself.
    to_itself: Vec<f32>,
}

impl<'a> Pairs<'a> {
    /// Reads the matrix once, `block` rows at a time.
    pub(super) fn checked(
        matrix: &'a dyn RowSource,
        values: PairValue,
        block: usize,
    ) -> Result<Self, MedoidsError> {
        let (n_rows, n_columns) = (matrix.n_rows(), matrix.dim());
        if n_rows != n_columns {
            return Err(MedoidsError::NotSquare { n_rows, n_columns });
        }
        if n_rows > u32::MAX as usize {
            return Err(MedoidsError::TooManyRows(n_rows));
        }
        let mut pairs = Self {
            matrix,
            values,
            to_itself: Vec::with_capacity(n_rows),
        };
        let mut rows = Vec::new();
        for first in (0..n_rows).step_by(block) {
            pairs.read(first..n_rows.min(first + block), &mut rows)?;
            for (row, held) in (first..).zip(rows.chunks_exact(n_rows)) {
                // A product with 0 is 0 unless the value is not finite; a sum has no early exit,
                // so the compiler turns it into vector instructions.
                if held.iter().map(|value| value * 0.0).sum::<f32>() != 0.0 {
                    return Err(pairs.not_finite(row, held));
                }
                pairs.to_itself.push(held[row]);
            }
        }
        Ok(pairs)
    }

    fn not_finite(&self, row: usize, held: &[f32]) -> MedoidsError {
        let column = held
            .iter()
            .position(|value| !value.is_finite())
            .unwrap_or(0);
        MedoidsError::Value {
            row,
            column,
            value: self.values.turned(held[column]),
        }
    }

    pub(super) fn n(&self) -> usize {
        self.matrix.n_rows()
    }

    /// The distance of a row from itself.
    pub(super) fn to_itself(&self, row: usize) -> f32 {
        self.to_itself[row]
    }

    /// The distances from some candidates to all rows, candidate by candidate.
    pub(super) fn read(&self, candidates: Range<usize>, into: &mut Vec<f32>) -> io::Result<()> {
        into.resize(candidates.len() * self.matrix.dim(), 0.0);
        self.matrix.read(candidates, into)?;
        if self.values == PairValue::Similarity {
            for value in into {
                *value = -*value;
            }
        }
        Ok(())
    }
}

impl PairValue {
    /// A distance as the matrix had it.
    fn turned(self, distance: f32) -> f32 {
        match self {
            Self::Similarity => -distance,
            Self::Distance => distance,
        }
    }
}
