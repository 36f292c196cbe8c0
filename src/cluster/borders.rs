//! Clusters that were cut apart because their spectra lay in different pieces, joined again.
//!
//! Clusters with a link across a border are compared by the linkage that made them, on a sample of
//! their members, and merged while two are nearest to each other and alike: agglomeration by
//! reciprocal nearest neighbours. Rounds are few, because each merges pairs everywhere.

use super::linkage::Linkage;
use super::spectra::{LinkSettings, Spectra};
use super::{Link, by_lowest_row};
use crate::similarity::align::Scratch;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Members of a cluster that speak for it: `SAMPLE`^2 scores tell how alike two clusters are.
const SAMPLE: usize = 16;

/// Labels each row with the lowest row of its cluster after merging.
///
/// `labels` are clusters within `pieces`, both by lowest row; `weights` are the spectra each row
/// stands for.
pub(super) fn merge_across(
    spectra: Spectra<'_>,
    (labels, pieces): (&[u32], &[u32]),
    links: &[Link],
    weights: &[u32],
    (how, linkage): (LinkSettings, Linkage),
) -> Vec<u32> {
    let mut labels = labels.to_vec();
    let mut pairs: BTreeSet<(u32, u32)> = links
        .iter()
        .filter(|link| pieces[link.a as usize] != pieces[link.b as usize])
        .map(|link| ordered(labels[link.a as usize], labels[link.b as usize]))
        .collect();
    let mut values: BTreeMap<(u32, u32), f32> = BTreeMap::new();
    let mut members = members_of(&labels, &pairs);
    while !pairs.is_empty() {
        let unknown: Vec<(u32, u32)> = pairs
            .iter()
            .copied()
            .filter(|pair| !values.contains_key(pair))
            .collect();
        let found: Vec<f32> = unknown
            .par_iter()
            .map_init(Scratch::default, |scratch, (a, b)| {
                let sides = (sample(&members[a]), sample(&members[b]));
                between(spectra, sides, weights, (how, linkage), scratch)
            })
            .collect();
        values.extend(unknown.into_iter().zip(found));
        let merges = mutual_nearest(&pairs, &values, how.threshold);
        if merges.is_empty() {
            break;
        }
        for (&gone, &kept) in &merges {
            let mut moved = members.remove(&gone).unwrap_or_default();
            for &row in &moved {
                labels[row as usize] = kept;
            }
            let held = members.entry(kept).or_default();
            held.append(&mut moved);
            held.sort_unstable();
        }
        let now = |cluster: u32| merges.get(&cluster).copied().unwrap_or(cluster);
        let changed: BTreeSet<u32> = merges.values().copied().collect();
        values.retain(|(a, b), _| {
            ![a, b]
                .into_iter()
                .any(|c| changed.contains(c) || merges.contains_key(c))
        });
        pairs = pairs
            .into_iter()
            .map(|(a, b)| ordered(now(a), now(b)))
            .filter(|(a, b)| a != b)
            .collect();
    }
    by_lowest_row(&labels)
}

fn ordered(a: u32, b: u32) -> (u32, u32) {
    (a.min(b), a.max(b))
}

/// The rows of the clusters that lie at a border, ascending.
fn members_of(labels: &[u32], pairs: &BTreeSet<(u32, u32)>) -> BTreeMap<u32, Vec<u32>> {
    let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for &(a, b) in pairs {
        members.entry(a).or_default();
        members.entry(b).or_default();
    }
    if members.is_empty() {
        return members;
    }
    for (row, label) in labels.iter().enumerate() {
        if let Some(rows) = members.get_mut(label) {
            rows.push(row as u32);
        }
    }
    members
}

/// Rows spread evenly over a cluster.
fn sample(members: &[u32]) -> Vec<u32> {
    let n = members.len().min(SAMPLE);
    (0..n).map(|i| members[i * members.len() / n]).collect()
}

fn between(
    spectra: Spectra<'_>,
    (a, b): (Vec<u32>, Vec<u32>),
    weights: &[u32],
    (how, linkage): (LinkSettings, Linkage),
    scratch: &mut Scratch,
) -> f32 {
    let (mut sum, mut total, mut least) = (0.0, 0.0, f32::INFINITY);
    for &x in &a {
        for &y in &b {
            let value = spectra.similarity(x, y, how, scratch);
            let weight = f64::from(weights[x as usize]) * f64::from(weights[y as usize]);
            sum += weight * f64::from(value);
            total += weight;
            least = least.min(value);
        }
    }
    match linkage {
        Linkage::Complete => least,
        Linkage::Average => (sum / total) as f32,
    }
}

/// Pairs of clusters that are each other's nearest and reach `threshold`: the higher label, to be
/// merged into the lower.
fn mutual_nearest(
    pairs: &BTreeSet<(u32, u32)>,
    values: &BTreeMap<(u32, u32), f32>,
    threshold: f32,
) -> BTreeMap<u32, u32> {
    let mut nearest: BTreeMap<u32, (f32, u32)> = BTreeMap::new();
    for &(a, b) in pairs {
        let value = values[&(a, b)];
        if value < threshold {
            continue;
        }
        for (one, other) in [(a, b), (b, a)] {
            let best = nearest.entry(one).or_insert((value, other));
            // Pairs come by label, so of equal ones the lowest is there first.
            if value > best.0 || (value == best.0 && other < best.1) {
                *best = (value, other);
            }
        }
    }
    nearest
        .iter()
        .filter(|(one, (_, other))| *one < other && nearest[other].1 == **one)
        .map(|(&one, &(_, other))| (other, one))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_those_nearest_to_each_other_merge() {
        let values: BTreeMap<(u32, u32), f32> = [
            ((0, 1), 0.8),
            ((1, 2), 0.9),
            ((2, 3), 0.85),
            ((4, 5), 0.6),
            ((6, 7), 0.9),
        ]
        .into();
        let pairs = values.keys().copied().collect();
        let merges = mutual_nearest(&pairs, &values, 0.7);
        assert_eq!(merges, [(2, 1), (7, 6)].into());
    }

    #[test]
    fn equal_values_still_find_a_pair() {
        let values: BTreeMap<(u32, u32), f32> =
            [((0, 1), 0.8), ((1, 2), 0.8), ((0, 2), 0.8)].into();
        let pairs = values.keys().copied().collect();
        assert_eq!(mutual_nearest(&pairs, &values, 0.7), [(1, 0)].into());
    }

    #[test]
    fn a_sample_is_spread_over_all() {
        let rows: Vec<u32> = (0..160).collect();
        assert_eq!(sample(&rows)[..3], [0, 10, 20]);
        assert_eq!(sample(&rows).len(), SAMPLE);
        assert_eq!(sample(&[4, 9]), [4, 9]);
    }
}
