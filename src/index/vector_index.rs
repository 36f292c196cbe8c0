//! What every index does: fill a caller's [`TopK`] with the rows most like a query.

use super::filter::{Filter, Filters};
use super::metric::Metric;
use super::top_k::{Neighbour, TopK};
use ndarray::ArrayView2;
use rayon::prelude::*;

/// How hard a search tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// How many inverted lists are scanned. Lists without a row in the filter's range do not
    /// count, and the scan goes on past this number until k rows are found or no list is left.
    /// Kinds without lists look at every row.
    pub n_probe: usize,
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

    /// Whether there is nothing to find.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Offers the rows nearest `query` to `best`. More effort offers a superset.
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

    /// Like [`search_batch`](Self::search_batch), but the score of a row is the inner product of
    /// the first half of the coordinates times that of the second, each 0 where it is negative: a
    /// row must agree in both halves to come up. Kinds that do not keep postings cannot tell the
    /// halves apart and score all coordinates together.
    fn search_halves(
        &self,
        queries: ArrayView2<'_, f32>,
        k: usize,
        effort: Effort,
        filters: Filters<'_>,
    ) -> Vec<Vec<Neighbour>> {
        self.search_batch(queries, k, effort, filters)
    }
}
