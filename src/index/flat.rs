//! The exact index: every row is kept and every row is scored.

use super::filter::{Filter, Filters, Offer};
use super::growth::Growth;
use super::kernels::Level;
use super::kernels::products::dot_rows;
use super::matrix::{multiply, squared_norm};
use super::metric::Metric;
use super::parts::PartsError;
use super::row_store::RowStore;
use super::top_k::{Neighbour, TopK};
use super::vector_index::{Effort, VectorIndex};
use crate::memory::Slab;
use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::OnceLock;

/// Queries multiplied with the rows at a time: packing a row for the product then costs a small
/// part of the product itself.
const QUERY_BLOCK: usize = 64;

/// Rows per product, so that the products of a block (256 kB) stay in cache.
const ROW_TILE: usize = 1024;

/// Rows as they came, scored by blocked matrix products.
#[derive(Debug, Clone)]
pub struct Flat {
    rows: RowStore,
    /// The greatest |row|, found when a query comes alone.
    longest: OnceLock<f32>,
}

/// The arrays of a [`Flat`] index.
#[derive(Debug, Clone)]
pub struct FlatParts {
    /// How rows are compared.
    pub metric: Metric,
    /// Coordinates per row.
    pub dim: usize,
    /// The rows, one after another.
    pub rows: Slab<f32>,
    /// |row|^2 for each row under L2; empty for the inner product.
    pub norms: Slab<f32>,
}

impl Flat {
    fn of(rows: RowStore) -> Self {
        Self {
            rows,
            longest: OnceLock::new(),
        }
    }

    pub(super) fn new(metric: Metric, dim: usize, rows: Vec<f32>) -> Self {
        Self::of(RowStore::new(metric, dim, rows))
    }

    /// The rows held, with `rows` added.
    pub(super) fn grown(&self, rows: ArrayView2<'_, f32>) -> Self {
        let growth = Growth::one_list(self.rows.len(), rows.nrows());
        Self::of(self.rows.grown(&growth, rows))
    }

    /// Checks parts and puts them together.
    pub fn from_parts(parts: FlatParts) -> Result<Self, PartsError> {
        let FlatParts {
            metric,
            dim,
            rows,
            norms,
        } = parts;
        RowStore {
            metric,
            dim,
            values: rows,
            norms,
        }
        .checked()
        .map(Self::of)
    }

    /// The arrays to store; they share memory with the index.
    pub fn parts(&self) -> FlatParts {
        FlatParts {
            metric: self.rows.metric,
            dim: self.rows.dim,
            rows: self.rows.values.clone(),
            norms: self.rows.norms.clone(),
        }
    }

    /// Scores one query against the rows in its range.
    ///
    /// A matrix product of one row takes eight times what a row costs within a block, so products
    /// are summed in another, faster order first. The two orders differ by rounding alone; rows
    /// that may be among the best are scored again as a block scores them, to the bit.
    fn search_one(&self, query: &[f32], filter: &Filter<'_>, best: &mut TopK) {
        let (dim, metric, level) = (self.rows.dim, self.rows.metric, Level::detected());
        let wanted = filter.positions(self.len());
        let query_norm = squared_norm(query);
        let slack = self.slack(query_norm);
        let row_of = |at: usize| &self.rows.values[at * dim..(at + 1) * dim];
        let as_row = ArrayView2::from_shape((1, dim), query).expect("one row");
        let mut offer = Offer {
            rows: None,
            keep: filter.keep,
            best,
        };
        let mut scores = [0.0; ROW_TILE];
        for start in wanted.clone().step_by(ROW_TILE) {
            let end = (start + ROW_TILE).min(wanted.end);
            let scores = &mut scores[..end - start];
            let values = &self.rows.values[start * dim..end * dim];
            dot_rows(level, query, values, scores);
            metric.finish(scores, self.rows.norms_at(start..end), query_norm);
            for bound in scores.iter_mut() {
                *bound += slack;
                // Beyond the largest number, another order of summing may give anything.
                if !bound.is_finite() {
                    *bound = f32::INFINITY;
                }
            }
            offer.bounds(start, scores, |position| {
                let row = ArrayView2::from_shape((1, dim), row_of(position)).expect("one row");
                let mut score = [0.0];
                multiply(as_row, row.t(), &mut score);
                let norm = self.rows.norms_at(position..position + 1);
                metric.finish(&mut score, norm, query_norm);
                score[0]
            });
        }
    }

    /// By how much two orders of summing may let a score differ: each is within n/2 units in the
    /// last place of |q| |x|, n the dimension (Higham, "Accuracy and Stability of Numerical
    /// Algorithms", 2002, section 3.1); the scores of L2 are sums of squares of up to |q| + |x|.
    fn slack(&self, query_norm: f32) -> f32 {
        let longest = *self.longest.get_or_init(|| {
            let norms = self.rows.values.par_chunks(self.rows.dim).map(squared_norm);
            norms.reduce(|| 0.0, f32::max).sqrt()
        });
        let rounding = (self.rows.dim + 16) as f32 * 2.0 * f32::EPSILON;
        let size = match self.rows.metric {
            Metric::InnerProduct => query_norm.sqrt() * longest,
            Metric::L2 => (query_norm.sqrt() + longest).powi(2),
        };
        rounding * size
    }

    /// Scores a block of queries against the rows in the union of their ranges.
    fn search_block(
        &self,
        queries: ArrayView2<'_, f32>,
        filters: &[&Filter<'_>],
        best: &mut [TopK],
    ) {
        let (dim, values) = (self.rows.dim, &*self.rows.values);
        let ranges: Vec<Range<usize>> = filters
            .iter()
            .map(|filter| filter.positions(self.len()))
            .collect();
        let query_norms: Vec<f32> = (queries.outer_iter())
            .map(|query| squared_norm(query.to_slice().expect("a row is a slice")))
            .collect();
        let start = ranges.iter().map(|range| range.start).min().unwrap_or(0);
        let end = ranges.iter().map(|range| range.end).max().unwrap_or(0);
        let mut products = vec![0.0; queries.nrows() * ROW_TILE.min(end.saturating_sub(start))];
        for tile_start in (start..end).step_by(ROW_TILE) {
            let tile = tile_start..(tile_start + ROW_TILE).min(end);
            let rows = ArrayView2::from_shape(
                (tile.len(), dim),
                &values[tile.start * dim..tile.end * dim],
            )
            .expect("a tile is whole rows");
            let products = &mut products[..queries.nrows() * tile.len()];
            multiply(queries, rows.t(), products);
            let norms = self.rows.norms_at(tile.clone());
            for (query_idx, scores) in products.chunks_exact_mut(tile.len()).enumerate() {
                let wanted = &ranges[query_idx];
                let from = wanted.start.clamp(tile.start, tile.end);
                let to = wanted.end.clamp(from, tile.end);
                self.rows
                    .metric
                    .finish(scores, norms, query_norms[query_idx]);
                let mut offer = Offer {
                    rows: None,
                    keep: filters[query_idx].keep,
                    best: &mut best[query_idx],
                };
                offer.scores(from, &scores[from - tile.start..to - tile.start]);
            }
        }
    }

    /// Whether one product over the union of all ranges beats a product per query.
    fn share_rows(&self, filters: &[&Filter<'_>]) -> bool {
        let ranges = || filters.iter().map(|filter| filter.positions(self.len()));
        let start = ranges().map(|range| range.start).min().unwrap_or(0);
        let end = ranges().map(|range| range.end).max().unwrap_or(0);
        let wanted: usize = ranges().map(|range| range.len()).sum();
        // Alone, a query pays for a product about 8 times what it pays within a block.
        filters.len() * end.saturating_sub(start) <= 8 * wanted
    }
}

impl VectorIndex for Flat {
    fn dim(&self) -> usize {
        self.rows.dim
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn metric(&self) -> Metric {
        self.rows.metric
    }

    fn search(&self, query: &[f32], _effort: Effort, filter: &Filter<'_>, best: &mut TopK) {
        assert_eq!(query.len(), self.dim(), "a query has the index's dimension");
        self.search_one(query, filter, best);
    }

    fn search_batch(
        &self,
        queries: ArrayView2<'_, f32>,
        k: usize,
        _effort: Effort,
        filters: Filters<'_>,
    ) -> Vec<Vec<Neighbour>> {
        assert_eq!(
            queries.ncols(),
            self.dim(),
            "queries have the index's dimension"
        );
        filters.expect_len(queries.nrows());
        let queries = queries.as_standard_layout();
        let blocks: Vec<Vec<TopK>> = queries
            .axis_chunks_iter(Axis(0), QUERY_BLOCK)
            .into_par_iter()
            .enumerate()
            .map(|(block_idx, block)| {
                let first = block_idx * QUERY_BLOCK;
                let filters: Vec<&Filter<'_>> = (first..first + block.nrows())
                    .map(|idx| filters.of(idx))
                    .collect();
                let mut best = vec![TopK::new(k); block.nrows()];
                if self.share_rows(&filters) {
                    self.search_block(block, &filters, &mut best);
                } else {
                    let each = block.outer_iter().zip(&filters).zip(&mut best);
                    each.for_each(|((query, filter), best)| {
                        let query = query.to_slice().expect("a row is a slice");
                        self.search_one(query, filter, best);
                    });
                }
                best
            })
            .collect();
        blocks
            .into_iter()
            .flatten()
            .map(TopK::into_sorted)
            .collect()
    }
}
