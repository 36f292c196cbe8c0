//! Rows to postings, block by block.

use super::store::{SparseParts, SparseStore, blocks};
use crate::index::metric::Metric;
use crate::index::points::Points;
use crate::memory::{Column, Workspace, WorkspaceError};
use rayon::prelude::*;
use std::ops::Range;

/// A column that fewer than one row in this many have a value in is a list of postings; one with
/// more is a weight per row, which takes less memory from one in two on, and is summed at the width
/// of a register instead of row by row.
const DENSE_FROM: usize = 3;

/// Blocks that each thread builds before all are put behind one another: some MB each.
const BLOCKS_PER_THREAD: usize = 4;

/// Rows whose greatest values one task finds.
const ROWS_AT_ONCE: usize = 4096;

/// The greatest weight.
const MAX_WEIGHT: f32 = 32_767.0;

impl SparseStore {
    /// The rows `members` of `rows`, position by position, in lists that start at `list_offsets`.
    pub(in crate::index) fn build(
        metric: Metric,
        rows: Points<'_>,
        (list_offsets, members): (&[u64], &[u32]),
        workspace: &Workspace,
    ) -> Result<Self, WorkspaceError> {
        let scales = scales(rows);
        let bounds: Vec<Range<usize>> = blocks(list_offsets).collect();
        let mut joined = Joined::new(bounds.len(), scales.len(), workspace);
        // Some blocks at a time, so that postings do not stand in memory twice.
        for bounds in bounds.chunks(BLOCKS_PER_THREAD * rayon::current_num_threads()) {
            let built: Vec<BlockWords> = bounds
                .par_iter()
                .map(|block| build_block(rows, &members[block.clone()], &scales))
                .collect();
            for block in built {
                joined.push(block);
            }
        }
        let mut norms = vec![0.0; metric.n_norms(members.len())];
        norms.par_iter_mut().zip(members).for_each(|(norm, &row)| {
            rows.each_value(row as usize, |_, x| *norm += x * x);
        });
        let parts = joined.finish(scales, norms)?;
        Ok(Self::new(metric, list_offsets, parts))
    }
}

/// The columns of a block one after another, and where each starts.
pub(super) type BlockWords = (Vec<u32>, Vec<u16>);

/// Blocks behind one another, in the form they are kept.
pub(super) struct Joined {
    starts: Vec<u64>,
    offsets: Column<u32>,
    postings: Column<u16>,
}

impl Joined {
    pub(super) fn new(n_blocks: usize, dim: usize, workspace: &Workspace) -> Self {
        let mut starts = Vec::with_capacity(n_blocks + 1);
        starts.push(0);
        let mut offsets: Column<u32> = workspace.column();
        offsets.reserve(n_blocks * (dim + 1));
        Self {
            starts,
            offsets,
            postings: workspace.column(),
        }
    }

    pub(super) fn push(&mut self, (offsets, words): BlockWords) {
        self.offsets.extend_from_slice(&offsets);
        self.postings.extend_from_slice(&words);
        self.starts.push(self.postings.len() as u64);
    }

    pub(super) fn finish(
        self,
        scales: Vec<f32>,
        norms: Vec<f32>,
    ) -> Result<SparseParts, WorkspaceError> {
        Ok(SparseParts {
            scales: scales.into(),
            starts: self.starts.into(),
            offsets: self.offsets.finish()?,
            postings: self.postings.finish()?,
            norms: norms.into(),
        })
    }
}

/// What a weight of 1 stands for, by coordinate.
pub(super) fn scales(rows: Points<'_>) -> Vec<f32> {
    let greatest = (0..rows.len().div_ceil(ROWS_AT_ONCE))
        .into_par_iter()
        .map(|run| {
            let mut greatest = vec![0.0_f32; rows.dim()];
            for row in run * ROWS_AT_ONCE..rows.len().min((run + 1) * ROWS_AT_ONCE) {
                rows.each_value(row, |column, x| {
                    greatest[column] = greatest[column].max(x.abs());
                });
            }
            greatest
        })
        .reduce(
            || vec![0.0; rows.dim()],
            |a, b| a.iter().zip(&b).map(|(a, b)| a.max(*b)).collect(),
        );
    greatest.into_iter().map(scale).collect()
}

/// The least power of two that takes `greatest` to a weight that there is; 0 for 0.
fn scale(greatest: f32) -> f32 {
    if greatest == 0.0 {
        return 0.0;
    }
    let mut scale = (2.0_f32)
        .powi(greatest.log2().floor() as i32 - 14)
        .max(f32::MIN_POSITIVE);
    while (greatest / scale).round() > MAX_WEIGHT {
        scale *= 2.0;
    }
    scale
}

/// What a block holds: coordinate, row and weight, ascending by row in each coordinate.
pub(super) struct Columns {
    postings: Vec<(u32, u16, u16)>,
    counts: Vec<u32>,
}

impl Columns {
    pub(super) fn new(dim: usize) -> Self {
        Self {
            postings: Vec::new(),
            counts: vec![0; dim],
        }
    }

    /// Puts a weight behind those of its coordinate, unless it rounded to nothing.
    pub(super) fn put(&mut self, coordinate: usize, row: u16, weight: i16) {
        if weight != 0 {
            (self.postings).push((coordinate as u32, row, weight.cast_unsigned()));
            self.counts[coordinate] += 1;
        }
    }

    /// Puts a row in place `at` of the block, behind those that are there.
    pub(super) fn put_row(&mut self, at: usize, rows: Points<'_>, row: usize, scales: &[f32]) {
        rows.each_value(row, |coordinate, x| {
            self.put(
                coordinate,
                at as u16,
                (x / scales[coordinate]).round() as i16,
            );
        });
    }

    /// The columns of a block of `n_rows` rows one after another, and where they start.
    pub(super) fn words(self, n_rows: usize) -> BlockWords {
        let Self { postings, counts } = self;
        let is_dense = |count: u32| count as usize * DENSE_FROM >= n_rows;
        let mut offsets = Vec::with_capacity(counts.len() + 1);
        let mut end = 0;
        offsets.push(end);
        for &count in &counts {
            end += if is_dense(count) {
                n_rows as u32
            } else {
                2 * count
            };
            offsets.push(end);
        }
        let mut words = vec![0; end as usize];
        let mut filled = vec![0_u32; counts.len()];
        for (coordinate, row, weight) in postings {
            let coordinate = coordinate as usize;
            let (start, count) = (offsets[coordinate], counts[coordinate]);
            if is_dense(count) {
                words[start as usize + usize::from(row)] = weight;
            } else {
                let place = &mut filled[coordinate];
                words[(start + *place) as usize] = row;
                words[(start + count + *place) as usize] = weight;
                *place += 1;
            }
        }
        (offsets, words)
    }
}

fn build_block(rows: Points<'_>, members: &[u32], scales: &[f32]) -> BlockWords {
    let mut columns = Columns::new(scales.len());
    for (at, &row) in members.iter().enumerate() {
        columns.put_row(at, rows, row as usize, scales);
    }
    columns.words(members.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::random::Random;
    use ndarray::Array2;

    #[test]
    fn scales_are_powers_of_two_that_just_fit() {
        assert_eq!(scale(0.0), 0.0);
        assert_eq!(scale(4.0), 2.0_f32.powi(-12));
        assert_eq!(scale(1.0), 2.0_f32.powi(-14));
        // 1.99999 would round to 32768.
        assert_eq!(scale(1.999_999), 2.0_f32.powi(-13));
        for greatest in [1e-42_f32, 1e-3, 0.7, 32_767.4, 1e15] {
            assert!((greatest / scale(greatest)).round() <= MAX_WEIGHT);
        }
    }

    #[test]
    fn what_is_built_is_sound_and_holds_every_value() {
        let mut random = Random::new(3, 0);
        let rows = Array2::from_shape_fn((9000, 12), |(_, d)| {
            // Columns from nearly empty to full.
            if random.below(12) <= d {
                random.unit() as f32 - 0.5
            } else {
                0.0
            }
        });
        // Lists of 5000 (two blocks), 0 and 4000 rows.
        let list_offsets = [0, 5000, 5000, 9000];
        let members: Vec<u32> = (0..9000).rev().collect();
        let (points, lists) = (rows.view().into(), (&list_offsets[..], &members[..]));
        let memory = Workspace::in_memory();
        let store = SparseStore::build(Metric::L2, points, lists, &memory).unwrap();
        let parts = store.parts().clone();
        let store = SparseStore::checked(Metric::L2, 12, &list_offsets, parts).unwrap();
        let mut held = Array2::<f32>::zeros((9000, 12));
        store.each_value(&list_offsets, |position, coordinate, value| {
            held[[members[position] as usize, coordinate]] = value;
        });
        for (value, held) in rows.iter().zip(&held) {
            assert!(
                (value - held).abs() <= 2.0_f32.powi(-16),
                "{value} is held as {held}"
            );
        }
    }
}
