//! The nearest of many centres, found with centres and points rounded to bytes.
//!
//! A product of bytes costs a quarter of one of floats or less. What it says is good enough to name
//! a few centres, the nearest of which is then found from the numbers themselves. It finds another
//! one than the nearest for a point in a hundred at most, which then lies almost as near to it.

use crate::index::kernels::Level;
use crate::index::kernels::bytes::{Greatest, LANES, PANEL, Panel, compare, round_row};
use crate::index::kernels::products::dot;
use crate::index::metric::Metric;
use ndarray::{ArrayView2, CowArray, Ix2};

/// Centres that are compared once more, of those that rounding leaves.
const COMPARED_AGAIN: usize = 4;

/// From this many centres on, rounding the points pays.
const FROM_CENTRES: usize = 128;

/// From this many coordinates on, rounding errors cancel well enough; beyond that many, sums of
/// products of bytes might not fit.
const COORDINATES: std::ops::RangeInclusive<usize> = 32..=32_768;

/// Points compared at a time: with what is kept of them they stay in the second-level cache.
pub(super) const TILE: usize = 256;

/// Centres rounded to bytes, less their mean, each in steps of its own.
pub(super) struct Rounded<'a> {
    centres: CowArray<'a, f32, Ix2>,
    /// Closeness is the product and this.
    bias: &'a [f32],
    mean: Vec<f32>,
    panels: Vec<Panel>,
    level: Level,
}

/// Memory of one tile, reused by the next.
#[derive(Default)]
pub(super) struct Scratch {
    bytes: Vec<u8>,
    scales: Vec<f32>,
    greatest: Vec<Greatest>,
}

impl<'a> Rounded<'a> {
    /// Whether that many centres of that many coordinates are worth it.
    pub(super) fn pays(n_centres: usize, dim: usize) -> bool {
        n_centres >= FROM_CENTRES && COORDINATES.contains(&dim)
    }

    /// Centres with what is added to a product with each.
    pub(super) fn new(centres: ArrayView2<'a, f32>, bias: &'a [f32]) -> Self {
        let (n, dim) = centres.dim();
        let centres = match centres.to_slice() {
            Some(_) => CowArray::from(centres),
            None => CowArray::from(centres.as_standard_layout().into_owned()),
        };
        let mut mean = vec![0.0_f64; dim];
        for centre in centres.outer_iter() {
            for (sum, x) in mean.iter_mut().zip(centre) {
                *sum += f64::from(*x) / n as f64;
            }
        }
        let mean: Vec<f32> = mean.into_iter().map(|x| x as f32).collect();
        let n_quads = dim.div_ceil(4);
        let nobody = Panel {
            quads: vec![[[0; 4]; PANEL]; n_quads],
            starts: [0; PANEL],
            scales: [0.0; PANEL],
            constants: [f32::NEG_INFINITY; PANEL],
        };
        let mut panels = vec![nobody; n.div_ceil(PANEL)];
        // (x - m).(c - m) = x.c - m.c - (x - m).m, the last the same for every centre; so is what
        // all constants have in common.
        let constants: Vec<f64> = (centres.outer_iter().zip(bias))
            .map(|(centre, bias)| {
                let pairs = centre.iter().zip(&mean);
                let product: f64 = pairs.map(|(c, m)| f64::from(*c) * f64::from(*m)).sum();
                f64::from(*bias) + product
            })
            .collect();
        let common = constants.iter().sum::<f64>() / n as f64;
        let (level, mut bytes) = (Level::detected(), vec![0; dim]);
        for (centre_idx, centre) in centres.outer_iter().enumerate() {
            let centre = centre.to_slice().expect("centres lie row by row");
            let (panel, at) = (&mut panels[centre_idx / PANEL], centre_idx % PANEL);
            let per_step = round_row(level, centre, &mean, &mut bytes);
            let mut sum = 0;
            for (d, byte) in bytes.iter().enumerate() {
                let rounded = byte.wrapping_sub(128).cast_signed();
                panel.quads[d / 4][at][d % 4] = rounded;
                sum += i32::from(rounded);
            }
            // Points are 128 too high: sum (p + 128) c = sum p c + 128 sum c.
            panel.starts[at] = -128 * sum;
            panel.scales[at] = 1.0 / per_step;
            panel.constants[at] = (constants[centre_idx] - common) as f32;
        }
        Self {
            centres,
            bias,
            mean,
            panels,
            level,
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
        let dim = self.mean.len();
        let width = dim.next_multiple_of(4);
        scratch.bytes.clear();
        scratch.bytes.resize(points.nrows() * width, 128);
        scratch.scales.clear();
        for (point, bytes) in (points.outer_iter()).zip(scratch.bytes.chunks_exact_mut(width)) {
            let point = point.to_slice().expect("points lie row by row");
            let per_step = round_row(self.level, point, &self.mean, &mut bytes[..dim]);
            scratch.scales.push(per_step);
        }
        scratch.greatest.clear();
        scratch.greatest.resize(points.nrows(), Greatest::NONE);
        for (panel_idx, panel) in self.panels.iter().enumerate() {
            let panel = (panel, (panel_idx * PANEL) as u32);
            let (quads, scales) = (scratch.bytes.as_chunks().0, &scratch.scales);
            compare(self.level, panel, quads, scales, &mut scratch.greatest);
        }
        for (row, (point, greatest)) in points.outer_iter().zip(&scratch.greatest).enumerate() {
            let point = point.to_slice().expect("points lie row by row");
            let (centre, closeness) = self.nearest(point, greatest);
            found(row, centre, closeness);
        }
    }

    /// The nearest of the few centres that look nearest; of equally near ones the lower.
    fn nearest(&self, point: &[f32], greatest: &Greatest) -> (u32, f32) {
        let mut lanes: [usize; LANES] = std::array::from_fn(|lane| lane);
        lanes.select_nth_unstable_by(COMPARED_AGAIN, |&a, &b| {
            (greatest.scores[b].total_cmp(&greatest.scores[a]))
                .then(greatest.centres[a].cmp(&greatest.centres[b]))
        });
        let mut best = (u32::MAX, f32::NEG_INFINITY);
        for lane in &lanes[..COMPARED_AGAIN] {
            let centre = greatest.centres[*lane];
            if centre as usize >= self.centres.nrows() {
                continue;
            }
            let values = self.centres.row(centre as usize);
            let values = values.to_slice().expect("centres lie row by row");
            let closeness = dot(self.level, point, values) + self.bias[centre as usize];
            if closeness > best.1 || (closeness >= best.1 && centre < best.0) {
                best = (centre, closeness);
            }
        }
        // Centres that are not numbers are near to nothing; the first will do.
        if best.0 == u32::MAX {
            (0, best.1)
        } else {
            best
        }
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
    use crate::index::kmeans::assign;
    use crate::index::random::Random;
    use ndarray::{Array2, s};

    #[test]
    fn almost_every_point_gets_its_nearest_centre() {
        let mut random = Random::new(8, 0);
        // Far from 0 and of uneven width; 18 coordinates leave half a quad, 150 centres a panel.
        let rows = Array2::from_shape_fn((1150, 18), |(_, d)| {
            20.0 + (1.0 + d as f32) * (random.unit() as f32 - 0.5)
        });
        let (centres, points) = (rows.slice(s![..150, ..]), rows.slice(s![150.., ..]));
        for metric in [Metric::L2, Metric::InnerProduct] {
            let exact = assign(points, centres, metric);
            let bias = biases(centres, metric);
            let rounded = Rounded::new(centres, &bias);
            let (mut n_same, mut n_seen) = (0, 0);
            rounded.visit(points, &mut Scratch::default(), |row, centre, closeness| {
                assert_eq!(row, n_seen);
                n_seen += 1;
                n_same += usize::from(centre == exact.0[row]);
                // The numbers are near 20 * 20 * 18: what is compared is a small part of them.
                assert!((closeness - exact.1[row]).abs() < 3.0);
            });
            assert_eq!(n_seen, 1000);
            assert!(n_same >= 985, "{n_same} {metric}");
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
