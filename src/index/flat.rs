//! The exact index: every row is kept and every row is scored.

use super::filter::{Filter, Filters, Offer};
use super::growth::Growth;
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

    /// The rows held, with `rows` added.
    pub(super) fn grown(&self, rows: ArrayView2<'_, f32>) -> Self {
        let growth = Growth::one_list(self.0.len(), rows.nrows());
        Self(self.0.grown(&growth, rows))
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
        self.search_block(query, &[filter], std::slice::from_mut(best));
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
