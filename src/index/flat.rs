//! The exact index: every row is kept and every row is scored.

use super::filter::{Filter, Filters, Offer};
use super::kernels::Level;
use super::kernels::products::dot_rows_sized;
use super::matrix::{multiply, squared_norm};
use super::metric::Metric;
use super::parts::PartsError;
use super::row_store::RowStore;
use super::slab::Slab;
use super::top_k::{Neighbour, TopK};
use super::vector_index::{Effort, VectorIndex};
use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;
use std::ops::Range;

/// Queries multiplied with the rows at a time: packing a row for the product then costs a small
/// part of the product itself.
const QUERY_BLOCK: usize = 64;

/// Rows per product, so that the products of a block (256 kB) stay in cache.
const ROW_TILE: usize = 1024;

/// Rows that a single query is multiplied with at a time.
const SINGLE_TILE: usize = 256;

/// Rows as they came, scored by blocked matrix products.
#[derive(Debug, Clone)]
pub struct Flat(RowStore);

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
    pub(super) fn new(metric: Metric, dim: usize, rows: Vec<f32>) -> Self {
        Self(RowStore::new(metric, dim, rows))
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
        .map(Self)
    }

    /// The arrays to store; they share memory with the index.
    pub fn parts(&self) -> FlatParts {
        FlatParts {
            metric: self.0.metric,
            dim: self.0.dim,
            rows: self.0.values.clone(),
            norms: self.0.norms.clone(),
        }
    }

    /// Scores a block of queries against the rows in the union of their ranges.
    fn search_block(
        &self,
        queries: ArrayView2<'_, f32>,
        filters: &[&Filter<'_>],
        best: &mut [TopK],
    ) {
        let (dim, values) = (self.0.dim, &*self.0.values);
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
            let norms = self.0.norms_at(tile.clone());
            for (query_idx, scores) in products.chunks_exact_mut(tile.len()).enumerate() {
                let wanted = &ranges[query_idx];
                let from = wanted.start.clamp(tile.start, tile.end);
                let to = wanted.end.clamp(from, tile.end);
                self.0.metric.finish(scores, norms, query_norms[query_idx]);
                let mut offer = Offer {
                    rows: None,
                    keep: filters[query_idx].keep,
                    best: &mut best[query_idx],
                };
                offer.scores(from, &scores[from - tile.start..to - tile.start]);
            }
        }
    }

    /// Scores one query against the rows the filter wants.
    ///
    /// A product of one query with many rows is not worth packing the rows for, and plain sums are
    /// many times faster; but these have another order, and so other last bits, than the products
    /// of a block. So plain sums bound the scores, and what reaches the floor is scored as in a
    /// block: a query has the same answer alone as among others.
    fn search_one(&self, query: ArrayView2<'_, f32>, filter: &Filter<'_>, best: &mut TopK) {
        let (dim, metric, values) = (self.0.dim, self.0.metric, &*self.0.values);
        let (level, wanted) = (Level::detected(), filter.positions(self.len()));
        let query_values = query.to_slice().expect("a query is a slice");
        let query_norm = squared_norm(query_values);
        let (mut bounds, mut sizes) = ([0.0; SINGLE_TILE], [0.0; SINGLE_TILE]);
        let mut offer = Offer {
            rows: None,
            keep: filter.keep,
            best,
        };
        for start in wanted.clone().step_by(SINGLE_TILE) {
            let tile = start..(start + SINGLE_TILE).min(wanted.end);
            let rows = &values[tile.start * dim..tile.end * dim];
            let (bounds, sizes) = (&mut bounds[..tile.len()], &mut sizes[..tile.len()]);
            dot_rows_sized(level, query_values, rows, bounds, sizes);
            let norms = self.0.norms_at(tile.clone());
            metric.finish(bounds, norms, query_norm);
            for (at, (bound, size)) in bounds.iter_mut().zip(sizes).enumerate() {
                let squares = norms.get(at).map_or(0.0, |norm| norm + query_norm);
                // Each of two sums of `dim` products may be off by half a last bit per addition.
                *bound += f32::EPSILON * (2.0 * (dim as f32 + 4.0) * *size + 4.0 * squares);
                if !bound.is_finite() {
                    *bound = f32::INFINITY;
                }
            }
            offer.bounds(tile.start, bounds, |position| {
                let row = &values[position * dim..(position + 1) * dim];
                let row = ArrayView2::from_shape((1, dim), row).expect("one row");
                let mut score = [0.0];
                multiply(query, row.t(), &mut score);
                let norm = self.0.norms_at(position..position + 1);
                metric.finish(&mut score, norm, query_norm);
                score[0]
            });
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
        self.0.dim
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn metric(&self) -> Metric {
        self.0.metric
    }

    fn search(&self, query: &[f32], _effort: Effort, filter: &Filter<'_>, best: &mut TopK) {
        assert_eq!(query.len(), self.dim(), "a query has the index's dimension");
        let query = ArrayView2::from_shape((1, query.len()), query).expect("one row");
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
                let step = if self.share_rows(&filters) {
                    QUERY_BLOCK
                } else {
                    1
                };
                (block.axis_chunks_iter(Axis(0), step))
                    .zip(filters.chunks(step))
                    .zip(best.chunks_mut(step))
                    .for_each(|((block, filters), best)| self.search_block(block, filters, best));
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
