//! Optimised product quantisation: the rotation after which codes lose least.

use super::eigen::eigen;
use super::linear::LinearMap;
use super::moments::Moments;
use super::procrustes::procrustes;
use crate::index::kmeans::{KMeansSettings, assign, lloyd, sample_rows, settle};
use crate::index::metric::Metric;
use crate::index::random::Random;
use ndarray::{Array2, ArrayView2, Axis, s};
use rayon::prelude::*;
use std::ops::Range;

/// What is asked of the rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpqSettings {
    /// Sub-spaces of the product quantiser that will follow; cut to the dimension.
    pub n_sub: usize,
    /// How often codewords and rotation are fitted to each other.
    pub n_iterations: usize,
    /// For the first codewords; its points per centre bound the rows learned from.
    pub codebook: KMeansSettings,
}

/// A learned rotation.
#[derive(Debug, Clone)]
pub struct Opq {
    /// The rotation; the dimension stays.
    pub map: LinearMap,
    /// The mean squared error of the codes on the training sample, before each iteration and after
    /// the last. The first is that of the rotation it started from.
    pub errors: Vec<f64>,
}

/// Codewords per sub-space, as the product quantiser has them.
const N_CODEWORDS: usize = 256;

/// Iterations by which codewords follow a new rotation.
const FOLLOW: usize = 2;

/// The stream of chance that draws the rows learned from; sub-spaces take those after it.
const STREAM: u64 = (1 << 40) + 2;

impl Opq {
    /// Learns a rotation of `rows` for a product quantiser over `settings.n_sub` runs of
    /// neighbouring coordinates (Ge, He, Ke & Sun 2013, "Optimized product quantization").
    ///
    /// It starts from principal components dealt out so that every sub-space gets about the same
    /// product of variances (their parametric solution), or from the rows as they are where codes
    /// of those lose less: rows that are mostly zeros, as spectra are, lose by being mixed. Then
    /// it fits codewords to the rotated rows and the rotation to the codewords in turn (their
    /// non-parametric solution), which never loses more than the start.
    ///
    /// # Panics
    /// If the rows have no coordinates, or a value is not finite.
    pub fn train(rows: ArrayView2<'_, f32>, settings: OpqSettings, seed: u64) -> Self {
        let dim = rows.ncols();
        assert!(dim > 0, "rows have coordinates");
        let limit = N_CODEWORDS.saturating_mul(settings.codebook.max_points_per_centre.max(1));
        let rows = sample_rows(rows, limit, &mut Random::new(seed, STREAM));
        let spans = spans(dim, settings.n_sub.clamp(1, dim));
        let start = |rotation: Array2<f64>| Coding::start(&rows, rotation, &spans, settings, seed);
        let (as_is, dealt_out) = (start(Array2::eye(dim)), start(dealt_out(&rows, &spans)));
        let Coding {
            mut rotation,
            mut codewords,
            error,
        } = if as_is.error <= dealt_out.error {
            as_is
        } else {
            dealt_out
        };
        let mut best = (error, rotation.clone());
        let mut errors = Vec::new();
        for iteration in 0..=settings.n_iterations {
            let rotated = rotate(&rows, &rotation);
            let decoded = fit(&mut codewords, &rotated, &spans);
            let error = mean_squared(&rotated, &decoded);
            if error < best.0 {
                best = (error, rotation.clone());
            }
            errors.push(error);
            if iteration < settings.n_iterations {
                rotation = procrustes(rows.view(), decoded.view());
            }
        }
        let directions = best.1.iter().map(|&x| x as f32).collect();
        Self {
            map: LinearMap::new(vec![0.0; dim], directions),
            errors,
        }
    }
}

/// A rotation to start from, with codewords for it.
struct Coding {
    rotation: Array2<f64>,
    codewords: Vec<Array2<f32>>,
    error: f64,
}

impl Coding {
    fn start(
        rows: &Array2<f32>,
        rotation: Array2<f64>,
        spans: &[Range<usize>],
        settings: OpqSettings,
        seed: u64,
    ) -> Self {
        let rotated = rotate(rows, &rotation);
        let mut codewords = first_codewords(&rotated, spans, settings.codebook, seed);
        let decoded = fit(&mut codewords, &rotated, spans);
        Self {
            error: mean_squared(&rotated, &decoded),
            rotation,
            codewords,
        }
    }
}

/// The coordinates of each sub-space: neighbours, differing by at most one in number.
fn spans(dim: usize, n_sub: usize) -> Vec<Range<usize>> {
    (0..n_sub)
        .map(|sub| sub * dim / n_sub..(sub + 1) * dim / n_sub)
        .collect()
}

/// Principal components, each given to the sub-space with room whose variances have the least
/// product so far.
fn dealt_out(rows: &Array2<f32>, spans: &[Range<usize>]) -> Array2<f64> {
    let moments = Moments::of(&rows.view()).expect("rows in memory are finite and can be read");
    let (variances, components) = eigen(&moments.covariance);
    let least = f64::MIN_POSITIVE + 1e-12 * variances[0].abs();
    let mut products = vec![0.0_f64; spans.len()];
    let mut used = vec![0; spans.len()];
    let mut rotation = Array2::zeros(components.dim());
    for (variance, component) in variances.iter().zip(components.outer_iter()) {
        let open = (0..spans.len()).filter(|&sub| used[sub] < spans[sub].len());
        let Some(sub) = open.min_by(|&a, &b| products[a].total_cmp(&products[b])) else {
            break;
        };
        rotation
            .row_mut(spans[sub].start + used[sub])
            .assign(&component);
        used[sub] += 1;
        products[sub] += (variance.max(least) / least).ln();
    }
    rotation
}

fn rotate(rows: &Array2<f32>, rotation: &Array2<f64>) -> Array2<f32> {
    let directions = rotation.iter().map(|&x| x as f32).collect();
    LinearMap::new(vec![0.0; rows.ncols()], directions).apply(rows.view())
}

fn first_codewords(
    rotated: &Array2<f32>,
    spans: &[Range<usize>],
    settings: KMeansSettings,
    seed: u64,
) -> Vec<Array2<f32>> {
    let n_codewords = N_CODEWORDS.min(rotated.nrows());
    (spans.par_iter().enumerate())
        .map(|(sub, span)| {
            let part = part(rotated, span);
            let mut random = Random::new(seed, STREAM + 1 + sub as u64);
            let iterations = settings.max_iterations;
            lloyd(
                part.view(),
                n_codewords,
                Metric::L2,
                iterations,
                &mut random,
            )
        })
        .collect()
}

/// Moves codewords after the rotated rows and returns the rows as they are coded.
fn fit(
    codewords: &mut [Array2<f32>],
    rotated: &Array2<f32>,
    spans: &[Range<usize>],
) -> Array2<f32> {
    let parts: Vec<Array2<f32>> = (codewords.par_iter_mut().zip(spans))
        .map(|(codewords, span)| {
            let part = part(rotated, span);
            settle(codewords, part.view(), Metric::L2, FOLLOW);
            let labels = assign(part.view(), codewords.view(), Metric::L2).0;
            let labels: Vec<usize> = labels.into_iter().map(|label| label as usize).collect();
            codewords.select(Axis(0), &labels)
        })
        .collect();
    let parts: Vec<_> = parts.iter().map(|part| part.view()).collect();
    ndarray::concatenate(Axis(1), &parts).expect("every sub-space has every row")
}

fn part(rows: &Array2<f32>, span: &Range<usize>) -> Array2<f32> {
    let part = rows.slice(s![.., span.clone()]);
    part.as_standard_layout().into_owned()
}

fn mean_squared(rotated: &Array2<f32>, decoded: &Array2<f32>) -> f64 {
    let squares = rotated
        .iter()
        .zip(decoded)
        .map(|(a, b)| f64::from(a - b).powi(2));
    squares.sum::<f64>() / rotated.nrows().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::pq::{CodeBits, Codebook};

    const SETTINGS: OpqSettings = OpqSettings {
        n_sub: 4,
        n_iterations: 10,
        codebook: KMeansSettings {
            max_iterations: 8,
            max_points_per_centre: 8,
        },
    };

    /// Correlated coordinates, most of the variance in a few directions.
    fn anisotropic(n_rows: usize) -> Array2<f32> {
        let mut random = Random::new(4, 0);
        let turn = Array2::from_shape_simple_fn((16, 16), || random.unit() as f32 - 0.5);
        let spread = Array2::from_shape_fn((n_rows, 16), |(_, d)| {
            (0..4).map(|_| random.unit() as f32 - 0.5).sum::<f32>() / (1.0 + d as f32)
        });
        spread.dot(&turn)
    }

    fn coding_error(rows: &Array2<f32>) -> f64 {
        let codebook = Codebook::train(
            rows.view(),
            (4, CodeBits::Eight),
            1,
            SETTINGS.codebook,
            false,
        );
        let codes = codebook.encode(rows.view());
        let mut decoded = Array2::zeros(rows.dim());
        for (mut into, code) in decoded.outer_iter_mut().zip(codes.as_chunks::<4>().0) {
            codebook.decode(code.iter().copied(), into.as_slice_mut().unwrap());
        }
        mean_squared(rows, &decoded)
    }

    #[test]
    fn codes_of_rotated_rows_lose_much_less() {
        let rows = anisotropic(4000);
        let opq = Opq::train(rows.view(), SETTINGS, 1);
        let rotated = opq.map.apply(rows.view());
        let (plain, turned) = (coding_error(&rows), coding_error(&rotated));
        assert!(turned < 0.6 * plain, "{turned} against {plain}");
        assert!(LinearMap::from_parts(opq.map.parts()).is_ok());
        let back = opq.map.invert(rotated.view());
        assert!((&back - &rows).iter().all(|x| x.abs() < 1e-4));
    }

    #[test]
    fn rows_of_zeros_are_not_mixed_for_the_worse() {
        let mut random = Random::new(6, 0);
        let mut rows = Array2::<f32>::zeros((3000, 64));
        for mut row in rows.outer_iter_mut() {
            for _ in 0..4 {
                row[random.below(64)] = random.unit() as f32;
            }
        }
        let opq = Opq::train(rows.view(), SETTINGS, 1);
        let rotated = opq.map.apply(rows.view());
        assert!(coding_error(&rotated) <= 1.02 * coding_error(&rows));
    }

    #[test]
    fn errors_fall_and_threads_change_nothing() {
        let rows = anisotropic(3000);
        let run = |n_threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads);
            let pool = pool.build().unwrap();
            pool.install(|| Opq::train(rows.view(), SETTINGS, 1))
        };
        let (one, two) = (run(1), run(2));
        assert_eq!(one.errors, two.errors);
        assert_eq!(*one.map.parts().directions, *two.map.parts().directions);
        assert_eq!(one.errors.len(), 11);
        for pair in one.errors.windows(2) {
            assert!(pair[1] <= pair[0] * 1.0001, "{:?}", one.errors);
        }
    }

    #[test]
    fn any_rows_and_any_number_of_sub_spaces_will_do() {
        for (n_rows, n_sub) in [(0, 4), (1, 4), (5, 3), (40, 7), (40, 99)] {
            let settings = OpqSettings { n_sub, ..SETTINGS };
            let rows = anisotropic(n_rows);
            let opq = Opq::train(rows.view(), settings, 1);
            assert!(
                LinearMap::from_parts(opq.map.parts()).is_ok(),
                "{n_rows} {n_sub}"
            );
        }
    }
}
