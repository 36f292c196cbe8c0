//! The nearest of many centres, found with centres and points rounded to bytes.
//!
//! A product of bytes costs a quarter of one of floats or less. What it says leaves a few centres
//! that may be the nearest, which is then found from the numbers themselves.

use crate::index::kernels::Level;
use crate::index::kernels::products::dot;
use crate::index::kernels::threshold::each_reaching;
use crate::index::metric::Metric;
use crate::index::rounded::{RoundedCentres, RoundedPoints, RoundedScores};
use ndarray::{ArrayView2, CowArray, Ix2};

/// Scores kept at a time: a quarter of a second-level cache.
const SCORES: usize = 1 << 16;

/// Points scored together at least.
const POINTS: usize = 8;

/// Points that one thread compares between two others.
pub(super) const TILE: usize = 256;

/// Centres, and the same rounded to bytes.
pub(super) struct Rounded<'a> {
    centres: CowArray<'a, f32, Ix2>,
    /// Closeness is the product and this.
    bias: &'a [f32],
    bytes: RoundedCentres,
    level: Level,
}

/// Memory of one tile, reused by the next.
#[derive(Default)]
pub(super) struct Scratch {
    points: RoundedPoints,
    scores: RoundedScores,
}

impl<'a> Rounded<'a> {
    /// Centres with what is added to a product with each.
    pub(super) fn new(centres: ArrayView2<'a, f32>, bias: &'a [f32]) -> Self {
        let centres = match centres.to_slice() {
            Some(_) => CowArray::from(centres),
            None => CowArray::from(centres.as_standard_layout().into_owned()),
        };
        Self {
            bytes: RoundedCentres::new(centres.view(), bias),
            centres,
            bias,
            level: Level::detected(),
        }
    }

    /// Calls `found(row, centre, closeness)` for each row of a tile of points, in order.
    pub(super) fn visit(
        &self,
        points: ArrayView2<'_, f32>,
        scratch: &mut Scratch,
        mut found: impl FnMut(usize, u32, f32),
    ) {
        let points = points.as_standard_layout();
        let points: Vec<&[f32]> = (points.outer_iter())
            .map(|point| point.to_slice().expect("points lie row by row"))
            .collect();
        let n_centres = self.centres.nrows();
        let at_once = (SCORES / n_centres).max(POINTS);
        for (part_idx, points) in points.chunks(at_once).enumerate() {
            scratch.points.clear();
            for point in points {
                self.bytes.round(point, &mut scratch.points);
            }
            (self.bytes).scores(&scratch.points, &mut scratch.scores);
            for (at, point) in points.iter().enumerate() {
                let margin = self.bytes.margin(&scratch.points, at, point);
                let floor = scratch.scores.greatest(at) - margin;
                let (centre, closeness) = self.nearest(point, scratch.scores.of(at), floor);
                found(part_idx * at_once + at, centre, closeness);
            }
        }
    }

    /// The nearest of the centres that may be it, whose scores reach the floor; of equally near
    /// ones the lower.
    fn nearest(&self, point: &[f32], scores: &[f32], floor: f32) -> (u32, f32) {
        // Centres that are not numbers are near to nothing; the first will do.
        let mut best = (0, f32::NEG_INFINITY);
        let compare = |best: &mut (u32, f32), centre: usize| {
            let values = self.centres.row(centre);
            let values = values.to_slice().expect("centres lie row by row");
            let closeness = dot(self.level, point, values) + self.bias[centre];
            if closeness > best.1 {
                *best = (centre as u32, closeness);
            }
        };
        if floor.is_finite() {
            each_reaching(self.level, scores, &mut best, |_| floor, compare);
        } else {
            (0..scores.len()).for_each(|centre| compare(&mut best, centre));
        }
        best
    }
}

/// The bias of each centre, with which a product says how close a point is.
pub(super) fn biases(centres: ArrayView2<'_, f32>, metric: Metric) -> Vec<f32> {
    match metric {
        Metric::InnerProduct => vec![0.0; centres.nrows()],
        Metric::L2 => (centres.outer_iter())
            .map(|centre| -0.5 * centre.iter().map(|x| x * x).sum::<f32>())
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::random::Random;
    use ndarray::{Array2, s};

    #[test]
    fn every_point_gets_its_nearest_centre() {
        let mut random = Random::new(8, 0);
        // Far from 0 and of uneven width; 18 coordinates leave half a quad, 150 centres a panel.
        let rows = Array2::from_shape_fn((1150, 18), |(_, d)| {
            20.0 + (1.0 + d as f32) * (random.unit() as f32 - 0.5)
        });
        let (centres, points) = (rows.slice(s![..150, ..]), rows.slice(s![150.., ..]));
        for metric in [Metric::L2, Metric::InnerProduct] {
            let bias = biases(centres, metric);
            let rounded = Rounded::new(centres, &bias);
            let mut n_seen = 0;
            rounded.visit(points, &mut Scratch::default(), |row, centre, closeness| {
                assert_eq!(row, n_seen);
                n_seen += 1;
                let close = |centre: usize| -> f64 {
                    let pairs = points.row(row).into_iter().zip(centres.row(centre));
                    let product: f64 = pairs.map(|(p, c)| f64::from(*p) * f64::from(*c)).sum();
                    product + f64::from(bias[centre])
                };
                let nearest = (0..150).map(close).fold(f64::NEG_INFINITY, f64::max);
                // The numbers are near 20 * 20 * 18, where single precision sees thousandths.
                assert!(close(centre as usize) > nearest - 0.01, "{metric}");
                assert!((f64::from(closeness) - nearest).abs() < 0.01, "{metric}");
            });
            assert_eq!(n_seen, 1000);
        }
    }

    #[test]
    fn equal_centres_and_points_are_no_trouble() {
        let centres = Array2::from_elem((200, 16), 0.5_f32);
        let bias = biases(centres.view(), Metric::L2);
        let rounded = Rounded::new(centres.view(), &bias);
        let points = centres.slice(s![..9, ..]);
        let mut found = Vec::new();
        rounded.visit(points, &mut Scratch::default(), |_, centre, _| {
            found.push(centre);
        });
        assert_eq!(found, [0; 9]);
    }
}
