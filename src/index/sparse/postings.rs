//! Rows in blocks; in each block, postings by coordinate.

use super::query::SparseQuery;
use crate::index::metric::Metric;
use crate::index::parts::{PartsError, check_len, check_n_rows, check_norms};
use crate::index::slab::Slab;
use std::ops::Range;

/// Rows a block may hold: its rows are numbered by `u16`.
pub(super) const MAX_BLOCK: usize = 1 << 16;

/// A row within its block and a fixed-point weight, in four bytes.
#[inline]
pub(super) fn pack(row: u16, weight: i16) -> u32 {
    u32::from(row) | (u32::from(weight as u16) << 16)
}

#[inline]
pub(super) fn row_of(posting: u32) -> usize {
    usize::from(posting as u16)
}

#[inline]
pub(super) fn weight_of(posting: u32) -> i32 {
    i32::from((posting >> 16) as u16 as i16)
}

/// The arrays of [`Postings`].
#[derive(Debug, Clone)]
pub struct PostingParts {
    /// Where each block starts among the rows, and the number of rows.
    pub block_rows: Slab<u64>,
    /// Where each block starts among the postings, and their number.
    pub block_postings: Slab<u64>,
    /// Per block, where each coordinate starts among the block's postings, and their number:
    /// `dim + 1` numbers a block.
    pub directory: Slab<u32>,
    /// Low half: the row within its block; high half: its weight in fixed point.
    pub postings: Slab<u32>,
    /// Two numbers: how much a weight of 1 stands for, and the largest norm of a row.
    pub scale: Slab<f32>,
    /// |row|^2 of each row under L2; empty for the inner product.
    pub norms: Slab<f32>,
}

/// Sparse rows that can be scored block by block.
#[derive(Debug, Clone)]
pub struct Postings {
    pub(super) metric: Metric,
    pub(super) dim: usize,
    pub(super) parts: PostingParts,
}

impl Postings {
    /// Checks parts and puts them together.
    pub fn from_parts(metric: Metric, dim: usize, parts: PostingParts) -> Result<Self, PartsError> {
        if dim == 0 {
            return Err(PartsError::NoDimension);
        }
        let n_blocks = parts.block_rows.len().saturating_sub(1);
        check_len("block rows", parts.block_rows.len(), n_blocks + 1)?;
        check_len("block postings", parts.block_postings.len(), n_blocks + 1)?;
        check_len("directory", parts.directory.len(), n_blocks * (dim + 1))?;
        check_len("scale", parts.scale.len(), 2)?;
        if !parts.scale.iter().all(|s| s.is_finite() && *s >= 0.0) {
            return Err(PartsError::NotFinite {
                part: "scale",
                at: 0,
            });
        }
        let n_rows = rise(&parts.block_rows)?;
        check_n_rows(n_rows)?;
        check_len(
            "postings",
            parts.postings.len(),
            rise(&parts.block_postings)?,
        )?;
        check_norms(&parts.norms, metric.n_norms(n_rows))?;
        let postings = Self { metric, dim, parts };
        (0..n_blocks).try_for_each(|block| postings.check_block(block))?;
        Ok(postings)
    }

    fn check_block(&self, block: usize) -> Result<(), PartsError> {
        let (rows, held) = (self.rows_of(block), self.postings_of(block));
        let directory = self.directory_of(block);
        let whole = rows.len() <= MAX_BLOCK
            && directory[0] == 0
            && directory[self.dim] as usize == held.len()
            && directory.is_sorted();
        if !whole {
            return Err(PartsError::Offsets { list: block });
        }
        match held.iter().position(|&p| row_of(p) >= rows.len()) {
            None => Ok(()),
            Some(at) => {
                let row = row_of(held[at]) as u32;
                Err(PartsError::RowOutOfRange {
                    at,
                    row,
                    n_rows: rows.len(),
                })
            }
        }
    }

    /// The arrays to store; they share memory with the index.
    pub fn parts(&self) -> PostingParts {
        self.parts.clone()
    }

    /// Coordinates per row.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// How rows are compared.
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.parts.block_rows.last().copied().unwrap_or(0) as usize
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The blocks that hold any of the rows at `positions`.
    pub(in crate::index) fn blocks_of(&self, positions: &Range<usize>) -> Range<usize> {
        if positions.is_empty() {
            return 0..0;
        }
        let starts = &self.parts.block_rows;
        let first = starts.partition_point(|&start| start as usize <= positions.start) - 1;
        let end = starts.partition_point(|&start| (start as usize) < positions.end);
        first..end.min(starts.len() - 1)
    }

    /// The rows of a block.
    pub(in crate::index) fn rows_of(&self, block: usize) -> Range<usize> {
        let starts = &self.parts.block_rows;
        starts[block] as usize..starts[block + 1] as usize
    }

    fn postings_of(&self, block: usize) -> &[u32] {
        let starts = &self.parts.block_postings;
        &self.parts.postings[starts[block] as usize..starts[block + 1] as usize]
    }

    fn directory_of(&self, block: usize) -> &[u32] {
        &self.parts.directory[block * (self.dim + 1)..][..self.dim + 1]
    }

    /// Adds up the products of a block's rows with `query`, in the query's fixed point.
    pub(super) fn accumulate(&self, block: usize, query: &mut SparseQuery) {
        let (held, directory) = (self.postings_of(block), self.directory_of(block));
        let SparseQuery { values, sums, .. } = query;
        for &(coordinate, value) in values.iter() {
            let at = coordinate as usize;
            let range = directory[at] as usize..directory[at + 1] as usize;
            for &posting in &held[range] {
                // No index of 16 bits is beyond the sums. Rows keep the sum in range; only damaged
                // weights wrap, and give a wrong score rather than a crash.
                let sum = &mut sums[row_of(posting)];
                *sum = sum.wrapping_add(value.wrapping_mul(weight_of(posting)));
            }
        }
    }

    /// Calls `each(position, coordinate, value)` for all there is.
    pub fn decode_all(&self, mut each: impl FnMut(usize, usize, f32)) {
        for block in 0..self.parts.block_rows.len() - 1 {
            let (rows, held) = (self.rows_of(block), self.postings_of(block));
            let directory = self.directory_of(block);
            for coordinate in 0..self.dim {
                let range = directory[coordinate] as usize..directory[coordinate + 1] as usize;
                for &posting in &held[range] {
                    let value = weight_of(posting) as f32 * self.parts.scale[0];
                    each(rows.start + row_of(posting), coordinate, value);
                }
            }
        }
    }
}

/// Checks that offsets rise from 0 and gives the last.
fn rise(offsets: &[u64]) -> Result<usize, PartsError> {
    match offsets {
        [0, .., last] if offsets.is_sorted() => Ok(*last as usize),
        [0] => Ok(0),
        _ => Err(PartsError::Offsets { list: 0 }),
    }
}
