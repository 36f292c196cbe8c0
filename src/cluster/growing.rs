//! Clusters that entries are added to, and clusters of several libraries side by side.

use super::clusters::{members_by_cluster, named_by, number};
use super::{ClusterPart, Clusters, Link, components};

/// What entries are added to.
#[derive(Debug, Clone, Copy)]
pub struct Grown<'a> {
    /// The clusters there were.
    pub before: &'a Clusters,
    /// Of the rows there were, the first so many are kept; those after were alone.
    pub n_kept: u32,
    /// Entries afterwards.
    pub n_rows: u32,
}

impl Grown<'_> {
    /// The clusters with the added rows, which `links` join to others. `identity` is what a row is,
    /// where its library says so.
    ///
    /// A cluster that grows keeps its medoid, one that several become has the medoid of the largest
    /// of them; only a new one has its medoid by links, as [`Clusters::new`] finds it.
    ///
    /// # Panics
    /// If a link is beyond the rows: the caller's mistake.
    pub fn clusters(&self, links: &[Link], identity: impl Fn(u32) -> Option<String>) -> Clusters {
        let Self {
            before,
            n_kept,
            n_rows,
        } = *self;
        let joined: Vec<Link> = (0..n_kept)
            .map(|row| Link {
                a: before.members(before.cluster_of(row))[0],
                b: row,
                similarity: 0.0,
            })
            .chain(links.iter().copied())
            .collect();
        let (cluster_of, n_clusters) = number(&components(n_rows as usize, &joined));
        let (offsets, members) = members_by_cluster(&cluster_of, n_clusters);
        let mut weights = vec![0.0_f64; n_rows as usize];
        for link in links {
            weights[link.a as usize] += f64::from(link.similarity);
            weights[link.b as usize] += f64::from(link.similarity);
        }
        let mut identities: Vec<Option<String>> = vec![None; n_rows as usize];
        let (mut medoids, mut named, mut purities) = (Vec::new(), Vec::new(), Vec::new());
        for cluster in 0..n_clusters {
            let members = &members[offsets[cluster] as usize..offsets[cluster + 1] as usize];
            let old = members.iter().filter(|&&row| row < n_kept);
            let old = old.map(|&row| before.cluster_of(row));
            // Of equally large ones the first.
            let largest = old.fold(None, |best: Option<u32>, old| match best {
                Some(best) if before.members(best).len() >= before.members(old).len() => Some(best),
                _ => Some(old),
            });
            if let Some(old) = largest.filter(|&old| before.members(old) == members) {
                medoids.push(before.medoid(old));
                named.push(before.identity(old));
                purities.push(before.purity(old).unwrap_or(f32::NAN));
                continue;
            }
            let medoid = match largest {
                Some(old) => before.medoid(old),
                None => heaviest(members, &weights),
            };
            for &row in members {
                identities[row as usize] = identity(row);
            }
            let (row, purity) = named_by(members, medoid, &identities);
            medoids.push(medoid);
            named.push(row);
            purities.push(purity);
        }
        let parts = ClusterPart {
            cluster_of: cluster_of.into(),
            offsets: offsets.into(),
            members: members.into(),
            medoid: medoids.into(),
            identity: named.into(),
            purity: purities.into(),
        };
        Clusters::from_parts(parts).expect("clusters made here fit together")
    }
}

fn heaviest(members: &[u32], weights: &[f64]) -> u32 {
    let heavier = |best: u32, row: u32| {
        if weights[row as usize] > weights[best as usize] {
            row
        } else {
            best
        }
    };
    members.iter().copied().reduce(heavier).unwrap_or_default()
}

impl Clusters {
    /// The clusters of several sets of entries, rows and clusters counted through.
    ///
    /// # Panics
    /// If there are more rows than `u32` counts: the caller's mistake.
    pub fn side_by_side(mut sets: Vec<Self>) -> Self {
        if sets.len() == 1
            && let Some(only) = sets.pop()
        {
            return only;
        }
        let mut all = Columns {
            offsets: vec![0],
            ..Columns::default()
        };
        for set in &sets {
            let ClusterPart {
                cluster_of,
                offsets,
                members,
                medoid,
                identity,
                purity,
            } = set.parts();
            let (row, cluster) = (all.cluster_of.len() as u32, all.medoid.len() as u32);
            (all.cluster_of).extend(cluster_of.iter().map(|of| of + cluster));
            (all.offsets).extend(offsets.iter().skip(1).map(|end| end + u64::from(row)));
            (all.members).extend(members.iter().map(|of| of + row));
            (all.medoid).extend(medoid.iter().map(|of| of + row));
            (all.identity).extend(identity.iter().map(|of| of + row));
            all.purity.extend_from_slice(&purity);
        }
        let parts = ClusterPart {
            cluster_of: all.cluster_of.into(),
            offsets: all.offsets.into(),
            members: all.members.into(),
            medoid: all.medoid.into(),
            identity: all.identity.into(),
            purity: all.purity.into(),
        };
        Self::from_parts(parts).expect("sound clusters side by side are sound")
    }
}

#[derive(Default)]
struct Columns {
    cluster_of: Vec<u32>,
    offsets: Vec<u64>,
    members: Vec<u32>,
    medoid: Vec<u32>,
    identity: Vec<u32>,
    purity: Vec<f32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link((a, b): (u32, u32)) -> Link {
        Link {
            a,
            b,
            similarity: 0.9,
        }
    }

    fn identity(row: u32) -> Option<String> {
        ["x", "y", "x", "", "x", "z", "x"]
            .get(row as usize)
            .filter(|name| !name.is_empty())
            .map(|name| (*name).to_owned())
    }

    fn identities(n: u32) -> Vec<Option<String>> {
        (0..n).map(identity).collect()
    }

    #[test]
    fn added_entries_join_clusters_and_bridge_them() {
        let before = Clusters::new(&[0, 1, 0, 3], &[link((0, 2))], &identities(4));
        let grown = Grown {
            before: &before,
            n_kept: 4,
            n_rows: 7,
        };
        // 4 is like 2 and 1, which were apart; 5 and 6 are alike.
        let links = [(2, 4), (1, 4), (5, 6)].map(link);
        let after = grown.clusters(&links, identity);
        assert_eq!(after.len(), 3);
        assert_eq!(after.members(0), [0, 1, 2, 4]);
        assert_eq!(after.medoid(0), before.medoid(0));
        assert_eq!(after.purity(0), Some(0.75));
        assert_eq!(after.members(1), [3]);
        assert_eq!(after.members(2), [5, 6]);
        assert_eq!((after.medoid(2), after.purity(2)), (5, Some(0.5)));
    }

    #[test]
    fn rows_that_are_not_kept_are_made_anew() {
        let before = Clusters::new(&[0, 0, 2], &[link((0, 1))], &identities(3));
        let grown = Grown {
            before: &before,
            n_kept: 2,
            n_rows: 4,
        };
        let after = grown.clusters(&[link((1, 2))], identity);
        assert_eq!(after.members(0), [0, 1, 2]);
        assert_eq!(after.members(1), [3]);
    }

    #[test]
    fn side_by_side_nothing_is_joined() {
        let a = Clusters::new(&[0, 1, 0], &[], &identities(3));
        let b = Clusters::new(&[0, 0], &[], &identities(2));
        let both = Clusters::side_by_side(vec![a, b]);
        assert_eq!((both.len(), both.n_entries()), (3, 5));
        assert_eq!(both.members(0), [0, 2]);
        assert_eq!(both.members(2), [3, 4]);
        assert_eq!(both.cluster_of(4), 2);
        assert_eq!((both.medoid(2), both.identity(2)), (3, 3));
        assert_eq!(both.purity(2), Some(0.5));
    }
}
