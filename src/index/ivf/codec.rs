//! What a way of keeping rows inside lists must be able to do.

use crate::index::matrix::{dot, squared_norm};
use crate::index::metric::Metric;
use crate::index::pq::{CodeQuery, CodeStore};
use crate::index::row_store::RowStore;
use std::fmt::Debug;
use std::ops::Range;

/// Rows in list order, scored by position.
pub trait Codec: Debug + Send + Sync {
    /// What is computed once per query and serves every list.
    type Query: Default + Send;

    /// Number of rows.
    fn len(&self) -> usize;

    /// How rows are compared.
    fn metric(&self) -> Metric;

    /// Computes what [`score`](Self::score) needs of a query; `prepared` is reused memory.
    fn prepare(&self, query: &[f32], prepared: &mut Self::Query);

    /// Scores the rows at `positions`, all in one list, whose centre's product with the query is
    /// `centre_product`.
    fn score(
        &self,
        prepared: &Self::Query,
        centre_product: f32,
        positions: Range<usize>,
        scores: &mut [f32],
    );
}

impl Codec for CodeStore {
    type Query = CodeQuery;

    fn len(&self) -> usize {
        self.len()
    }

    fn metric(&self) -> Metric {
        self.metric()
    }

    fn prepare(&self, query: &[f32], prepared: &mut CodeQuery) {
        self.prepare(query, prepared);
    }

    fn score(
        &self,
        prepared: &CodeQuery,
        centre_product: f32,
        positions: Range<usize>,
        scores: &mut [f32],
    ) {
        self.score(prepared, centre_product, positions, scores);
    }
}

/// A query and its squared norm.
#[derive(Debug, Clone, Default)]
pub struct RowQuery {
    values: Vec<f32>,
    norm: f32,
}

impl Codec for RowStore {
    type Query = RowQuery;

    fn len(&self) -> usize {
        self.len()
    }

    fn metric(&self) -> Metric {
        self.metric
    }

    fn prepare(&self, query: &[f32], prepared: &mut RowQuery) {
        prepared.values.clear();
        prepared.values.extend_from_slice(query);
        prepared.norm = squared_norm(query);
    }

    /// Whole rows need no centre. Lists are short and queries come one at a time, so plain
    /// products beat packing the rows for a matrix product.
    fn score(
        &self,
        prepared: &RowQuery,
        _centre_product: f32,
        positions: Range<usize>,
        scores: &mut [f32],
    ) {
        let rows = &self.values[positions.start * self.dim..positions.end * self.dim];
        for (row, score) in rows.chunks_exact(self.dim).zip(scores.iter_mut()) {
            *score = dot(&prepared.values, row);
        }
        self.metric
            .finish(scores, self.norms_at(positions), prepared.norm);
    }
}
