//! Codes scanned whole: no lists, so every row is looked at, at `n_sub` bytes each.

use super::code_store::{CodeParts, CodeQuery, CodeScan, CodeStore, CodeSums};
use crate::index::filter::{Filter, Filters, Offer};
use crate::index::metric::Metric;
use crate::index::parts::PartsError;
use crate::index::sparse_rows::SparseView;
use crate::index::top_k::{Neighbour, TopK};
use crate::index::vector_index::{Effort, Products, VectorIndex};
use rayon::prelude::*;

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

    pub(in crate::index) fn store(&self) -> &CodeStore {
        &self.0
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

    /// Offers the rows that `filter` lets through to `best`.
    fn scan(
        &self,
        prepared: &CodeQuery,
        sums: &mut CodeSums,
        (filter, best): (&Filter<'_>, &mut TopK),
    ) {
        let list = CodeScan {
            all: 0..self.len(),
            wanted: filter.positions(self.len()),
            centre_product: 0.0,
            centre: &[],
        };
        if best.k() == 0 || list.wanted.is_empty() {
            return;
        }
        let mut offer = Offer {
            rows: None,
            keep: filter.keep,
            best,
        };
        self.0.scan(prepared, &list, sums, &mut offer);
    }

    /// Writes the row that the index holds in place of `row`.
    ///
    /// # Panics
    /// If there is no such row, or if `into` has another dimension.
    pub fn decode(&self, row: u32, into: &mut [f32]) {
        let code = self.0.code(&(0..self.len()), row as usize);
        self.0.codebook().decode(code, into);
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

    fn tells_halves(&self) -> bool {
        self.0.tells_halves()
    }

    fn search(&self, query: &[f32], _effort: Effort, filter: &Filter<'_>, best: &mut TopK) {
        let mut prepared = CodeQuery::default();
        self.0.prepare(query, &mut prepared);
        self.scan(&prepared, &mut CodeSums::default(), (filter, best));
    }

    fn search_sparse(
        &self,
        queries: SparseView<'_>,
        (k, products): (usize, Products),
        _effort: Effort,
        filters: Filters<'_>,
    ) -> Vec<Vec<Neighbour>> {
        filters.expect_len(queries.len());
        let products = products.as_told(self.tells_halves());
        let memory = || (CodeQuery::default(), CodeSums::default());
        (0..queries.len())
            .into_par_iter()
            .map_init(memory, |(prepared, sums), query| {
                (self.0).prepare_sparse(queries, query, products, prepared);
                let mut best = TopK::new(k);
                self.scan(prepared, sums, (filters.of(query), &mut best));
                best.into_sorted()
            })
            .collect()
    }
}
