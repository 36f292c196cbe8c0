//! Groups of bounded size: the upper level of two.
//!
//! Where the data has no coarse structure, a few centres near its middle are the nearest for most
//! points (hubs), and two levels would save little. A full group therefore sends points to the
//! next nearest with room. That would be wrong for lists, which are searched by nearness; it is
//! right for the upper level, which only divides the work.

use super::assign::{MAX_LISTED, Nearest, label_lists};
use super::group::Groups;
use super::{Lloyd, lloyd_of, update};
use crate::index::metric::Metric;
use crate::index::points::Points;
use crate::index::random::Random;
use ndarray::{Array2, ArrayView2};

/// Points from which the centre of a group is learned, at most.
const POINTS_PER_GROUP: usize = 128;

/// Rounds of grouping and moving group centres to the means.
const ROUNDS: usize = 2;

/// Groups of points, and the mean of each.
pub(super) struct Capped {
    pub(super) tops: Array2<f32>,
    pub(super) groups: Groups,
}

impl Capped {
    /// `plan.n_centres` groups, none with more than a quarter above the mean.
    pub(super) fn new(points: Points<'_>, plan: Lloyd, random: &mut Random) -> Self {
        let learned_from = random.sample(points.len(), plan.n_centres * POINTS_PER_GROUP);
        let learned_from: Vec<u32> = learned_from.into_iter().map(|point| point as u32).collect();
        let sample = points.select(&learned_from);
        let mut tops = lloyd_of(sample.view(), plan, random);
        let limit = |n: usize| (n + n / 4).div_ceil(plan.n_centres).max(1);
        for _ in 0..ROUNDS {
            let labels = labels(
                sample.view(),
                tops.view(),
                plan.metric,
                limit(sample.view().len()),
            );
            let groups = Groups::new(&labels, tops.nrows());
            update::move_to_means(&mut tops, sample.view(), &groups);
            update::normalise(&mut tops, plan.metric);
        }
        let labels = labels(points, tops.view(), plan.metric, limit(points.len()));
        let groups = Groups::new(&labels, tops.nrows());
        update::move_to_means(&mut tops, points, &groups);
        update::normalise(&mut tops, plan.metric);
        Self { tops, groups }
    }
}

/// The nearest group with room for each point, in order of points; the emptiest where none of the
/// eight nearest has room.
fn labels(points: Points<'_>, tops: ArrayView2<'_, f32>, metric: Metric, limit: usize) -> Vec<u32> {
    let nearest = Nearest::for_points(tops, metric, points.is_sparse());
    let n_choices = MAX_LISTED.min(tops.nrows());
    let choices = label_lists(points, &nearest, n_choices);
    let mut sizes = vec![0; tops.nrows()];
    (choices.chunks_exact(n_choices))
        .map(|choices| {
            let open = choices
                .iter()
                .copied()
                .find(|&group| sizes[group as usize] < limit);
            let group = open.unwrap_or_else(|| {
                let emptiest = (0..sizes.len()).min_by_key(|&group| (sizes[group], group));
                emptiest.unwrap_or(0) as u32
            });
            sizes[group as usize] += 1;
            group
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_group_is_larger_than_allowed() {
        // Half of all points in one spot.
        let mut random = Random::new(2, 0);
        let points = Array2::from_shape_fn((2000, 4), |(row, _)| {
            if row % 2 == 0 {
                0.0
            } else {
                random.unit() as f32
            }
        });
        for metric in [Metric::L2, Metric::InnerProduct] {
            let plan = Lloyd {
                n_centres: 16,
                metric,
                max_iterations: 5,
            };
            let capped = Capped::new(Points::Dense(points.view()), plan, &mut random);
            let sizes: Vec<usize> = (0..16).map(|group| capped.groups.of(group).len()).collect();
            assert_eq!(sizes.iter().sum::<usize>(), 2000);
            assert!(sizes.into_iter().max() <= Some(157), "2500 / 16");
            assert!(capped.tops.iter().all(|x| x.is_finite()));
        }
    }
}
