//! What queries see of the coarse centres: the products with them, or how close they look.
//!
//! A query of few numbers that are not 0 has its products with all centres at once. For others
//! bytes say which centres may be among the nearest, and only those are looked at again; see
//! [`RoundedCentres`](crate::index::rounded::RoundedCentres).

use super::coarse::Coarse;
use crate::index::panels::PlacedRows;
use crate::index::points::{Points, are_sparse};
use crate::index::rounded::{RoundedPoints, RoundedScores};

/// What one query sees.
#[derive(Debug, Clone, Copy)]
pub(in crate::index) enum Look<'a> {
    /// Its products with the centres.
    Products(&'a [f32]),
    /// How close the centres look, in steps of its own, and itself. A centre that is as close as
    /// another looks less close by `margin` at most.
    Rounded {
        scores: &'a [f32],
        margin: f32,
        query: &'a [f32],
    },
}

/// How a query looks, and which of those that look so it is.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Exact(usize),
    Rounded(usize),
}

/// What some queries see. The memory of one block of queries is reused by the next.
#[derive(Debug, Default)]
pub(in crate::index) struct Looks {
    n_lists: usize,
    dim: usize,
    /// How each query looks.
    kinds: Vec<Kind>,
    /// Of those that look exactly: their numbers, their products.
    rows: PlacedRows,
    products: Vec<f32>,
    /// Of the others: their numbers, the same as bytes, the scores of centres, their margins.
    whole: Vec<f32>,
    bytes: RoundedPoints,
    scores: RoundedScores,
    margins: Vec<f32>,
}

impl Looks {
    /// Looks at the centres from each query.
    ///
    /// How a product is summed depends on the query alone, so it has the same bits in a batch as
    /// alone.
    pub(in crate::index) fn take(&mut self, coarse: &Coarse, queries: Points<'_>) {
        assert_eq!(
            queries.dim(),
            coarse.dim(),
            "queries have the index's dimension"
        );
        (self.n_lists, self.dim) = (coarse.n_lists(), coarse.dim());
        self.kinds.clear();
        self.rows.clear();
        self.whole.clear();
        self.bytes.clear();
        self.margins.clear();
        for query in 0..queries.len() {
            let sparse = are_sparse(queries.slice(query..query + 1));
            if !sparse && self.round(coarse, queries, query) {
                self.kinds.push(Kind::Rounded(self.margins.len() - 1));
                continue;
            }
            self.kinds.push(Kind::Exact(self.rows.len()));
            self.rows.push(queries, query);
        }
        if self.rows.len() > 0 {
            coarse.panels().multiply(&self.rows, &mut self.products);
        }
        self.score(coarse);
    }

    /// What one of the queries sees.
    pub(in crate::index) fn of(&self, query: usize) -> Look<'_> {
        match self.kinds[query] {
            Kind::Exact(at) => Look::Products(row(&self.products, at, self.n_lists)),
            Kind::Rounded(at) => Look::Rounded {
                scores: self.scores.of(at),
                margin: self.margins[at],
                query: row(&self.whole, at, self.dim),
            },
        }
    }

    /// Rounds a query, if that is of use.
    fn round(&mut self, coarse: &Coarse, queries: Points<'_>, query: usize) -> bool {
        let Some(rounded) = coarse.rounded() else {
            return false;
        };
        let start = self.whole.len();
        self.whole.resize(start + self.dim, 0.0);
        let whole = &mut self.whole[start..];
        queries.write(query, whole);
        rounded.round(whole, &mut self.bytes);
        let margin = rounded.margin(&self.bytes, self.margins.len(), whole);
        // Nothing can be said of numbers beyond all measure.
        if !margin.is_finite() {
            self.whole.truncate(start);
            rounded.forget_last(&mut self.bytes);
            return false;
        }
        self.margins.push(margin);
        true
    }

    /// How close centres look to the other queries.
    fn score(&mut self, coarse: &Coarse) {
        if let Some(rounded) = coarse.rounded()
            && !self.margins.is_empty()
        {
            rounded.scores(&self.bytes, &mut self.scores);
        }
    }
}

fn row(values: &[f32], at: usize, width: usize) -> &[f32] {
    &values[at * width..][..width]
}
