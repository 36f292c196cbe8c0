//! Clusters around rows of the set, from the similarities of every two.
//!
//! The similarities are those of a stored matrix, or computed a few rows at a time from the vectors.

use super::Partition;
use crate::index::{MedoidsError, MedoidsSettings, PairValue, RowSource, k_medoids};
use crate::vectors::{VectorMetric, Vectors, VectorsError};
use ndarray::{ArrayView2, ArrayViewMut2, Axis, s};
use rayon::prelude::*;
use std::io;
use std::ops::Range;

/// Exchanges end long before on any set that is not made to prevent it.
const MAX_PASSES: usize = 50;

/// k-medoids over `rows`, by the similarities in `stored` where they are given.
///
/// # Errors
/// A matrix that is not square, has not a row for each of `rows`, or holds a number that is not
/// finite.
pub fn medoid_partition(
    (set, rows): (&Vectors, ArrayView2<'_, f32>),
    stored: Option<&Vectors>,
    k: usize,
    metric: VectorMetric,
    seed: u64,
) -> Result<(Partition, Vec<String>), VectorsError> {
    let settings = MedoidsSettings {
        n_medoids: k,
        max_passes: MAX_PASSES,
    };
    let name = stored.unwrap_or(set).name().to_owned();
    let found = if let Some(matrix) = stored {
        check_shape(matrix, rows.nrows(), set.name())?;
        k_medoids(matrix, PairValue::Similarity, settings, seed)
    } else {
        let pairs = Pairs { rows, metric };
        k_medoids(&pairs, pairs.value(), settings, seed)
    };
    let found = found.map_err(|error| match error {
        MedoidsError::Value { row, column, value } => VectorsError::NotFinite {
            name,
            row,
            coordinate: column,
            value,
        },
        MedoidsError::Read(source) => VectorsError::Io(source),
        other @ (MedoidsError::NotSquare { .. } | MedoidsError::TooManyRows(_)) => {
            VectorsError::Structure {
                name,
                fault: other.to_string(),
            }
        }
    })?;
    let mut notes = Vec::new();
    if !found.converged {
        notes.push(format!("medoids still changed after {MAX_PASSES} passes"));
    }
    let medoids: Vec<usize> = found.medoids.iter().map(|&row| row as usize).collect();
    let partition = Partition {
        labels: found.labels,
        centres: rows.select(Axis(0), &medoids),
        medoids: found.medoids,
    };
    Ok((partition, notes))
}

fn check_shape(matrix: &Vectors, n: usize, set: &str) -> Result<(), VectorsError> {
    if (matrix.n_rows(), matrix.dim()) == (n, n) {
        return Ok(());
    }
    let (n_rows, n_columns) = (matrix.n_rows(), matrix.dim());
    Err(VectorsError::Structure {
        name: matrix.name().to_owned(),
        fault: format!("is {n_rows} x {n_columns}; the {n} vectors of {set} need {n} x {n}"),
    })
}

/// The numbers between every two of some rows, computed when they are asked for.
struct Pairs<'a> {
    rows: ArrayView2<'a, f32>,
    metric: VectorMetric,
}

impl Pairs<'_> {
    fn value(&self) -> PairValue {
        match self.metric {
            VectorMetric::InnerProduct | VectorMetric::Cosine => PairValue::Similarity,
            VectorMetric::L2 => PairValue::Distance,
        }
    }
}

/// Columns multiplied at a time by one thread.
const TILE: usize = 2048;

impl RowSource for Pairs<'_> {
    fn n_rows(&self) -> usize {
        self.rows.nrows()
    }

    fn dim(&self) -> usize {
        self.rows.nrows()
    }

    fn read(&self, range: Range<usize>, into: &mut [f32]) -> io::Result<()> {
        let shape = (range.len(), self.rows.nrows());
        let mut into = ArrayViewMut2::from_shape(shape, into).map_err(io::Error::other)?;
        let some = self.rows.slice(s![range, ..]);
        into.axis_chunks_iter_mut(Axis(1), TILE)
            .into_par_iter()
            .zip(self.rows.axis_chunks_iter(Axis(0), TILE).into_par_iter())
            .for_each(|(mut into, columns)| match self.metric {
                VectorMetric::InnerProduct | VectorMetric::Cosine => {
                    into.assign(&some.dot(&columns.t()));
                }
                VectorMetric::L2 => {
                    for (mut into, a) in into.outer_iter_mut().zip(some.outer_iter()) {
                        for (into, b) in into.iter_mut().zip(columns.outer_iter()) {
                            let squares = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b));
                            *into = squares.sum::<f32>().sqrt();
                        }
                    }
                }
            });
        Ok(())
    }
}
