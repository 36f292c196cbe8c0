//! A query's products with every codeword: as they are, and as bytes that bound them from above.
//!
//! The scan adds up bytes, which is fast and never too low; the few rows it lets through are then
//! scored exactly. So the answer is that of the exact table, whatever the byte table loses.

use super::codebook::{Codebook, MAX_CODEWORDS};
use crate::index::kernels::{Level, widened};

/// `n_sub` rows of 256 products; those beyond the codebook's codewords are 0.
#[derive(Debug, Clone, Default)]
pub(in crate::index) struct LookupTable {
    rows: Vec<[f32; MAX_CODEWORDS]>,
    bytes: Vec<[u8; MAX_CODEWORDS]>,
    /// The least and the greatest product of each sub-space.
    extremes: Vec<[f32; 2]>,
    bound: Bound,
}

/// How a sum of bytes bounds the sum of the products they stand for: `base + step * sum` is not
/// below it, and `size` is not below its absolute value.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::index) struct Bound {
    pub(in crate::index) base: f32,
    pub(in crate::index) step: f32,
    pub(in crate::index) size: f32,
}

/// Independent partial sums, so that additions need not wait for one another.
const LANES: usize = 4;

/// Values compared at a time.
const WIDTH: usize = 64;

/// Sums of bytes are kept in 16 bits.
const MAX_SUM: usize = u16::MAX as usize;

impl LookupTable {
    pub(super) fn fill(&mut self, codebook: &Codebook, query: &[f32]) {
        let (level, n_codewords) = (Level::detected(), codebook.n_codewords());
        self.rows.clear();
        self.rows.resize(codebook.n_sub(), [0.0; MAX_CODEWORDS]);
        let values: &[f32] = codebook.values();
        for (sub, row) in self.rows.iter_mut().enumerate() {
            for coordinate in codebook.span(sub) {
                let x = query[coordinate];
                // Sparse queries skip most coordinates; adding 0 times a number changes nothing.
                if x != 0.0 {
                    let codewords = &values[coordinate * n_codewords..][..n_codewords];
                    add_scaled(level, x, codewords, row);
                }
            }
        }
        self.round(level, n_codewords);
    }

    /// Each product as steps above the least of its sub-space, to the nearest. All sub-spaces share
    /// one step, the least with which no product exceeds a byte and no sum 16 bits; half a step for
    /// each makes up for what was rounded down.
    fn round(&mut self, level: Level, n_codewords: usize) {
        let n_sub = self.rows.len();
        let most = (MAX_SUM / n_sub.max(1)).min(usize::from(u8::MAX)) as f32;
        let (mut widest, mut base, mut size) = (0.0_f32, 0.0, 0.0);
        self.extremes.clear();
        for row in &self.rows {
            let mut found = [f32::INFINITY, f32::NEG_INFINITY];
            extremes(level, &row[..n_codewords], &mut found);
            let [least, greatest] = found;
            widest = widest.max(greatest - least);
            base += least;
            size += least.abs().max(greatest.abs());
            self.extremes.push(found);
        }
        // A table of equal products needs no steps, but the division needs one.
        let step = (widest / most).max(f32::MIN_POSITIVE);
        self.bytes.resize(n_sub, [0; MAX_CODEWORDS]);
        for ((row, bytes), [least, _]) in self.rows.iter().zip(&mut self.bytes).zip(&self.extremes)
        {
            to_steps(level, row, (*least, 1.0 / step, most), bytes);
        }
        let base = base + 0.5 * step * n_sub as f32;
        self.bound = Bound { base, step, size };
    }

    /// The rows of bytes, one per sub-space.
    pub(in crate::index) fn bytes(&self) -> &[[u8; MAX_CODEWORDS]] {
        &self.bytes
    }

    pub(in crate::index) fn bound(&self) -> Bound {
        self.bound
    }

    /// The sum of the products that a code picks, which is the score of the row it stands for. The
    /// code is every `stride`-th of `codes`, from the first on.
    pub(in crate::index) fn sum(&self, codes: &[u8], stride: usize) -> f32 {
        let mut lanes = [0.0_f32; LANES];
        let (groups, rest) = self.rows.as_chunks::<LANES>();
        let mut at = 0;
        for rows in groups {
            for (lane, row) in lanes.iter_mut().zip(rows) {
                *lane += row[usize::from(codes[at])];
                at += stride;
            }
        }
        for (lane, row) in lanes.iter_mut().zip(rest) {
            *lane += row[usize::from(codes[at])];
            at += stride;
        }
        (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
    }
}

widened! {
    /// `sums += x * values`.
    fn add_scaled(x: f32, values: &[f32], sums: &mut [f32; MAX_CODEWORDS]) -> () = scaled
}

widened! {
    /// Lowers the first and raises the second of `bounds` to the least and greatest of `values`.
    fn extremes(values: &[f32], bounds: &mut [f32; 2]) -> () = least_and_greatest
}

widened! {
    /// `(value - least) * per_step`, at most `most`, to the nearest.
    fn to_steps(
        values: &[f32; MAX_CODEWORDS],
        scale: (f32, f32, f32),
        steps: &mut [u8; MAX_CODEWORDS],
    ) -> () = nearest_steps
}

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn scaled(x: f32, values: &[f32], sums: &mut [f32; MAX_CODEWORDS]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += x * value;
    }
}

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn least_and_greatest(values: &[f32], bounds: &mut [f32; 2]) {
    let (mut least, mut greatest) = ([bounds[0]; WIDTH], [bounds[1]; WIDTH]);
    for chunk in values.chunks(WIDTH) {
        for ((x, least), greatest) in chunk.iter().zip(&mut least).zip(&mut greatest) {
            *least = if x < least { *x } else { *least };
            *greatest = if x > greatest { *x } else { *greatest };
        }
    }
    for (least, greatest) in least.iter().zip(&greatest) {
        bounds[0] = bounds[0].min(*least);
        bounds[1] = bounds[1].max(*greatest);
    }
}

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn nearest_steps(
    values: &[f32; MAX_CODEWORDS],
    (least, per_step, most): (f32, f32, f32),
    steps: &mut [u8; MAX_CODEWORDS],
) {
    for (step, value) in steps.iter_mut().zip(values) {
        let above = ((value - least) * per_step).clamp(0.0, most);
        // Next to 2^23 a float is a whole number, and its last bits are that number.
        *step = (above + 8_388_608.0).to_bits() as u8;
    }
}
