//! Which spectra are the same thing.
//!
//! Steps, each usable alone: [`distinct`] takes copies as one; [`links()`] finds pairs of similar
//! spectra within windows of precursors, through the index where a window is large; [`group()`] makes
//! clusters of linked spectra by [`components()`], [`dbscan()`], linkage or medoids, in pieces small
//! enough to compare whole, and merges what touches across their borders; [`representatives`] and
//! [`consensus()`] say what stands for a cluster; [`Quality`] says how good clusters are.
//! [`SpectrumSet`] lays out spectra without a library for all of that, and adds to what was found
//! [`Earlier`]; [`Clusters`] is what a library
//! holds. Clusters are numbered by their lowest row, so numbers do not depend on threads or on the
//! order in which links were found.

mod added;
mod borders;
mod clusters;
mod components;
mod consensus;
mod dbscan;
mod earlier;
mod group;
mod growing;
mod identical;
mod linkage;
mod links;
mod medoid_cover;
mod pieces;
mod quality;
mod representative;
mod set;
mod spectra;

pub use added::{AddedEntries, Stretch, best_of_added, links_of_added};
pub use clusters::{ClusterPart, Clusters, Identities};
pub use components::components;
pub use consensus::{Consensus, consensus};
pub use dbscan::dbscan;
pub use earlier::{Earlier, digest};
pub use group::{Grouping, Groups, group};
pub use growing::Grown;
pub use identical::{Distinct, distinct};
pub use linkage::{Linkage, cut};
use links::link_order;
pub use links::{Entries, Link, Nearest, links};
pub use pieces::pieces;
pub use quality::Quality;
pub use representative::{Representative, representatives};
pub use set::{NearestSettings, SpectrumSet};
pub use spectra::{LinkSettings, Spectra};
use std::collections::HashMap;

/// Each row its own cluster.
pub fn singletons(n: usize) -> Vec<u32> {
    (0..n as u32).collect()
}

/// Each label replaced by the lowest row that has it.
fn by_lowest_row(labels: &[u32]) -> Vec<u32> {
    let mut first: HashMap<u32, u32> = HashMap::new();
    let rows = labels.iter().zip(0..);
    rows.map(|(&label, row)| *first.entry(label).or_insert(row))
        .collect()
}

/// Rows of one identity form a cluster, labelled by its lowest row; a row without identity is alone.
pub fn by_identity(identities: &[Option<String>]) -> Vec<u32> {
    let mut first: HashMap<&str, u32> = HashMap::new();
    let mut labels = singletons(identities.len());
    for (label, identity) in labels.iter_mut().zip(identities) {
        if let Some(identity) = identity {
            *label = *first.entry(identity).or_insert(*label);
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_identity_is_one_cluster() {
        let identities = ["a", "", "b", "a", ""].map(|i| (!i.is_empty()).then(|| i.to_owned()));
        assert_eq!(by_identity(&identities), [0, 1, 2, 0, 4]);
    }
}
