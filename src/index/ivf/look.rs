//! What queries see of the coarse centres: the products with them, or how close they look.
//!
//! A query of few numbers that are not 0 has its products with all centres at once. For others
//! bytes say which centres may be among the nearest, and only those are looked at again; see
//! [`RoundedCentres`](crate::index::rounded::RoundedCentres).

use super::coarse::Coarse;
use crate::index::kernels::Level;
use crate::index::kernels::columns::{PANEL, Place, sum_panel};
use crate::index::points::{Points, are_sparse};
use crate::index::rounded::RoundedPoints;

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
    /// Of those that look exactly: where the places of each end, its places, its products.
    ends: Vec<usize>,
    places: Vec<Place>,
    products: Vec<f32>,
    /// Of the others: their numbers, the same as bytes, the scores of centres, their margins.
    whole: Vec<f32>,
    bytes: RoundedPoints,
    scores: Vec<f32>,
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
        self.ends.clear();
        self.places.clear();
        self.whole.clear();
        self.bytes.clear();
        self.margins.clear();
        for query in 0..queries.len() {
            let sparse = are_sparse(queries.slice(query..query + 1));
            if !sparse && self.round(coarse, queries, query) {
                self.kinds.push(Kind::Rounded(self.margins.len() - 1));
                continue;
            }
            queries.each_value(query, |coordinate, value| {
                let coordinate = coordinate as u32;
                self.places.push(Place { coordinate, value });
            });
            self.kinds.push(Kind::Exact(self.ends.len()));
            self.ends.push(self.places.len());
        }
        self.multiply(coarse);
        self.score(coarse);
    }

    /// What one of the queries sees.
    pub(in crate::index) fn of(&self, query: usize) -> Look<'_> {
        match self.kinds[query] {
            Kind::Exact(at) => Look::Products(row(&self.products, at, self.n_lists)),
            Kind::Rounded(at) => Look::Rounded {
                scores: row(&self.scores, at, self.n_lists),
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

    /// The products of queries that look exactly; a panel is read once for all of them.
    fn multiply(&mut self, coarse: &Coarse) {
        self.products.clear();
        self.products.resize(self.ends.len() * self.n_lists, 0.0);
        if self.ends.is_empty() {
            return;
        }
        let (level, mut sums) = (Level::detected(), [0.0; PANEL]);
        for (panel_idx, panel) in coarse.panels().chunks(self.dim * PANEL).enumerate() {
            let first = panel_idx * PANEL;
            let n = PANEL.min(self.n_lists - first);
            let mut start = 0;
            let products = self.products.chunks_exact_mut(self.n_lists);
            for (&end, products) in self.ends.iter().zip(products) {
                sum_panel(level, panel, &self.places[start..end], &mut sums);
                products[first..first + n].copy_from_slice(&sums[..n]);
                start = end;
            }
        }
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
