//! k-means: the centres that inverted lists and codebooks are built around.
//!
//! Lloyd's iterations over a tiled matrix product, from a k-means++ start, with empty clusters
//! repaired. Everything is seeded and every sum has one order, so the centres do not depend on the
//! number of threads.

mod assign;
mod group;
mod start;
mod update;

pub(super) use assign::Nearest;
pub use assign::assign;
pub(super) use group::Groups;
pub(super) use update::move_to_means;

use super::metric::Metric;
use super::random::Random;
use ndarray::{Array2, ArrayView2};

/// How long k-means may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KMeansSettings {
    /// Lloyd iterations at most; it stops earlier when they no longer help.
    pub max_iterations: usize,
    /// Points used for training per centre at most; the rest are left out by chance.
    pub max_points_per_centre: usize,
}

/// An iteration that lowers the error by less than this part of it is the last.
const MIN_GAIN: f64 = 1e-3;

/// At most `n_centres` centres of `points`, one per row; fewer when there are fewer points.
///
/// Under [`Metric::L2`] a centre is the mean of its cluster and points go to the nearest. Under
/// [`Metric::InnerProduct`] centres have unit length and points go to the greatest product
/// (spherical k-means), which is what cosine search needs.
///
/// # Panics
/// If the points have no coordinates.
pub fn kmeans(
    points: ArrayView2<'_, f32>,
    n_centres: usize,
    metric: Metric,
    seed: u64,
    settings: KMeansSettings,
) -> Array2<f32> {
    assert!(points.ncols() > 0, "points have coordinates");
    let mut random = Random::new(seed, 0);
    let limit = n_centres.saturating_mul(settings.max_points_per_centre.max(1));
    let sample = sample_rows(points, limit, &mut random);
    lloyd(
        sample.view(),
        n_centres,
        metric,
        settings.max_iterations,
        &mut random,
    )
}

/// At most `limit` rows of `points`, chosen by chance, in ascending order.
pub(super) fn sample_rows(
    points: ArrayView2<'_, f32>,
    limit: usize,
    random: &mut Random,
) -> Array2<f32> {
    let rows = random.sample(points.nrows(), limit);
    points.select(ndarray::Axis(0), &rows)
}

/// k-means over all of `points`.
pub(super) fn lloyd(
    points: ArrayView2<'_, f32>,
    n_centres: usize,
    metric: Metric,
    max_iterations: usize,
    random: &mut Random,
) -> Array2<f32> {
    let mut centres = start::spread_out(points, n_centres, random);
    update::normalise(&mut centres, metric);
    let total: f64 = points.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
    let mut last_error = f64::INFINITY;
    for _ in 0..max_iterations {
        let (labels, closeness) = assign(points, centres.view(), metric);
        // |x - c|^2 = |x|^2 - 2 (x.c - |c|^2 / 2), and |c| = 1 where closeness is x.c alone.
        let error = total - 2.0 * closeness.iter().map(|&x| f64::from(x)).sum::<f64>();
        let groups = Groups::new(&labels, centres.nrows());
        move_to_means(&mut centres, points, &groups);
        let repaired = update::split_for_empty(&mut centres, &groups);
        update::normalise(&mut centres, metric);
        if repaired == 0 && last_error - error <= MIN_GAIN * error.abs() {
            break;
        }
        last_error = error;
    }
    centres
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    const SETTINGS: KMeansSettings = KMeansSettings {
        max_iterations: 20,
        max_points_per_centre: 256,
    };

    #[test]
    fn two_clumps_have_their_means_as_centres() {
        let points = array![[0.0, 0.0], [10.0, 10.0], [0.0, 2.0], [10.0, 12.0]];
        let mut centres = kmeans(points.view(), 2, Metric::L2, 1, SETTINGS);
        if centres[[0, 0]] > centres[[1, 0]] {
            centres = centres.select(ndarray::Axis(0), &[1, 0]);
        }
        assert_eq!(centres, array![[0.0, 1.0], [10.0, 11.0]]);
    }

    #[test]
    fn spherical_centres_have_unit_length() {
        let points = array![[2.0, 0.0], [4.0, 0.0], [0.0, 3.0]];
        let centres = kmeans(points.view(), 2, Metric::InnerProduct, 1, SETTINGS);
        for centre in centres.outer_iter() {
            assert!((centre.dot(&centre) - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn fewer_points_than_centres_give_fewer_centres() {
        let points = array![[1.0, 0.0], [0.0, 1.0]];
        assert_eq!(kmeans(points.view(), 9, Metric::L2, 1, SETTINGS).nrows(), 2);
        let none = Array2::<f32>::zeros((0, 3));
        assert_eq!(
            kmeans(none.view(), 9, Metric::L2, 1, SETTINGS).dim(),
            (0, 3)
        );
    }

    #[test]
    fn identical_points_by_the_thousand_are_no_trouble() {
        let points = Array2::from_elem((3000, 4), 0.5_f32);
        let centres = kmeans(points.view(), 16, Metric::L2, 1, SETTINGS);
        assert!(centres.iter().all(|x| (x - 0.5).abs() < 1e-2));
    }
}
