//! Sparse rows without lists: exact, and every row's postings looked at.

use super::store::{SparseParts, SparseQuery, SparseStore, SparseSums};
use crate::index::filter::{Filter, Offer};
use crate::index::metric::Metric;
use crate::index::parts::{PartsError, check_n_rows};
use crate::index::top_k::TopK;
use crate::index::vector_index::{Effort, VectorIndex};
use ndarray::ArrayView2;

/// Every row as postings, every row scored.
#[derive(Debug, Clone)]
pub struct Sparse(SparseStore);

/// The arrays of a [`Sparse`] index.
#[derive(Debug, Clone)]
pub struct SparseIndexParts {
    /// How rows are compared.
    pub metric: Metric,
    /// Coordinates per row.
    pub dim: usize,
    /// Number of rows.
    pub n_rows: usize,
    /// The rows, as one list.
    pub rows: SparseParts,
}

impl Sparse {
    pub(in crate::index) fn new(metric: Metric, rows: ArrayView2<'_, f32>) -> Self {
        let n_rows = rows.nrows() as u32;
        let members: Vec<u32> = (0..n_rows).collect();
        let list = [0, u64::from(n_rows)];
        Self(SparseStore::build(metric, rows, &list, &members))
    }

    /// Checks parts and puts them together.
    pub fn from_parts(parts: SparseIndexParts) -> Result<Self, PartsError> {
        check_n_rows(parts.n_rows)?;
        let list = [0, parts.n_rows as u64];
        SparseStore::checked(parts.metric, parts.dim, &list, parts.rows).map(Self)
    }

    /// The arrays to store; they share memory with the index.
    pub fn parts(&self) -> SparseIndexParts {
        SparseIndexParts {
            metric: self.0.metric(),
            dim: self.0.dim(),
            n_rows: self.0.len(),
            rows: self.0.parts().clone(),
        }
    }
}

impl VectorIndex for Sparse {
    fn dim(&self) -> usize {
        self.0.dim()
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn metric(&self) -> Metric {
        self.0.metric()
    }

    fn search(&self, query: &[f32], _effort: Effort, filter: &Filter<'_>, best: &mut TopK) {
        let mut prepared = SparseQuery::default();
        self.0.prepare(query, &mut prepared);
        let wanted = filter.positions(self.len());
        if best.k() == 0 || wanted.is_empty() {
            return;
        }
        let mut offer = Offer {
            rows: None,
            keep: filter.keep,
            best,
        };
        let all = (0, 0..self.len());
        let sums = &mut SparseSums::default();
        self.0.scan(&prepared, all, wanted, sums, &mut offer);
    }
}
