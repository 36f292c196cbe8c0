//! Which of the codewords of a sub-space is nearest to the parts of some rows.

use super::{Level, widened};

/// Rows compared at a time, each in a lane of its own.
pub(in crate::index) const ROWS: usize = 32;

/// For each row the codeword with the greatest `bias + part . codeword`, the lower of equal ones,
/// and how much that is; each product is fused with the sum before it. `parts` has for each
/// coordinate of the sub-space its value in each row, and `values` its value in each codeword.
pub(in crate::index) fn nearest_codewords(
    level: Level,
    parts: &[[f32; ROWS]],
    values: &[f32],
    biases: &[f32],
) -> ([u32; ROWS], [f32; ROWS]) {
    match level {
        #[cfg(target_arch = "x86_64")]
        #[expect(unsafe_code, reason = "a function for a detected processor")]
        // SAFETY: this level exists only where it was detected.
        Level::Vbmi => unsafe { avx512::nearest(parts, values, biases) },
        _ => nearest_widened(level, parts, values, biases),
    }
}

widened! {
    /// The same for levels without instructions of their own.
    fn nearest_widened(
        parts: &[[f32; ROWS]],
        values: &[f32],
        biases: &[f32],
    ) -> ([u32; ROWS], [f32; ROWS]) = nearest
}

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn nearest(parts: &[[f32; ROWS]], values: &[f32], biases: &[f32]) -> ([u32; ROWS], [f32; ROWS]) {
    let n = biases.len();
    let (mut greatest, mut codewords) = ([f32::NEG_INFINITY; ROWS], [0_u32; ROWS]);
    for (codeword, bias) in biases.iter().enumerate() {
        let mut sums = [*bias; ROWS];
        for (part, values) in parts.iter().zip(values.chunks_exact(n)) {
            let value = values[codeword];
            for (sum, x) in sums.iter_mut().zip(part) {
                *sum = x.mul_add(value, *sum);
            }
        }
        for row in 0..ROWS {
            let greater = sums[row] > greatest[row];
            greatest[row] = if greater { sums[row] } else { greatest[row] };
            codewords[row] = if greater {
                codeword as u32
            } else {
                codewords[row]
            };
        }
    }
    (codewords, greatest)
}

/// Compilers keep what was found so far in memory, and wait for it at every codeword.
#[cfg(target_arch = "x86_64")]
mod avx512 {
    use super::ROWS;
    use std::arch::x86_64::{
        __m512, _CMP_GT_OQ, _mm512_cmp_ps_mask, _mm512_fmadd_ps, _mm512_mask_mov_epi32,
        _mm512_mask_mov_ps, _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_si512,
    };

    /// Registers of the rows.
    const PARTS: usize = ROWS / 16;

    #[target_feature(enable = "avx512f")]
    pub(super) fn nearest(
        parts: &[[f32; ROWS]],
        values: &[f32],
        biases: &[f32],
    ) -> ([u32; ROWS], [f32; ROWS]) {
        let n = biases.len();
        let mut greatest = [_mm512_set1_ps(f32::NEG_INFINITY); PARTS];
        let mut codewords = [_mm512_setzero_si512(); PARTS];
        for (codeword, bias) in biases.iter().enumerate() {
            let mut sums = [_mm512_set1_ps(*bias); PARTS];
            for (part, values) in parts.iter().zip(values.chunks_exact(n)) {
                let value = _mm512_set1_ps(values[codeword]);
                let part: [[f32; 16]; PARTS] = bytemuck::cast(*part);
                for (sum, part) in sums.iter_mut().zip(part) {
                    let part: __m512 = bytemuck::cast(part);
                    *sum = _mm512_fmadd_ps(part, value, *sum);
                }
            }
            let this = _mm512_set1_epi32(codeword as i32);
            for part in 0..PARTS {
                let greater = _mm512_cmp_ps_mask::<_CMP_GT_OQ>(sums[part], greatest[part]);
                greatest[part] = _mm512_mask_mov_ps(greatest[part], greater, sums[part]);
                codewords[part] = _mm512_mask_mov_epi32(codewords[part], greater, this);
            }
        }
        (bytemuck::cast(codewords), bytemuck::cast(greatest))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;
    use crate::index::random::Random;

    #[test]
    fn every_level_finds_the_lowest_of_the_nearest() {
        let mut random = Random::new(9, 0);
        for (n, width) in [(256, 4), (256, 1), (16, 2), (100, 3), (1, 5), (70, 8)] {
            // Whole numbers: ties are the rule.
            let mut whole = |n| -> Vec<f32> { (0..n).map(|_| random.below(5) as f32).collect() };
            let (values, biases) = (whole(width * n), whole(n));
            let parts: Vec<[f32; ROWS]> = (0..width)
                .map(|_| std::array::from_fn(|_| whole(1)[0]))
                .collect();
            let nearest = |row: usize| {
                let score = |codeword: usize| -> f32 {
                    let products = (0..width).map(|d| parts[d][row] * values[d * n + codeword]);
                    products.sum::<f32>() + biases[codeword]
                };
                (1..n).fold(0, |best, codeword| {
                    if score(codeword) > score(best) {
                        codeword
                    } else {
                        best
                    }
                })
            };
            let expected: Vec<u32> = (0..ROWS).map(|row| nearest(row) as u32).collect();
            for level in Level::all() {
                let (codes, greatest) = nearest_codewords(level, &parts, &values, &biases);
                assert_eq!(codes[..], expected, "{level:?} {n} {width}");
                let first: f32 = (0..width)
                    .map(|d| parts[d][0] * values[d * n + codes[0] as usize])
                    .sum();
                assert_eq!(greatest[0], first + biases[codes[0] as usize], "{level:?}");
            }
        }
    }
}
