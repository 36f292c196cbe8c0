//! Many queries at once: list by list, so that a list is read once for all that probe it.
//!
//! The best k of a query do not depend on the order in which rows are offered, so this finds to the
//! bit what one search per query would. What each query is owed: the rows of its first `n_probe`
//! lists that have any in range and, while it lacks k rows, those of the lists after them.
//!
//! Some codecs compute so much of a query that few queries can share the reading of a list. Those
//! whose most promising list is the same are answered one after another, so that it is still in
//! cache for the second.

use super::codec::Codec;
use super::inverted::Ivf;
use super::look::Looks;
use super::visit::VisitOrder;
use crate::index::filter::Filters;
use crate::index::points::Points;
use crate::index::top_k::{Neighbour, TopK};
use crate::index::vector_index::{Effort, Products};
use rayon::prelude::*;
use std::mem::take;

/// Fewest queries of a block where a codec lets them share more: threads must have enough to share.
const MIN_BLOCK: usize = 16;

/// Queries that look at the coarse centres together.
const LOOK_BLOCK: usize = 32;

/// Visits planned together, about: some hundred kilobytes.
const MAX_VISITS: usize = 1 << 14;

/// One list that one query of the block probes. In order, the most promising list of each query
/// comes before all others: what it finds there spares it most of what lies in the rest.
#[derive(Clone, Copy)]
struct Visit {
    later: bool,
    list: u32,
    /// Where the query stands among those of its block.
    turn: u32,
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
    let shared = index.codec.shared_queries();
    let most = shared.max(MAX_VISITS / effort.n_probe.max(1));
    let size = (queries.len().div_ceil(n_blocks)).clamp(MIN_BLOCK.min(shared), most);
    let blocks: Vec<Vec<Vec<Neighbour>>> = (0..queries.len().div_ceil(size))
        .into_par_iter()
        .map_init(Scratch::default, |scratch, block_idx| {
            let first = block_idx * size;
            let block = Block {
                index,
                queries: queries.slice(first..queries.len().min(first + size)),
                first,
                shared,
                effort,
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
    /// The queries, in the order in which they are answered.
    turns: Vec<u32>,
    /// Of those that share the reading of a list.
    prepared: Vec<C::Query>,
    codec: C::Scratch,
    order: VisitOrder,
    looks: Looks,
    visits: Vec<Visit>,
}

impl<C: Codec> Default for Scratch<C> {
    fn default() -> Self {
        Self {
            turns: Vec::new(),
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
    /// How many of them share the reading of a list.
    shared: usize,
    effort: Effort,
    products: Products,
    filters: Filters<'a>,
}

impl<C: Codec> Block<'_, C> {
    fn search(&self, k: usize, scratch: &mut Scratch<C>) -> Vec<Vec<Neighbour>> {
        let mut found = vec![Vec::new(); self.queries.len()];
        if k == 0 {
            return found;
        }
        self.plan(scratch);
        let (turns, visits) = (take(&mut scratch.turns), take(&mut scratch.visits));
        let mut visits_left = &visits[..];
        for (group, queries) in turns.chunks(self.shared).enumerate() {
            let first_turn = group * self.shared;
            let end = (first_turn + queries.len()) as u32;
            let n_visits = visits_left.partition_point(|visit| visit.turn < end);
            let (visits, left) = visits_left.split_at(n_visits);
            visits_left = left;
            scratch
                .prepared
                .resize_with(queries.len().max(scratch.prepared.len()), C::Query::default);
            for (&query, prepared) in queries.iter().zip(&mut scratch.prepared) {
                self.prepare(query as usize, prepared);
            }
            let mut best = vec![C::best(self.products, k); queries.len()];
            self.scan((queries, first_turn), visits, scratch, &mut best);
            self.go_on(queries, scratch, &mut best);
            for (&query, best) in queries.iter().zip(best) {
                found[query as usize] = best.into_sorted();
            }
        }
        (scratch.turns, scratch.visits) = (turns, visits);
        found
    }

    fn prepare(&self, query: usize, prepared: &mut C::Query) {
        let codec = &self.index.codec;
        match self.queries {
            Points::Sparse(rows) => {
                codec.prepare_sparse(rows, query, (self.products, self.effort), prepared);
            }
            Points::Dense(rows) => {
                let query = rows.row(query);
                let query = query.to_slice().expect("a query is a slice");
                codec.prepare(query, self.effort, prepared);
            }
        }
    }

    /// Notes the order of queries, and the first `n_probe` lists of each, group by group of those that
    /// share the reading of a list, in order of lists.
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
                let likely = index.lists.likely_visits(self.effort.n_probe, rows);
                order.reset(&index.coarse, scratch.looks.of(query - start), likely);
                let mut n_found = 0;
                while n_found < self.effort.n_probe
                    && let Some(list) = order.next(&index.coarse, &index.lists)
                {
                    if !index.lists.within(list, rows).is_empty() {
                        scratch.visits.push(Visit {
                            later: n_found > 0,
                            list: list as u32,
                            turn: query as u32,
                            product: order.product(list),
                        });
                        n_found += 1;
                    }
                }
            }
        }
        let n_queries = self.queries.len();
        scratch.turns.clear();
        scratch.turns.extend(0..n_queries as u32);
        let shared = self.shared as u32;
        if self.shared < n_queries {
            let mut first_lists = vec![u32::MAX; n_queries];
            for visit in scratch.visits.iter().filter(|visit| !visit.later) {
                first_lists[visit.turn as usize] = visit.list;
            }
            (scratch.turns).sort_by_key(|&query| first_lists[query as usize]);
            let mut turn_of = first_lists;
            for (turn, &query) in (0..).zip(&scratch.turns) {
                turn_of[query as usize] = turn;
            }
            for visit in &mut scratch.visits {
                visit.turn = turn_of[visit.turn as usize];
            }
        }
        (scratch.visits).sort_unstable_by_key(|visit| {
            (visit.turn / shared, visit.later, visit.list, visit.turn)
        });
    }

    /// Makes the visits of some queries, which have the turns from `first_turn` on.
    fn scan(
        &self,
        (queries, first_turn): (&[u32], usize),
        visits: &[Visit],
        scratch: &mut Scratch<C>,
        best: &mut [TopK],
    ) {
        for (at, visit) in visits.iter().enumerate() {
            let (list, slot) = (visit.list as usize, visit.turn as usize - first_turn);
            let filter = self.filters.of(self.first + queries[slot] as usize);
            if let Some(next) = visits.get(at + 1)
                && next.list != visit.list
            {
                self.index
                    .codec
                    .fetch(&self.index.lists.all(next.list as usize));
            }
            if let Some(probe) = self.index.probe(list, filter, visit.product) {
                let (prepared, best) = (&scratch.prepared[slot], &mut best[slot]);
                self.index
                    .scan(prepared, &probe, &mut scratch.codec, (filter, best));
            }
        }
    }

    /// Visits the lists after the first `n_probe` of those of these queries that lack rows.
    fn go_on(&self, queries: &[u32], scratch: &mut Scratch<C>, best: &mut [TopK]) {
        let index = self.index;
        for (slot, (&query, best)) in queries.iter().zip(best).enumerate() {
            if best.is_full() {
                continue;
            }
            let query = query as usize;
            let filter = self.filters.of(self.first + query);
            let queries = self.queries.slice(query..query + 1);
            scratch.looks.take(&index.coarse, queries);
            let order = &mut scratch.order;
            let likely = index.lists.likely_visits(self.effort.n_probe, &filter.rows);
            order.reset(&index.coarse, scratch.looks.of(0), likely);
            let mut n_probed = 0;
            while !best.is_full()
                && let Some(list) = order.next(&index.coarse, &index.lists)
            {
                let Some(probe) = index.probe(list, filter, order.product(list)) else {
                    continue;
                };
                n_probed += 1;
                if n_probed > self.effort.n_probe {
                    let prepared = &scratch.prepared[slot];
                    index.scan(prepared, &probe, &mut scratch.codec, (filter, &mut *best));
                }
            }
        }
    }
}
