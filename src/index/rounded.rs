//! Centres rounded to bytes, and points with them: a product costs a quarter of one of floats.
//!
//! What a product of bytes says is off by little, and by how much at most is known: so it can name
//! the few centres of which one is the nearest, or those that may be among the nearest few.

use super::kernels::Level;
use super::kernels::bytes::{
    Greatest, NOTHING, PANEL, POINTS, Panel, PointQuad, Room, Scores, round_row, score,
};
use super::matrix::squared_norm;
use ndarray::ArrayView2;

/// From this many centres on, rounding the points pays.
const FROM_CENTRES: usize = 128;

/// From this many coordinates on, rounding errors cancel well enough; beyond that many, sums of
/// products of bytes might not fit.
const COORDINATES: std::ops::RangeInclusive<usize> = 32..=32_768;

/// Twice what a sum in single precision may be off by for each term that is added to another,
/// relative to the sizes of what is multiplied.
const ROUNDING: f64 = 2.0 * f32::EPSILON as f64;

/// For what the margin itself is rounded by.
const SPARE: f64 = 1.001;

/// Sums of products are made in this many lanes, or more.
const LANES: usize = 16;

/// Centres rounded to bytes, less their mean, each in steps of its own.
#[derive(Debug, Clone)]
pub(super) struct RoundedCentres {
    n: usize,
    mean: Vec<f32>,
    panels: Vec<Panel>,
    level: Level,
    /// The greatest norm of a centre, of one less the mean, and of what rounding takes from that.
    greatest_norm: f64,
    greatest_difference: f64,
    greatest_error: f64,
}

/// Points rounded to bytes, less the mean of centres.
#[derive(Debug, Default)]
pub(super) struct RoundedPoints {
    bytes: Vec<u8>,
    /// Steps to 1 for each point.
    scales: Vec<f32>,
}

impl RoundedPoints {
    /// Forgets all points.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.scales.clear();
    }

    fn quads(&self) -> &[PointQuad] {
        self.bytes.as_chunks().0
    }
}

/// How close all centres look to some points.
#[derive(Debug, Default)]
pub(super) struct RoundedScores {
    /// Centres.
    n: usize,
    /// Point after point, each in whole panels.
    panels: Vec<Scores>,
    greatest: Vec<Greatest>,
}

impl RoundedScores {
    /// Those of one of the points, in steps of its own and up to something that is the same for
    /// all centres.
    pub(super) fn of(&self, point: usize) -> &[f32] {
        let n_panels = self.n.div_ceil(PANEL);
        let panels = &self.panels[point * n_panels..][..n_panels];
        &panels.as_flattened()[..self.n]
    }

    /// The greatest of those.
    pub(super) fn greatest(&self, point: usize) -> f32 {
        self.greatest[point]
            .into_iter()
            .fold(f32::NEG_INFINITY, f32::max)
    }
}

impl RoundedCentres {
    /// Whether that many centres of that many coordinates are worth it.
    pub(super) fn pays(n_centres: usize, dim: usize) -> bool {
        n_centres >= FROM_CENTRES && COORDINATES.contains(&dim)
    }

    /// Centres, row after row, with what is added to a product with each.
    pub(super) fn new(centres: ArrayView2<'_, f32>, bias: &[f32]) -> Self {
        let (n, dim) = centres.dim();
        let mut mean = vec![0.0_f64; dim];
        for centre in centres.outer_iter() {
            for (sum, x) in mean.iter_mut().zip(centre) {
                *sum += f64::from(*x) / n as f64;
            }
        }
        let mean: Vec<f32> = mean.into_iter().map(|x| x as f32).collect();
        let nobody = Panel {
            quads: vec![[[0; 4]; PANEL]; dim.div_ceil(4)],
            starts: [0; PANEL],
            scales: [0.0; PANEL],
            constants: [f32::NEG_INFINITY; PANEL],
        };
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
        let mut rounded = Self {
            n,
            panels: vec![nobody; n.div_ceil(PANEL)],
            level: Level::detected(),
            greatest_norm: 0.0,
            greatest_difference: 0.0,
            greatest_error: 0.0,
            mean,
        };
        let mut bytes = vec![0; dim];
        for (centre_idx, centre) in centres.outer_iter().enumerate() {
            let centre = centre.to_slice().expect("centres lie row by row");
            let panel = &mut rounded.panels[centre_idx / PANEL];
            let at = centre_idx % PANEL;
            let per_step = round_row(rounded.level, centre, &rounded.mean, &mut bytes);
            let (mut sum, mut square, mut error) = (0, 0.0, 0.0);
            for (d, byte) in bytes.iter().enumerate() {
                let rounded_value = byte.wrapping_sub(128).cast_signed();
                panel.quads[d / 4][at][d % 4] = rounded_value;
                sum += i32::from(rounded_value);
                let value = f64::from(centre[d]) - f64::from(rounded.mean[d]);
                square += value * value;
                error += (value - f64::from(rounded_value) / f64::from(per_step)).powi(2);
            }
            // Points are 128 too high: sum (p + 128) c = sum p c + 128 sum c.
            panel.starts[at] = -128 * sum;
            panel.scales[at] = 1.0 / per_step;
            panel.constants[at] = (constants[centre_idx] - common) as f32;
            let norm = f64::from(squared_norm(centre)).sqrt();
            rounded.greatest_norm = rounded.greatest_norm.max(norm);
            rounded.greatest_difference = rounded.greatest_difference.max(square.sqrt());
            rounded.greatest_error = rounded.greatest_error.max(error.sqrt());
        }
        rounded
    }

    /// Rounds a point, and puts it behind those rounded before.
    pub(super) fn round(&self, point: &[f32], into: &mut RoundedPoints) {
        let dim = self.mean.len();
        let start = into.bytes.len();
        into.bytes.resize(start + dim.next_multiple_of(4), 128);
        let bytes = &mut into.bytes[start..start + dim];
        let per_step = round_row(self.level, point, &self.mean, bytes);
        into.scales.push(per_step);
    }

    /// Forgets the point that was rounded last.
    pub(super) fn forget_last(&self, points: &mut RoundedPoints) {
        points.scales.pop();
        let n_bytes = points.scales.len() * self.mean.len().next_multiple_of(4);
        points.bytes.truncate(n_bytes);
    }

    /// Writes the scores of all centres for each point.
    pub(super) fn scores(&self, points: &RoundedPoints, into: &mut RoundedScores) {
        let (n_points, n_panels) = (points.scales.len(), self.panels.len());
        into.n = self.n;
        // All of them are written below.
        into.panels.resize(n_points * n_panels, [0.0; PANEL]);
        into.greatest.clear();
        into.greatest.resize(n_points, NOTHING);
        let n_quads = self.mean.len().div_ceil(4);
        for (panel_idx, panel) in self.panels.iter().enumerate() {
            let tiles = points.quads().chunks(POINTS * n_quads);
            let tiles = tiles.zip(points.scales.chunks(POINTS));
            let scores = into.panels.chunks_mut(POINTS * n_panels);
            let into = scores.zip(into.greatest.chunks_mut(POINTS));
            for ((points, scales), (scores, greatest)) in tiles.zip(into) {
                let room = Room {
                    scores: &mut scores[panel_idx..],
                    step: n_panels,
                    greatest,
                };
                score(self.level, panel, points, scales, room);
            }
        }
    }

    /// How much lower than another a score may be whose centre is as close to the point, which is
    /// that at `at`; infinite or not a number where nothing can be said.
    ///
    /// With p and c less the mean, and p', c' what bytes stand for:
    /// |p.c - p'.c'| <= |p - p'| |c| + |p'| |c - c'|, and p' is no longer than p and p - p' are.
    pub(super) fn margin(&self, points: &RoundedPoints, at: usize, point: &[f32]) -> f32 {
        let dim = self.mean.len();
        let width = dim.next_multiple_of(4);
        let scale = points.scales[at];
        let bytes = &points.bytes[at * width..][..dim];
        let (square, error) = sizes(self.level, (point, &self.mean), (bytes, 1.0 / scale));
        let (size, error) = (f64::from(square).sqrt(), f64::from(error).sqrt());
        let rounding_bytes =
            error * self.greatest_difference + (size + error) * self.greatest_error;
        let n_terms = (dim / LANES + 2 * LANES) as f64;
        // No longer than this are the point and the mean, and so the point alone.
        let norm = size + 2.0 * self.greatest_norm;
        let rounding_floats = ROUNDING * n_terms * norm * norm;
        // Twice: what is among the nearest may look too far, and what is not too near.
        (2.0 * SPARE * f64::from(scale) * (rounding_bytes + rounding_floats)) as f32
    }
}

super::kernels::widened! {
    /// The squared norm of a row less the mean, and of what rounding takes from it.
    fn sizes(row: (&[f32], &[f32]), rounded: (&[u8], f32)) -> (f32, f32) = squares
}

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn squares((row, mean): (&[f32], &[f32]), (bytes, step): (&[u8], f32)) -> (f32, f32) {
    let (mut squares, mut errors) = ([0.0_f32; LANES], [0.0_f32; LANES]);
    let mut add = |lane: usize, x: f32, mean: f32, byte: u8| {
        let value = x - mean;
        let error = value - step * (f32::from(byte) - 128.0);
        squares[lane] += value * value;
        errors[lane] += error * error;
    };
    let (rows, last_row) = row.as_chunks::<LANES>();
    let (means, last_mean) = mean.as_chunks::<LANES>();
    let (chunks, last_bytes) = bytes.as_chunks::<LANES>();
    for ((row, mean), bytes) in rows.iter().zip(means).zip(chunks) {
        for lane in 0..LANES {
            add(lane, row[lane], mean[lane], bytes[lane]);
        }
    }
    for lane in 0..last_row.len() {
        add(lane, last_row[lane], last_mean[lane], last_bytes[lane]);
    }
    (sum(squares), sum(errors))
}

/// In pairs, which need not wait for one another.
#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn sum(lanes: [f32; LANES]) -> f32 {
    let of_8: [f32; 8] = std::array::from_fn(|at| lanes[at] + lanes[at + 8]);
    let of_4: [f32; 4] = std::array::from_fn(|at| of_8[at] + of_8[at + 4]);
    (of_4[0] + of_4[2]) + (of_4[1] + of_4[3])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::random::Random;
    use ndarray::{Array2, s};

    #[test]
    fn no_centre_that_is_among_the_nearest_looks_farther_than_the_margin_allows() {
        let mut random = Random::new(8, 0);
        for offset in [0.0, 20.0, 3000.0] {
            // Of uneven width; 50 coordinates leave half a quad, 150 centres a panel.
            let rows = Array2::from_shape_fn((250, 50), |(_, d)| {
                offset + (1.0 + d as f32) * (random.unit() as f32 - 0.5)
            });
            let (centres, points) = (rows.slice(s![..150, ..]), rows.slice(s![150.., ..]));
            let bias: Vec<f32> = (centres.outer_iter())
                .map(|c| -0.5 * squared_norm(c.to_slice().unwrap()))
                .collect();
            let rounded = RoundedCentres::new(centres, &bias);
            let mut kept = RoundedPoints::default();
            for point in points.outer_iter() {
                rounded.round(point.to_slice().unwrap(), &mut kept);
            }
            let mut scores = RoundedScores::default();
            rounded.scores(&kept, &mut scores);
            let mut n_named = 0;
            for (at, point) in points.outer_iter().enumerate() {
                let greatest = scores.greatest(at);
                let scores = scores.of(at);
                assert_eq!(scores.len(), 150);
                assert!(scores.iter().all(|&score| score <= greatest));
                assert!(scores.contains(&greatest));
                let distance = |centre: usize| -> f64 {
                    let pairs = point.iter().zip(centres.row(centre));
                    pairs.map(|(p, c)| f64::from(p - c).powi(2)).sum()
                };
                let mut nearest: Vec<usize> = (0..150).collect();
                nearest.sort_by(|a, b| distance(*a).total_cmp(&distance(*b)));
                let mut sorted = scores.to_vec();
                sorted.sort_by(|a, b| b.total_cmp(a));
                let margin = rounded.margin(&kept, at, point.to_slice().unwrap());
                for n in [1, 3, 20] {
                    let least = sorted[n - 1] - margin;
                    assert!(nearest[..n].iter().all(|&centre| scores[centre] >= least));
                    n_named += usize::from(n == 3) * scores.iter().filter(|s| **s >= least).count();
                }
            }
            // Far from 0 single precision itself cannot tell.
            if offset < 1000.0 {
                assert!(n_named < 30 * 100, "{n_named} named for 300");
            }
        }
    }

    #[test]
    fn sizes_are_those_of_the_row_and_of_what_is_lost() {
        for level in Level::all() {
            // 3 and -1 above the mean; bytes stand for 2.5 and -1.
            let found = sizes(level, (&[4.0, 1.0], &[1.0, 2.0]), (&[133, 126], 0.5));
            assert_eq!(found, (10.0, 0.25), "{level:?}");
        }
    }
}
