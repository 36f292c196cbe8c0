//! The matrix between every two rows, checked once and read as distances.

use super::{MedoidsError, PairValue};
use crate::index::beyond::first_not_finite;
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
                if let Some(column) = first_not_finite(held) {
                    return Err(MedoidsError::Value {
                        row,
                        column,
                        value: pairs.values.turned(held[column]),
                    });
                }
                pairs.to_itself.push(held[row]);
            }
        }
        Ok(pairs)
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
