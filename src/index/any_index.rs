//! Whichever index there is: the choice made by [`Factory`] words, behind one type.

use super::factory::{Factory, Rows};
use super::filter::{Filter, Filters};
use super::flat::Flat;
use super::ivf::{IvfFlat, IvfPq, IvfSparse};
use super::mapped::Mapped;
use super::metric::Metric;
use super::pq::{CodeParts, Pq};
use super::refine::Refined;
use super::sparse::Sparse;
use super::sparse_rows::SparseView;
use super::top_k::{Neighbour, TopK};
use super::vector_index::{Effort, Products, VectorIndex};
use ndarray::ArrayView2;
use std::num::NonZeroU32;

/// One of the kinds of index. A file writer matches on it and stores the `parts()` of the kind.
#[derive(Debug, Clone)]
pub enum AnyIndex {
    /// Every row kept, every row scored.
    Flat(Flat),
    /// Every row as postings, every row scored.
    Sparse(Sparse),
    /// Every row coded, every row scored.
    Pq(Pq),
    /// Whole rows in inverted lists.
    IvfFlat(IvfFlat),
    /// Postings in inverted lists.
    IvfSparse(IvfSparse),
    /// Coded residuals in inverted lists.
    IvfPq(IvfPq),
    /// Any of the above over mapped rows.
    Mapped(Box<Mapped<AnyIndex>>),
    /// Any of the others, whose best rows are scored again.
    Refined(Box<Refined<AnyIndex>>),
}

impl AnyIndex {
    /// The words for what this is; where there was too little data, smaller than what was ordered.
    pub fn factory(&self) -> Factory {
        // Only an index over nothing has no lists.
        let at_least_1 = |n: usize| NonZeroU32::new(n as u32).unwrap_or(NonZeroU32::MIN);
        let pq = |codes: CodeParts| Rows::Pq {
            n_sub: at_least_1(codes.n_sub),
            bits: codes.bits,
        };
        let (in_lists, rows) = match self {
            Self::Flat(_) => (false, Rows::Flat),
            Self::Sparse(_) => (false, Rows::Sparse),
            Self::Pq(index) => (false, pq(index.parts().codes)),
            Self::IvfFlat(_) => (true, Rows::Flat),
            Self::IvfSparse(_) => (true, Rows::Sparse),
            Self::IvfPq(index) => (true, pq(index.parts().codes)),
            Self::Mapped(index) => {
                return Factory {
                    map: Some(index.kind()),
                    ..index.index().factory()
                };
            }
            Self::Refined(index) => {
                return Factory {
                    refine: Some(index.rows().kind()),
                    ..index.first().factory()
                };
            }
        };
        Factory {
            map: None,
            n_list: in_lists.then(|| at_least_1(self.n_lists())),
            rows,
            refine: None,
        }
    }

    /// The kind in one word, as reports name it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Flat(_) => "flat",
            Self::Sparse(_) => "sparse",
            Self::Pq(_) => "pq",
            Self::IvfFlat(_) => "ivfflat",
            Self::IvfSparse(_) => "ivfsparse",
            Self::IvfPq(_) => "ivfpq",
            Self::Mapped(index) => index.index().kind(),
            Self::Refined(index) => index.first().kind(),
        }
    }

    /// Number of inverted lists; 0 for kinds without.
    pub fn n_lists(&self) -> usize {
        match self {
            Self::Flat(_) | Self::Sparse(_) | Self::Pq(_) => 0,
            Self::IvfFlat(index) => index.n_lists(),
            Self::IvfSparse(index) => index.n_lists(),
            Self::IvfPq(index) => index.n_lists(),
            Self::Mapped(index) => index.index().n_lists(),
            Self::Refined(index) => index.first().n_lists(),
        }
    }

    /// Whether an effort's [`skip_below`](Effort::skip_below) is heeded.
    pub fn can_skip(&self) -> bool {
        match self {
            Self::Sparse(_) | Self::IvfSparse(_) => true,
            Self::Flat(_) | Self::Pq(_) | Self::IvfFlat(_) | Self::IvfPq(_) => false,
            Self::Mapped(index) => index.index().can_skip(),
            Self::Refined(index) => index.first().can_skip(),
        }
    }

    /// Whether a search that skips nothing finds the best rows there are. Postings round
    /// weights to 16 bits; what that changes is no more than the rounding of a sum.
    pub fn is_exact(&self) -> bool {
        matches!(self, Self::Flat(_) | Self::Sparse(_))
    }

    /// The same index with `per_hit` rows scored again for each that is wanted, where any are.
    #[must_use]
    pub fn with_per_hit(self, per_hit: usize) -> Self {
        if let Self::Refined(index) = self {
            Self::Refined(Box::new(index.with_per_hit(per_hit)))
        } else {
            self
        }
    }

    /// Whether the best rows of a first look are scored again.
    pub fn is_refined(&self) -> bool {
        matches!(self, Self::Refined(_))
    }

    fn as_dyn(&self) -> &dyn VectorIndex {
        match self {
            Self::Flat(index) => index,
            Self::Sparse(index) => index,
            Self::Pq(index) => index,
            Self::IvfFlat(index) => index,
            Self::IvfSparse(index) => index,
            Self::IvfPq(index) => index,
            Self::Mapped(index) => index.as_ref(),
            Self::Refined(index) => index.as_ref(),
        }
    }
}

impl VectorIndex for AnyIndex {
    fn dim(&self) -> usize {
        self.as_dyn().dim()
    }

    fn len(&self) -> usize {
        self.as_dyn().len()
    }

    fn metric(&self) -> Metric {
        self.as_dyn().metric()
    }

    fn search(&self, query: &[f32], effort: Effort, filter: &Filter<'_>, best: &mut TopK) {
        self.as_dyn().search(query, effort, filter, best);
    }

    fn search_batch(
        &self,
        queries: ArrayView2<'_, f32>,
        k: usize,
        effort: Effort,
        filters: Filters<'_>,
    ) -> Vec<Vec<Neighbour>> {
        self.as_dyn().search_batch(queries, k, effort, filters)
    }

    fn tells_halves(&self) -> bool {
        self.as_dyn().tells_halves()
    }

    fn search_sparse(
        &self,
        queries: SparseView<'_>,
        wanted: (usize, Products),
        effort: Effort,
        filters: Filters<'_>,
    ) -> Vec<Vec<Neighbour>> {
        (self.as_dyn()).search_sparse(queries, wanted, effort, filters)
    }
}
