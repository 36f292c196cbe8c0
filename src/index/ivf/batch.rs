//! Many queries at once: list by list, so that a list is read once for all that probe it.
//!
//! The best k of a query do not depend on the order in which rows are offered, so this finds to the
//! bit what one search per query would. What each query is owed: the rows of its first `n_probe`
//! lists that have any in range and, while it lacks k rows, those of the lists after them.

use super::codec::Codec;
use super::inverted::Ivf;
use super::look::Looks;
use super::visit::VisitOrder;
use crate::index::filter::Filters;
use crate::index::points::Points;
use crate::index::top_k::{Neighbour, TopK};
use crate::index::vector_index::{Effort, Products};
use rayon::prelude::*;

/// Fewest queries of a block where a codec lets them share more: threads must have enough to share.
const MIN_BLOCK: usize = 16;

/// Queries that look at the coarse centres together.
const LOOK_BLOCK: usize = 32;

/// One list that one query of the block probes. In order, the most promising list of each query
/// comes before all others: what it finds there spares it most of what lies in the rest.
#[derive(Clone, Copy)]
struct Visit {
    later: bool,
    list: u32,
    query: u32,
    /// The product of the query with the centre of the list.
    product: f32,
}

/// The `k` best rows for each query, by halves or by all coordinates together.
pub(super) fn search<'a, C: Codec>(
    index: &'a Ivf<C>,
    queries: Points<'a>,
    (k, products): (usize, Products),
    effort: Effort,
    filters: Filters<'a>,
) -> Vec<Vec<Neighbour>> {
    filters.expect_len(queries.len());
    let products = products.as_told(index.codec.tells_halves());
    // Answers do not depend on the size of a block, so it may depend on the number of threads.
    let n_threads = rayon::current_num_threads();
    let n_blocks = if n_threads == 1 { 1 } else { 2 * n_threads };
    let most = index.codec.shared_queries();
    let size = (queries.len().div_ceil(n_blocks)).clamp(MIN_BLOCK.min(most), most);
    let blocks: Vec<Vec<Vec<Neighbour>>> = (0..queries.len().div_ceil(size))
        .into_par_iter()
        .map_init(Scratch::default, |scratch, block_idx| {
            let first = block_idx * size;
            let block = Block {
                index,
                queries: queries.slice(first..queries.len().min(first + size)),
                first,
                n_probe: effort.n_probe,
                products,
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
    looks: Looks,
    visits: Vec<Visit>,
}

impl<C: Codec> Default for Scratch<C> {
    fn default() -> Self {
        Self {
            prepared: Vec::new(),
            codec: C::Scratch::default(),
            order: VisitOrder::default(),
            looks: Looks::default(),
            visits: Vec::new(),
        }
    }
}

/// Queries that are answered together.
struct Block<'a, C> {
    index: &'a Ivf<C>,
    queries: Points<'a>,
    /// Position of the first of them among all queries.
    first: usize,
    n_probe: usize,
    products: Products,
    filters: Filters<'a>,
}

impl<C: Codec> Block<'_, C> {
    fn search(&self, k: usize, scratch: &mut Scratch<C>) -> Vec<Vec<Neighbour>> {
        let n_queries = self.queries.len();
        let mut best = vec![C::best(self.products, k); n_queries];
        if k > 0 {
            scratch.prepared.resize_with(n_queries, C::Query::default);
            for (query, prepared) in scratch.prepared.iter_mut().enumerate() {
                self.prepare(query, prepared);
            }
            self.plan(scratch);
            self.scan(scratch, &mut best);
            self.go_on(scratch, &mut best);
        }
        best.into_iter().map(TopK::into_sorted).collect()
    }

    fn prepare(&self, query: usize, prepared: &mut C::Query) {
        let codec = &self.index.codec;
        match self.queries {
            Points::Sparse(rows) => {
                codec.prepare_sparse(rows, query, self.products, prepared);
            }
            Points::Dense(rows) => {
                let query = rows.row(query);
                let query = query.to_slice().expect("a query is a slice");
                codec.prepare(query, prepared);
            }
        }
    }

    /// Notes the first `n_probe` lists of each query, in order of lists.
    fn plan(&self, scratch: &mut Scratch<C>) {
        let index = self.index;
        scratch.visits.clear();
        for start in (0..self.queries.len()).step_by(LOOK_BLOCK) {
            let end = (start + LOOK_BLOCK).min(self.queries.len());
            let queries = self.queries.slice(start..end);
            scratch.looks.take(&index.coarse, queries);
            for query in start..end {
                let rows = &self.filters.of(self.first + query).rows;
                let order = &mut scratch.order;
                order.reset(&index.coarse, scratch.looks.of(query - start), self.n_probe);
                let mut n_found = 0;
                while n_found < self.n_probe
                    && let Some(list) = order.next(&index.coarse, &index.lists)
                {
                    if !index.lists.within(list, rows).is_empty() {
                        scratch.visits.push(Visit {
                            later: n_found > 0,
                            list: list as u32,
                            query: query as u32,
                            product: order.product(list),
                        });
                        n_found += 1;
                    }
                }
            }
        }
        (scratch.visits).sort_unstable_by_key(|visit| (visit.later, visit.list, visit.query));
    }

    fn scan(&self, scratch: &mut Scratch<C>, best: &mut [TopK]) {
        for (at, visit) in scratch.visits.iter().enumerate() {
            let (list, query) = (visit.list as usize, visit.query as usize);
            let filter = self.filters.of(self.first + query);
            if let Some(next) = scratch.visits.get(at + 1)
                && next.list != visit.list
            {
                self.index
                    .codec
                    .fetch(&self.index.lists.all(next.list as usize));
            }
            if let Some(probe) = self.index.probe(list, filter, visit.product) {
                let (prepared, best) = (&scratch.prepared[query], &mut best[query]);
                self.index
                    .scan(prepared, &probe, &mut scratch.codec, (filter, best));
            }
        }
    }

    /// Visits the lists after the first `n_probe` of queries that lack rows.
    fn go_on(&self, scratch: &mut Scratch<C>, best: &mut [TopK]) {
        let index = self.index;
        for (query, best) in best.iter_mut().enumerate() {
            if best.is_full() {
                continue;
            }
            let filter = self.filters.of(self.first + query);
            let queries = self.queries.slice(query..query + 1);
            scratch.looks.take(&index.coarse, queries);
            let order = &mut scratch.order;
            order.reset(&index.coarse, scratch.looks.of(0), self.n_probe);
            let mut n_probed = 0;
            while !best.is_full()
                && let Some(list) = order.next(&index.coarse, &index.lists)
            {
                let Some(probe) = index.probe(list, filter, order.product(list)) else {
                    continue;
                };
                n_probed += 1;
                if n_probed > self.n_probe {
                    let prepared = &scratch.prepared[query];
                    index.scan(prepared, &probe, &mut scratch.codec, (filter, &mut *best));
                }
            }
        }
    }
}
