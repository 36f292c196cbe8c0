//! A second look: the best of what a coded index finds, scored again from rows kept better.
//!
//! The first search asks for more rows than are wanted; the second scores those alone, and no more
//! of them than may still count. What it costs is a few dozen products per query and the memory of
//! the rows.

mod grow;
mod rows;

pub use rows::{RefineKind, RefineParts, RefineValues, RefinedRows};

use super::filter::{Filter, Filters};
use super::metric::Metric;
use super::parts::{PartsError, check_len};
use super::top_k::{Neighbour, TopK};
use super::vector_index::{Effort, VectorIndex};
use ndarray::ArrayView2;
use rayon::prelude::*;

/// Rows scored again for each row wanted where nothing else is said, and then the least and the
/// most of them: where more are wanted than the most, those are all there are.
const PER_HIT: usize = 10;
const LEAST: usize = 40;
const MOST: usize = 200;

/// An index whose best rows are scored again.
#[derive(Debug, Clone)]
pub struct Refined<I> {
    first: I,
    rows: RefinedRows,
    per_hit: Option<usize>,
}

impl<I: VectorIndex> Refined<I> {
    /// Puts together what belongs together.
    pub(in crate::index) fn new(first: I, rows: RefinedRows) -> Self {
        Self {
            first,
            rows,
            per_hit: None,
        }
    }

    /// Checks parts and puts them together with the index they refine.
    pub fn from_parts(first: I, parts: RefineParts) -> Result<Self, PartsError> {
        let rows = RefinedRows::checked(first.metric(), first.dim(), parts)?;
        check_len("refined rows", rows.len(), first.len())?;
        Ok(Self::new(first, rows))
    }

    /// The index whose rows are scored again.
    pub fn first(&self) -> &I {
        &self.first
    }

    /// The rows that scores are taken from.
    pub fn rows(&self) -> &RefinedRows {
        &self.rows
    }

    /// Scores again `per_hit` rows for each that is wanted, at least one: no more, no fewer.
    #[must_use]
    pub fn with_per_hit(mut self, per_hit: usize) -> Self {
        self.per_hit = Some(per_hit);
        self
    }

    /// How many rows the first search is asked for.
    fn n_survivors(&self, k: usize) -> usize {
        let n = match self.per_hit {
            Some(per_hit) => k.saturating_mul(per_hit),
            None => k.saturating_mul(PER_HIT).clamp(LEAST, MOST),
        };
        n.max(k)
    }

    fn score_again(&self, query: &[f32], found: &[Neighbour], best: &mut TopK) {
        self.rows.score(query, found, best);
    }
}

impl<I: VectorIndex> VectorIndex for Refined<I> {
    fn dim(&self) -> usize {
        self.first.dim()
    }

    fn len(&self) -> usize {
        self.first.len()
    }

    fn metric(&self) -> Metric {
        self.first.metric()
    }

    fn search(&self, query: &[f32], effort: Effort, filter: &Filter<'_>, best: &mut TopK) {
        if best.k() == 0 {
            return;
        }
        let mut found = TopK::new(self.n_survivors(best.k()));
        self.first.search(query, effort, filter, &mut found);
        self.score_again(query, &found.into_sorted(), best);
    }

    fn search_batch(
        &self,
        queries: ArrayView2<'_, f32>,
        k: usize,
        effort: Effort,
        filters: Filters<'_>,
    ) -> Vec<Vec<Neighbour>> {
        let queries = queries.as_standard_layout();
        let n = if k == 0 { 0 } else { self.n_survivors(k) };
        let found = (self.first).search_batch(queries.view(), n, effort, filters);
        (queries.outer_iter().into_par_iter().zip(found))
            .map(|(query, found)| {
                let mut best = TopK::new(k);
                let query = query.to_slice().expect("a query is a slice");
                self.score_again(query, &found, &mut best);
                best.into_sorted()
            })
            .collect()
    }
}
