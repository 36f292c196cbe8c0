//! k-means: the centres that inverted lists and codebooks are built around.
//!
//! Lloyd's iterations over a tiled matrix product, from a k-means++ start, with empty clusters
//! repaired; for many centres in two levels, and with overlong lists split. Points that are
//! mostly zeros are kept and multiplied without them. Everything is seeded and every sum has one
//! order, so the centres do not depend on the number of threads.
//!
//! Reading order: `assign`, `rounded` and `route` (which centre is near),
//! `start` and `update` (Lloyd's other two steps), `two_level`, `balance`, `mini_batch` (for rows
//! beyond memory).

mod assign;
mod balance;
mod capped;
mod group;
mod mini_batch;
mod rounded;
mod route;
mod start;
mod two_level;
mod update;

pub use assign::assign;
pub(super) use group::Groups;
pub use mini_batch::{MiniBatchSettings, mini_batch_kmeans};

pub use route::assign_routed;
pub(super) use update::normalise;

use super::metric::Metric;
use super::points::{OwnedPoints, Points, are_sparse, gather};
use super::random::Random;
use ndarray::{Array2, ArrayView2};
use route::assign_points_routed;
use update::move_to_means;

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
pub fn kmeans<'a>(
    points: impl Into<Points<'a>>,
    n_centres: usize,
    metric: Metric,
    seed: u64,
    settings: KMeansSettings,
) -> Array2<f32> {
    train(points.into(), n_centres, metric, seed, settings).0
}

/// The same, and then each centre becomes the mean of the points nearest to it among those that
/// were trained on, also where centres had unit length.
pub(super) fn kmeans_means(
    points: Points<'_>,
    n_centres: usize,
    metric: Metric,
    seed: u64,
    settings: KMeansSettings,
) -> Array2<f32> {
    let (mut centres, sample) = train(points, n_centres, metric, seed, settings);
    // Under L2 they are means already.
    if metric == Metric::InnerProduct && centres.nrows() > 0 {
        let sample = sample.view();
        let labels = assign_points_routed(sample, centres.view(), metric).0;
        let groups = Groups::new(&labels, centres.nrows());
        move_to_means(&mut centres, sample, &groups);
    }
    centres
}

/// Centres, and the points they were trained on.
fn train(
    points: Points<'_>,
    n_centres: usize,
    metric: Metric,
    seed: u64,
    settings: KMeansSettings,
) -> (Array2<f32>, OwnedPoints) {
    assert!(points.dim() > 0, "points have coordinates");
    let mut random = Random::new(seed, 0);
    let limit = n_centres.saturating_mul(settings.max_points_per_centre.max(1));
    let sample = random.sample(points.len(), limit);
    let sample = gather(points, &sample, are_sparse(points));
    let plan = Lloyd {
        n_centres: n_centres.min(sample.view().len()),
        metric,
        max_iterations: settings.max_iterations,
    };
    let mut centres = if plan.n_centres < TWO_LEVEL_FROM {
        lloyd_of(sample.view(), plan, &mut random)
    } else {
        two_level::two_level(sample.view(), plan, seed, &mut random)
    };
    balance::split_overlong(&mut centres, sample.view(), metric, &mut random);
    (centres, sample)
}

/// From this many centres on, training in two levels is many times faster and nearly as good.
const TWO_LEVEL_FROM: usize = 512;

/// At most `limit` rows of `points`, chosen by chance, in ascending order.
pub(super) fn sample_rows(
    points: ArrayView2<'_, f32>,
    limit: usize,
    random: &mut Random,
) -> Array2<f32> {
    let rows = random.sample(points.nrows(), limit);
    points.select(ndarray::Axis(0), &rows)
}

/// k-means over all of `points`, in one level.
pub(super) fn lloyd(
    points: ArrayView2<'_, f32>,
    n_centres: usize,
    metric: Metric,
    max_iterations: usize,
    random: &mut Random,
) -> Array2<f32> {
    let plan = Lloyd {
        n_centres,
        metric,
        max_iterations,
    };
    lloyd_of(Points::Dense(points), plan, random)
}

/// What Lloyd's iterations aim at.
#[derive(Debug, Clone, Copy)]
struct Lloyd {
    n_centres: usize,
    metric: Metric,
    max_iterations: usize,
}

/// The same for points kept either way.
fn lloyd_of(points: Points<'_>, plan: Lloyd, random: &mut Random) -> Array2<f32> {
    let mut centres = start::spread_out(points, plan.n_centres, random);
    normalise(&mut centres, plan.metric);
    refine(&mut centres, points, plan.metric, plan.max_iterations);
    centres
}

/// Lloyd's iterations from given centres of whole rows.
pub(super) fn settle(
    centres: &mut Array2<f32>,
    points: ArrayView2<'_, f32>,
    metric: Metric,
    max_iterations: usize,
) {
    refine(centres, Points::Dense(points), metric, max_iterations);
}

/// Lloyd's iterations from given centres, until they no longer help.
fn refine(centres: &mut Array2<f32>, points: Points<'_>, metric: Metric, max_iterations: usize) {
    let total = points.squares();
    let mut last_error = f64::INFINITY;
    for _ in 0..max_iterations {
        let (labels, closeness) = assign::assign_points(points, centres.view(), metric);
        // |x - c|^2 = |x|^2 - 2 (x.c - |c|^2 / 2), and |c| = 1 where closeness is x.c alone.
        let error = total - 2.0 * closeness.iter().map(|&x| f64::from(x)).sum::<f64>();
        let groups = Groups::new(&labels, centres.nrows());
        move_to_means(centres, points, &groups);
        let repaired = update::split_for_empty(centres, &groups);
        normalise(centres, metric);
        if repaired == 0 && last_error - error <= MIN_GAIN * error.abs() {
            break;
        }
        last_error = error;
    }
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

    /// Unit rows in clumps: with many zeros, or with none.
    fn clumps(n_rows: usize, sparse: bool) -> Array2<f32> {
        let mut random = Random::new(6, 0);
        let middles = Array2::from_shape_simple_fn((300, 48), || {
            let zero = sparse && random.below(8) > 0;
            if zero {
                0.0
            } else {
                random.unit() as f32 - 0.3
            }
        });
        let mut rows = Array2::zeros((n_rows, 48));
        for mut row in rows.outer_iter_mut() {
            row.assign(&middles.row(random.below(300)));
            row.mapv_inplace(|x| x * (0.5 + random.unit() as f32));
            let norm = row.dot(&row).sqrt().max(1e-6);
            row.mapv_inplace(|x| x / norm);
        }
        rows
    }

    /// The mean closeness of points to their nearest centre.
    fn mean_closeness(points: &Array2<f32>, centres: &Array2<f32>, metric: Metric) -> f64 {
        let closeness = assign(points.view(), centres.view(), metric).1;
        closeness.iter().map(|&x| f64::from(x)).sum::<f64>() / points.nrows() as f64
    }

    #[test]
    fn two_levels_come_as_close_as_one_and_are_reproducible() {
        for sparse in [false, true] {
            let points = clumps(6000, sparse);
            assert_eq!(are_sparse(points.view().into()), sparse);
            let all: Vec<usize> = (0..points.nrows()).collect();
            let kept = gather(points.view().into(), &all, sparse);
            for metric in [Metric::L2, Metric::InnerProduct] {
                let plan = Lloyd {
                    n_centres: 600,
                    metric,
                    max_iterations: 5,
                };
                let train = |n_threads| {
                    let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads);
                    let mut random = Random::new(3, 0);
                    let train = || two_level::two_level(kept.view(), plan, 3, &mut random);
                    pool.build().unwrap().install(train)
                };
                let two = train(1);
                assert_eq!(two.dim(), (600, 48));
                assert!(two == train(2), "the centres depend on the threads");
                let one = lloyd(points.view(), 600, metric, 5, &mut Random::new(3, 0));
                let close = [&one, &two].map(|x| mean_closeness(&points, x, metric));
                assert!(close[1] > close[0] - 0.01, "{close:?} {sparse} {metric}");
            }
        }
    }

    #[test]
    fn thousands_of_centres_for_few_distinct_points_are_finite() {
        let points = Array2::from_shape_fn((3000, 4), |(row, d)| ((row % 3) * d) as f32);
        for metric in [Metric::L2, Metric::InnerProduct] {
            let centres = kmeans(points.view(), 1000, metric, 1, SETTINGS);
            assert_eq!(centres.nrows(), 1000);
            assert!(centres.iter().all(|x| x.is_finite()));
        }
    }

    #[test]
    fn routing_finds_the_nearest_of_almost_all() {
        for sparse in [false, true] {
            let points = clumps(6000, sparse);
            let n_centres = 2100;
            let centres = points.slice(ndarray::s![..n_centres, ..]);
            let exact = assign(points.view(), centres, Metric::L2);
            let routed = route::route(points.view().into(), centres, Metric::L2, sparse);
            let chosen = assign_routed(points.view(), centres, Metric::L2);
            for (labels, closeness) in [routed, chosen] {
                let n_same = (0..6000).filter(|&row| exact.0[row] == labels[row]).count();
                assert!(n_same > 5700, "{n_same} of 6000");
                // Sums may have another order.
                assert!(exact.1.iter().zip(&closeness).all(|(e, r)| *r <= e + 1e-5));
            }
        }
    }
}
