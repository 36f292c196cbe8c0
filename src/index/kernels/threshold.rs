//! Which scores reach a floor: nearly none, so nearly all are passed over a register at a time.

use super::widened;

widened! {
    /// The first position from `start` on whose score is at least `floor`, or the number of scores.
    pub(in crate::index) fn next_at_least(scores: &[f32], start: usize, floor: f32) -> usize = next
}

/// Scores compared before the loop asks whether any reached the floor.
const LANES: usize = 64;

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn next(scores: &[f32], start: usize, floor: f32) -> usize {
    let rest = &scores[start..];
    let (chunks, _) = rest.as_chunks::<LANES>();
    // Counting has no early exit within a chunk, so it is done in registers.
    let reached = |chunk: &[f32; LANES]| chunk.iter().map(|s| u32::from(*s >= floor)).sum::<u32>();
    let passed = chunks
        .iter()
        .take_while(|chunk| reached(chunk) == 0)
        .count()
        * LANES;
    let found = rest[passed..].iter().position(|score| *score >= floor);
    found.map_or(scores.len(), |at| start + passed + at)
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;
    use crate::index::random::Random;

    #[test]
    fn every_level_finds_what_a_plain_search_finds() {
        let mut random = Random::new(1, 0);
        for n in [0, 1, 63, 64, 65, 300] {
            let mut scores: Vec<f32> = (0..n).map(|_| random.unit() as f32).collect();
            if n > 2 {
                scores[n / 2] = f32::NAN;
            }
            for floor in [f32::NEG_INFINITY, 0.5, 0.99, 2.0] {
                for start in 0..=n {
                    let plain = (start..n).find(|&at| scores[at] >= floor).unwrap_or(n);
                    for level in Level::all() {
                        assert_eq!(next_at_least(level, &scores, start, floor), plain);
                    }
                }
            }
        }
    }
}
