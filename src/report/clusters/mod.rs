//! Clusters of spectra as files: a CSV row per spectrum, an HDF5 file with all that was found, the
//! spectra with their clusters, and consensus spectra.

mod consensus_file;
mod csv_file;
mod earlier;
mod hdf5_file;
mod spectra_file;
mod truth;

pub use consensus_file::write_consensus;
pub use csv_file::{CLUSTER_COLUMNS, write_clusters_csv};
pub use earlier::EarlierClusters;
pub use hdf5_file::write_clusters_hdf5;
pub use spectra_file::write_clustered_spectra;
pub use truth::{TruthError, read_truth_of_spectra};

use crate::cluster::{Clusters, Distinct, Groups, Link};
use std::path::Path;
use std::sync::Arc;

/// What is told of a spectrum beside its cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct SpectrumInfo {
    /// Its file.
    pub file: Arc<Path>,
    /// Its position among all spectra of the file, from 0.
    pub index: usize,
    /// What the file calls it.
    pub id: Box<str>,
    /// Precursor m/z in Th; NaN where unknown.
    pub precursor_mz: f64,
    /// Charge with sign; 0 where unknown.
    pub charge: i8,
    /// Retention time in seconds; NaN where unknown.
    pub retention_time: f64,
    /// Its position among those that were clustered; none where nothing comparable was left of it.
    pub row: Option<u32>,
}

/// Clusters of the spectra of some files.
#[derive(Debug, Clone, Copy)]
pub struct Clustered<'a> {
    /// The spectra, in input order.
    pub spectra: &'a [SpectrumInfo],
    /// What rows hold, in short.
    pub digests: &'a [u64],
    /// Which rows are copies of one another.
    pub distinct: &'a Distinct,
    /// Links of distinct spectra.
    pub links: &'a [Link],
    /// Clusters of distinct spectra, before and after merging.
    pub groups: &'a Groups,
    /// The same clusters, with their members.
    pub clusters: &'a Clusters,
    /// The distinct spectrum that stands for each cluster.
    pub representatives: &'a [u32],
}

/// Clusters in the numbers that people see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered {
    /// The cluster of each row, numbered from 0 by the first row of each.
    pub cluster: Vec<u32>,
    /// The same before merging across pieces.
    pub within_pieces: Vec<u32>,
    /// The row that stands for each cluster.
    pub representative: Vec<u32>,
    /// How many rows each cluster has.
    pub size: Vec<u32>,
}

impl Clustered<'_> {
    /// The clusters of rows rather than of distinct spectra.
    pub fn numbered(&self) -> Numbered {
        let of_row = &self.distinct.of_row;
        let (cluster, ids) = number(of_row.iter().map(|&d| self.clusters.cluster_of(d)));
        let pieces = of_row
            .iter()
            .map(|&d| self.groups.within_pieces[d as usize]);
        let mut size = vec![0; ids.len()];
        for &id in &cluster {
            size[id as usize] += 1;
        }
        let first = |id: &u32| self.distinct.first[self.representatives[*id as usize] as usize];
        Numbered {
            within_pieces: number(pieces).0,
            representative: ids.iter().map(first).collect(),
            size,
            cluster,
        }
    }
}

/// Labels numbered by first appearance, and the label behind each number.
fn number(labels: impl Iterator<Item = u32>) -> (Vec<u32>, Vec<u32>) {
    let mut numbers = std::collections::HashMap::new();
    let mut ids = Vec::new();
    let numbered = labels
        .map(|label| {
            *numbers.entry(label).or_insert_with(|| {
                ids.push(label);
                ids.len() as u32 - 1
            })
        })
        .collect();
    (numbered, ids)
}
