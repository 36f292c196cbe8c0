//! Each vector in one of k clusters.

use crate::index::{KMeansSettings, Metric, assign, kmeans};
use ndarray::{Array2, ArrayView2};

/// Labels of rows, and what stands for each cluster.
#[derive(Debug, Clone)]
pub struct Partition {
    /// The cluster of each row.
    pub labels: Vec<u32>,
    /// The centre of each cluster; of k-medoids, its medoid's vector.
    pub centres: Array2<f32>,
    /// The row that is the medoid of each cluster; empty where centres are means.
    pub medoids: Vec<u32>,
}

impl Partition {
    /// Number of clusters.
    pub fn len(&self) -> usize {
        self.centres.nrows()
    }

    /// Whether there is no cluster.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Rows in each cluster.
    pub fn sizes(&self) -> Vec<u32> {
        let mut sizes = vec![0; self.len()];
        for &label in &self.labels {
            sizes[label as usize] += 1;
        }
        sizes
    }

    /// The rows of each cluster, ascending.
    pub fn members(&self) -> Vec<Vec<u32>> {
        let mut members = vec![Vec::new(); self.len()];
        for (row, &label) in self.labels.iter().enumerate() {
            members[label as usize].push(row as u32);
        }
        members
    }
}

/// Enough for the centres to come to rest on most sets; training stops earlier when they do.
const SETTINGS: KMeansSettings = KMeansSettings {
    max_iterations: 25,
    max_points_per_centre: 256,
};

/// k-means: `k` centres, every row with the nearest.
pub fn kmeans_partition(
    rows: ArrayView2<'_, f32>,
    k: usize,
    metric: Metric,
    seed: u64,
) -> Partition {
    let centres = kmeans(rows, k, metric, seed, SETTINGS);
    let (labels, _) = assign(rows, centres.view(), metric);
    Partition {
        labels,
        centres,
        medoids: Vec::new(),
    }
}
