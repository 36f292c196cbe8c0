//! Inner products of a query with one row, whatever the row's numbers are kept as.

use super::widened;

widened! {
    /// The inner product of two slices of one length.
    pub(in crate::index) fn dot(a: &[f32], b: &[f32]) -> f32 = dot_floats
}

widened! {
    /// The inner products of a query with each of `rows`, which are as long as the query.
    pub(in crate::index) fn dot_rows(query: &[f32], rows: &[f32], products: &mut [f32]) -> () =
        dot_each
}

widened! {
    /// The same with a row of half-precision numbers, none of them infinite.
    pub(in crate::index) fn dot_halves(a: &[f32], b: &[u16]) -> f32 = dot_half_floats
}

widened! {
    /// The same with a row of bytes.
    pub(in crate::index) fn dot_bytes(a: &[f32], b: &[u8]) -> f32 = dot_whole_numbers
}

widened! {
    /// The squared distance of two rows of one length.
    pub(in crate::index) fn distance(a: &[f32], b: &[f32]) -> f32 = distance_floats
}

widened! {
    /// The same with a row of half-precision numbers, none of them infinite, each times its step.
    pub(in crate::index) fn distance_halves(a: &[f32], b: &[u16], steps: &[f32]) -> f32 =
        distance_half_floats
}

widened! {
    /// The same with a row of bytes, each times its step.
    pub(in crate::index) fn distance_bytes(a: &[f32], b: &[u8], steps: &[f32]) -> f32 =
        distance_whole_numbers
}

/// Independent partial sums: they let the compiler use vector instructions without changing the
/// order of any sum, so that every level gives the same bits.
const LANES: usize = 32;

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn sum_lanes<T: Copy>(a: &[f32], b: &[T], value: impl Fn(T) -> f32) -> f32 {
    sum_terms(a, b, a, |x, y, _| x * value(y))
}

/// The sum of a term for each place of three slices of one length.
#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn sum_terms<T: Copy>(a: &[f32], b: &[T], c: &[f32], term: impl Fn(f32, T, f32) -> f32) -> f32 {
    let (a_chunks, a_rest) = a.as_chunks::<LANES>();
    let (b_chunks, b_rest) = b.as_chunks::<LANES>();
    let (c_chunks, c_rest) = c.as_chunks::<LANES>();
    let rests = a_rest.iter().zip(b_rest).zip(c_rest);
    let rest: f32 = rests.map(|((&x, &y), &z)| term(x, y, z)).sum();
    let mut lanes = [0.0_f32; LANES];
    for ((x, y), z) in a_chunks.iter().zip(b_chunks).zip(c_chunks) {
        for lane in 0..LANES {
            lanes[lane] += term(x[lane], y[lane], z[lane]);
        }
    }
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            lanes[lane] += lanes[lane + half];
        }
        half /= 2;
    }
    lanes[0] + rest
}

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn distance_floats(a: &[f32], b: &[f32]) -> f32 {
    sum_terms(a, b, a, |x, y, _| (x - y) * (x - y))
}

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn distance_half_floats(a: &[f32], b: &[u16], steps: &[f32]) -> f32 {
    sum_terms(a, b, steps, |x, y, step| {
        let difference = x - half_to_float(y) * step;
        difference * difference
    })
}

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn distance_whole_numbers(a: &[f32], b: &[u8], steps: &[f32]) -> f32 {
    sum_terms(a, b, steps, |x, y, step| {
        let difference = x - f32::from(y) * step;
        difference * difference
    })
}

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn dot_floats(a: &[f32], b: &[f32]) -> f32 {
    sum_lanes(a, b, |x| x)
}

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn dot_each(query: &[f32], rows: &[f32], products: &mut [f32]) {
    for (product, row) in products.iter_mut().zip(rows.chunks_exact(query.len())) {
        *product = dot_floats(query, row);
    }
}

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn dot_half_floats(a: &[f32], b: &[u16]) -> f32 {
    sum_lanes(a, b, half_to_float)
}

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn dot_whole_numbers(a: &[f32], b: &[u8]) -> f32 {
    sum_lanes(a, b, f32::from)
}

/// 2^112: what the exponents of the two formats differ by.
const HALF_BIAS: f32 = f32::from_bits((127 + 112) << 23);

/// The number an IEEE 754 half-precision number stands for, infinities and NaN aside.
///
/// Exponent and fraction are moved to where a float has them; one multiplication then mends the
/// bias, and makes what was subnormal normal.
#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
pub(in crate::index) fn half_to_float(half: u16) -> f32 {
    let half = u32::from(half);
    let size = f32::from_bits((half & 0x7FFF) << 13) * HALF_BIAS;
    f32::from_bits(size.to_bits() | (half & 0x8000) << 16)
}

/// The nearest half-precision number, ties to even, and at most the greatest finite one.
pub(in crate::index) fn float_to_half(value: f32) -> u16 {
    let sign = (value.to_bits() >> 16 & 0x8000) as u16;
    // 65504 is the greatest. Division by the bias drops the exponent, but below 2^-14 a half has
    // fewer bits than are kept: adding and taking away a power of two rounds to what it has.
    let size = value.abs().min(65_504.0);
    let half = if size < f32::from_bits((127 - 14) << 23) {
        // The last bit of 2^-1 is 2^-24, which is also that of a subnormal half.
        ((size + 0.5).to_bits() - 0.5_f32.to_bits()) as u16
    } else {
        let bits = (size / HALF_BIAS).to_bits();
        let even = bits >> 13 & 1;
        ((bits + 0xFFF + even) >> 13) as u16
    };
    sign | half
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;
    use crate::index::random::Random;

    #[test]
    fn halves_round_trip_and_round_to_the_nearest() {
        for half in (0..0x7C00_u16).flat_map(|size| [size, size | 0x8000]) {
            assert_eq!(float_to_half(half_to_float(half)), half);
        }
        assert_eq!(half_to_float(0x3C00), 1.0);
        assert_eq!(half_to_float(1), 2.0_f32.powi(-24));
        assert_eq!(half_to_float(0x7BFF), 65_504.0);
        assert_eq!(float_to_half(1e9), 0x7BFF);
        // Between 1 and its neighbour 1 + 2^-10: the middle goes to the even one.
        assert_eq!(float_to_half(1.0 + 2.0_f32.powi(-11)), 0x3C00);
        assert_eq!(float_to_half(1.0 + 1.01 * 2.0_f32.powi(-11)), 0x3C01);
        let mut random = Random::new(1, 0);
        for _ in 0..10_000 {
            let x = (random.unit() as f32 - 0.5) * 2.0_f32.powi(random.below(30) as i32 - 20);
            let back = half_to_float(float_to_half(x));
            assert!(
                (back - x).abs() <= x.abs() / 2048.0 + 2.0_f32.powi(-25),
                "{x} {back}"
            );
        }
    }

    #[test]
    fn every_level_gives_the_bits_of_the_plain_loop_and_the_right_sum() {
        let mut random = Random::new(2, 0);
        for n in [0, 1, 31, 32, 33, 100, 512] {
            let mut floats =
                || -> Vec<f32> { (0..n).map(|_| random.unit() as f32 - 0.5).collect() };
            let (a, b) = (floats(), floats());
            let halves: Vec<u16> = b.iter().map(|&x| float_to_half(x)).collect();
            let bytes: Vec<u8> = b.iter().map(|x| (x * 100.0 + 60.0) as u8).collect();
            let exact = |value: &dyn Fn(usize) -> f32| -> f64 {
                (0..n)
                    .map(|at| f64::from(a[at]) * f64::from(value(at)))
                    .sum()
            };
            let plain = (
                dot(Level::Plain, &a, &b),
                dot_halves(Level::Plain, &a, &halves),
                dot_bytes(Level::Plain, &a, &bytes),
            );
            assert!((f64::from(plain.0) - exact(&|at| b[at])).abs() < 1e-5);
            assert!((f64::from(plain.1) - exact(&|at| half_to_float(halves[at]))).abs() < 1e-5);
            assert!((f64::from(plain.2) - exact(&|at| f32::from(bytes[at]))).abs() < 1e-3);
            for level in Level::all() {
                let wide = (
                    dot(level, &a, &b),
                    dot_halves(level, &a, &halves),
                    dot_bytes(level, &a, &bytes),
                );
                assert_eq!(wide, plain, "{level:?}");
            }
        }
    }
}
