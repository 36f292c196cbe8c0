//! Codes scanned whole: no lists, so every row is looked at, at `n_sub` bytes each.

use super::code_store::{CodeParts, CodeQuery, CodeStore};
use crate::index::filter::{Filter, Offer};
use crate::index::metric::Metric;
use crate::index::parts::PartsError;
use crate::index::top_k::TopK;
use crate::index::vector_index::{Effort, VectorIndex};

/// Rows scored at a time, so that their scores stay in the first-level cache.
const SCAN_BLOCK: usize = 256;

/// Product-quantised rows without lists.
#[derive(Debug, Clone)]
pub struct Pq(CodeStore);

/// The arrays of a [`Pq`] index.
#[derive(Debug, Clone)]
pub struct PqParts {
    /// How rows are compared.
    pub metric: Metric,
    /// Coordinates per row.
    pub dim: usize,
    /// The rows.
    pub codes: CodeParts,
}

impl Pq {
    pub(in crate::index) fn new(codes: CodeStore) -> Self {
        Self(codes)
    }

    /// Checks parts and puts them together.
    pub fn from_parts(parts: PqParts) -> Result<Self, PartsError> {
        CodeStore::from_parts(parts.metric, parts.dim, parts.codes).map(Self)
    }

    /// The arrays to store; they share memory with the index.
    pub fn parts(&self) -> PqParts {
        PqParts {
            metric: self.0.metric(),
            dim: self.dim(),
            codes: self.0.parts(),
        }
    }

    /// Writes the row that the index holds in place of `row`.
    ///
    /// # Panics
    /// If there is no such row, or `into` has another dimension.
    pub fn decode(&self, row: u32, into: &mut [f32]) {
        self.0.codebook().decode(self.0.code(row as usize), into);
    }
}

impl VectorIndex for Pq {
    fn dim(&self) -> usize {
        self.0.codebook().dim()
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn metric(&self) -> Metric {
        self.0.metric()
    }

    fn search(&self, query: &[f32], _effort: Effort, filter: &Filter<'_>, best: &mut TopK) {
        let mut prepared = CodeQuery::default();
        self.0.prepare(query, &mut prepared);
        let wanted = filter.positions(self.len());
        let mut scores = [0.0; SCAN_BLOCK];
        let mut offer = Offer {
            rows: None,
            keep: filter.keep,
            best,
        };
        for start in wanted.clone().step_by(SCAN_BLOCK) {
            let end = (start + SCAN_BLOCK).min(wanted.end);
            let scores = &mut scores[..end - start];
            self.0.score(&prepared, 0.0, start..end, scores);
            offer.scores(start, scores);
        }
    }
}
