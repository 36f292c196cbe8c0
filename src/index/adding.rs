//! Rows added to an index that was trained on others: by its maps, centres and codewords as they
//! are.

use super::any_index::AnyIndex;
use super::growth::Growth;
use super::mapped::Mapped;
use super::parts::PartsError;
use super::points::Points;
use super::pq::Pq;
use super::refine::Refined;
use super::residuals::norms_of_codes;
use super::train::{TrainError, check};
use super::vector_index::VectorIndex;
use ndarray::ArrayView2;

/// An index with rows added.
#[derive(Debug, Clone)]
pub struct Added {
    /// The index; the rows it held keep their numbers, and the added ones follow.
    pub index: AnyIndex,
    /// Numbers for a second look that lie outside what was held when its bytes were chosen, and so
    /// are kept as the nearest that bytes can say.
    pub n_clamped: usize,
}

/// Why rows cannot be added to an index.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AddError {
    /// Rows of another length.
    #[error("rows of {found} coordinates cannot be added to an index of {expected}")]
    Dimension {
        /// The length of the rows.
        found: usize,
        /// That of the index.
        expected: usize,
    },
    /// Nothing was learned when the index was made.
    #[error("the index was trained on nothing and has no lists or codewords: make it again")]
    Untrained,
    /// A value that half-precision numbers cannot say.
    #[error(
        "row {row} holds {value} at coordinate {coordinate}, which is beyond the half-precision \
         numbers of the index: make it again with these rows"
    )]
    Beyond {
        /// The first row with such a value.
        row: usize,
        /// Where in the row.
        coordinate: usize,
        /// The value.
        value: f32,
    },
    /// Rows that no index can hold.
    #[error(transparent)]
    Rows(#[from] TrainError),
    /// The grown arrays do not fit together: our mistake.
    #[error("the grown parts do not fit together")]
    Parts(#[from] PartsError),
}

impl AnyIndex {
    /// This index with `rows` behind those it holds. What was learned in training stays as it is:
    /// the answers are those of an index of all rows with the same maps, centres and codewords.
    ///
    /// # Errors
    /// Rows that do not fit the index.
    pub fn with_added(&self, rows: ArrayView2<'_, f32>) -> Result<Added, AddError> {
        if rows.ncols() != self.dim() {
            return Err(AddError::Dimension {
                found: rows.ncols(),
                expected: self.dim(),
            });
        }
        check(Points::Dense(rows))?;
        let n_rows = self.len() + rows.nrows();
        if n_rows > u32::MAX as usize {
            return Err(TrainError::TooManyRows(n_rows).into());
        }
        let rows = rows.as_standard_layout();
        self.grown(rows.view())
    }

    fn grown(&self, rows: ArrayView2<'_, f32>) -> Result<Added, AddError> {
        let mut n_clamped = 0;
        let learned = |n: usize| (n > 0).then_some(()).ok_or(AddError::Untrained);
        let index = match self {
            Self::Flat(index) => Self::Flat(index.grown(rows)),
            Self::Sparse(index) => Self::Sparse(index.grown(rows)),
            Self::Pq(index) => {
                let store = index.store();
                learned(store.codebook().n_codewords())?;
                let codes = store.codebook().encode(rows);
                let norms = norms_of_codes(store.codebook(), store.metric(), &codes);
                let growth = Growth::one_list(store.len(), rows.nrows());
                Self::Pq(Pq::new(store.grown(&growth, &codes, &norms)))
            }
            Self::IvfFlat(index) => {
                learned(index.n_lists())?;
                Self::IvfFlat(index.grown(rows))
            }
            Self::IvfSparse(index) => {
                learned(index.n_lists())?;
                Self::IvfSparse(index.grown(rows))
            }
            Self::IvfPq(index) => {
                learned(index.n_lists())?;
                Self::IvfPq(index.grown(rows))
            }
            Self::Mapped(index) => {
                let mapped = index.map().apply(rows);
                let added = index.index().grown(mapped.view())?;
                let map = index.map().clone();
                Self::Mapped(Box::new(Mapped::new(index.kind(), map, added.index)?))
            }
            Self::Refined(index) => {
                let first = index.first().grown(rows)?.index;
                let refined = index.rows().grown(self.metric(), rows)?;
                n_clamped = refined.1;
                Self::Refined(Box::new(Refined::new(first, refined.0)))
            }
        };
        Ok(Added { index, n_clamped })
    }
}
