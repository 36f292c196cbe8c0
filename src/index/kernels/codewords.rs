//! Which of the codewords of a sub-space is nearest to a part of a row.

use super::widened;

/// Codewords compared at a time, in registers.
const STRIPE: usize = 64;

/// Of the codewords whose number leaves the same remainder by this, the nearest is kept.
const LANES: usize = 16;

widened! {
    /// The codeword with the greatest `part . codeword + bias`, the lower of equal ones. `values`
    /// has for each coordinate of the part its value in each codeword.
    pub(in crate::index) fn nearest_codeword(part: &[f32], values: &[f32], biases: &[f32]) -> u8 =
        nearest
}

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn nearest(part: &[f32], values: &[f32], biases: &[f32]) -> u8 {
    let n = biases.len();
    let (mut greatest, mut codewords) = ([f32::NEG_INFINITY; LANES], [0_u32; LANES]);
    let (stripes, rest) = biases.as_chunks::<STRIPE>();
    for (stripe, biases) in stripes.iter().enumerate() {
        let first = stripe * STRIPE;
        let mut sums = [0.0; STRIPE];
        for (coordinate, x) in part.iter().enumerate() {
            if let Some(values) = values[coordinate * n + first..].first_chunk::<STRIPE>() {
                for (sum, value) in sums.iter_mut().zip(values) {
                    *sum += x * value;
                }
            }
        }
        for at in 0..STRIPE {
            let (lane, sum) = (at % LANES, sums[at] + biases[at]);
            let greater = sum > greatest[lane];
            greatest[lane] = if greater { sum } else { greatest[lane] };
            let codeword = (first + at) as u32;
            codewords[lane] = if greater { codeword } else { codewords[lane] };
        }
    }
    for (at, bias) in rest.iter().enumerate() {
        let codeword = stripes.len() * STRIPE + at;
        let products = part.iter().zip(values[codeword..].iter().step_by(n));
        let sum = products.fold(0.0, |sum, (x, value)| sum + x * value) + bias;
        if sum > greatest[at % LANES] {
            greatest[at % LANES] = sum;
            codewords[at % LANES] = codeword as u32;
        }
    }
    let most = greatest.into_iter().fold(f32::NEG_INFINITY, f32::max);
    let lanes = greatest.iter().zip(codewords);
    let found = lanes.map(|(greatest, codeword)| {
        if *greatest == most {
            codeword
        } else {
            u32::MAX
        }
    });
    found.fold(u32::MAX, u32::min) as u8
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
            for _ in 0..50 {
                // Whole numbers: ties are the rule.
                let mut whole =
                    |n| -> Vec<f32> { (0..n).map(|_| random.below(5) as f32).collect() };
                let (part, values, biases) = (whole(width), whole(width * n), whole(n));
                let score = |codeword: usize| -> f32 {
                    let products = (0..width).map(|d| part[d] * values[d * n + codeword]);
                    products.sum::<f32>() + biases[codeword]
                };
                let expected = (0..n).fold(0, |best, codeword| {
                    if score(codeword) > score(best) {
                        codeword
                    } else {
                        best
                    }
                });
                for level in Level::all() {
                    let found = nearest_codeword(level, &part, &values, &biases);
                    assert_eq!(usize::from(found), expected, "{level:?} {n} {width}");
                }
            }
        }
    }
}
