//! Which scores reach a floor: nearly none, so nearly all are passed over a register at a time.

use super::Level;

/// Scores compared by one call.
pub(in crate::index) const SCORES: usize = 64;

/// A bit for each score, the lowest for the first: whether it is at least `floor`.
pub(in crate::index) fn reaching(level: Level, scores: &[f32; SCORES], floor: f32) -> u64 {
    match level {
        #[cfg(target_arch = "x86_64")]
        #[expect(unsafe_code, reason = "a function for a detected processor")]
        // SAFETY: a level other than plain exists only where it was detected.
        Level::Vbmi => unsafe { x86::reaching_512(scores, floor) },
        #[cfg(target_arch = "x86_64")]
        #[expect(unsafe_code, reason = "a function for a detected processor")]
        // SAFETY: as above.
        Level::Avx2 => unsafe { x86::reaching_256(scores, floor) },
        _ => plain(scores, floor),
    }
}

fn plain(scores: &[f32; SCORES], floor: f32) -> u64 {
    (scores.iter().enumerate())
        .map(|(at, score)| u64::from(*score >= floor) << at)
        .sum()
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::SCORES;
    use std::arch::x86_64::{
        _CMP_GE_OQ, _mm256_cmp_ps, _mm256_movemask_ps, _mm256_set1_ps, _mm512_cmp_ps_mask,
        _mm512_set1_ps,
    };

    #[target_feature(enable = "avx512f")]
    pub(super) fn reaching_512(scores: &[f32; SCORES], floor: f32) -> u64 {
        let (floor, (parts, _)) = (_mm512_set1_ps(floor), scores.as_chunks::<16>());
        (parts.iter().enumerate()).fold(0, |mask, (part, scores)| {
            let reached = _mm512_cmp_ps_mask::<_CMP_GE_OQ>(bytemuck::cast(*scores), floor);
            mask | u64::from(reached) << (16 * part)
        })
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn reaching_256(scores: &[f32; SCORES], floor: f32) -> u64 {
        let (floor, (parts, _)) = (_mm256_set1_ps(floor), scores.as_chunks::<8>());
        (parts.iter().enumerate()).fold(0, |mask, (part, scores)| {
            let reached = _mm256_cmp_ps::<_CMP_GE_OQ>(bytemuck::cast(*scores), floor);
            mask | u64::from(_mm256_movemask_ps(reached).cast_unsigned()) << (8 * part)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::random::Random;

    #[test]
    fn every_level_finds_the_scores_at_or_above_the_floor() {
        let mut random = Random::new(1, 0);
        for _ in 0..50 {
            let mut scores: [f32; SCORES] = std::array::from_fn(|_| random.below(20) as f32 - 10.0);
            (scores[3], scores[40]) = (f32::NAN, f32::INFINITY);
            for floor in [f32::NEG_INFINITY, -3.0, 0.0, 8.5, f32::INFINITY] {
                for level in Level::all() {
                    let mask = reaching(level, &scores, floor);
                    for (at, score) in scores.iter().enumerate() {
                        assert_eq!(mask >> at & 1 == 1, *score >= floor, "{level:?} {at}");
                    }
                }
            }
        }
    }
}
