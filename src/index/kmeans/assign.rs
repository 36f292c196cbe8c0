//! Which centre each point belongs to, by tiles of a matrix product.

use crate::index::matrix::{multiply, tile_rows};
use crate::index::metric::Metric;
use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;

/// The nearest centre of each point and how close it is; a tie goes to the lower centre.
///
/// Closeness is `p.c` for the inner product and `p.c - |c|^2 / 2` for L2: ordered as the distance
/// is, without the part that is the same for every centre.
///
/// # Panics
/// If there are points but no centres, or if their dimensions differ.
pub fn assign(
    points: ArrayView2<'_, f32>,
    centres: ArrayView2<'_, f32>,
    metric: Metric,
) -> (Vec<u32>, Vec<f32>) {
    let nearest = Nearest::new(centres, metric);
    let rows = tile_rows(centres.nrows());
    let mut labels = vec![0; points.nrows()];
    let mut closeness = vec![0.0; points.nrows()];
    points
        .axis_chunks_iter(Axis(0), rows)
        .into_par_iter()
        .zip(labels.par_chunks_mut(rows))
        .zip(closeness.par_chunks_mut(rows))
        .for_each_init(Vec::new, |products, ((tile, labels), closeness)| {
            nearest.visit(tile, products, |row, label, close| {
                labels[row] = label;
                closeness[row] = close;
            });
        });
    (labels, closeness)
}

/// Centres prepared for being compared with many points.
pub(in crate::index) struct Nearest<'a> {
    centres: ArrayView2<'a, f32>,
    bias: Vec<f32>,
}

impl<'a> Nearest<'a> {
    pub(in crate::index) fn new(centres: ArrayView2<'a, f32>, metric: Metric) -> Self {
        let bias = match metric {
            Metric::InnerProduct => vec![0.0; centres.nrows()],
            Metric::L2 => (centres.outer_iter())
                .map(|centre| -0.5 * centre.iter().map(|x| x * x).sum::<f32>())
                .collect(),
        };
        Self { centres, bias }
    }

    /// Calls `found(row, centre, closeness)` for each row of a tile of points, in order.
    pub(in crate::index) fn visit(
        &self,
        points: ArrayView2<'_, f32>,
        products: &mut Vec<f32>,
        mut found: impl FnMut(usize, u32, f32),
    ) {
        let n_centres = self.bias.len();
        products.resize(points.nrows() * n_centres, 0.0);
        multiply(points, self.centres.t(), products);
        for (row, products) in products.chunks_exact_mut(n_centres).enumerate() {
            let (centre, closeness) = greatest_sum(products, &self.bias);
            found(row, centre as u32, closeness);
        }
    }
}

/// Sums compared at once: a vector register or a few.
const LANES: usize = 16;

/// Position and value of the greatest `products[i] + bias[i]`; `products` keeps the sums.
///
/// The maximum is found lane by lane, then its first position: two passes that the compiler can
/// turn into vector instructions, where one that carries the position along cannot be.
fn greatest_sum(products: &mut [f32], bias: &[f32]) -> (usize, f32) {
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let mut chunks = products.chunks_exact_mut(LANES);
    let bias_chunks = bias.chunks_exact(LANES);
    let bias_rest = bias_chunks.remainder();
    for (sums, bias) in (&mut chunks).zip(bias_chunks) {
        for lane in 0..LANES {
            sums[lane] += bias[lane];
            lanes[lane] = if sums[lane] > lanes[lane] {
                sums[lane]
            } else {
                lanes[lane]
            };
        }
    }
    let mut greatest = lanes.into_iter().fold(f32::NEG_INFINITY, f32::max);
    for (sum, bias) in chunks.into_remainder().iter_mut().zip(bias_rest) {
        *sum += bias;
        greatest = greatest.max(*sum);
    }
    (first_at(products, greatest), greatest)
}

/// The first position of the greatest value, which is `greatest`. Whole chunks are tested first:
/// counting has no early exit and so is done in vector registers.
fn first_at(values: &[f32], greatest: f32) -> usize {
    let reaches = |value: &&f32| **value >= greatest;
    let chunk = (values.chunks(LANES))
        .position(|chunk| chunk.iter().filter(reaches).count() > 0)
        .unwrap_or(0);
    let start = chunk * LANES;
    let within = values[start..].iter().position(|value| reaches(&value));
    start + within.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::random::Random;
    use ndarray::{Array2, array};

    #[test]
    fn ties_go_to_the_lower_centre() {
        let (labels, closeness) = assign(
            array![[1.0, 0.0], [0.0, 2.0]].view(),
            array![[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]].view(),
            Metric::L2,
        );
        assert_eq!(labels, [0, 2]);
        assert_eq!(closeness, [0.5, 1.5]);
    }

    #[test]
    fn equals_comparing_one_by_one() {
        // Small whole numbers, so that both ways are exact; 37 centres leave a remainder.
        let mut random = Random::new(5, 0);
        let mut whole = |rows| Array2::from_shape_simple_fn((rows, 9), || random.below(7) as f32);
        let (points, centres) = (whole(600), whole(37));
        let (labels, _) = assign(points.view(), centres.view(), Metric::L2);
        for (point, label) in points.outer_iter().zip(labels) {
            let distance = |centre: usize| {
                let difference = &point - &centres.row(centre);
                difference.dot(&difference)
            };
            let best = (0..37).min_by(|&a, &b| distance(a).total_cmp(&distance(b)));
            assert_eq!(best, Some(label as usize));
        }
    }
}
