//! Overlong lists, split: a query that probes one would wait for it.
//!
//! Sizes are counted on the training sample. The centres a split calls for are taken from the
//! shortest lists, whose few points then go to their neighbours, so the number of lists stays.

use super::group::Groups;
use super::route::assign_points_routed;
use super::{Lloyd, assign, lloyd_of, update};
use crate::index::metric::Metric;
use crate::index::points::Points;
use crate::index::random::Random;
use ndarray::Array2;

/// A list longer than this many times the mean is split.
const MAX_TIMES_MEAN: usize = 4;

/// Rounds of counting and splitting: pieces may be overlong once more.
const MAX_ROUNDS: usize = 6;

/// Iterations that divide one list.
const SPLIT_ITERATIONS: usize = 8;

/// Splits lists that hold more than four times the mean of `points`, where their points differ.
pub(super) fn split_overlong(
    centres: &mut Array2<f32>,
    points: Points<'_>,
    metric: Metric,
    random: &mut Random,
) {
    for _ in 0..MAX_ROUNDS {
        let labels = assign_points_routed(points, centres.view(), metric).0;
        let groups = Groups::new(&labels, centres.nrows());
        let n_split = split_round(centres, points, &groups, metric, random);
        if n_split == 0 {
            // The points were counted for the splits; the means are free.
            update::move_to_means(centres, points, &groups);
            update::normalise(centres, metric);
            break;
        }
    }
}

/// Splits every overlong list once, into pieces of about twice the mean; returns how many.
fn split_round(
    centres: &mut Array2<f32>,
    points: Points<'_>,
    groups: &Groups,
    metric: Metric,
    random: &mut Random,
) -> usize {
    let size = |list: usize| groups.of(list).len();
    let mean = points.len().div_ceil(centres.nrows().max(1)).max(1);
    let mut by_size: Vec<usize> = (0..centres.nrows()).collect();
    by_size.sort_by_key(|&list| (size(list), list));
    let mut donors = by_size
        .iter()
        .copied()
        .take_while(|&list| size(list) <= mean / 2);
    let mut n_split = 0;
    for &list in by_size.iter().rev() {
        if size(list) <= MAX_TIMES_MEAN * mean {
            break;
        }
        let members = points.select(groups.of(list));
        let plan = Lloyd {
            n_centres: (size(list) / (2 * mean)).max(2),
            metric,
            max_iterations: SPLIT_ITERATIONS,
        };
        let pieces = lloyd_of(members.view(), plan, random);
        let labels = assign::assign_points(members.view(), pieces.view(), metric).0;
        if labels.iter().all(|&label| label == labels[0]) {
            // Points that are all the same have to stay together.
            continue;
        }
        n_split += 1;
        centres.row_mut(list).assign(&pieces.row(0));
        for piece in pieces.outer_iter().skip(1) {
            let Some(donor) = donors.next() else {
                return n_split;
            };
            centres.row_mut(donor).assign(&piece);
        }
    }
    n_split
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(points: &Array2<f32>, centres: &Array2<f32>) -> Vec<usize> {
        let labels = assign(points.view(), centres.view(), Metric::L2).0;
        let groups = Groups::new(&labels, centres.nrows());
        (0..centres.nrows())
            .map(|list| groups.of(list).len())
            .collect()
    }

    /// Nine tenths of the points near 0, the rest far apart.
    fn lopsided() -> (Array2<f32>, Array2<f32>) {
        let mut random = Random::new(5, 0);
        let points = Array2::from_shape_fn((2000, 3), |(row, _)| {
            let spread = if row % 10 == 0 { 100.0 } else { 1.0 };
            spread * random.unit() as f32
        });
        let centres = Array2::from_shape_fn((40, 3), |(centre, d)| {
            if centre == 0 {
                0.5
            } else {
                points[[centre * 50, d]]
            }
        });
        (points, centres)
    }

    #[test]
    fn no_list_stays_overlong() {
        let (points, mut centres) = lopsided();
        assert!(sizes(&points, &centres).into_iter().max() > Some(1000));
        let view = Points::Dense(points.view());
        split_overlong(&mut centres, view, Metric::L2, &mut Random::new(1, 0));
        assert_eq!(centres.nrows(), 40);
        assert!(sizes(&points, &centres).into_iter().max() <= Some(200));
    }

    #[test]
    fn identical_points_stay_together() {
        let points = Array2::from_shape_fn(
            (300, 2),
            |(row, _)| if row < 200 { 1.0 } else { row as f32 },
        );
        let mut centres = Array2::from_shape_fn((50, 2), |(centre, _)| 1.0 + 6.0 * centre as f32);
        let view = Points::Dense(points.view());
        split_overlong(&mut centres, view, Metric::L2, &mut Random::new(1, 0));
        assert_eq!(sizes(&points, &centres).into_iter().max(), Some(200));
        assert!(centres.iter().all(|x| x.is_finite()));
    }
}
