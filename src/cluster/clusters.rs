//! The result of clustering: who is with whom, who stands for them, and what they are.

use super::Link;
use crate::memory::Slab;
use std::collections::HashMap;

/// Clusters of `n` entries, in the columns a library file holds.
#[derive(Debug, Clone)]
pub struct Clusters {
    cluster_of: Slab<u32>,
    offsets: Slab<u64>,
    members: Slab<u32>,
    medoid: Slab<u32>,
    identity: Slab<u32>,
    purity: Slab<f32>,
}

/// What each entry is, where the library says so; equal text means the same thing.
pub type Identities<'a> = &'a [Option<String>];

/// A column of [`Clusters`], for writing and reading back.
#[derive(Debug, Clone)]
pub struct ClusterPart {
    /// Cluster of each entry.
    pub cluster_of: Slab<u32>,
    /// Members of cluster `c` are `members[offsets[c]..offsets[c + 1]]`.
    pub offsets: Slab<u64>,
    /// Entry rows, ascending within a cluster.
    pub members: Slab<u32>,
    /// The entry row that stands for each cluster.
    pub medoid: Slab<u32>,
    /// An entry row that is what most identified members are: the medoid where it is.
    pub identity: Slab<u32>,
    /// Share of the identified members that have the cluster's identity; NaN where none is.
    pub purity: Slab<f32>,
}

impl Clusters {
    /// Numbers the clusters that `labels` describe (equal label, one cluster) by their lowest row,
    /// and finds for each its medoid and purity.
    ///
    /// The medoid is the member with the largest sum of `links` to other members; of equal ones
    /// the lowest row.
    pub fn new(labels: &[u32], links: &[Link], identities: Identities<'_>) -> Self {
        let (cluster_of, n_clusters) = number(labels);
        let (offsets, members) = members_by_cluster(&cluster_of, n_clusters);
        let mut weight = vec![0.0_f64; labels.len()];
        for link in links {
            if cluster_of[link.a as usize] == cluster_of[link.b as usize] {
                weight[link.a as usize] += f64::from(link.similarity);
                weight[link.b as usize] += f64::from(link.similarity);
            }
        }
        let of = |c: usize| &members[offsets[c] as usize..offsets[c + 1] as usize];
        let heaviest = |rows: &[u32]| {
            rows.iter().copied().fold(rows[0], |best, row| {
                if weight[row as usize] > weight[best as usize] {
                    row
                } else {
                    best
                }
            })
        };
        let medoid: Vec<u32> = (0..n_clusters).map(|c| heaviest(of(c))).collect();
        let named = (0..n_clusters).map(|c| named_by(of(c), medoid[c], identities));
        let (identity, purity): (Vec<u32>, Vec<f32>) = named.unzip();
        Self {
            cluster_of: cluster_of.into(),
            offsets: offsets.into(),
            members: members.into(),
            medoid: medoid.into(),
            identity: identity.into(),
            purity: purity.into(),
        }
    }

    /// Puts stored columns together.
    ///
    /// # Errors
    /// Says which invariant does not hold.
    pub fn from_parts(parts: ClusterPart) -> Result<Self, &'static str> {
        let ClusterPart {
            cluster_of,
            offsets,
            members,
            medoid,
            identity,
            purity,
        } = parts;
        let n_clusters = medoid.len();
        let bounded = |rows: &[u32], n: usize| rows.iter().all(|&row| (row as usize) < n);
        let even = offsets.len() == n_clusters + 1
            && identity.len() == n_clusters
            && purity.len() == n_clusters;
        if !even {
            return Err("columns of clusters differ in length");
        }
        let covers = offsets.first() == Some(&0)
            && offsets.last() == Some(&(members.len() as u64))
            && offsets.windows(2).all(|w| w[0] < w[1]);
        if !covers || members.len() != cluster_of.len() {
            return Err("members do not cover the entries");
        }
        if [&members, &medoid, &identity]
            .iter()
            .any(|rows| !bounded(rows, cluster_of.len()))
        {
            return Err("a member is no entry");
        }
        if !bounded(&cluster_of, n_clusters) {
            return Err("an entry's cluster does not exist");
        }
        Ok(Self {
            cluster_of,
            offsets,
            members,
            medoid,
            identity,
            purity,
        })
    }

    /// The columns, for writing.
    pub fn parts(&self) -> ClusterPart {
        ClusterPart {
            cluster_of: self.cluster_of.clone(),
            offsets: self.offsets.clone(),
            members: self.members.clone(),
            medoid: self.medoid.clone(),
            identity: self.identity.clone(),
            purity: self.purity.clone(),
        }
    }

    /// Number of clusters.
    pub fn len(&self) -> usize {
        self.medoid.len()
    }

    /// Whether there is no cluster.
    pub fn is_empty(&self) -> bool {
        self.medoid.is_empty()
    }

    /// Number of entries in all clusters.
    pub fn n_entries(&self) -> usize {
        self.cluster_of.len()
    }

    /// The cluster of an entry.
    pub fn cluster_of(&self, row: u32) -> u32 {
        self.cluster_of[row as usize]
    }

    /// The entries of a cluster, ascending.
    pub fn members(&self, cluster: u32) -> &[u32] {
        let c = cluster as usize;
        &self.members[self.offsets[c] as usize..self.offsets[c + 1] as usize]
    }

    /// The entry that stands for a cluster.
    pub fn medoid(&self, cluster: u32) -> u32 {
        self.medoid[cluster as usize]
    }

    /// An entry that is what most identified members of a cluster are.
    pub fn identity(&self, cluster: u32) -> u32 {
        self.identity[cluster as usize]
    }

    /// Share of the identified members that have the cluster's identity, where any is identified.
    pub fn purity(&self, cluster: u32) -> Option<f32> {
        Some(self.purity[cluster as usize]).filter(|p| p.is_finite())
    }
}

/// The row that names a cluster (the medoid where it has the majority's identity) and its purity.
pub(super) fn named_by(members: &[u32], medoid: u32, identities: Identities<'_>) -> (u32, f32) {
    let identity = |row: u32| identities[row as usize].as_deref();
    let (Some(most), purity) = majority(members, identities) else {
        return (medoid, f32::NAN);
    };
    let has_it = |row: &u32| identity(*row) == Some(most);
    let row = [medoid]
        .into_iter()
        .chain(members.iter().copied())
        .find(has_it);
    (row.unwrap_or(medoid), purity)
}

/// The identity most members have (of equally frequent ones the first by name) and its share.
fn majority<'a>(members: &[u32], identities: &'a [Option<String>]) -> (Option<&'a str>, f32) {
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for identity in members
        .iter()
        .filter_map(|&row| identities[row as usize].as_deref())
    {
        *counts.entry(identity).or_default() += 1;
    }
    let total: u32 = counts.values().sum();
    let most = counts
        .into_iter()
        .max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(a.0)));
    match most {
        Some((identity, count)) => (Some(identity), count as f32 / total as f32),
        None => (None, f32::NAN),
    }
}

pub(super) fn number(labels: &[u32]) -> (Vec<u32>, usize) {
    let mut numbers: HashMap<u32, u32> = HashMap::new();
    let cluster_of = labels
        .iter()
        .map(|&label| {
            let next = numbers.len() as u32;
            *numbers.entry(label).or_insert(next)
        })
        .collect();
    (cluster_of, numbers.len())
}

pub(super) fn members_by_cluster(cluster_of: &[u32], n_clusters: usize) -> (Vec<u64>, Vec<u32>) {
    let mut offsets = vec![0_u64; n_clusters + 1];
    for &cluster in cluster_of {
        offsets[cluster as usize + 1] += 1;
    }
    for c in 0..n_clusters {
        offsets[c + 1] += offsets[c];
    }
    let mut next = offsets.clone();
    let mut members = vec![0_u32; cluster_of.len()];
    for (row, &cluster) in cluster_of.iter().enumerate() {
        members[next[cluster as usize] as usize] = row as u32;
        next[cluster as usize] += 1;
    }
    (offsets, members)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identities(names: &[&str]) -> Vec<Option<String>> {
        names
            .iter()
            .map(|n| (!n.is_empty()).then(|| (*n).to_owned()))
            .collect()
    }

    #[test]
    fn clusters_are_numbered_by_lowest_row_and_know_their_medoid() {
        let links = [
            Link {
                a: 1,
                b: 4,
                similarity: 0.9,
            },
            Link {
                a: 1,
                b: 3,
                similarity: 0.95,
            },
            Link {
                a: 0,
                b: 1,
                similarity: 0.99,
            },
        ];
        let clusters = Clusters::new(
            &[0, 1, 2, 1, 1],
            &links,
            &identities(&["x", "a", "", "b", "a"]),
        );
        assert_eq!(clusters.len(), 3);
        assert_eq!(clusters.members(1), [1, 3, 4]);
        assert_eq!(
            clusters.medoid(1),
            1,
            "links out of the cluster do not count"
        );
        assert_eq!(clusters.identity(1), 1);
        assert_eq!(clusters.purity(1), Some(2.0 / 3.0));
        assert_eq!(clusters.purity(2), None);
        assert_eq!(clusters.cluster_of(4), 1);
    }

    #[test]
    fn parts_go_out_and_in_and_damage_is_refused() {
        let clusters = Clusters::new(&[0, 0, 2], &[], &identities(&["", "", ""]));
        let parts = clusters.parts();
        assert!(Clusters::from_parts(parts.clone()).is_ok());
        let damage = |change: fn(&mut ClusterPart)| {
            let mut parts = parts.clone();
            change(&mut parts);
            Clusters::from_parts(parts).is_err()
        };
        assert!(damage(|p| p.medoid = vec![0, 9].into()));
        assert!(damage(|p| p.members = vec![0, 1, 3].into()));
        assert!(damage(|p| p.offsets = vec![0, 3, 2].into()));
        assert!(damage(|p| p.offsets = vec![0, 3, 3].into()));
        assert!(damage(|p| p.cluster_of = vec![0, 0, 2].into()));
        assert!(damage(|p| p.purity = vec![1.0].into()));
    }

    #[test]
    fn equally_frequent_identities_are_settled_by_name() {
        let names = identities(&["b", "a"]);
        assert_eq!(majority(&[0, 1], &names), (Some("a"), 0.5));
    }
}
