//! Which entries of a library are the same thing.
//!
//! [`links()`] finds pairs of similar entries through the index, [`components()`] joins linked entries,
//! [`Clusters`] holds the result with a medoid, an identity and a purity for each. Rows are entry
//! positions; clusters are numbered by their lowest row, so numbers do not depend on threads or on
//! the order in which links were found.

mod added;
mod clusters;
mod components;
mod growing;
mod links;

pub use added::{AddedEntries, Stretch, links_of_added};
pub use clusters::{ClusterPart, Clusters, Identities};
pub use components::components;
pub use growing::Grown;
pub use links::{Entries, Link, LinkSettings, links};
use std::collections::HashMap;

/// Each row its own cluster.
pub fn singletons(n: usize) -> Vec<u32> {
    (0..n as u32).collect()
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
