//! All pairwise cosines, a tile at a time, onto disk: any size that fits there.
//!
//! Of a set with itself only the upper half is computed; the lower is its mirror, to the bit. A
//! zero vector has no direction: its cosine with anything, itself included, is 0.

use super::rows::owned_matrix_of;
use super::{MatrixFile, MatrixKind, Vectors, VectorsError, to_unit_length};
use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;
use std::ops::Range;

/// Rows and columns of a tile: 16 MB of cosines, written in pieces of 8 kB.
const TILE: usize = 2048;

/// Cosines as a file; the notes are numbers of zero vectors.
pub const SIMILARITY: MatrixKind = MatrixKind {
    dataset: "similarity",
    notes: &["zero_rows", "zero_columns"],
};

/// What a computation came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Zero vectors among the rows.
    pub n_zero_rows: usize,
    /// Zero vectors among the columns; those of the rows again where both are one set.
    pub n_zero_columns: usize,
    /// Tiles that were computed, not mirrored.
    pub n_tiles: usize,
}

/// Unit vectors of a block of rows.
struct Block {
    rows: Range<usize>,
    values: Array2<f32>,
    n_zero: usize,
}

/// Writes the cosine of every row of `a` with every row of `b`, or of `a` where there is no `b`.
/// `on_tile` is told the tiles done and their number.
///
/// # Errors
/// Vectors that cannot be used, or what the system said about the output.
pub fn similarity(
    a: &Vectors,
    b: Option<&Vectors>,
    out: &mut MatrixFile,
    mut on_tile: impl FnMut(usize, usize),
) -> Result<Tally, VectorsError> {
    let columns = b.unwrap_or(a);
    columns.expect_dim(a.name(), a.dim())?;
    let n_threads = rayon::current_num_threads();
    let mut tally = Tally::default();
    let (n_across, n_down) = (columns.n_rows().div_ceil(TILE), a.n_rows().div_ceil(TILE));
    let n_tiles = if b.is_some() {
        n_across * n_down
    } else {
        n_down * (n_down + 1) / 2
    };
    for down in 0..n_down {
        let rows = block(a, down)?;
        tally.n_zero_rows += rows.n_zero;
        let first = if b.is_some() { 0 } else { down };
        let across: Vec<usize> = (first..n_across).collect();
        for group in across.chunks(n_threads.max(1)) {
            let blocks = group.iter().map(|&at| block(columns, at));
            let blocks = blocks.collect::<Result<Vec<Block>, _>>()?;
            if down == 0 {
                tally.n_zero_columns += blocks.iter().map(|block| block.n_zero).sum::<usize>();
            }
            let tiles: Vec<Array2<f32>> = blocks
                .par_iter()
                .map(|columns| cosines(&rows, columns, b.is_none()))
                .collect();
            for (columns, tile) in blocks.iter().zip(tiles) {
                out.put(rows.rows.start, columns.rows.start, tile.view())?;
                if b.is_none() && columns.rows != rows.rows {
                    out.put(columns.rows.start, rows.rows.start, tile.t())?;
                }
                tally.n_tiles += 1;
                on_tile(tally.n_tiles, n_tiles);
            }
        }
    }
    Ok(tally)
}

/// The unit vectors of block number `at`.
fn block(set: &Vectors, at: usize) -> Result<Block, VectorsError> {
    let rows = at * TILE..((at + 1) * TILE).min(set.n_rows());
    let mut values = Vec::new();
    set.read(rows.clone(), &mut values)?;
    let n_zero = to_unit_length(&mut values, set.dim()).len();
    let values = owned_matrix_of(values, set.dim());
    Ok(Block {
        rows,
        values,
        n_zero,
    })
}

fn cosines(rows: &Block, columns: &Block, is_one_set: bool) -> Array2<f32> {
    let mut tile = rows.values.dot(&columns.values.t());
    // Rounding may lead a little beyond.
    tile.mapv_inplace(|cosine| cosine.clamp(-1.0, 1.0));
    if is_one_set && rows.rows == columns.rows {
        mirror(&mut tile, rows.values.view());
    }
    tile
}

/// Makes a tile on the diagonal its own mirror, with 1 for a vector and itself.
fn mirror(tile: &mut Array2<f32>, units: ArrayView2<'_, f32>) {
    for row in 0..tile.nrows() {
        let is_zero = units.row(row).iter().all(|&x| x == 0.0);
        tile[[row, row]] = if is_zero { 0.0 } else { 1.0 };
        for column in 0..row {
            tile[[row, column]] = tile[[column, row]];
        }
    }
}
