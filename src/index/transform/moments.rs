//! Mean and covariance of any number of rows, a block at a time.

use super::pca::PcaError;
use crate::index::beyond::first_not_finite;
use crate::index::row_source::{RowSource, run_rows};
use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, s};
use rayon::prelude::*;
use std::ops::Range;

/// Columns whose products with as many others are one task.
const TILE: usize = 128;

/// Mean and covariance.
#[derive(Debug)]
pub(super) struct Moments {
    pub(super) n_rows: usize,
    pub(super) mean: Vec<f64>,
    /// Mean products of deviations from the mean.
    pub(super) covariance: Array2<f64>,
}

/// One square of the covariance, on or above its diagonal.
struct Square {
    rows: Range<usize>,
    columns: Range<usize>,
    sums: Array2<f64>,
}

impl Moments {
    /// Reads every row once. All sums are in double precision, of deviations from the mean of the
    /// first block, so that a mean far from 0 costs no digits; and each has one order, whatever
    /// the number of threads.
    pub(super) fn of(source: &dyn RowSource) -> Result<Self, PcaError> {
        let (n_rows, dim) = (source.n_rows(), source.dim());
        let rows = run_rows(dim);
        let mut squares = squares(dim);
        let mut shift: Option<Vec<f64>> = None;
        let mut sums = vec![0.0; dim];
        let mut read = Vec::new();
        let mut block = Vec::new();
        for first in (0..n_rows).step_by(rows) {
            let range = first..n_rows.min(first + rows);
            read.resize(range.len() * dim, 0.0_f32);
            source.read(range.clone(), &mut read)?;
            if let Some(at) = first_not_finite(&read) {
                return Err(PcaError::Value {
                    row: first + at / dim,
                    coordinate: at % dim,
                    value: read[at],
                });
            }
            let shift = shift.get_or_insert_with(|| column_means(&read, dim));
            block.clear();
            for row in read.chunks_exact(dim) {
                block.extend(
                    row.iter()
                        .zip(&*shift)
                        .map(|(&x, shift)| f64::from(x) - shift),
                );
            }
            for row in block.chunks_exact(dim) {
                sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
            }
            let block = ArrayView2::from_shape((range.len(), dim), &block).expect("whole rows");
            squares.par_iter_mut().for_each(|square| square.add(block));
        }
        let n = n_rows.max(1) as f64;
        let drift: Vec<f64> = sums.iter().map(|sum| sum / n).collect();
        let mut covariance = Array2::zeros((dim, dim));
        for square in squares {
            for (row, from) in square.rows.zip(square.sums.outer_iter()) {
                for (column, sum) in square.columns.clone().zip(from) {
                    let value = sum / n - drift[row] * drift[column];
                    covariance[[row, column]] = value;
                    covariance[[column, row]] = value;
                }
            }
        }
        let shift = shift.unwrap_or_else(|| vec![0.0; dim]);
        let mean = shift
            .iter()
            .zip(drift)
            .map(|(shift, drift)| shift + drift)
            .collect();
        Ok(Self {
            n_rows,
            mean,
            covariance,
        })
    }

    /// Mean products of the coordinates themselves, as if the mean were 0.
    pub(super) fn around_zero(mut self) -> Self {
        for ((row, column), value) in self.covariance.indexed_iter_mut() {
            *value += self.mean[row] * self.mean[column];
        }
        self.mean.fill(0.0);
        self
    }
}

impl Square {
    fn add(&mut self, block: ArrayView2<'_, f64>) {
        let rows = block.slice(s![.., self.rows.clone()]);
        let columns = block.slice(s![.., self.columns.clone()]);
        general_mat_mul(1.0, &rows.t(), &columns, 1.0, &mut self.sums);
    }
}

/// Squares of zeros that cover a symmetric matrix from its diagonal up.
fn squares(dim: usize) -> Vec<Square> {
    let tile = |start: usize| start..dim.min(start + TILE);
    let starts = || (0..dim).step_by(TILE);
    starts()
        .flat_map(|row| {
            starts()
                .filter(move |&column| column >= row)
                .map(move |column| (row, column))
        })
        .map(|(row, column)| Square {
            rows: tile(row),
            columns: tile(column),
            sums: Array2::zeros((tile(row).len(), tile(column).len())),
        })
        .collect()
}

fn column_means(rows: &[f32], dim: usize) -> Vec<f64> {
    let mut means = vec![0.0; dim];
    for row in rows.chunks_exact(dim) {
        means
            .iter_mut()
            .zip(row)
            .for_each(|(mean, &x)| *mean += f64::from(x));
    }
    let n = (rows.len() / dim).max(1) as f64;
    for mean in &mut means {
        *mean /= n;
    }
    means
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::random::Random;

    #[test]
    fn equals_the_formula_far_from_zero_and_across_blocks() {
        let mut random = Random::new(3, 0);
        let rows = Array2::from_shape_fn((17_000, 130), |(_, d)| {
            1000.0 + (d % 7) as f32 * random.unit() as f32
        });
        let moments = Moments::of(&rows.view()).unwrap();
        assert_eq!(moments.n_rows, 17_000);
        let wide = rows.mapv(f64::from);
        let mean = wide.mean_axis(ndarray::Axis(0)).unwrap();
        for (a, b) in moments.mean.iter().zip(&mean) {
            assert!((a - b).abs() < 1e-9);
        }
        let deviations = &wide - &mean;
        for (a, b) in [(0, 0), (3, 129), (129, 3), (128, 129), (6, 13)] {
            let expected = deviations.column(a).dot(&deviations.column(b)) / 17_000.0;
            assert!((moments.covariance[[a, b]] - expected).abs() < 1e-9);
        }
    }
}
