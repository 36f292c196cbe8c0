//! Products of rows of bytes with many centres of bytes.

use super::Level;

/// Centres of a panel.
pub(in crate::index) const PANEL: usize = 64;

/// Centres of a register.
const LANES: usize = 16;

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

/// Points whose scores are computed together, so that a panel is loaded once for all.
pub(in crate::index) const POINTS: usize = 4;

/// The score of each centre of a panel, for a point.
pub(in crate::index) type Scores = [f32; PANEL];

/// The greatest score so far in each lane of a register, for a point.
pub(in crate::index) type Greatest = [f32; LANES];

/// The greatest of no scores.
pub(in crate::index) const NOTHING: Greatest = [f32::NEG_INFINITY; LANES];

/// Where scores go.
pub(in crate::index) struct Room<'a> {
    /// Those of a point every `step`.
    pub(in crate::index) scores: &'a mut [Scores],
    pub(in crate::index) step: usize,
    /// A point each: raised where a score is greater.
    pub(in crate::index) greatest: &'a mut [Greatest],
}

/// Writes the scores of the centres of a panel for up to [`POINTS`] points, each as many quads as
/// the panel has.
///
/// # Panics
/// If points are of another length, or more or fewer than `scales` and than there is room for.
pub(in crate::index) fn score(
    level: Level,
    panel: &Panel,
    points: &[PointQuad],
    scales: &[f32],
    room: Room<'_>,
) {
    assert_eq!(points.len(), scales.len() * panel.quads.len());
    assert_eq!(room.scores.len().div_ceil(room.step), scales.len());
    assert_eq!(room.greatest.len(), scales.len());
    match level {
        #[cfg(target_arch = "x86_64")]
        #[expect(unsafe_code, reason = "a function for a detected processor")]
        // SAFETY: this level exists only where it was detected.
        Level::Vbmi => unsafe { vnni::score(panel, points, scales, room) },
        _ => score_widened(level, panel, points, scales, room),
    }
}

super::widened! {
    /// The same for levels without instructions of their own.
    fn score_widened(
        panel: &Panel,
        points: &[PointQuad],
        scales: &[f32],
        room: Room<'_>,
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
fn plain(panel: &Panel, points: &[PointQuad], scales: &[f32], room: Room<'_>) {
    let points = points.chunks_exact(panel.quads.len().max(1));
    let scores = room.scores.iter_mut().step_by(room.step);
    let into = scores.zip(room.greatest);
    for ((point, scale), (scores, greatest)) in points.zip(scales).zip(into) {
        let mut sums = panel.starts;
        for (centres, point) in panel.quads.iter().zip(point) {
            let [a, b, c, d] = point.map(i32::from);
            for (sum, centre) in sums.iter_mut().zip(centres) {
                let [e, f, g, h] = centre.map(i32::from);
                *sum += a * e + b * f + c * g + d * h;
            }
        }
        for (at, (score, sum)) in scores.iter_mut().zip(sums).enumerate() {
            *score = panel.scales[at] * sum as f32 + scale * panel.constants[at];
        }
        for scores in scores.as_chunks::<LANES>().0 {
            for (greatest, score) in greatest.iter_mut().zip(scores) {
                *greatest = if *score > *greatest {
                    *score
                } else {
                    *greatest
                };
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod vnni {
    use super::{Greatest, LANES, PANEL, POINTS, Panel, PointQuad, Room, Scores};
    use std::arch::x86_64::{
        __m512, _mm512_add_ps, _mm512_cvtepi32_ps, _mm512_dpbusd_epi32, _mm512_max_ps,
        _mm512_mul_ps, _mm512_set1_epi32, _mm512_set1_ps,
    };

    /// Registers of a panel.
    const PARTS: usize = PANEL / LANES;

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    pub(super) fn score(panel: &Panel, points: &[PointQuad], scales: &[f32], room: Room<'_>) {
        let mut scores = room.scores.iter_mut().step_by(room.step);
        if let ([scales], []) = scales.as_chunks::<POINTS>()
            && let ([greatest], []) = room.greatest.as_chunks_mut::<POINTS>()
        {
            let scores = std::array::from_fn(|_| scores.next().expect("room for each point"));
            some(panel, points, scales, scores, greatest);
            return;
        }
        let points = points.chunks_exact(panel.quads.len().max(1));
        let into = scores.zip(room.greatest);
        for ((point, scale), (scores, greatest)) in points.zip(scales).zip(into) {
            let greatest = std::array::from_mut(greatest);
            some(
                panel,
                point,
                std::array::from_ref(scale),
                [scores],
                greatest,
            );
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    #[inline]
    fn some<const N: usize>(
        panel: &Panel,
        points: &[PointQuad],
        scales: &[f32; N],
        scores: [&mut Scores; N],
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
        let into = scores.into_iter().zip(greatest);
        for ((sums, scale), (scores, greatest)) in sums.iter().zip(scales).zip(into) {
            let (parts, _) = scores.as_chunks_mut::<LANES>();
            let mut most: __m512 = bytemuck::cast(*greatest);
            for (part, (sum, scores)) in sums.iter().zip(parts).enumerate() {
                let of_part = |values: &[f32; PANEL]| -> __m512 {
                    let (parts, _) = values.as_chunks::<LANES>();
                    bytemuck::cast(parts[part])
                };
                let products = _mm512_mul_ps(of_part(&panel.scales), _mm512_cvtepi32_ps(*sum));
                let constants = _mm512_mul_ps(_mm512_set1_ps(*scale), of_part(&panel.constants));
                let sums = _mm512_add_ps(products, constants);
                *scores = bytemuck::cast(sums);
                // What is not a number leaves the second as it is.
                most = _mm512_max_ps(sums, most);
            }
            *greatest = bytemuck::cast(most);
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
    fn every_level_gives_the_scores_of_the_definition() {
        let mut random = Random::new(7, 0);
        for (n_quads, n_points) in [(1, 1), (3, 4), (32, 3), (5, 2)] {
            let panel = Panel {
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
            let points: Vec<PointQuad> = (0..n_points * n_quads)
                .map(|_| std::array::from_fn(|_| random.below(256) as u8))
                .collect();
            let scales: Vec<f32> = (0..n_points).map(|_| random.unit() as f32).collect();
            for level in Level::all() {
                let mut scores = vec![[7.0; PANEL]; 2 * n_points];
                let mut greatest = vec![NOTHING; n_points];
                greatest[0][3] = f32::MAX;
                let room = Room {
                    scores: &mut scores,
                    step: 2,
                    greatest: &mut greatest,
                };
                score(level, &panel, &points, &scales, room);
                for (point, scores) in scores.chunks_exact(2).enumerate() {
                    let [scores, beside] = scores else {
                        panic!("not two")
                    };
                    assert_eq!(*beside, [7.0; PANEL], "{level:?}");
                    for (lane, greatest) in greatest[point].iter().enumerate() {
                        let of_lane = scores.iter().skip(lane).step_by(LANES);
                        let most = of_lane.fold(f32::NEG_INFINITY, |a, b| a.max(*b));
                        let before = (point, lane) == (0, 3);
                        assert_eq!(*greatest, if before { f32::MAX } else { most }, "{level:?}");
                    }
                    for (centre, score) in scores.iter().enumerate() {
                        let sum: i32 = (0..4 * n_quads)
                            .map(|d| {
                                i32::from(panel.quads[d / 4][centre][d % 4])
                                    * i32::from(points[point * n_quads + d / 4][d % 4])
                            })
                            .sum();
                        let expected = panel.scales[centre] * (panel.starts[centre] + sum) as f32
                            + scales[point] * panel.constants[centre];
                        assert_eq!(*score, expected, "{level:?}");
                    }
                }
            }
        }
    }
}
