//! The exact index of sparse rows: every row is scored, coordinate by coordinate.

use super::postings::{PostingParts, Postings};
use super::query::SparseQuery;
use crate::index::filter::{Filter, Filters};
use crate::index::metric::Metric;
use crate::index::parts::PartsError;
use crate::index::top_k::{Neighbour, TopK};
use crate::index::vector_index::{Effort, VectorIndex};
use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;

/// Rows per block, so that their sums (64 kB) stay in the second-level cache beside the postings.
const BLOCK: usize = 1 << 14;

/// Queries answered with the same memory.
const QUERY_BLOCK: usize = 16;

/// Sparse rows as they came.
#[derive(Debug, Clone)]
pub struct SparseFlat(Postings);

impl SparseFlat {
    pub(in crate::index) fn new(metric: Metric, rows: ArrayView2<'_, f32>) -> Self {
        let n_rows = rows.nrows();
        let order: Vec<u32> = (0..n_rows as u32).collect();
        let mut starts: Vec<u64> = (0..n_rows)
            .step_by(BLOCK)
            .map(|start| start as u64)
            .collect();
        starts.push(n_rows as u64);
        Self(Postings::build(metric, rows, &order, &starts))
    }

    /// Checks parts and puts them together.
    pub fn from_parts(metric: Metric, dim: usize, parts: PostingParts) -> Result<Self, PartsError> {
        Postings::from_parts(metric, dim, parts).map(Self)
    }

    /// The rows.
    pub fn postings(&self) -> &Postings {
        &self.0
    }

    fn search_with(
        &self,
        query: &[f32],
        filter: &Filter<'_>,
        prepared: &mut SparseQuery,
        best: &mut TopK,
    ) {
        assert_eq!(query.len(), self.dim(), "a query has the index's dimension");
        prepared.prepare(query, &self.0);
        let positions = filter.positions(self.len());
        for block in self.0.blocks_of(&positions) {
            let part = (block, positions.clone());
            prepared.offer_block(&self.0, part, filter, (&|position| position as u32, best));
        }
    }
}

impl VectorIndex for SparseFlat {
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
        self.search_with(query, filter, &mut SparseQuery::default(), best);
    }

    fn search_batch(
        &self,
        queries: ArrayView2<'_, f32>,
        k: usize,
        _effort: Effort,
        filters: Filters<'_>,
    ) -> Vec<Vec<Neighbour>> {
        filters.expect_len(queries.nrows());
        let queries = queries.as_standard_layout();
        let blocks: Vec<Vec<Vec<Neighbour>>> = queries
            .axis_chunks_iter(Axis(0), QUERY_BLOCK)
            .into_par_iter()
            .enumerate()
            .map_init(SparseQuery::default, |prepared, (block_idx, block)| {
                (block.outer_iter().enumerate())
                    .map(|(idx, query)| {
                        let mut best = TopK::new(k);
                        let query = query
                            .to_slice()
                            .expect("rows of a standard layout are slices");
                        let filter = filters.of(block_idx * QUERY_BLOCK + idx);
                        self.search_with(query, filter, prepared, &mut best);
                        best.into_sorted()
                    })
                    .collect()
            })
            .collect();
        blocks.into_iter().flatten().collect()
    }
}
