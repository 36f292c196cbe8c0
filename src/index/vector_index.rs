//! What every index does: fill a caller's [`TopK`] with the rows most like a query.

use super::filter::{Filter, Filters};
use super::metric::Metric;
use super::points::Points;
use super::sparse_rows::SparseView;
use super::top_k::{Neighbour, TopK};
use ndarray::ArrayView2;
use rayon::prelude::*;

/// How hard a search tries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effort {
    /// How many inverted lists are scanned. Lists without a row in the filter's range do not
    /// count, and the scan goes on past this number until k rows are found or no list is left.
    /// Kinds without lists look at every row.
    pub n_probe: usize,
    /// Coordinates of a query below this share of its norm are left out of its scores, but none of
    /// half the greatest or more. Only postings save time by it, and only they do it.
    pub skip_below: f32,
}

impl Effort {
    /// So many lists, and all coordinates.
    pub const fn visiting(n_probe: usize) -> Self {
        Self {
            n_probe,
            skip_below: 0.0,
        }
    }

    /// The absolute value below which coordinates of a query of these values are left out.
    pub(super) fn least_value(self, values: &[f32], squared_norm: f32) -> f32 {
        if self.skip_below == 0.0 {
            return 0.0;
        }
        let greatest = values.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        (self.skip_below * squared_norm.sqrt()).min(greatest / 2.0)
    }
}

/// What the score of a row is made of, where rows are compared by inner product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Products {
    /// The inner product of all coordinates.
    OfAll,
    /// That of the first half of the coordinates times that of the second, each 0 where it is
    /// negative. A row of score 0 is no answer, where it is kept whole: codes cannot tell little
    /// from nothing.
    OfHalves,
}

impl Products {
    /// These, or those of all coordinates where halves are not told apart.
    pub(super) fn as_told(self, tells_halves: bool) -> Self {
        if tells_halves { self } else { Self::OfAll }
    }

    /// Room for the `k` best of rows that are kept whole.
    pub(super) fn best_of_whole(self, k: usize) -> TopK {
        match self {
            Self::OfAll => TopK::new(k),
            Self::OfHalves => TopK::above_zero(k),
        }
    }
}

/// Rows of numbers that can be searched.
///
/// Queries must have [`dim`](Self::dim) coordinates; another length is the caller's mistake and
/// panics. Rows whose score is not a number are left out.
pub trait VectorIndex: Send + Sync {
    /// Coordinates per row.
    fn dim(&self) -> usize;

    /// Number of rows.
    fn len(&self) -> usize;

    /// How rows are compared.
    fn metric(&self) -> Metric;

    /// Whether [`Products::OfHalves`] can be had; else all coordinates count together.
    fn tells_halves(&self) -> bool {
        false
    }

    /// Whether there is nothing to find.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Offers the rows nearest `query` to `best`. More lists offer a superset.
    fn search(&self, query: &[f32], effort: Effort, filter: &Filter<'_>, best: &mut TopK);

    /// The `k` best rows for each query, in query order: to the bit what [`search`](Self::search)
    /// finds for that query alone.
    fn search_batch(
        &self,
        queries: ArrayView2<'_, f32>,
        k: usize,
        effort: Effort,
        filters: Filters<'_>,
    ) -> Vec<Vec<Neighbour>> {
        filters.expect_len(queries.nrows());
        let queries = queries.as_standard_layout();
        queries
            .outer_iter()
            .into_par_iter()
            .enumerate()
            .map(|(query_idx, query)| {
                let mut best = TopK::new(k);
                let query = query
                    .to_slice()
                    .expect("rows of a standard layout are slices");
                self.search(query, effort, filters.of(query_idx), &mut best);
                best.into_sorted()
            })
            .collect()
    }

    /// Like [`search_batch`](Self::search_batch) for queries without their zeros.
    ///
    /// By [`Products::OfHalves`], indexes that [tell halves apart](Self::tells_halves) want rows that
    /// agree in both; others score all coordinates together.
    fn search_sparse(
        &self,
        queries: SparseView<'_>,
        (k, _): (usize, Products),
        effort: Effort,
        filters: Filters<'_>,
    ) -> Vec<Vec<Neighbour>> {
        self.search_batch(Points::Sparse(queries).whole().view(), k, effort, filters)
    }
}
