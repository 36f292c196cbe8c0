//! The postings of all blocks, checked, and the scan that scores a block.

use crate::index::filter::Offer;
use crate::index::kernels::columns::{Block, MAX_ROWS, Place, add_postings};
use crate::index::kernels::{Level, prefetch};
use crate::index::matrix::squared_norm;
use crate::index::metric::Metric;
use crate::index::parts::{PartsError, check_finite, check_len, check_norms};
use crate::index::row_store::norms_at;
use crate::index::sparse_rows::each_set;
use crate::index::vector_index::{Effort, Products};
use crate::memory::{Slab, mind_ceiling};
use rayon::prelude::*;
use std::cmp::Ordering;
use std::ops::Range;

/// The arrays of sparse rows.
///
/// Rows stand in blocks of at most 4096 that do not cross a list. A block is a run of `postings`,
/// one column per coordinate. A column as long as the block has rows holds a weight for each row;
/// any other holds the rows that are not 0 there, counted from the start of the block and
/// ascending, and then as many weights. A weight is an `i16` in the bits of a `u16`.
#[derive(Debug, Clone)]
pub struct SparseParts {
    /// What a weight of 1 stands for, by coordinate; 0 where no row has a value.
    pub scales: Slab<f32>,
    /// Where each block starts in `postings`, and the end of the last.
    pub starts: Slab<u64>,
    /// Where each column starts in its block, and the end of the last: `dim + 1` per block.
    pub offsets: Slab<u32>,
    /// Row numbers and weights.
    pub postings: Slab<u16>,
    /// |row|^2 by position under L2; empty for the inner product.
    pub norms: Slab<f32>,
}

/// Blocks of at most this many rows have columns too short for the processor to foresee.
const SMALL_BLOCK: usize = 2048;

/// Rows as postings.
#[derive(Debug, Clone)]
pub struct SparseStore {
    metric: Metric,
    dim: usize,
    n_rows: usize,
    parts: SparseParts,
    /// The first block of each list, and the number of blocks.
    first_blocks: Vec<u32>,
}

/// A query's coordinates that count, and its squared norm.
#[derive(Debug, Clone, Default)]
pub struct SparseQuery {
    places: Vec<Place>,
    /// How many of them are in the first half, where the products of the halves are multiplied.
    first_half: Option<usize>,
    norm: f32,
}

impl SparseQuery {
    /// Starts over with a query of these values, and gives the absolute value below which a
    /// coordinate does not count.
    fn start(&mut self, values: &[f32], effort: Effort) -> f32 {
        self.places.clear();
        self.first_half = None;
        self.norm = squared_norm(values);
        effort.least_value(values, self.norm)
    }

    /// Puts a coordinate behind the others, its value in steps of `scales`, unless it is below
    /// `least`. What is no number is not below: scores it takes part in are none either.
    fn put(&mut self, coordinate: u32, value: f32, least: f32, scales: &[f32]) {
        if value.abs().partial_cmp(&least) != Some(Ordering::Less) {
            self.places.push(Place {
                coordinate,
                value: value * scales[coordinate as usize],
            });
        }
    }
}

/// Sums of one block of rows: of all coordinates or the first half, and of the second.
#[derive(Debug, Clone)]
pub struct SparseSums(Box<[f32; MAX_ROWS]>, Box<[f32; MAX_ROWS]>);

impl Default for SparseSums {
    fn default() -> Self {
        Self(Box::new([0.0; MAX_ROWS]), Box::new([0.0; MAX_ROWS]))
    }
}

/// The ranges of positions of the blocks of lists that start at `list_offsets`, in order.
pub(super) fn blocks(list_offsets: &[u64]) -> impl Iterator<Item = Range<usize>> + '_ {
    list_offsets.windows(2).flat_map(|list| {
        let (start, end) = (list[0] as usize, list[1] as usize);
        (start..end)
            .step_by(MAX_ROWS)
            .map(move |first| first..(first + MAX_ROWS).min(end))
    })
}

impl SparseStore {
    /// Puts together parts of lists that start at `list_offsets`; the caller vouches for both.
    pub(super) fn new(metric: Metric, list_offsets: &[u64], parts: SparseParts) -> Self {
        let mut first_blocks = Vec::with_capacity(list_offsets.len());
        let mut n_blocks = 0;
        for list in list_offsets.windows(2) {
            first_blocks.push(n_blocks);
            n_blocks += ((list[1] - list[0]) as usize).div_ceil(MAX_ROWS) as u32;
        }
        Self {
            metric,
            dim: parts.scales.len(),
            n_rows: list_offsets.last().map_or(0, |&end| end as usize),
            parts,
            first_blocks,
        }
    }

    /// Checks parts of lists that start at `list_offsets`, which were checked before.
    pub(in crate::index) fn checked(
        metric: Metric,
        dim: usize,
        list_offsets: &[u64],
        parts: SparseParts,
    ) -> Result<Self, PartsError> {
        if dim == 0 {
            return Err(PartsError::NoDimension);
        }
        check_len("scales", parts.scales.len(), dim)?;
        check_finite("scales", &parts.scales)?;
        let n_rows = list_offsets.last().map_or(0, |&end| end as usize);
        check_norms(&parts.norms, metric.n_norms(n_rows))?;
        let sizes: Vec<usize> = blocks(list_offsets).map(|block| block.len()).collect();
        check_len("posting starts", parts.starts.len(), sizes.len() + 1)?;
        // The dimension was found to be the length of an array, so the product is no trap.
        check_len(
            "posting offsets",
            parts.offsets.len(),
            sizes.len() * (dim + 1),
        )?;
        let broken = |block| Err(PartsError::Postings { block });
        if parts.starts[0] != 0 {
            return broken(0);
        }
        if let Some(block) = parts.starts.windows(2).position(|pair| pair[0] > pair[1]) {
            return broken(block);
        }
        check_len(
            "postings",
            parts.postings.len(),
            usize::try_from(parts.starts[sizes.len()]).unwrap_or(usize::MAX),
        )?;
        let bad = (0..sizes.len()).into_par_iter().find_first(|&block_idx| {
            let words = parts.starts[block_idx] as usize..parts.starts[block_idx + 1] as usize;
            let offsets = &parts.offsets[block_idx * (dim + 1)..][..=dim];
            !block_is_sound(offsets, &parts.postings[words], sizes[block_idx])
        });
        match bad {
            Some(block) => broken(block),
            None => Ok(Self::new(metric, list_offsets, parts)),
        }
    }

    pub(in crate::index) fn parts(&self) -> &SparseParts {
        &self.parts
    }

    pub(in crate::index) fn dim(&self) -> usize {
        self.dim
    }

    pub(in crate::index) fn len(&self) -> usize {
        self.n_rows
    }

    pub(in crate::index) fn metric(&self) -> Metric {
        self.metric
    }

    /// The positions of each block, where all rows are one list.
    pub(super) fn blocks_of_one_list(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        (0..self.n_rows)
            .step_by(MAX_ROWS)
            .map(|first| first..(first + MAX_ROWS).min(self.n_rows))
    }

    pub(in crate::index) fn prepare(
        &self,
        query: &[f32],
        effort: Effort,
        prepared: &mut SparseQuery,
    ) {
        assert_eq!(query.len(), self.dim, "a query has the index's dimension");
        let least = prepared.start(query, effort);
        each_set(query.into(), |coordinate, value| {
            prepared.put(coordinate as u32, value, least, &self.parts.scales);
        });
    }

    /// The same for a query without its zeros.
    pub(in crate::index) fn prepare_sparse(
        &self,
        (columns, values): (&[u32], &[f32]),
        (products, effort): (Products, Effort),
        prepared: &mut SparseQuery,
    ) {
        let least = prepared.start(values, effort);
        for (&coordinate, &value) in columns.iter().zip(values) {
            prepared.put(coordinate, value, least, &self.parts.scales);
        }
        if products == Products::OfHalves {
            let half = (self.dim / 2) as u32;
            let first = prepared.places.partition_point(|p| p.coordinate < half);
            prepared.first_half = Some(first);
        }
    }

    /// Offers the rows at `wanted`, which are among those of `list` at `all`.
    pub(in crate::index) fn scan(
        &self,
        query: &SparseQuery,
        (list, all, wanted): (usize, Range<usize>, Range<usize>),
        sums: &mut SparseSums,
        offer: &mut Offer<'_>,
    ) {
        let first_block = self.first_blocks[list] as usize;
        let skipped = (wanted.start - all.start) / MAX_ROWS;
        for start in (all.start + skipped * MAX_ROWS..wanted.end).step_by(MAX_ROWS) {
            let block = start..(start + MAX_ROWS).min(all.end);
            let block_idx = first_block + (start - all.start) / MAX_ROWS;
            self.add_up(block_idx, block.len(), query, sums);
            let within = wanted.start.max(block.start)..wanted.end.min(block.end);
            let scores = &mut sums.0[within.start - start..within.end - start];
            if query.first_half.is_none() {
                let norms = norms_at(&self.parts.norms, self.metric, within.clone());
                self.metric.finish(scores, norms, query.norm);
            }
            offer.scores(within.start, scores);
        }
    }

    fn add_up(&self, block_idx: usize, n_rows: usize, query: &SparseQuery, sums: &mut SparseSums) {
        mind_ceiling();
        let words =
            self.parts.starts[block_idx] as usize..self.parts.starts[block_idx + 1] as usize;
        let block = Block {
            offsets: &self.parts.offsets[block_idx * (self.dim + 1)..][..=self.dim],
            words: &self.parts.postings[words],
            n_rows,
        };
        if n_rows <= SMALL_BLOCK {
            fetch(&block, query);
        }
        let SparseSums(sums, seconds) = sums;
        let add = |places: &[Place], sums: &mut [f32; MAX_ROWS]| {
            sums[..n_rows].fill(0.0);
            add_postings(Level::detected(), block, places, sums);
        };
        let Some(first_half) = query.first_half else {
            add(&query.places, sums);
            return;
        };
        let (first, second) = query.places.split_at(first_half);
        add(first, sums);
        add(second, seconds);
        // Opposite vectors are as unlike as those that share nothing, whatever the signs.
        for (sum, second) in sums[..n_rows].iter_mut().zip(seconds.iter()) {
            *sum = sum.max(0.0) * second.max(0.0);
        }
    }

    /// Calls `each(position, coordinate, value)` with every value held, block by block.
    #[cfg(test)]
    pub(in crate::index) fn each_value(
        &self,
        list_offsets: &[u64],
        mut each: impl FnMut(usize, usize, f32),
    ) {
        for (block_idx, block) in blocks(list_offsets).enumerate() {
            let offsets = &self.parts.offsets[block_idx * (self.dim + 1)..][..=self.dim];
            let words = &self.parts.postings[self.parts.starts[block_idx] as usize..];
            for coordinate in 0..self.dim {
                let column = &words[offsets[coordinate] as usize..offsets[coordinate + 1] as usize];
                let value =
                    |weight: u16| self.parts.scales[coordinate] * f32::from(weight.cast_signed());
                if column.len() == block.len() {
                    for (row, &weight) in column.iter().enumerate() {
                        each(block.start + row, coordinate, value(weight));
                    }
                } else {
                    let (rows, weights) = column.split_at(column.len() / 2);
                    for (&row, &weight) in rows.iter().zip(weights) {
                        each(block.start + usize::from(row), coordinate, value(weight));
                    }
                }
            }
        }
    }
}

/// Asks memory for the columns that a query will read: those of a short list are a line or two each,
/// all over it, and fetched one after another they take longer than they are summed.
fn fetch(block: &Block<'_>, query: &SparseQuery) {
    for place in &query.places {
        let at = place.coordinate as usize;
        prefetch(&block.words[block.offsets[at] as usize..block.offsets[at + 1] as usize]);
    }
}

/// Whether a block's columns tile its words, and each column names rows of the block in order.
fn block_is_sound(offsets: &[u32], words: &[u16], n_rows: usize) -> bool {
    let tiled = offsets[0] == 0
        && offsets[offsets.len() - 1] as usize == words.len()
        && offsets.windows(2).all(|pair| pair[0] <= pair[1]);
    tiled
        && offsets.windows(2).all(|pair| {
            let column = &words[pair[0] as usize..pair[1] as usize];
            if column.len() == n_rows {
                return true;
            }
            let rows = &column[..column.len() / 2];
            column.len().is_multiple_of(2)
                && rows.windows(2).all(|rows| rows[0] < rows[1])
                && rows.last().is_none_or(|&row| usize::from(row) < n_rows)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_the_coordinates_that_are_not_zero() {
        let mut query = vec![0.0; 37];
        (query[0], query[17], query[36]) = (1.0, -2.0, 3.0);
        let scales: Vec<f32> = (0..37).map(|d| d as f32).collect();
        let of = |least| -> Vec<(u32, f32)> {
            let mut found = SparseQuery::default();
            each_set(query.as_slice().into(), |coordinate, value| {
                found.put(coordinate as u32, value, least, &scales);
            });
            let places = found.places.iter();
            places.map(|p| (p.coordinate, p.value)).collect()
        };
        assert_eq!(of(0.0), [(0, 0.0), (17, -34.0), (36, 108.0)]);
        assert_eq!(of(2.0), [(17, -34.0), (36, 108.0)]);
    }
}
