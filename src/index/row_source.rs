//! Rows that are read when they are needed: from memory, a mapped file, or anywhere else.
//!
//! What streams over rows (PCA, mini-batch k-means, k-medoids on a stored matrix) asks for runs of
//! them and holds one run at a time, so the set may be larger than memory.

use super::random::Random;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};
use std::io;
use std::ops::Range;

/// Rows of one length, read in runs. Other kinds of numbers are turned into `f32` by the reader.
pub trait RowSource: Sync {
    /// How many rows there are.
    fn n_rows(&self) -> usize;

    /// Coordinates per row.
    fn dim(&self) -> usize;

    /// Writes the rows of `range` one after another into `into`, which holds exactly as many
    /// values. The range lies within the rows. The same range gives the same values every time.
    fn read(&self, range: Range<usize>, into: &mut [f32]) -> io::Result<()>;
}

impl RowSource for ArrayView2<'_, f32> {
    fn n_rows(&self) -> usize {
        self.nrows()
    }

    fn dim(&self) -> usize {
        self.ncols()
    }

    fn read(&self, range: Range<usize>, into: &mut [f32]) -> io::Result<()> {
        let shape = (range.len(), self.ncols());
        let mut into =
            ArrayViewMut2::from_shape(shape, into).expect("the caller's memory fits the rows");
        into.assign(&self.slice(s![range, ..]));
        Ok(())
    }
}

impl RowSource for ArrayView2<'_, f64> {
    fn n_rows(&self) -> usize {
        self.nrows()
    }

    fn dim(&self) -> usize {
        self.ncols()
    }

    fn read(&self, range: Range<usize>, into: &mut [f32]) -> io::Result<()> {
        for (into, &value) in into.iter_mut().zip(&self.slice(s![range, ..])) {
            *into = value as f32;
        }
        Ok(())
    }
}

/// Values read at once: 4 MB.
const RUN_VALUES: usize = 1 << 20;

/// Rows in one run of reading.
pub(super) fn run_rows(dim: usize) -> usize {
    (RUN_VALUES / dim.max(1)).clamp(16, 1 << 14)
}

/// Sampled rows nearer to one another than this are read together with those between them.
const GAP: usize = 16;

/// At most `limit` rows, chosen by chance, in ascending order. Parts of the source that hold none
/// of them are not read.
pub(super) fn sample_source(
    source: &dyn RowSource,
    limit: usize,
    random: &mut Random,
) -> io::Result<Array2<f32>> {
    let dim = source.dim();
    let chosen = random.sample(source.n_rows(), limit);
    let mut rows = Vec::with_capacity(chosen.len() * dim);
    let mut run = Vec::new();
    let mut left = chosen.as_slice();
    while let Some(&first) = left.first() {
        let in_run = |pair: &[usize]| pair[1] - pair[0] <= GAP && pair[1] - first < run_rows(dim);
        let n = 1 + left.windows(2).take_while(|pair| in_run(pair)).count();
        let (now, later) = left.split_at(n);
        let range = first..now[n - 1] + 1;
        run.resize(range.len() * dim, 0.0);
        source.read(range, &mut run)?;
        for &row in now {
            rows.extend_from_slice(&run[(row - first) * dim..][..dim]);
        }
        left = later;
    }
    Ok(Array2::from_shape_vec((chosen.len(), dim), rows).expect("whole rows were copied"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_holds_the_rows_that_were_drawn() {
        let rows = Array2::from_shape_fn((5000, 3), |(row, d)| (row * 3 + d) as f32);
        for limit in [0, 7, 300, 4000, 9000] {
            let drawn = Random::new(3, 0).sample(5000, limit);
            let sample = sample_source(&rows.view(), limit, &mut Random::new(3, 0)).unwrap();
            assert_eq!(sample, rows.select(ndarray::Axis(0), &drawn));
        }
    }

    #[test]
    fn double_precision_is_read_as_single() {
        let rows = ndarray::array![[0.5_f64, 1.0], [2.0, 4.0]];
        let mut into = [0.0; 2];
        RowSource::read(&rows.view(), 1..2, &mut into).unwrap();
        assert_eq!(into, [2.0, 4.0]);
    }
}
