//! Products of rows of bytes with many centres of bytes, and which of these are the greatest.

use super::Level;

/// Centres of a panel.
pub(in crate::index) const PANEL: usize = 64;

/// Of the centres whose number leaves the same remainder by this, one is kept.
pub(in crate::index) const LANES: usize = 16;

/// Four coordinates of each centre of a panel, centre after centre.
pub(in crate::index) type Quad = [[i8; 4]; PANEL];

/// Four coordinates of a point, each 128 above what it stands for.
pub(in crate::index) type PointQuad = [u8; 4];

/// Centres as they are compared with points: the score of centre `i` for a point with scale `s` is
/// `scales[i] * (starts[i] + product) + s * constants[i]`.
#[derive(Debug, Clone)]
pub(in crate::index) struct Panel {
    pub(in crate::index) quads: Vec<Quad>,
    pub(in crate::index) starts: [i32; PANEL],
    pub(in crate::index) scales: [f32; PANEL],
    pub(in crate::index) constants: [f32; PANEL],
}

/// The greatest scores of a point, and the centres they belong to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::index) struct Greatest {
    pub(in crate::index) scores: [f32; LANES],
    pub(in crate::index) centres: [u32; LANES],
}

impl Greatest {
    pub(in crate::index) const NONE: Self = Self {
        scores: [f32::NEG_INFINITY; LANES],
        centres: [u32::MAX; LANES],
    };
}

/// Compares points with the centres of a panel, the first of which has the number `first`. A point
/// is as many quads as the panel has; of equal scores the one met first is kept.
///
/// # Panics
/// If points are of another length, or more or fewer than `scales` and `greatest`.
pub(in crate::index) fn compare(
    level: Level,
    (panel, first): (&Panel, u32),
    points: &[PointQuad],
    scales: &[f32],
    greatest: &mut [Greatest],
) {
    assert_eq!(points.len(), scales.len() * panel.quads.len());
    assert_eq!(greatest.len(), scales.len());
    match level {
        #[cfg(target_arch = "x86_64")]
        #[expect(unsafe_code, reason = "a function for a detected processor")]
        // SAFETY: this level exists only where it was detected.
        Level::Vbmi => unsafe { vnni::compare((panel, first), points, scales, greatest) },
        _ => compare_widened(level, (panel, first), points, scales, greatest),
    }
}

super::widened! {
    /// The same for levels without instructions of their own.
    fn compare_widened(
        panel: (&Panel, u32),
        points: &[PointQuad],
        scales: &[f32],
        greatest: &mut [Greatest],
    ) -> () = plain
}

super::widened! {
    /// Rounds what `row` has above `mean` to bytes, 128 above what they stand for, in steps of
    /// their own; gives how many steps there are to 1.
    pub(in crate::index) fn round_row(row: &[f32], mean: &[f32], bytes: &mut [u8]) -> f32 =
        rounded_row
}

/// The greatest value of a rounded number.
const GREATEST: f32 = 127.0;

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn rounded_row(row: &[f32], mean: &[f32], bytes: &mut [u8]) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    for (row, mean) in row.chunks(LANES).zip(mean.chunks(LANES)) {
        for ((lane, x), m) in lanes.iter_mut().zip(row).zip(mean) {
            let difference = (x - m).abs();
            *lane = if difference > *lane {
                difference
            } else {
                *lane
            };
        }
    }
    let step = lanes.into_iter().fold(0.0, f32::max) / GREATEST;
    // Of what is all but equal to the mean nothing is left, in steps of any size.
    let per_step = if step > 1e-30 { 1.0 / step } else { 1.0 };
    for ((byte, x), m) in bytes.iter_mut().zip(row).zip(mean) {
        // Next to 2^23 a float is a whole number, and its last bits are that number.
        *byte = ((x - m) * per_step + 8_388_736.0).to_bits() as u8;
    }
    per_step
}

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn plain(
    (panel, first): (&Panel, u32),
    points: &[PointQuad],
    scales: &[f32],
    greatest: &mut [Greatest],
) {
    let points = points.chunks_exact(panel.quads.len().max(1));
    for ((point, scale), greatest) in points.zip(scales).zip(greatest) {
        let mut sums = panel.starts;
        for (centres, point) in panel.quads.iter().zip(point) {
            let [a, b, c, d] = point.map(i32::from);
            for (sum, centre) in sums.iter_mut().zip(centres) {
                let [e, f, g, h] = centre.map(i32::from);
                *sum += a * e + b * f + c * g + d * h;
            }
        }
        for (at, sum) in sums.iter().enumerate() {
            let score = panel.scales[at] * *sum as f32 + scale * panel.constants[at];
            if score > greatest.scores[at % LANES] {
                greatest.scores[at % LANES] = score;
                greatest.centres[at % LANES] = first + at as u32;
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod vnni {
    use super::{Greatest, LANES, PANEL, Panel, PointQuad};
    use std::arch::x86_64::{
        _CMP_GT_OQ, _mm512_add_epi32, _mm512_add_ps, _mm512_cmp_ps_mask, _mm512_cvtepi32_ps,
        _mm512_dpbusd_epi32, _mm512_mask_mov_epi32, _mm512_mask_mov_ps, _mm512_mul_ps,
        _mm512_set1_epi32, _mm512_set1_ps,
    };

    /// Points compared at a time, so that a panel is loaded once for all.
    const POINTS: usize = 4;

    /// Registers of a panel.
    const PARTS: usize = PANEL / LANES;

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    pub(super) fn compare(
        panel: (&Panel, u32),
        points: &[PointQuad],
        scales: &[f32],
        greatest: &mut [Greatest],
    ) {
        let n_quads = panel.0.quads.len();
        let points = points.chunks(POINTS * n_quads.max(1));
        let scales = scales.chunks(POINTS);
        for ((points, scales), greatest) in points.zip(scales).zip(greatest.chunks_mut(POINTS)) {
            if let ([scales], [greatest]) = (
                scales.as_chunks::<POINTS>().0,
                greatest.as_chunks_mut::<POINTS>().0,
            ) {
                some(panel, points, scales, greatest);
                continue;
            }
            let points = points.chunks_exact(n_quads.max(1));
            for ((point, scale), greatest) in points.zip(scales).zip(greatest) {
                let greatest = std::array::from_mut(greatest);
                some(panel, point, std::array::from_ref(scale), greatest);
            }
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    #[inline]
    fn some<const N: usize>(
        (panel, first): (&Panel, u32),
        points: &[PointQuad],
        scales: &[f32; N],
        greatest: &mut [Greatest; N],
    ) {
        let starts: [[i32; LANES]; PARTS] = bytemuck::cast(panel.starts);
        let mut sums = [starts.map(bytemuck::cast); N];
        for (quad_idx, quad) in panel.quads.iter().enumerate() {
            let centres: [[[i8; 4]; LANES]; PARTS] = bytemuck::cast(*quad);
            let centres = centres.map(bytemuck::cast);
            for (point, sums) in sums.iter_mut().enumerate() {
                let values = points[point * panel.quads.len() + quad_idx];
                let values = _mm512_set1_epi32(i32::from_ne_bytes(values));
                for (sum, centres) in sums.iter_mut().zip(centres) {
                    *sum = _mm512_dpbusd_epi32(*sum, values, centres);
                }
            }
        }
        let lanes: [i32; LANES] = std::array::from_fn(|lane| lane as i32);
        for ((sums, scale), greatest) in sums.iter().zip(scales).zip(greatest) {
            let mut best = bytemuck::cast(greatest.scores);
            let mut best_centres = bytemuck::cast(greatest.centres);
            for (part, sum) in sums.iter().enumerate() {
                let of_part = |values: &[f32; PANEL]| {
                    let (parts, _) = values.as_chunks::<LANES>();
                    bytemuck::cast(parts[part])
                };
                let products = _mm512_mul_ps(of_part(&panel.scales), _mm512_cvtepi32_ps(*sum));
                let constants = _mm512_mul_ps(_mm512_set1_ps(*scale), of_part(&panel.constants));
                let scores = _mm512_add_ps(products, constants);
                let greater = _mm512_cmp_ps_mask::<_CMP_GT_OQ>(scores, best);
                let part_first = first + (part * LANES) as u32;
                let centres = _mm512_add_epi32(
                    bytemuck::cast(lanes),
                    _mm512_set1_epi32(part_first.cast_signed()),
                );
                best = _mm512_mask_mov_ps(best, greater, scores);
                best_centres = _mm512_mask_mov_epi32(best_centres, greater, centres);
            }
            greatest.scores = bytemuck::cast(best);
            greatest.centres = bytemuck::cast(best_centres);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::random::Random;

    #[test]
    fn the_greatest_difference_is_rounded_to_the_greatest_byte() {
        for level in Level::all() {
            let mut bytes = [0; 3];
            let per_step = round_row(level, &[3.0, -1.0, 1.5], &[1.0, 1.0, 1.0], &mut bytes);
            assert_eq!((bytes, per_step), ([255, 1, 160], 63.5), "{level:?}");
            let per_step = round_row(level, &[1.0; 3], &[1.0; 3], &mut bytes);
            assert_eq!((bytes, per_step), ([128; 3], 1.0), "{level:?}");
        }
    }

    #[test]
    fn every_level_keeps_the_greatest_of_each_lane() {
        let mut random = Random::new(7, 0);
        for (n_quads, n_points) in [(1, 1), (3, 4), (32, 7), (5, 13)] {
            let mut panel = || Panel {
                quads: (0..n_quads)
                    .map(|_| {
                        std::array::from_fn(|_| {
                            std::array::from_fn(|_| (random.below(255) as i32 - 127) as i8)
                        })
                    })
                    .collect(),
                starts: std::array::from_fn(|_| random.below(2000) as i32 - 1000),
                scales: std::array::from_fn(|_| random.unit() as f32),
                constants: std::array::from_fn(|_| 1000.0 * random.unit() as f32),
            };
            let panels = [panel(), panel()];
            let points: Vec<PointQuad> = (0..n_points * n_quads)
                .map(|_| std::array::from_fn(|_| random.below(256) as u8))
                .collect();
            let scales: Vec<f32> = (0..n_points).map(|_| random.unit() as f32).collect();
            let run = |level| {
                let mut greatest = vec![Greatest::NONE; n_points];
                for (at, panel) in panels.iter().enumerate() {
                    let first = (at * PANEL) as u32;
                    compare(level, (panel, first), &points, &scales, &mut greatest);
                }
                greatest
            };
            let score = |centre: usize, point: usize| {
                let (panel, at) = (&panels[centre / PANEL], centre % PANEL);
                let sum: i32 = (0..4 * n_quads)
                    .map(|d| {
                        i32::from(panel.quads[d / 4][at][d % 4])
                            * i32::from(points[point * n_quads + d / 4][d % 4])
                    })
                    .sum();
                panel.scales[at] * (panel.starts[at] + sum) as f32
                    + scales[point] * panel.constants[at]
            };
            let plain = run(Level::Plain);
            for (point, greatest) in plain.iter().enumerate() {
                for lane in 0..LANES {
                    let scores = (lane..2 * PANEL).step_by(LANES).map(|c| score(c, point));
                    assert_eq!(greatest.scores[lane], scores.fold(f32::MIN, f32::max));
                    let centre = greatest.centres[lane] as usize;
                    assert_eq!(score(centre, point), greatest.scores[lane]);
                }
            }
            for level in Level::all() {
                assert_eq!(run(level), plain, "{level:?}");
            }
        }
    }
}
