//! Which rows may answer a query, decided inside the scan and so before the best k are chosen.

use super::kernels::Level;
use super::kernels::threshold::{each_reaching, floor_of};
use super::top_k::TopK;
use std::fmt;
use std::ops::Range;

/// The rows a search may return.
///
/// The range costs nothing: lists hold ascending rows, so it is a slice of each, found by binary
/// search. `keep` is asked only about rows that would enter the result.
#[derive(Clone)]
pub struct Filter<'a> {
    /// Only rows in this range.
    pub rows: Range<u32>,
    /// Only rows this accepts.
    pub keep: Option<&'a (dyn Fn(u32) -> bool + Sync)>,
}

impl<'a> Filter<'a> {
    /// Every row.
    pub const ALL: Filter<'static> = Filter {
        rows: 0..u32::MAX,
        keep: None,
    };

    /// Only rows in `rows`.
    pub fn range(rows: Range<u32>) -> Self {
        Self { rows, keep: None }
    }

    /// Only rows that `keep` accepts.
    pub fn keep(keep: &'a (dyn Fn(u32) -> bool + Sync)) -> Self {
        Self {
            keep: Some(keep),
            ..Filter::ALL
        }
    }

    /// The part of `0..n_rows` in range.
    pub(super) fn positions(&self, n_rows: usize) -> Range<usize> {
        let end = (self.rows.end as usize).min(n_rows);
        (self.rows.start as usize).min(end)..end
    }
}

/// Where a scan takes its scored rows: they pass the filter's function, then the best k are kept.
pub struct Offer<'a> {
    /// The row at each position; without, positions are rows.
    pub(super) rows: Option<&'a [u32]>,
    /// Only rows this accepts.
    pub(super) keep: Option<&'a (dyn Fn(u32) -> bool + Sync)>,
    /// What is filled.
    pub(super) best: &'a mut TopK,
}

impl Offer<'_> {
    /// A score below this can no longer enter.
    #[inline]
    pub(super) fn floor(&self) -> f32 {
        self.best.floor()
    }

    /// Offers the scores of the positions from `first` on.
    #[inline]
    pub(super) fn scores(&mut self, first: usize, scores: &[f32]) {
        self.bounds(first, scores, |position| scores[position - first]);
    }

    /// Offers the score of each position from `first` on whose bound reaches the floor. No score
    /// may be above its bound.
    ///
    /// Before k are found there is no floor, and everything would be let in: so those that promise
    /// most come first.
    #[inline]
    pub(super) fn bounds(&mut self, first: usize, bounds: &[f32], score: impl Fn(usize) -> f32) {
        let level = Level::detected();
        let mut top = None;
        if !self.best.is_full() {
            let floor = floor_of(level, bounds, self.best.k());
            if floor > self.floor() {
                top = Some(floor);
                let floor_of_top = |_: &Self| floor;
                each_reaching(level, bounds, self, floor_of_top, |offer, at| {
                    offer.one(first + at, score(first + at));
                });
                self.best.raise_floor();
            }
        }
        each_reaching(level, bounds, self, Self::floor, |offer, at| {
            // The floor may have risen since.
            if bounds[at] >= offer.floor() && top.is_none_or(|top| bounds[at] < top) {
                offer.one(first + at, score(first + at));
            }
        });
    }

    /// Offers the score of one position.
    #[inline]
    pub(super) fn one(&mut self, position: usize, score: f32) {
        if score >= self.floor() {
            let row = self.rows.map_or(position as u32, |rows| rows[position]);
            if self.keep.is_none_or(|keep| keep(row)) {
                self.best.push(row, score);
            }
        }
    }
}

impl fmt::Debug for Offer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Offer")
            .field("best", &self.best)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Filter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filter")
            .field("rows", &self.rows)
            .field("keep", &self.keep.map(|_| "function"))
            .finish()
    }
}

/// The filters of a batch of queries.
#[derive(Debug, Clone, Copy)]
pub enum Filters<'a> {
    /// The same one for every query.
    Same(&'a Filter<'a>),
    /// One per query, in query order.
    Each(&'a [Filter<'a>]),
}

impl<'a> Filters<'a> {
    /// The filter of one query.
    pub fn of(&self, query_idx: usize) -> &'a Filter<'a> {
        match self {
            Self::Same(filter) => filter,
            Self::Each(filters) => &filters[query_idx],
        }
    }

    /// A filter too few would silently leave queries out, so it is refused at the door.
    pub(super) fn expect_len(&self, n_queries: usize) {
        if let Self::Each(filters) = self {
            assert_eq!(filters.len(), n_queries, "one filter per query");
        }
    }
}
