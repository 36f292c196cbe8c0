//! k-medoids: the rows that stand for all others, from the numbers between every two.
//!
//! k-means needs coordinates; here a square matrix of similarities or distances of any kind is
//! enough, and the centres are rows of the data. `FasterPAM` (Schubert & Rousseeuw 2021, "Fast and
//! eager k-medoids clustering") from a k-means++-like start: each candidate is weighed against all
//! medoids at once in one sequential read of its row, and takes a medoid's place as soon as that
//! lowers the loss. A pass costs n^2 whatever the number of medoids.
//!
//! Memory: n values per medoid, and a block of rows. Everything is seeded, and the result does not
//! depend on the number of threads.

mod matrix;
mod seed;
mod state;

use super::random::Random;
use super::row_source::RowSource;
use matrix::Pairs;
use rayon::prelude::*;
use state::State;
use std::io;

/// What the numbers of the matrix say. Row `i` holds the numbers from candidate `i` to all rows;
/// a matrix need not be symmetric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairValue {
    /// More is nearer.
    Similarity,
    /// Less is nearer.
    Distance,
}

/// What is asked of k-medoids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MedoidsSettings {
    /// How many medoids; cut to the number of rows, and at least 1.
    pub n_medoids: usize,
    /// Passes over the matrix at most; it stops earlier when no change helps.
    pub max_passes: usize,
}

/// Medoids, and which of them each row belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Medoids {
    /// The rows chosen, ascending.
    pub medoids: Vec<u32>,
    /// For each row the position, in `medoids`, of the one nearest to it.
    pub labels: Vec<u32>,
    /// The sum over all rows of the distance to their medoid (of the negative similarity), after
    /// the start and after each pass. It never rises.
    pub losses: Vec<f64>,
    /// Whether no single exchange lowers the loss any more.
    pub converged: bool,
}

/// Why there are no medoids.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MedoidsError {
    /// A matrix that is not square.
    #[error("the matrix has {n_rows} rows of {n_columns} values: it must be square")]
    NotSquare {
        /// Its rows.
        n_rows: usize,
        /// Its columns.
        n_columns: usize,
    },
    /// Row numbers are `u32`.
    #[error("{0} rows are more than can be numbered")]
    TooManyRows(usize),
    /// A value that is not a number.
    #[error("row {row} holds {value} at column {column}: values must be finite")]
    Value {
        /// The first row with such a value.
        row: usize,
        /// Where in the row.
        column: usize,
        /// The value.
        value: f32,
    },
    /// The matrix cannot be read.
    #[error("the matrix cannot be read")]
    Read(#[from] io::Error),
}

/// Candidates weighed together. It decides which exchanges are found first, and so must not
/// depend on the number of threads.
const BLOCK: usize = 64;

/// The medoids of a square matrix, which is read row by row: once to check it, then once per pass.
///
/// # Errors
/// If the matrix is not square, holds a value that is not finite, or cannot be read.
pub fn k_medoids(
    matrix: &dyn RowSource,
    values: PairValue,
    settings: MedoidsSettings,
    seed: u64,
) -> Result<Medoids, MedoidsError> {
    let pairs = Pairs::checked(matrix, values, BLOCK)?;
    let n = pairs.n();
    if n == 0 {
        return Ok(Medoids {
            medoids: Vec::new(),
            labels: Vec::new(),
            losses: vec![0.0],
            converged: true,
        });
    }
    let n_medoids = settings.n_medoids.clamp(1, n);
    let medoids = seed::spread_out(&pairs, n_medoids, &mut Random::new(seed, 0))?;
    let mut state = State::new(&pairs, medoids)?;
    let mut losses = vec![state.loss()];
    let mut converged = false;
    let mut block = Vec::new();
    for _ in 0..settings.max_passes {
        let mut n_swaps = 0;
        for first in (0..n).step_by(BLOCK) {
            let end = n.min(first + BLOCK);
            pairs.read(first..end, &mut block)?;
            n_swaps += improve(&mut state, first, &block);
        }
        losses.push(state.loss());
        if n_swaps == 0 {
            converged = true;
            break;
        }
    }
    Ok(state.finish(losses, converged))
}

/// Weighs the candidates of one block side by side, then exchanges those that help, in order;
/// each is weighed again after an exchange before it. Returns how many were exchanged.
fn improve(state: &mut State, first: usize, block: &[f32]) -> usize {
    let n = state.n();
    let promising: Vec<bool> = (block.par_chunks_exact(n).enumerate())
        .map(|(idx, row)| state.weigh(first + idx, row).is_some())
        .collect();
    let mut n_swaps = 0;
    for (idx, row) in block.chunks_exact(n).enumerate() {
        if !promising[idx] {
            continue;
        }
        if let Some(slot) = state.weigh(first + idx, row) {
            state.exchange(slot, first + idx, row);
            n_swaps += 1;
        }
    }
    n_swaps
}

#[cfg(test)]
mod tests;
