//! k-means over rows that do not fit in memory: centres drift batch by batch.

use super::route::assign_routed;
use super::{Groups, KMeansSettings, kmeans, move_to_means, update};
use crate::index::metric::Metric;
use crate::index::random::Random;
use crate::index::row_source::{RowSource, run_rows, sample_source};
use ndarray::{Array2, ArrayView2};
use std::io;

/// How mini-batch k-means goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MiniBatchSettings {
    /// For the start: ordinary k-means on a sample, which has to fit in memory.
    pub start: KMeansSettings,
    /// How often all rows are read after that.
    pub n_passes: usize,
}

/// The stream of chance that orders the batches; k-means uses low numbers.
const BATCH_STREAM: u64 = u64::MAX - 1;

/// At most `n_centres` centres of the rows of `source`, as [`kmeans`] gives them, from all rows
/// and in memory for one batch and the sample of the start.
///
/// After the start each batch moves the centres towards the means of its rows, the less the more
/// rows a centre has seen (Sculley 2010, "Web-scale k-means clustering"): at the end each is the
/// mean of all rows that were nearest to it when they came. Batches are runs of rows, read in an
/// order drawn by chance, so that sorted files do no harm. A centre no row came to in a pass is
/// put beside that most rows came to.
///
/// # Errors
/// If the source cannot be read.
///
/// # Panics
/// If the rows have no coordinates.
pub fn mini_batch_kmeans(
    source: &dyn RowSource,
    n_centres: usize,
    metric: Metric,
    seed: u64,
    settings: MiniBatchSettings,
) -> io::Result<Array2<f32>> {
    let mut random = Random::new(seed, BATCH_STREAM);
    let limit = n_centres.saturating_mul(settings.start.max_points_per_centre.max(1));
    let sample = sample_source(source, limit, &mut random)?;
    let mut centres = kmeans(sample.view(), n_centres, metric, seed, settings.start);
    drop(sample);
    let rows = run_rows(source.dim());
    let mut starts: Vec<usize> = (0..source.n_rows()).step_by(rows).collect();
    let mut batch = Vec::new();
    for _ in 0..settings.n_passes {
        random.shuffle(&mut starts);
        let mut seen = vec![0_u64; centres.nrows()];
        for &first in &starts {
            let range = first..source.n_rows().min(first + rows);
            batch.resize(range.len() * source.dim(), 0.0);
            source.read(range.clone(), &mut batch)?;
            let batch = ArrayView2::from_shape((range.len(), source.dim()), &batch)
                .expect("a run is whole rows");
            drift(&mut centres, &mut seen, batch, metric);
        }
        split_unseen(&mut centres, &seen);
        update::normalise(&mut centres, metric);
    }
    Ok(centres)
}

/// Moves centres towards the means of the rows of a batch that are nearest to them.
fn drift(centres: &mut Array2<f32>, seen: &mut [u64], batch: ArrayView2<'_, f32>, metric: Metric) {
    let labels = assign_routed(batch, centres.view(), metric).0;
    let groups = Groups::new(&labels, centres.nrows());
    let mut means = centres.clone();
    move_to_means(&mut means, batch, &groups);
    for (group, seen) in seen.iter_mut().enumerate() {
        let n_new = groups.of(group).len() as u64;
        if n_new == 0 {
            continue;
        }
        *seen += n_new;
        let rate = (n_new as f64 / *seen as f64) as f32;
        let mut centre = centres.row_mut(group);
        centre.zip_mut_with(&means.row(group), |x, &mean| *x += rate * (mean - *x));
    }
    update::normalise(centres, metric);
}

/// Puts each centre that no row came to beside the one most came to.
fn split_unseen(centres: &mut Array2<f32>, seen: &[u64]) {
    let mut sizes: Vec<usize> = seen.iter().map(|&n| n as usize).collect();
    update::split_sizes(centres, &mut sizes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::kmeans::assign;

    const SETTINGS: MiniBatchSettings = MiniBatchSettings {
        start: KMeansSettings {
            max_iterations: 4,
            max_points_per_centre: 16,
        },
        n_passes: 3,
    };

    /// Sorted by clump, which is what batches must not be misled by.
    fn sorted_clumps(n_rows: usize) -> Array2<f32> {
        let mut random = Random::new(1, 0);
        let middles = Array2::from_shape_simple_fn((20, 80), || random.unit() as f32);
        Array2::from_shape_fn((n_rows, 80), |(row, d)| {
            middles[[row * 20 / n_rows, d]] + 0.3 * random.unit() as f32
        })
    }

    #[test]
    fn all_rows_in_batches_come_closer_than_the_sample_alone() {
        let rows = sorted_clumps(40_000);
        for metric in [Metric::L2, Metric::InnerProduct] {
            let closeness = |centres: &Array2<f32>| {
                let found = assign(rows.view(), centres.view(), metric).1;
                found.iter().map(|&x| f64::from(x)).sum::<f64>()
            };
            let batches = mini_batch_kmeans(&rows.view(), 64, metric, 5, SETTINGS).unwrap();
            let sample = kmeans(rows.view(), 64, metric, 5, SETTINGS.start);
            assert_eq!(batches.dim(), (64, 80));
            assert!(closeness(&batches) > closeness(&sample));
            let again = mini_batch_kmeans(&rows.view(), 64, metric, 5, SETTINGS).unwrap();
            assert_eq!(batches, again);
        }
    }

    #[test]
    fn few_rows_give_few_centres() {
        let rows = sorted_clumps(3);
        let centres = mini_batch_kmeans(&rows.view(), 9, Metric::L2, 1, SETTINGS).unwrap();
        assert_eq!(centres.nrows(), 3);
        let none = Array2::<f32>::zeros((0, 3));
        let centres = mini_batch_kmeans(&none.view(), 9, Metric::L2, 1, SETTINGS).unwrap();
        assert_eq!(centres.nrows(), 0);
    }
}
