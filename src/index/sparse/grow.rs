//! Postings with rows added: blocks are taken apart into columns and put together again.

use super::builder::{BlockWords, Columns, Joined, scales};
use super::flat_sparse::Sparse;
use super::store::SparseStore;
use crate::index::growth::{Growth, norms_of};
use crate::index::kernels::columns::MAX_ROWS;
use crate::index::points::Points;
use crate::memory::Workspace;
use ndarray::ArrayView2;
use rayon::prelude::*;
use std::ops::Range;

/// A block to be built: a held one, if there is one, and added rows behind its rows.
struct Block<'a> {
    held: Option<usize>,
    n_held: usize,
    added: &'a [u32],
}

impl SparseStore {
    /// The rows held, with `rows` added. Where an added value is beyond the scale of its coordinate
    /// the scale grows, and the weights held are rounded to it.
    pub(in crate::index) fn grown(&self, growth: &Growth, rows: ArrayView2<'_, f32>) -> Self {
        let parts = self.parts();
        let points = Points::Dense(rows);
        let wider = parts.scales.iter().zip(scales(points));
        let scales: Vec<f32> = wider.map(|(held, added)| held.max(added)).collect();
        let built: Vec<BlockWords> = planned(growth)
            .par_iter()
            .map(|block| {
                let mut columns = Columns::new(scales.len());
                if let Some(held) = block.held {
                    self.take_apart(held, block.n_held, &scales, &mut columns);
                }
                for (idx, &row) in block.added.iter().enumerate() {
                    columns.put_row(block.n_held + idx, points, row as usize, &scales);
                }
                columns.words(block.n_held + block.added.len())
            })
            .collect();
        let norms = norms_of(self.metric(), rows);
        let norms = if parts.norms.is_empty() && norms.is_empty() {
            norms
        } else {
            growth.interleave(&parts.norms, &norms, 1)
        };
        let mut joined = Joined::new(built.len(), scales.len(), &Workspace::in_memory());
        for block in built {
            joined.push(block);
        }
        let parts = joined.finish(scales, norms);
        let parts = parts.expect("only what is kept in a file can fail to be kept");
        Self::new(self.metric(), growth.offsets(), parts)
    }

    /// Writes what a block holds, in weights of `scales`, into `columns`.
    fn take_apart(&self, block: usize, n_rows: usize, scales: &[f32], columns: &mut Columns) {
        let parts = self.parts();
        let offsets = &parts.offsets[block * (scales.len() + 1)..][..=scales.len()];
        let words = &parts.postings[parts.starts[block] as usize..];
        for coordinate in 0..scales.len() {
            let held = &words[offsets[coordinate] as usize..offsets[coordinate + 1] as usize];
            let shrink = parts.scales[coordinate] / scales[coordinate];
            let mut put = |row: u16, weight: u16| {
                let weight = (f32::from(weight.cast_signed()) * shrink).round() as i16;
                columns.put(coordinate, row, weight);
            };
            if held.len() == n_rows {
                (0..).zip(held).for_each(|(row, &weight)| put(row, weight));
            } else {
                let (rows, weights) = held.split_at(held.len() / 2);
                let pairs = rows.iter().zip(weights);
                pairs.for_each(|(&row, &weight)| put(row, weight));
            }
        }
    }
}

/// The blocks of the lists afterwards, in order.
fn planned(growth: &Growth) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut next_held = 0;
    for (positions, added) in growth.lists() {
        let n_held = positions.len();
        for start in (0..n_held + added.len()).step_by(MAX_ROWS) {
            let block = start..(start + MAX_ROWS).min(n_held + added.len());
            let within = |range: Range<usize>| range.start.min(n_held)..range.end.min(n_held);
            let held = within(block.clone());
            blocks.push(Block {
                held: (!held.is_empty()).then(|| {
                    next_held += 1;
                    next_held - 1
                }),
                n_held: held.len(),
                added: &added[block.start.max(n_held) - n_held..block.end.max(n_held) - n_held],
            });
        }
    }
    blocks
}

impl Sparse {
    /// The rows held, with `rows` added.
    pub(in crate::index) fn grown(&self, rows: ArrayView2<'_, f32>) -> Self {
        let growth = Growth::one_list(self.store().len(), rows.nrows());
        Self::of(self.store().grown(&growth, rows))
    }
}
