//! The walk over inverted lists, whatever is in them.

use super::batch;
use super::coarse::Coarse;
use super::codec::{Codec, Probe};
use super::lists::{ListParts, Lists};
use super::look::Looks;
use super::visit::VisitOrder;
use crate::index::filter::{Filter, Filters, Offer};
use crate::index::kernels::prefetch;
use crate::index::metric::Metric;
use crate::index::parts::{PartsError, check_len};
use crate::index::points::Points;
use crate::index::sparse_rows::SparseView;
use crate::index::top_k::{Neighbour, TopK};
use crate::index::vector_index::{Effort, Products, VectorIndex};
use ndarray::ArrayView2;

/// Row numbers asked of memory before a list is scanned, at most.
const FETCHED: usize = 2048;

/// Inverted lists whose rows are kept by `C`.
#[derive(Debug, Clone)]
pub struct Ivf<C> {
    pub(super) coarse: Coarse,
    pub(super) lists: Lists,
    pub(super) codec: C,
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

    /// The number of rows in the `n_probe` lists that a query visits.
    pub(in crate::index) fn n_visited(&self, query: &[f32], n_probe: usize) -> usize {
        let row = ArrayView2::from_shape((1, query.len()), query).expect("one row");
        let (mut looks, mut order) = (Looks::default(), VisitOrder::default());
        looks.take(&self.coarse, Points::Dense(row));
        let likely = self.lists.likely_visits(n_probe, &Filter::ALL.rows);
        order.reset(&self.coarse, looks.of(0), likely);
        let lists = std::iter::from_fn(|| order.next(&self.coarse, &self.lists));
        let visited = lists.take(n_probe);
        visited.map(|list| self.lists.all(list).len()).sum()
    }

    /// Offers the rows of the lists at `order` that `ask` wants to `best`: of the next
    /// `n_probe` that have any, and on past them until `best` is full.
    fn visit(&self, ask: &Ask<'_>, state: &mut Scratch<C>, best: &mut TopK) {
        let mut n_probed = 0;
        while n_probed < ask.n_probe || !best.is_full() {
            let Some(list) = state.order.next(&self.coarse, &self.lists) else {
                break;
            };
            if let Some(probe) = self.probe(list, ask.filter, state.order.product(list)) {
                n_probed += 1;
                self.scan(
                    &state.prepared,
                    &probe,
                    &mut state.codec,
                    (ask.filter, best),
                );
            }
        }
    }

    /// The part of a list in the filter's range, if any is.
    pub(super) fn probe(
        &self,
        list: usize,
        filter: &Filter<'_>,
        centre_product: f32,
    ) -> Option<Probe<'_>> {
        let wanted = self.lists.within(list, &filter.rows);
        (!wanted.is_empty()).then(|| Probe {
            list,
            all: self.lists.all(list),
            wanted,
            centre_product,
            centre: self.coarse.centroid(list),
        })
    }

    /// Offers the wanted rows of a list that the filter accepts to `best`.
    pub(super) fn scan(
        &self,
        prepared: &C::Query,
        probe: &Probe<'_>,
        scratch: &mut C::Scratch,
        (filter, best): (&Filter<'_>, &mut TopK),
    ) {
        let rows: &[u32] = self.lists.rows();
        // Of these few are read, here and there, when all codes have been.
        let end = probe.wanted.end.min(probe.wanted.start + FETCHED);
        prefetch(&rows[probe.wanted.start..end]);
        let mut offer = Offer {
            rows: Some(rows),
            keep: filter.keep,
            best,
        };
        self.codec.scan(prepared, probe, scratch, &mut offer);
    }
}

/// What one search asks for.
struct Ask<'a> {
    n_probe: usize,
    filter: &'a Filter<'a>,
}

/// Memory of one search.
struct Scratch<C: Codec> {
    prepared: C::Query,
    codec: C::Scratch,
    order: VisitOrder,
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

    fn tells_halves(&self) -> bool {
        self.codec.tells_halves()
    }

    fn search(&self, query: &[f32], effort: Effort, filter: &Filter<'_>, best: &mut TopK) {
        let row = ArrayView2::from_shape((1, query.len()), query).expect("one row");
        let mut looks = Looks::default();
        looks.take(&self.coarse, Points::Dense(row));
        if best.k() == 0 {
            return;
        }
        let n_probe = effort.n_probe;
        let mut state = Scratch::<C> {
            prepared: C::Query::default(),
            codec: C::Scratch::default(),
            order: VisitOrder::default(),
        };
        self.codec.prepare(query, effort, &mut state.prepared);
        let likely = self.lists.likely_visits(n_probe, &filter.rows);
        state.order.reset(&self.coarse, looks.of(0), likely);
        let ask = Ask { n_probe, filter };
        self.visit(&ask, &mut state, best);
    }

    fn search_batch(
        &self,
        queries: ArrayView2<'_, f32>,
        k: usize,
        effort: Effort,
        filters: Filters<'_>,
    ) -> Vec<Vec<Neighbour>> {
        let queries = queries.as_standard_layout();
        let queries = Points::Dense(queries.view());
        batch::search(self, queries, (k, Products::OfAll), effort, filters)
    }

    fn search_sparse(
        &self,
        queries: SparseView<'_>,
        wanted: (usize, Products),
        effort: Effort,
        filters: Filters<'_>,
    ) -> Vec<Vec<Neighbour>> {
        batch::search(self, Points::Sparse(queries), wanted, effort, filters)
    }
}
