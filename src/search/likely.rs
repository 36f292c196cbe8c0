//! Which proposals may be among the best, seen by how like the query they look to the index.
//!
//! Of a query that looks much like a few entries and little like all others, most proposals are far
//! behind; of one that looks a little like many, none is. So what is scored follows from the
//! proposals, not from their number alone.

use crate::index::{Neighbour, Products};
use crate::similarity::RestsOn;
use std::collections::HashSet;
use std::f32::consts::SQRT_2;

/// What the product of two vectors may be wrong by, in codes or by bins that share a place. On the
/// development sets, scoring only what looks no less alike than the tenth cluster by this lost no
/// more than 0.3 in 100 of the right answers.
const NOISE: f32 = 0.06;

/// How many of these proposals, best first, may be of the `n_clusters` best: all of them, where the
/// products asked for say little of a score that rests on something else.
pub(super) fn n_likely(
    hits: &[Neighbour],
    cluster_of: impl Fn(u32) -> u32,
    n_clusters: usize,
    (rests_on, products): (RestsOn, Products),
) -> usize {
    let mut seen = HashSet::new();
    let mut firsts = hits.iter().filter(|hit| seen.insert(cluster_of(hit.row)));
    let Some(last) = firsts.nth(n_clusters.saturating_sub(1)) else {
        return hits.len();
    };
    let least = match (rests_on, products) {
        // Half of what one half is wrong by is in the mean, and less where they differ.
        (RestsOn::Both, Products::OfHalves) => {
            (last.score.sqrt() - NOISE / SQRT_2).max(0.0).powi(2)
        }
        (RestsOn::Both, Products::OfAll) => return hits.len(),
        _ => last.score - NOISE,
    };
    hits.partition_point(|hit| hit.score >= least)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: (RestsOn, Products) = (RestsOn::Both, Products::OfHalves);
    const ONE: (RestsOn, Products) = (RestsOn::Fragments, Products::OfAll);

    /// Entries 0 to 3 are one cluster, the others one each.
    fn n_of(scores: &[f32], n_clusters: usize, asked: (RestsOn, Products)) -> usize {
        let hits: Vec<Neighbour> = (0..)
            .zip(scores)
            .map(|(row, &score)| Neighbour { row, score })
            .collect();
        n_likely(&hits, |row| row.saturating_sub(3), n_clusters, asked)
    }

    #[test]
    fn what_looks_as_like_as_the_last_cluster_but_for_noise_is_likely() {
        let scores = [0.9, 0.9, 0.8, 0.8, 0.5, 0.45, 0.43, 0.1];
        assert_eq!(n_of(&scores, 2, ONE), 6);
        assert_eq!(n_of(&scores, 1, ONE), 2);
        // Fewer clusters than are to be found.
        assert_eq!(n_of(&scores, 6, ONE), 8);
        assert_eq!(n_of(&[], 2, ONE), 0);
    }

    #[test]
    fn of_products_of_halves_the_mean_counts() {
        // Means 0.5, 0.3, 0.26, 0.25, 0; the second cluster begins at the fifth.
        let scores = [0.25, 0.25, 0.25, 0.25, 0.09, 0.0676, 0.0625, 0.0];
        assert_eq!(n_of(&scores, 2, BOTH), 6);
        // What is nearly nothing cannot be told from nothing.
        assert_eq!(n_of(&[0.25, 0.001, 0.0], 1, BOTH), 1);
        assert_eq!(n_of(&[0.001, 0.0, 0.0], 1, BOTH), 3);
    }

    #[test]
    fn sums_say_little_of_a_score_that_multiplies() {
        assert_eq!(
            n_of(&[0.9, 0.2, 0.1], 1, (RestsOn::Both, Products::OfAll)),
            3
        );
    }
}
