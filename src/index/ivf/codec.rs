//! What a way of keeping rows inside lists must be able to do.

use crate::index::filter::Offer;
use crate::index::kernels::Level;
use crate::index::kernels::products::dot_rows;
use crate::index::matrix::squared_norm;
use crate::index::metric::Metric;
use crate::index::points::Points;
use crate::index::pq::{CodeQuery, CodeScan, CodeStore, CodeSums};
use crate::index::row_store::RowStore;
use crate::index::sparse::{SparseQuery, SparseStore, SparseSums};
use crate::index::sparse_rows::SparseView;
use crate::index::top_k::TopK;
use crate::index::vector_index::{Effort, Products};
use std::fmt::Debug;
use std::ops::Range;

/// One list to scan, or the part of it in the filter's range.
#[derive(Debug, Clone)]
pub struct Probe<'a> {
    /// The list.
    pub(super) list: usize,
    /// Its positions.
    pub(super) all: Range<usize>,
    /// Those to scan: some of them, never none.
    pub(super) wanted: Range<usize>,
    /// The product of the query with the list's centre.
    pub(super) centre_product: f32,
    /// The list's centre.
    pub(super) centre: &'a [f32],
}

/// Rows in list order, scored by position.
pub trait Codec: Debug + Send + Sync {
    /// What is computed once per query and serves every list.
    type Query: Default + Send;

    /// Memory of a scan, reused by the next.
    type Scratch: Default + Send;

    /// Number of rows.
    fn len(&self) -> usize;

    /// Most queries that share the reading of a list: what a scan reads of them must stay in the
    /// second-level cache, or it is read in the place of the list.
    fn shared_queries(&self) -> usize;

    /// Asks memory for the codes at the start of `wanted`, which is scanned next.
    fn fetch(&self, _wanted: &Range<usize>) {}

    /// How rows are compared.
    fn metric(&self) -> Metric;

    /// Whether [`Products::OfHalves`] can be had.
    fn tells_halves(&self) -> bool {
        false
    }

    /// Room for the `k` best rows.
    fn best(_products: Products, k: usize) -> TopK {
        TopK::new(k)
    }

    /// Computes what [`scan`](Self::scan) needs of a query; `prepared` is reused memory.
    fn prepare(&self, query: &[f32], effort: Effort, prepared: &mut Self::Query);

    /// The same for the query at a position of those without their zeros; by halves only where they
    /// are told apart.
    fn prepare_sparse(
        &self,
        queries: SparseView<'_>,
        query: usize,
        (_, effort): (Products, Effort),
        prepared: &mut Self::Query,
    ) {
        self.prepare(&Points::Sparse(queries).whole_row(query), effort, prepared);
    }

    /// Offers the scores of the wanted rows of a list. Rows that score below the floor of the
    /// offer may be left out; the score of a row does not depend on what else is wanted.
    fn scan(
        &self,
        prepared: &Self::Query,
        probe: &Probe<'_>,
        scratch: &mut Self::Scratch,
        offer: &mut Offer<'_>,
    );
}

/// Rows scored at a time, so that their scores stay in the first-level cache.
const SCAN_BLOCK: usize = 256;

/// Scores of a block of rows.
#[derive(Debug, Clone)]
pub struct Scores([f32; SCAN_BLOCK]);

impl Default for Scores {
    fn default() -> Self {
        Self([0.0; SCAN_BLOCK])
    }
}

impl Scores {
    /// Offers what `score` writes for the positions of each block of `wanted`.
    fn offer_blocks(
        &mut self,
        wanted: &Range<usize>,
        offer: &mut Offer<'_>,
        score: impl Fn(Range<usize>, &mut [f32]),
    ) {
        for start in wanted.clone().step_by(SCAN_BLOCK) {
            let block = start..(start + SCAN_BLOCK).min(wanted.end);
            let scores = &mut self.0[..block.len()];
            score(block, scores);
            offer.scores(start, scores);
        }
    }
}

impl Codec for CodeStore {
    type Query = CodeQuery;
    type Scratch = CodeSums;

    fn len(&self) -> usize {
        self.len()
    }

    fn shared_queries(&self) -> usize {
        self.shared_queries()
    }

    fn fetch(&self, wanted: &Range<usize>) {
        self.fetch(wanted);
    }

    fn metric(&self) -> Metric {
        self.metric()
    }

    fn tells_halves(&self) -> bool {
        self.tells_halves()
    }

    fn prepare(&self, query: &[f32], _effort: Effort, prepared: &mut CodeQuery) {
        self.prepare(query, prepared);
    }

    fn prepare_sparse(
        &self,
        queries: SparseView<'_>,
        query: usize,
        (products, _): (Products, Effort),
        prepared: &mut CodeQuery,
    ) {
        self.prepare_sparse(queries, query, products, prepared);
    }

    fn scan(
        &self,
        prepared: &CodeQuery,
        probe: &Probe<'_>,
        scratch: &mut CodeSums,
        offer: &mut Offer<'_>,
    ) {
        let list = CodeScan {
            all: probe.all.clone(),
            wanted: probe.wanted.clone(),
            centre_product: probe.centre_product,
            centre: probe.centre,
        };
        self.scan(prepared, &list, scratch, offer);
    }
}

impl Codec for SparseStore {
    type Query = SparseQuery;
    type Scratch = SparseSums;

    fn len(&self) -> usize {
        self.len()
    }

    fn shared_queries(&self) -> usize {
        256
    }

    fn metric(&self) -> Metric {
        self.metric()
    }

    fn tells_halves(&self) -> bool {
        true
    }

    fn best(products: Products, k: usize) -> TopK {
        products.best_of_whole(k)
    }

    fn prepare(&self, query: &[f32], effort: Effort, prepared: &mut SparseQuery) {
        self.prepare(query, effort, prepared);
    }

    fn prepare_sparse(
        &self,
        queries: SparseView<'_>,
        query: usize,
        how: (Products, Effort),
        prepared: &mut SparseQuery,
    ) {
        self.prepare_sparse(queries.row(query), how, prepared);
    }

    /// Postings hold whole rows and need no centre.
    fn scan(
        &self,
        prepared: &SparseQuery,
        probe: &Probe<'_>,
        scratch: &mut SparseSums,
        offer: &mut Offer<'_>,
    ) {
        let part = (probe.list, probe.all.clone(), probe.wanted.clone());
        self.scan(prepared, part, scratch, offer);
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
    type Scratch = Scores;

    fn len(&self) -> usize {
        self.len()
    }

    fn shared_queries(&self) -> usize {
        1024
    }

    fn metric(&self) -> Metric {
        self.metric
    }

    fn prepare(&self, query: &[f32], _effort: Effort, prepared: &mut RowQuery) {
        prepared.values.clear();
        prepared.values.extend_from_slice(query);
        prepared.norm = squared_norm(query);
    }

    /// Whole rows need no centre. Lists are short and queries come one at a time, so plain
    /// products beat packing the rows for a matrix product.
    fn scan(
        &self,
        prepared: &RowQuery,
        probe: &Probe<'_>,
        scratch: &mut Scores,
        offer: &mut Offer<'_>,
    ) {
        scratch.offer_blocks(&probe.wanted, offer, |block, scores| {
            let rows = &self.values[block.start * self.dim..block.end * self.dim];
            dot_rows(Level::detected(), &prepared.values, rows, scores);
            self.metric
                .finish(scores, self.norms_at(block), prepared.norm);
        });
    }
}
