//! From a matrix to postings.

use super::postings::{MAX_BLOCK, PostingParts, Postings, pack};
use crate::index::matrix::squared_norm;
use crate::index::metric::Metric;
use ndarray::ArrayView2;
use rayon::prelude::*;

/// Largest weight in fixed point.
const MAX_WEIGHT: f32 = i16::MAX as f32;

/// One block on its way.
struct Block {
    directory: Vec<u32>,
    postings: Vec<u32>,
}

impl Postings {
    /// Keeps the rows of `matrix` named by `order`, position by position, in blocks that start at
    /// `block_rows`; blocks longer than rows can be numbered in are split.
    pub(in crate::index) fn build(
        metric: Metric,
        matrix: ArrayView2<'_, f32>,
        order: &[u32],
        block_rows: &[u64],
    ) -> Self {
        let dim = matrix.ncols();
        let block_rows = split(block_rows);
        let row = |position: usize| matrix.row(order[position] as usize);
        let norm = |position: usize| -> f32 {
            row(position)
                .as_slice()
                .map_or_else(|| row(position).dot(&row(position)), squared_norm)
        };
        let norms: Vec<f32> = (0..order.len()).into_par_iter().map(norm).collect();
        let max_norm = norms.iter().copied().fold(0.0_f32, f32::max).sqrt();
        let max_value = (0..order.len())
            .into_par_iter()
            .map(|position| {
                row(position)
                    .iter()
                    .fold(0.0_f32, |max, x| max.max(x.abs()))
            })
            .reduce(|| 0.0, f32::max);
        let unit = if max_value > 0.0 {
            max_value / MAX_WEIGHT
        } else {
            1.0
        };
        let blocks: Vec<Block> = block_rows
            .par_windows(2)
            .map(|ends| {
                let positions = ends[0] as usize..ends[1] as usize;
                let mut columns: Vec<Vec<u32>> = vec![Vec::new(); dim];
                for (local, position) in positions.enumerate() {
                    for (coordinate, value) in row(position).iter().enumerate() {
                        let weight = (value / unit).round() as i16;
                        if weight != 0 {
                            columns[coordinate].push(pack(local as u16, weight));
                        }
                    }
                }
                let mut directory = vec![0];
                let mut end = 0;
                directory.extend(columns.iter().map(|column| {
                    end += column.len() as u32;
                    end
                }));
                Block {
                    directory,
                    postings: columns.concat(),
                }
            })
            .collect();
        let mut block_postings = vec![0_u64];
        let mut end = 0;
        block_postings.extend(blocks.iter().map(|block| {
            end += block.postings.len() as u64;
            end
        }));
        let directory: Vec<u32> = blocks
            .iter()
            .flat_map(|b| b.directory.iter().copied())
            .collect();
        let postings: Vec<u32> = blocks
            .iter()
            .flat_map(|b| b.postings.iter().copied())
            .collect();
        let norms = if metric.n_norms(1) == 0 {
            Vec::new()
        } else {
            norms
        };
        let parts = PostingParts {
            block_rows: block_rows.into(),
            block_postings: block_postings.into(),
            directory: directory.into(),
            postings: postings.into(),
            scale: vec![unit, max_norm].into(),
            norms: norms.into(),
        };
        Self { metric, dim, parts }
    }
}

/// Splits blocks longer than [`MAX_BLOCK`].
fn split(block_rows: &[u64]) -> Vec<u64> {
    let mut starts = vec![0];
    for ends in block_rows.windows(2) {
        let mut start = ends[0];
        while ends[1] - start > MAX_BLOCK as u64 {
            start += MAX_BLOCK as u64;
            starts.push(start);
        }
        starts.push(ends[1]);
    }
    starts
}
