//! k-means for thousands of centres: first few, then each of those split, then all together.
//!
//! One level compares every point with every centre, ten times over. Here the points are first
//! put in about sqrt(k) groups, each group gets centres of its own in proportion to its points,
//! and at the end all centres settle together, so that borders between groups matter little. The
//! cost falls by about sqrt(k) / 2, for hardly any loss (faiss calls it `two_level_clustering`;
//! cuVS and Lance train their lists in the same way).

use super::capped::Capped;
use super::group::Groups;
use super::route::assign_points_routed;
use super::{Lloyd, lloyd_of, update};
use crate::index::points::Points;
use crate::index::random::Random;
use ndarray::{Array2, Axis};
use rayon::prelude::*;

/// Passes in which all centres settle together; the search for overlong lists ends in one more.
const COMMON_PASSES: usize = 3;

/// The same for sparse points: spectra gain by more, and it costs them little.
const SPARSE_COMMON_PASSES: usize = 4;

/// Streams of chance from this one on belong to the groups.
const GROUP_STREAM: u64 = 1 << 32;

/// `plan.n_centres` centres, or fewer when there are fewer points.
pub(super) fn two_level(
    points: Points<'_>,
    plan: Lloyd,
    seed: u64,
    random: &mut Random,
) -> Array2<f32> {
    let n_groups = (plan.n_centres as f64).sqrt().ceil() as usize;
    let upper = Lloyd {
        n_centres: n_groups,
        ..plan
    };
    let groups = Capped::new(points, upper, random).groups;
    let sizes: Vec<usize> = (0..n_groups).map(|group| groups.of(group).len()).collect();
    let shares = shares(&sizes, plan.n_centres);
    let parts: Vec<Array2<f32>> = (shares.into_par_iter().enumerate())
        .map(|(group, n_centres)| {
            let members = points.select(groups.of(group));
            let mut random = Random::new(seed, GROUP_STREAM + group as u64);
            lloyd_of(members.view(), Lloyd { n_centres, ..plan }, &mut random)
        })
        .collect();
    let parts: Vec<_> = parts.iter().map(|part| part.view()).collect();
    let mut centres =
        ndarray::concatenate(Axis(0), &parts).expect("all centres have one dimension");
    let n_passes = if points.is_sparse() {
        SPARSE_COMMON_PASSES
    } else {
        COMMON_PASSES
    };
    for _ in 0..n_passes {
        let labels = assign_points_routed(points, centres.view(), plan.metric).0;
        let groups = Groups::new(&labels, centres.nrows());
        update::move_to_means(&mut centres, points, &groups);
        update::split_for_empty(&mut centres, &groups);
        update::normalise(&mut centres, plan.metric);
    }
    centres
}

/// `total` shared out in proportion to `sizes`: to each at most its size, at least 1 unless it is
/// empty. What rounding leaves over goes to those with most points per share.
fn shares(sizes: &[usize], total: usize) -> Vec<usize> {
    let n_points: usize = sizes.iter().sum();
    let mut shares: Vec<usize> = (sizes.iter())
        .map(|&size| {
            ((size as u128 * total as u128 / n_points.max(1) as u128) as usize)
                .clamp(size.min(1), size)
        })
        .collect();
    let mut given: usize = shares.iter().sum();
    while given < total.min(n_points) {
        let most = |&group: &usize| {
            let open = shares[group] < sizes[group];
            (
                open,
                sizes[group] * 1024 / (shares[group] + 1),
                usize::MAX - group,
            )
        };
        let Some(group) = (0..sizes.len()).max_by_key(most) else {
            break;
        };
        shares[group] += 1;
        given += 1;
    }
    while given > total {
        let least = |&group: &usize| {
            (
                shares[group] < 2,
                sizes[group] * 1024 / shares[group].max(1),
                group,
            )
        };
        let Some(group) = (0..sizes.len()).min_by_key(least) else {
            break;
        };
        shares[group] -= 1;
        given -= 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shares_follow_sizes() {
        assert_eq!(shares(&[10, 20, 0, 30], 6), [1, 2, 0, 3]);
        assert_eq!(shares(&[1, 1000], 10), [1, 9]);
        assert_eq!(shares(&[2, 2], 9), [2, 2]);
    }

    proptest! {
        #[test]
        fn shares_add_up(sizes in prop::collection::vec(0_usize..50, 1..20), extra in 0_usize..200) {
            let n_used = sizes.iter().filter(|&&size| size > 0).count();
            let total = n_used + extra;
            let shares = shares(&sizes, total);
            prop_assert_eq!(shares.iter().sum::<usize>(), total.min(sizes.iter().sum()));
            for (share, size) in shares.iter().zip(&sizes) {
                prop_assert!(share <= size && *share >= (*size).min(1));
            }
        }
    }
}
