//! Sparse rows without lists: exact, and every row's postings looked at.

use super::store::{SparseParts, SparseQuery, SparseStore, SparseSums};
use crate::index::filter::{Filter, Filters, Offer};
use crate::index::metric::Metric;
use crate::index::parts::{PartsError, check_n_rows};
use crate::index::points::Points;
use crate::index::sparse_rows::SparseView;
use crate::index::top_k::{Neighbour, TopK};
use crate::index::vector_index::{Effort, Products, VectorIndex};
use crate::memory::{Workspace, WorkspaceError};
use ndarray::ArrayView2;
use rayon::prelude::*;
use std::ops::Range;

/// Fewest and most queries that share the reading of a block of rows.
const MIN_QUERIES: usize = 16;
const MAX_QUERIES: usize = 256;

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
    pub(in crate::index) fn new(
        metric: Metric,
        rows: Points<'_>,
        workspace: &Workspace,
    ) -> Result<Self, WorkspaceError> {
        let n_rows = rows.len() as u32;
        let members: Vec<u32> = (0..n_rows).collect();
        let list = [0, u64::from(n_rows)];
        SparseStore::build(metric, rows, (&list, &members), workspace).map(Self)
    }

    /// An index of postings that are one list.
    pub(super) fn of(store: SparseStore) -> Self {
        Self(store)
    }

    pub(super) fn store(&self) -> &SparseStore {
        &self.0
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

    /// The best rows for each query. Block by block, so that a block of rows is in cache for all
    /// queries but the first.
    fn each(
        &self,
        n_queries: usize,
        empty: &TopK,
        filters: Filters<'_>,
        prepare: impl Fn(usize, &mut SparseQuery) + Sync,
    ) -> Vec<Vec<Neighbour>> {
        filters.expect_len(n_queries);
        let share = n_queries.div_ceil(2 * rayon::current_num_threads());
        let size = share.clamp(MIN_QUERIES, MAX_QUERIES);
        let found: Vec<Vec<Vec<Neighbour>>> = (0..n_queries.div_ceil(size))
            .into_par_iter()
            .map_init(Scratch::default, |(prepared, sums), block_idx| {
                let queries = block_idx * size..n_queries.min((block_idx + 1) * size);
                let mut best = vec![empty.clone(); queries.len()];
                prepared.resize_with(queries.len(), SparseQuery::default);
                for (query, prepared) in queries.clone().zip(prepared.iter_mut()) {
                    prepare(query, prepared);
                }
                for block in self.0.blocks_of_one_list() {
                    for ((query, prepared), best) in
                        queries.clone().zip(prepared.iter()).zip(&mut best)
                    {
                        let filter = filters.of(query);
                        self.scan(prepared, block.clone(), (filter, best), sums);
                    }
                }
                best.into_iter().map(TopK::into_sorted).collect()
            })
            .collect();
        found.into_iter().flatten().collect()
    }

    /// Offers the rows at `positions` that `filter` lets through.
    fn scan(
        &self,
        query: &SparseQuery,
        positions: Range<usize>,
        (filter, best): (&Filter<'_>, &mut TopK),
        sums: &mut SparseSums,
    ) {
        let in_range = filter.positions(self.len());
        let wanted = in_range.start.max(positions.start)..in_range.end.min(positions.end);
        if best.k() == 0 || wanted.is_empty() {
            return;
        }
        let mut offer = Offer {
            rows: None,
            keep: filter.keep,
            best,
        };
        let part = (0, 0..self.len(), wanted);
        self.0.scan(query, part, sums, &mut offer);
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

    fn tells_halves(&self) -> bool {
        true
    }

    fn search(&self, query: &[f32], effort: Effort, filter: &Filter<'_>, best: &mut TopK) {
        let mut prepared = SparseQuery::default();
        self.0.prepare(query, effort, &mut prepared);
        let all = 0..self.len();
        self.scan(&prepared, all, (filter, best), &mut SparseSums::default());
    }

    fn search_batch(
        &self,
        queries: ArrayView2<'_, f32>,
        k: usize,
        effort: Effort,
        filters: Filters<'_>,
    ) -> Vec<Vec<Neighbour>> {
        let queries = queries.as_standard_layout();
        self.each(
            queries.nrows(),
            &TopK::new(k),
            filters,
            |query, prepared| {
                let query = queries.row(query);
                let query = query.to_slice().expect("a row of a standard layout");
                self.0.prepare(query, effort, prepared);
            },
        )
    }

    fn search_sparse(
        &self,
        queries: SparseView<'_>,
        (k, products): (usize, Products),
        effort: Effort,
        filters: Filters<'_>,
    ) -> Vec<Vec<Neighbour>> {
        assert_eq!(
            queries.dim(),
            self.dim(),
            "queries have the index's dimension"
        );
        self.each(
            queries.len(),
            &products.best_of_whole(k),
            filters,
            |query, prepared| {
                self.0
                    .prepare_sparse(queries.row(query), (products, effort), prepared);
            },
        )
    }
}

/// Queries, and the sums of a block, in memory that is reused.
type Scratch = (Vec<SparseQuery>, SparseSums);
