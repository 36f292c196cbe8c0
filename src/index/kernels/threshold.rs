//! Which scores reach a floor: nearly none, so nearly all are passed over a register at a time.

use super::{Level, widened};

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

/// Calls `each` with the position of each score that is at least `floor`, which is asked anew
/// after every [`SCORES`].
#[inline]
pub(in crate::index) fn each_reaching<S>(
    level: Level,
    scores: &[f32],
    state: &mut S,
    floor: impl Fn(&S) -> f32,
    mut each: impl FnMut(&mut S, usize),
) {
    let (chunks, rest) = scores.as_chunks::<SCORES>();
    // What is not a number never reaches the floor.
    let mut last = [f32::NAN; SCORES];
    last[..rest.len()].copy_from_slice(rest);
    let chunks = chunks.iter().chain((!rest.is_empty()).then_some(&last));
    for (chunk_idx, scores) in chunks.enumerate() {
        let mut reached = reaching(level, scores, floor(state));
        while reached != 0 {
            let lane = reached.trailing_zeros() as usize;
            reached &= reached - 1;
            each(state, chunk_idx * SCORES + lane);
        }
    }
}

/// Scores in each group of which the greatest is looked at, at least.
const GROUP: usize = 4;

/// Of so many groups' greatest as [`SCORES`], no more are asked to reach a floor: where nearly all
/// do, it says little.
const OF_SCORES: usize = SCORES * 3 / 4;

/// Times as many groups at most.
const MOST_TIMES: usize = 4;

/// Halvings of the range between the least and the greatest of those.
const HALVINGS: usize = 8;

/// A floor that `n` of the scores reach, and not many more; without end below where they are too
/// few to say, or `n` is too many.
///
/// Scores are dealt out to groups, and of the greatest of each group `n` reach it.
pub(in crate::index) fn floor_of(level: Level, scores: &[f32], n: usize) -> f32 {
    let times = n.div_ceil(OF_SCORES);
    if n == 0 || times > MOST_TIMES || scores.len() < GROUP * SCORES * times {
        return f32::NEG_INFINITY;
    }
    let mut greatest = [[f32::NEG_INFINITY; SCORES]; MOST_TIMES];
    let greatest = &mut greatest[..times];
    greatest_of_groups(level, scores, greatest);
    let least = |a: f32, b: &f32| if *b < a { *b } else { a };
    let most = |a: f32, b: &f32| if *b > a { *b } else { a };
    let all = || greatest.iter().flatten();
    let mut floor = all().fold(f32::INFINITY, least);
    let mut above = all().fold(f32::NEG_INFINITY, most);
    for _ in 0..HALVINGS {
        let middle = 0.5 * floor + 0.5 * above;
        let reached = |greatest| reaching(level, greatest, middle).count_ones() as usize;
        if greatest.iter().map(reached).sum::<usize>() >= n {
            floor = middle;
        } else {
            above = middle;
        }
    }
    floor
}

widened! {
    /// The greatest scores of as many groups as there is room for: one after another is dealt a
    /// score, and again.
    fn greatest_of_groups(scores: &[f32], greatest: &mut [[f32; SCORES]]) -> () = groups
}

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn groups(scores: &[f32], greatest: &mut [[f32; SCORES]]) {
    let times = greatest.len();
    for (time, greatest) in greatest.iter_mut().enumerate() {
        let mut local = *greatest;
        for scores in scores
            .as_chunks::<SCORES>()
            .0
            .iter()
            .skip(time)
            .step_by(times)
        {
            for (greatest, score) in local.iter_mut().zip(scores) {
                *greatest = if *score > *greatest {
                    *score
                } else {
                    *greatest
                };
            }
        }
        *greatest = local;
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
    fn as_many_scores_reach_the_floor_as_were_asked_for() {
        let mut random = Random::new(2, 0);
        for n_scores in [256, 300, 1000, 4000] {
            let mut scores: Vec<f32> = (0..n_scores).map(|_| random.unit() as f32 - 2.0).collect();
            scores[7] = f32::NAN;
            for n in [1_usize, 10, 48, 100, 190] {
                if n_scores < n.div_ceil(48) * 256 {
                    continue;
                }
                for level in Level::all() {
                    let floor = floor_of(level, &scores, n);
                    let reached = scores.iter().filter(|score| **score >= floor).count();
                    assert!((n..3 * n + 8).contains(&reached), "{reached} for {n}");
                }
            }
            (scores[8], scores[9]) = (f32::NEG_INFINITY, f32::INFINITY);
            let floor = floor_of(Level::detected(), &scores, 3);
            assert!(scores.iter().filter(|score| **score >= floor).count() >= 3);
        }
        for (n_scores, n) in [(255, 1), (1000, 0), (500, 49), (4000, 193)] {
            let scores = vec![1.0; n_scores];
            let floor = floor_of(Level::detected(), &scores, n);
            assert!(floor == f32::NEG_INFINITY, "{n} of {n_scores}");
        }
        let nothing = [f32::NAN; 300];
        let floor = floor_of(Level::detected(), &nothing, 3);
        assert!(floor == f32::NEG_INFINITY, "{floor}");
    }

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
