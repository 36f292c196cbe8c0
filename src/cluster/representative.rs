//! Which member stands for a cluster.

use super::spectra::{LinkSettings, Spectra};
use super::{Clusters, Link};
use crate::similarity::align::Scratch;
use rayon::prelude::*;

/// How a member is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Representative {
    /// The member with the largest sum of similarities over its links: known already, and exact
    /// wherever windows were compared whole.
    Medoid,
    /// The member most similar on average to the others, all of them compared.
    MostSimilar,
}

/// Members that each member is compared with; of larger clusters, so many spread evenly.
const COMPARED: usize = 64;

/// The representative row of each cluster of `clusters`, whose rows stand for `weights` spectra.
///
/// Of equally good members the lowest row is taken.
pub fn representatives(
    clusters: &Clusters,
    spectra: Spectra<'_>,
    weights: &[u32],
    links: &[Link],
    (how, what): (LinkSettings, Representative),
) -> Vec<u32> {
    if what == Representative::Medoid {
        return medoids(clusters, weights, links);
    }
    (0..clusters.len() as u32)
        .into_par_iter()
        .map_init(Scratch::default, |scratch, cluster| {
            let members = clusters.members(cluster);
            let n = members.len().min(COMPARED);
            let others: Vec<u32> = (0..n).map(|i| members[i * members.len() / n]).collect();
            let mean = |row: u32, scratch: &mut Scratch| {
                let (mut sum, mut total) = (0.0, 0.0);
                for &other in &others {
                    // Copies of itself are others like it; itself is none.
                    let weight = f64::from(weights[other as usize] - u32::from(other == row));
                    if weight > 0.0 {
                        let value = spectra.similarity(row, other, how, scratch);
                        sum += weight * f64::from(value);
                        total += weight;
                    }
                }
                if total > 0.0 { sum / total } else { 0.0 }
            };
            best_of(members, |row| mean(row, scratch))
        })
        .collect()
}

fn medoids(clusters: &Clusters, weights: &[u32], links: &[Link]) -> Vec<u32> {
    let mut sums: Vec<f64> = weights
        .iter()
        .map(|&w| f64::from(w.saturating_sub(1)))
        .collect();
    for link in links {
        let (a, b) = (link.a as usize, link.b as usize);
        if clusters.cluster_of(link.a) == clusters.cluster_of(link.b) {
            let value = f64::from(link.similarity);
            sums[a] += value * f64::from(weights[b]);
            sums[b] += value * f64::from(weights[a]);
        }
    }
    (0..clusters.len() as u32)
        .map(|cluster| best_of(clusters.members(cluster), |row| sums[row as usize]))
        .collect()
}

/// The row with the largest value, the first of equal ones.
fn best_of(rows: &[u32], mut value: impl FnMut(u32) -> f64) -> u32 {
    let mut best = (f64::NEG_INFINITY, rows[0]);
    for &row in rows {
        let found = value(row);
        if found > best.0 {
            best = (found, row);
        }
    }
    best.1
}
