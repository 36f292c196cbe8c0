//! Clusters from the top down: the one with the greatest error is split in two until there are k.

use super::Partition;
use crate::index::{KMeansSettings, Metric, assign, kmeans};
use ndarray::{Array2, ArrayView2, Axis};
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// A split is between two centres, for which this is plenty.
const SETTINGS: KMeansSettings = KMeansSettings {
    max_iterations: 15,
    max_points_per_centre: 20_000,
};

/// One split: cluster `parent` kept its number for one half, `child` is the new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split {
    /// The cluster that was split.
    pub parent: u32,
    /// The number of its second half.
    pub child: u32,
}

/// A cluster that may be split, ordered by its error.
struct Leaf {
    error: f64,
    cluster: u32,
    rows: Vec<usize>,
}

impl Ord for Leaf {
    fn cmp(&self, other: &Self) -> Ordering {
        // The lower cluster first among equals.
        (self.error.total_cmp(&other.error)).then(other.cluster.cmp(&self.cluster))
    }
}

impl PartialOrd for Leaf {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Leaf {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Leaf {}

/// Divisive clustering: at most `k` clusters and the splits that led to them, first to last. There
/// are fewer where all rows of every cluster are the same.
pub fn hierarchical_partition(
    rows: ArrayView2<'_, f32>,
    k: usize,
    metric: Metric,
    seed: u64,
) -> (Partition, Vec<Split>) {
    let mut labels = vec![0; rows.nrows()];
    let mut centres = vec![centre(rows, metric, seed)];
    let mut splits = Vec::new();
    let mut leaves = BinaryHeap::from([leaf(rows, &centres[0], 0, (0..rows.nrows()).collect())]);
    while centres.len() < k
        && let Some(top) = leaves.pop()
    {
        let points = rows.select(Axis(0), &top.rows);
        let child = centres.len() as u32;
        let halves = kmeans(points.view(), 2, metric, seed ^ u64::from(child), SETTINGS);
        let sides = assign(points.view(), halves.view(), metric).0;
        if sides.iter().all(|side| *side == sides[0]) {
            // All its rows are the same: it stays as it is.
            continue;
        }
        let side = |wanted: u32| -> Vec<usize> {
            (top.rows.iter().zip(&sides))
                .filter(|(_, s)| **s == wanted)
                .map(|(r, _)| *r)
                .collect()
        };
        let (stay, go) = (side(0), side(1));
        for &row in &go {
            labels[row] = child;
        }
        centres[top.cluster as usize] = halves.row(0).to_vec();
        centres.push(halves.row(1).to_vec());
        splits.push(Split {
            parent: top.cluster,
            child,
        });
        leaves.push(leaf(
            rows,
            &centres[top.cluster as usize],
            top.cluster,
            stay,
        ));
        leaves.push(leaf(rows, &centres[child as usize], child, go));
    }
    let shape = (centres.len(), rows.ncols());
    let centres = Array2::from_shape_vec(shape, centres.concat())
        .unwrap_or_else(|_| unreachable!("one row per cluster"));
    (
        Partition {
            labels,
            centres,
            medoids: Vec::new(),
        },
        splits,
    )
}

fn centre(rows: ArrayView2<'_, f32>, metric: Metric, seed: u64) -> Vec<f32> {
    kmeans(rows, 1, metric, seed, SETTINGS)
        .into_raw_vec_and_offset()
        .0
}

/// The cluster with its sum of squared distances to `centre`.
fn leaf(all: ArrayView2<'_, f32>, centre: &[f32], cluster: u32, rows: Vec<usize>) -> Leaf {
    let squared = |row: &usize| -> f64 {
        let pairs = all.row(*row).into_iter().zip(centre);
        pairs
            .map(|(x, c)| f64::from(x - c) * f64::from(x - c))
            .sum()
    };
    let error = rows.iter().map(squared).sum();
    Leaf {
        error,
        cluster,
        rows,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_widest_cluster_is_split_first() {
        let rows = array![[0.0_f32], [1.0], [100.0], [140.0]];
        let (partition, splits) = hierarchical_partition(rows.view(), 3, Metric::L2, 1);
        let labels = &partition.labels;
        assert!(labels[0] == labels[1] && labels[1] != labels[2] && labels[2] != labels[3]);
        assert_eq!(splits.len(), 2);
        assert_eq!(splits.iter().map(|s| s.child).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(partition.sizes().iter().sum::<u32>(), 4);
        for (row, &label) in labels.iter().enumerate() {
            let distance = (rows[[row, 0]] - partition.centres[[label as usize, 0]]).abs();
            assert!(distance <= 0.5);
        }
    }

    #[test]
    fn equal_rows_cannot_be_split() {
        let rows = Array2::from_elem((5, 2), 1.0_f32);
        let (partition, splits) = hierarchical_partition(rows.view(), 3, Metric::L2, 1);
        assert_eq!((partition.len(), splits.len()), (1, 0));
    }
}
