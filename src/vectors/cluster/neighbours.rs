//! Cosine neighbours inside clusters, and clusters joined by neighbours across their border.
//!
//! Only rows that a partition puts near one another are compared: those of one cluster and, for
//! merging, those of a cluster with the rows for which it comes second. Clusters with such a pair
//! at or above the threshold are linked; connected components of the links are the merged groups.

use super::Partition;
use crate::cluster::{Link, components};
use crate::index::{Effort, Factory, Filter, Filters, Metric, TopK, TrainSettings};
use crate::index::{TrainError, VectorIndex, train};
use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;

/// Neighbours kept per row, the nearest; a pair is kept if it is kept by either of its rows.
const MAX_NEIGHBOURS: usize = 100;

/// Rows multiplied with a cluster at a time.
const TILE: usize = 512;

/// Two rows that are alike; `a` is the lower.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// Row.
    pub a: u32,
    /// Row.
    pub b: u32,
    /// Of the two.
    pub cosine: f32,
}

/// Who is near whom.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbourhood {
    /// The least cosine of neighbours.
    pub threshold: f32,
    /// Neighbours inside clusters, each pair once, by rows.
    pub pairs: Vec<Pair>,
    /// For each cluster the lowest cluster of its merged group, where merging was asked for.
    pub groups: Option<Vec<u32>>,
}

/// Finds neighbours among the rows, given as unit vectors in `units` and as they were clustered in
/// `rows`.
///
/// # Errors
/// Centres that cannot be searched.
pub fn neighbourhood(
    partition: &Partition,
    (rows, units): (ArrayView2<'_, f32>, ArrayView2<'_, f32>),
    metric: Metric,
    threshold: f32,
    merge: bool,
) -> Result<Neighbourhood, TrainError> {
    let members = partition.members();
    let mut pairs: Vec<Pair> = members
        .par_iter()
        .flat_map(|members| pairs_within(units, members, threshold))
        .collect();
    pairs.sort_by_key(|pair| (pair.a, pair.b));
    pairs.dedup_by_key(|pair| (pair.a, pair.b));
    let groups = if merge {
        let visitors = visitors(partition, rows, metric)?;
        let links: Vec<Link> = (members.par_iter().zip(&visitors).enumerate())
            .flat_map(|(cluster, (members, visitors))| {
                let near = visitors_near(units, members, visitors, threshold);
                let link = |row: u32| Link {
                    a: cluster as u32,
                    b: partition.labels[row as usize],
                    similarity: threshold,
                };
                near.into_iter().map(link).collect::<Vec<_>>()
            })
            .collect();
        Some(components(partition.len(), &links))
    } else {
        None
    };
    Ok(Neighbourhood {
        threshold,
        pairs,
        groups,
    })
}

/// For each cluster, the rows of others for which it is the second nearest.
fn visitors(
    partition: &Partition,
    rows: ArrayView2<'_, f32>,
    metric: Metric,
) -> Result<Vec<Vec<u32>>, TrainError> {
    let centres = partition.centres.view();
    let flat = train(Factory::FLAT, metric, centres, 0, TrainSettings::default())?.index;
    let nearest = flat.search_batch(rows, 2, Effort::visiting(1), Filters::Same(&Filter::ALL));
    let mut visitors = vec![Vec::new(); partition.len()];
    for (row, nearest) in nearest.iter().enumerate() {
        let own = partition.labels[row];
        if let Some(second) = nearest.iter().find(|centre| centre.row != own) {
            visitors[second.row as usize].push(row as u32);
        }
    }
    Ok(visitors)
}

/// Pairs of members at or above the threshold.
fn pairs_within(units: ArrayView2<'_, f32>, members: &[u32], threshold: f32) -> Vec<Pair> {
    let mut pairs = Vec::new();
    compare(units, members, members, |row, cosines| {
        let mut best = TopK::new(MAX_NEIGHBOURS);
        for (&other, &cosine) in members.iter().zip(cosines) {
            if other != row && cosine >= threshold {
                best.push(other, cosine);
            }
        }
        pairs.extend(best.into_sorted().into_iter().map(|hit| Pair {
            a: row.min(hit.row),
            b: row.max(hit.row),
            cosine: hit.score.min(1.0),
        }));
    });
    pairs
}

/// Visitors with a member at or above the threshold.
fn visitors_near(
    units: ArrayView2<'_, f32>,
    members: &[u32],
    visitors: &[u32],
    threshold: f32,
) -> Vec<u32> {
    let mut near = Vec::new();
    compare(units, visitors, members, |row, cosines| {
        if cosines.iter().any(|&cosine| cosine >= threshold) {
            near.push(row);
        }
    });
    near
}

/// Calls `each` with every one of `rows` and its cosines with all of `members`.
fn compare(
    units: ArrayView2<'_, f32>,
    rows: &[u32],
    members: &[u32],
    mut each: impl FnMut(u32, &[f32]),
) {
    let select = |rows: &[u32]| {
        let rows: Vec<usize> = rows.iter().map(|&row| row as usize).collect();
        units.select(Axis(0), &rows)
    };
    if rows.is_empty() || members.is_empty() {
        return;
    }
    let columns = select(members);
    for tile in rows.chunks(TILE) {
        let cosines = select(tile).dot(&columns.t());
        let cosines = cosines.as_standard_layout();
        for (&row, cosines) in tile.iter().zip(cosines.outer_iter()) {
            each(row, cosines.to_slice().unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn partition() -> Partition {
        Partition {
            labels: vec![0, 0, 1, 2],
            centres: array![[1.0, 0.1], [0.9, 0.4], [-1.0, 0.0]],
            medoids: Vec::new(),
        }
    }

    #[test]
    fn pairs_lie_inside_clusters_and_groups_across() {
        // Rows 0 and 1 are one cluster; row 2, next to row 1, fell into another; row 3 is opposite.
        let mut rows = array![[1.0, 0.0], [0.96, 0.28], [0.936, 0.352], [-1.0, 0.0]];
        super::super::super::to_unit_length(rows.as_slice_mut().unwrap(), 2);
        let view = (rows.view(), rows.view());
        let metric = Metric::InnerProduct;
        let found = neighbourhood(&partition(), view, metric, 0.95, true).unwrap();
        assert_eq!(found.pairs.len(), 1);
        assert_eq!((found.pairs[0].a, found.pairs[0].b), (0, 1));
        assert!((found.pairs[0].cosine - 0.96).abs() < 1e-6);
        assert_eq!(found.groups, Some(vec![0, 0, 2]));
        let strict = neighbourhood(&partition(), view, metric, 0.999, true).unwrap();
        assert_eq!(
            (strict.pairs.len(), strict.groups),
            (0, Some(vec![0, 1, 2]))
        );
        assert_eq!(
            neighbourhood(&partition(), view, metric, 0.9, false)
                .unwrap()
                .groups,
            None
        );
    }
}
