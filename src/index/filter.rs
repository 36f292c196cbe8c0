//! Which rows may answer a query, decided inside the scan and so before the best k are chosen.

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

    /// Offers scored rows, already cut to the range, that `keep` accepts.
    #[inline]
    pub(super) fn offer(&self, rows: impl Iterator<Item = u32>, scores: &[f32], best: &mut TopK) {
        for (row, &score) in rows.zip(scores) {
            if score >= best.floor() && self.keep.is_none_or(|keep| keep(row)) {
                best.push(row, score);
            }
        }
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
