//! What a way of keeping rows inside lists must be able to do.

use crate::index::filter::Filter;
use crate::index::matrix::{dot, squared_norm};
use crate::index::metric::Metric;
use crate::index::pq::{CodeQuery, CodeStore};
use crate::index::row_store::RowStore;
use crate::index::sparse::{Postings, SparseQuery};
use crate::index::top_k::TopK;
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

    /// Computes what [`scan`](Self::scan) needs of a query; `prepared` is reused memory.
    fn prepare(&self, query: &[f32], prepared: &mut Self::Query);

    /// Scores the rows of one list, or the part of it that is probed, and offers them to `best`.
    fn scan(
        &self,
        prepared: &mut Self::Query,
        probe: Probe<'_>,
        filter: &Filter<'_>,
        best: &mut TopK,
    );
}

/// One list to scan, or the part of it in the filter's range.
#[derive(Debug)]
pub struct Probe<'a> {
    /// The product of the list's centre with the query.
    pub centre_product: f32,
    /// What is scanned of the list.
    pub positions: Range<usize>,
    /// The rows at all positions.
    pub rows: &'a [u32],
}

/// Rows scored at a time, so that their scores stay in the first-level cache.
const SCAN_BLOCK: usize = 256;

impl Probe<'_> {
    /// Scores the rows block by block through `score` and offers them to `best`.
    fn in_blocks(
        self,
        filter: &Filter<'_>,
        best: &mut TopK,
        mut score: impl FnMut(Range<usize>, &mut [f32]),
    ) {
        let mut scores = [0.0; SCAN_BLOCK];
        for start in self.positions.clone().step_by(SCAN_BLOCK) {
            let block = start..(start + SCAN_BLOCK).min(self.positions.end);
            let scores = &mut scores[..block.len()];
            score(block.clone(), scores);
            filter.offer(self.rows[block].iter().copied(), scores, best);
        }
    }
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

    fn scan(
        &self,
        prepared: &mut CodeQuery,
        probe: Probe<'_>,
        filter: &Filter<'_>,
        best: &mut TopK,
    ) {
        let centre_product = probe.centre_product;
        probe.in_blocks(filter, best, |positions, scores| {
            self.score(prepared, centre_product, positions, scores);
        });
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
    fn scan(
        &self,
        prepared: &mut RowQuery,
        probe: Probe<'_>,
        filter: &Filter<'_>,
        best: &mut TopK,
    ) {
        probe.in_blocks(filter, best, |positions, scores| {
            let rows = &self.values[positions.start * self.dim..positions.end * self.dim];
            for (row, score) in rows.chunks_exact(self.dim).zip(scores.iter_mut()) {
                *score = dot(&prepared.values, row);
            }
            self.metric
                .finish(scores, self.norms_at(positions), prepared.norm);
        });
    }
}

impl Codec for Postings {
    type Query = SparseQuery;

    fn len(&self) -> usize {
        self.len()
    }

    fn metric(&self) -> Metric {
        self.metric()
    }

    fn prepare(&self, query: &[f32], prepared: &mut SparseQuery) {
        prepared.prepare(query, self);
    }

    fn scan(
        &self,
        prepared: &mut SparseQuery,
        probe: Probe<'_>,
        filter: &Filter<'_>,
        best: &mut TopK,
    ) {
        let Probe {
            positions, rows, ..
        } = probe;
        for block in self.blocks_of(&positions) {
            let part = (block, positions.clone());
            prepared.offer_block(self, part, filter, (&|position| rows[position], best));
        }
    }
}
