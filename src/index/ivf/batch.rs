//! Many queries at once: list by list, so that a list is read once for all that probe it.
//!
//! The best k of a query do not depend on the order in which rows are offered, so this finds to the
//! bit what one search per query would. What each query is owed: the rows of its first `n_probe`
//! lists that have any in range and, while it lacks k rows, those of the lists after them.

use super::codec::Codec;
use super::inverted::Ivf;
use super::visit::VisitOrder;
use crate::index::filter::Filters;
use crate::index::top_k::{Neighbour, TopK};
use crate::index::vector_index::Effort;
use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;

/// Fewest queries of a block where a codec lets them share more: threads must have enough to share.
const MIN_BLOCK: usize = 16;

/// Queries whose products with the coarse centres are one matrix product.
const PRODUCT_BLOCK: usize = 32;

/// One list that one query of the block probes. In order, the most promising list of each query
/// comes before all others: what it finds there spares it most of what lies in the rest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Visit {
    later: bool,
    list: u32,
    query: u32,
}

/// The `k` best rows for each query, by halves or by all coordinates together.
pub(super) fn search<C: Codec>(
    index: &Ivf<C>,
    queries: ArrayView2<'_, f32>,
    (k, halves): (usize, bool),
    effort: Effort,
    filters: Filters<'_>,
) -> Vec<Vec<Neighbour>> {
    filters.expect_len(queries.nrows());
    let queries = queries.as_standard_layout();
    // Answers do not depend on the size of a block, so it may depend on the number of threads.
    let share = queries.nrows().div_ceil(2 * rayon::current_num_threads());
    let size = share.clamp(MIN_BLOCK.min(C::SHARED_QUERIES), C::SHARED_QUERIES);
    let blocks: Vec<Vec<Vec<Neighbour>>> = queries
        .axis_chunks_iter(Axis(0), size)
        .into_par_iter()
        .enumerate()
        .map_init(Scratch::default, |scratch, (block_idx, queries)| {
            let block = Block {
                index,
                queries,
                first: block_idx * size,
                n_probe: effort.n_probe,
                halves,
                filters,
            };
            block.search(k, scratch)
        })
        .collect();
    blocks.into_iter().flatten().collect()
}

/// Memory of one block, reused by the next.
struct Scratch<C: Codec> {
    prepared: Vec<C::Query>,
    codec: C::Scratch,
    order: VisitOrder,
    visits: Vec<Visit>,
}

impl<C: Codec> Default for Scratch<C> {
    fn default() -> Self {
        Self {
            prepared: Vec::new(),
            codec: C::Scratch::default(),
            order: VisitOrder::default(),
            visits: Vec::new(),
        }
    }
}

/// Queries that are answered together.
struct Block<'a, C> {
    index: &'a Ivf<C>,
    queries: ArrayView2<'a, f32>,
    /// Position of the first of them among all queries.
    first: usize,
    n_probe: usize,
    /// Whether the products of the halves of the coordinates are multiplied.
    halves: bool,
    filters: Filters<'a>,
}

impl<C: Codec> Block<'_, C> {
    fn search(&self, k: usize, scratch: &mut Scratch<C>) -> Vec<Vec<Neighbour>> {
        let n_queries = self.queries.nrows();
        let mut best = vec![TopK::new(k); n_queries];
        if k > 0 {
            let products = self.products();
            scratch.prepared.resize_with(n_queries, C::Query::default);
            for (query, prepared) in self.queries.outer_iter().zip(&mut scratch.prepared) {
                let query = query.to_slice().expect("a query is a slice");
                if self.halves {
                    self.index.codec.prepare_halves(query, prepared);
                } else {
                    self.index.codec.prepare(query, prepared);
                }
            }
            self.plan(&products, scratch);
            self.scan(&products, scratch, &mut best);
            self.go_on(&products, scratch, &mut best);
        }
        best.into_iter().map(TopK::into_sorted).collect()
    }

    fn products(&self) -> Vec<f32> {
        (self.queries.axis_chunks_iter(Axis(0), PRODUCT_BLOCK))
            .flat_map(|queries| self.index.coarse.products(queries))
            .collect()
    }

    /// Notes the first `n_probe` lists of each query, in order of lists.
    fn plan(&self, products: &[f32], scratch: &mut Scratch<C>) {
        let index = self.index;
        scratch.visits.clear();
        for (query, products) in self.each(products) {
            let rows = &self.filters.of(self.first + query).rows;
            (scratch.order).reset(&index.coarse, &index.lists, products, self.n_probe);
            let lists = (scratch.order.by_ref())
                .filter(|&list| !index.lists.within(list, rows).is_empty())
                .take(self.n_probe);
            scratch
                .visits
                .extend(lists.enumerate().map(|(rank, list)| Visit {
                    later: rank > 0,
                    list: list as u32,
                    query: query as u32,
                }));
        }
        scratch.visits.sort_unstable();
    }

    fn scan(&self, products: &[f32], scratch: &mut Scratch<C>, best: &mut [TopK]) {
        let n_lists = self.index.n_lists();
        for &Visit { list, query, .. } in &scratch.visits {
            let (list, query) = (list as usize, query as usize);
            let filter = self.filters.of(self.first + query);
            let product = products[query * n_lists + list];
            if let Some(probe) = self.index.probe(list, filter, product) {
                let mut offer = self.index.offer(filter, &mut best[query]);
                let prepared = &scratch.prepared[query];
                (self.index.codec).scan(prepared, &probe, &mut scratch.codec, &mut offer);
            }
        }
    }

    /// Visits the lists after the first `n_probe` of queries that lack rows.
    fn go_on(&self, products: &[f32], scratch: &mut Scratch<C>, best: &mut [TopK]) {
        let index = self.index;
        for (query, products) in self.each(products) {
            let best = &mut best[query];
            if best.is_full() {
                continue;
            }
            let filter = self.filters.of(self.first + query);
            (scratch.order).reset(&index.coarse, &index.lists, products, self.n_probe);
            let probes = (scratch.order.by_ref())
                .filter_map(|list| index.probe(list, filter, products[list]))
                .skip(self.n_probe);
            for probe in probes {
                if best.is_full() {
                    break;
                }
                let mut offer = index.offer(filter, best);
                let prepared = &scratch.prepared[query];
                (index.codec).scan(prepared, &probe, &mut scratch.codec, &mut offer);
            }
        }
    }

    /// Each query's position in the block and its products.
    fn each<'p>(&self, products: &'p [f32]) -> impl Iterator<Item = (usize, &'p [f32])> {
        let n_lists = self.index.n_lists();
        (0..self.queries.nrows()).map(move |query| (query, &products[query * n_lists..][..n_lists]))
    }
}
