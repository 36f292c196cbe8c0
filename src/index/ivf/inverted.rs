//! The walk over inverted lists, whatever is in them.

use super::coarse::Coarse;
use super::codec::Codec;
use super::lists::{ListParts, Lists};
use super::visit::VisitOrder;
use crate::index::filter::{Filter, Filters};
use crate::index::metric::Metric;
use crate::index::parts::{PartsError, check_len};
use crate::index::top_k::{Neighbour, TopK};
use crate::index::vector_index::{Effort, VectorIndex};
use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;
use std::ops::Range;

/// Queries whose products with the coarse centres are one matrix product.
const QUERY_BLOCK: usize = 32;

/// Rows scored at a time, so that their scores stay in the first-level cache.
const SCAN_BLOCK: usize = 256;

/// Inverted lists whose rows are kept by `C`.
#[derive(Debug, Clone)]
pub struct Ivf<C> {
    pub(super) coarse: Coarse,
    pub(super) lists: Lists,
    pub(super) codec: C,
}

/// Memory of one search, reused by the next.
struct Scratch<Q> {
    prepared: Q,
    order: VisitOrder,
    scores: [f32; SCAN_BLOCK],
}

impl<Q: Default> Scratch<Q> {
    fn new() -> Self {
        Self {
            prepared: Q::default(),
            order: VisitOrder::default(),
            scores: [0.0; SCAN_BLOCK],
        }
    }
}

/// What one search asks for.
struct Ask<'a> {
    query: &'a [f32],
    /// The query's products with the coarse centres.
    products: &'a [f32],
    effort: Effort,
    filter: &'a Filter<'a>,
}

/// One list to scan, or the part of it in the filter's range.
struct Probe {
    centre_product: f32,
    positions: Range<usize>,
}

impl<C: Codec> Ivf<C> {
    /// Puts together what the caller vouches for.
    pub(in crate::index) fn new(coarse: Coarse, lists: Lists, codec: C) -> Self {
        Self {
            coarse,
            lists,
            codec,
        }
    }

    pub(super) fn checked(
        metric: Metric,
        dim: usize,
        parts: ListParts,
        codec: C,
    ) -> Result<Self, PartsError> {
        let coarse = Coarse::checked(metric, dim, parts.centroids)?;
        let lists = Lists::checked(coarse.n_lists(), parts.offsets, parts.rows)?;
        check_len("codes", codec.len(), lists.n_rows())?;
        Ok(Self::new(coarse, lists, codec))
    }

    pub(super) fn list_parts(&self) -> ListParts {
        ListParts {
            centroids: self.coarse.centroids().clone(),
            offsets: self.lists.offsets().clone(),
            rows: self.lists.rows().clone(),
        }
    }

    /// Number of lists, empty ones included.
    pub fn n_lists(&self) -> usize {
        self.coarse.n_lists()
    }

    /// The number of rows in each list.
    pub fn list_sizes(&self) -> Vec<usize> {
        (0..self.n_lists())
            .map(|list| self.lists.all(list).len())
            .collect()
    }

    fn visit(&self, ask: &Ask<'_>, scratch: &mut Scratch<C::Query>, best: &mut TopK) {
        if best.k() == 0 {
            return;
        }
        self.codec.prepare(ask.query, &mut scratch.prepared);
        let n_probe = ask.effort.n_probe;
        scratch
            .order
            .reset(&self.coarse, &self.lists, ask.products, n_probe);
        let mut n_probed = 0;
        while n_probed < n_probe || !best.is_full() {
            let Some(list) = scratch.order.next() else {
                break;
            };
            let positions = self.lists.within(list, &ask.filter.rows);
            if !positions.is_empty() {
                n_probed += 1;
                let probe = Probe {
                    centre_product: ask.products[list],
                    positions,
                };
                self.scan(ask.filter, probe, scratch, best);
            }
        }
    }

    fn scan(
        &self,
        filter: &Filter<'_>,
        probe: Probe,
        scratch: &mut Scratch<C::Query>,
        best: &mut TopK,
    ) {
        let rows: &[u32] = self.lists.rows();
        for start in probe.positions.clone().step_by(SCAN_BLOCK) {
            let block = start..(start + SCAN_BLOCK).min(probe.positions.end);
            let scores = &mut scratch.scores[..block.len()];
            let (prepared, product) = (&scratch.prepared, probe.centre_product);
            self.codec.score(prepared, product, block.clone(), scores);
            filter.offer(rows[block].iter().copied(), scores, best);
        }
    }
}

impl<C: Codec> VectorIndex for Ivf<C> {
    fn dim(&self) -> usize {
        self.coarse.dim()
    }

    fn len(&self) -> usize {
        self.lists.n_rows()
    }

    fn metric(&self) -> Metric {
        self.codec.metric()
    }

    fn search(&self, query: &[f32], effort: Effort, filter: &Filter<'_>, best: &mut TopK) {
        let row = ArrayView2::from_shape((1, query.len()), query).expect("one row");
        let products = self.coarse.products(row);
        let ask = Ask {
            query,
            products: &products,
            effort,
            filter,
        };
        self.visit(&ask, &mut Scratch::new(), best);
    }

    fn search_batch(
        &self,
        queries: ArrayView2<'_, f32>,
        k: usize,
        effort: Effort,
        filters: Filters<'_>,
    ) -> Vec<Vec<Neighbour>> {
        filters.expect_len(queries.nrows());
        let queries = queries.as_standard_layout();
        let blocks: Vec<Vec<Vec<Neighbour>>> = queries
            .axis_chunks_iter(Axis(0), QUERY_BLOCK)
            .into_par_iter()
            .enumerate()
            .map_init(Scratch::new, |scratch, (block_idx, block)| {
                let products = self.coarse.products(block);
                let n_lists = self.n_lists();
                (block.outer_iter().enumerate())
                    .map(|(idx, query)| {
                        let ask = Ask {
                            query: query
                                .to_slice()
                                .expect("rows of a standard layout are slices"),
                            products: &products[idx * n_lists..][..n_lists],
                            effort,
                            filter: filters.of(block_idx * QUERY_BLOCK + idx),
                        };
                        let mut best = TopK::new(k);
                        self.visit(&ask, scratch, &mut best);
                        best.into_sorted()
                    })
                    .collect()
            })
            .collect();
        blocks.into_iter().flatten().collect()
    }
}
