//! From hits to matches: of each group of entries, its best hit.

use super::answer::Match;
use super::settings::GroupBy;
use crate::library::Library;
use std::collections::HashSet;

/// Keeps the first hit of each group, `top_k` at most. `hits` are best first and stay so.
pub(super) fn best_of_groups(
    library: &Library,
    hits: Vec<Match>,
    group_by: GroupBy,
    top_k: usize,
) -> Vec<Match> {
    let mut clusters = HashSet::new();
    let mut compounds = HashSet::new();
    hits.into_iter()
        .filter(|hit| match group_by {
            GroupBy::Entry => true,
            GroupBy::Cluster => clusters.insert(hit.cluster),
            // An entry of which nothing is known is a group of its own.
            GroupBy::Compound => library
                .entries()
                .identity(hit.entry)
                .is_none_or(|identity| compounds.insert(identity)),
        })
        .take(top_k)
        .collect()
}
