//! A query's products with every codeword: as they are, and as bytes that the scan adds up.
//!
//! Codes of eight bits: bytes bound the products from above, and the few rows that the scan lets
//! through are scored from the products themselves. So the answer is that of the exact table,
//! whatever the bytes lose. Codes of four bits: the sums of bytes are the scores.

use super::codebook::Codebook;
use super::packing::CodeBits;
use crate::index::kernels::scan::{MOST_OF_HALF, Table};
use crate::index::kernels::{Level, widened};
use std::ops::Range;

/// Rows of as many products as codes have values, one for each sub-space.
#[derive(Debug, Clone)]
pub(in crate::index) struct LookupTable {
    bits: CodeBits,
    n_sub: usize,
    /// The query, its coordinates at the places of the codebook.
    query: Vec<f32>,
    /// Row after row; those of codes without a codeword are 0. Codes of four bits are read two by
    /// two, so their rows are an even number and the last may be all 0.
    products: Vec<f32>,
    /// The same as steps.
    steps: Vec<u8>,
    /// The least and the greatest product of each sub-space.
    extremes: Vec<[f32; 2]>,
    /// Sub-spaces of the first half of the coordinates; all where they are not told apart.
    n_first: usize,
    /// Of the first sub-spaces, of the others.
    scales: [Scale; 2],
}

/// What a sum of steps of some sub-spaces says: the sum of the products they stand for is about
/// `base + step * sum`, never more than `slack` above it, and its absolute value at most `size`,
/// rounding aside.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::index) struct Scale {
    pub(in crate::index) base: f32,
    pub(in crate::index) step: f32,
    pub(in crate::index) slack: f32,
    pub(in crate::index) size: f32,
}

impl Scale {
    /// That of sub-spaces with these extremes.
    fn of(extremes: &[[f32; 2]], step: f32) -> Self {
        let mut scale = Self {
            base: 0.0,
            step,
            slack: 0.5 * step * extremes.len() as f32,
            size: 0.0,
        };
        for [least, greatest] in extremes {
            scale.base += least;
            scale.size += least.abs().max(greatest.abs());
        }
        scale
    }
}

/// Independent partial sums, so that additions need not wait for one another.
const LANES: usize = 4;

/// Products computed at a time, in registers.
const STRIPE: usize = 64;

/// Sums of steps are kept in 16 bits.
const MAX_SUM: usize = u16::MAX as usize;

impl Default for LookupTable {
    fn default() -> Self {
        Self {
            bits: CodeBits::Eight,
            n_sub: 0,
            query: Vec::new(),
            products: Vec::new(),
            steps: Vec::new(),
            extremes: Vec::new(),
            n_first: 0,
            scales: [Scale::default(); 2],
        }
    }
}

impl LookupTable {
    pub(super) fn fill(&mut self, codebook: &Codebook, query: &[f32]) {
        let (bits, n_sub, level) = (codebook.bits(), codebook.n_sub(), Level::detected());
        let width = bits.max_codewords();
        let n_rows = match bits {
            CodeBits::Four => n_sub.next_multiple_of(2),
            CodeBits::Eight => n_sub,
        };
        self.bits = bits;
        self.n_sub = n_sub;
        self.n_first = codebook.n_sub_of_half().unwrap_or(n_sub);
        self.query.clear();
        (self.query).extend((0..codebook.dim()).map(|place| query[codebook.coordinate(place)]));
        // All products with codewords are written, and nothing else needs to be 0 again but what
        // another codebook left.
        if codebook.n_codewords() < width {
            self.products.clear();
        }
        self.products.resize(n_rows * width, 0.0);
        self.products[n_sub * width..].fill(0.0);
        self.extremes.resize(n_sub, [0.0; 2]);
        let into = (&mut self.products[..], &mut self.extremes[..]);
        match bits {
            CodeBits::Four => fill_halves(level, codebook, &self.query, into),
            CodeBits::Eight => fill_bytes(level, codebook, &self.query, into),
        }
        self.round(level, n_rows * width);
    }

    /// Each product as steps above the least of its sub-space, to the nearest. All sub-spaces share
    /// one step, the least with which no product exceeds a byte and no sum 16 bits.
    fn round(&mut self, level: Level, n_values: usize) {
        let byte = match self.bits {
            CodeBits::Four => MOST_OF_HALF,
            CodeBits::Eight => u8::MAX,
        };
        let most = (MAX_SUM / self.n_sub.max(1)).min(usize::from(byte)) as f32;
        let width_of = |[least, greatest]: &[f32; 2]| greatest - least;
        let widest = self.extremes.iter().map(width_of).fold(0.0, f32::max);
        // A table of equal products needs no steps, but the division needs one.
        let step = (widest / most).max(f32::MIN_POSITIVE);
        let width = self.bits.max_codewords();
        self.steps.resize(n_values, 0);
        self.steps[self.n_sub * width..].fill(0);
        let scale = (width, 1.0 / step, most);
        to_steps(
            level,
            &self.products,
            &self.extremes,
            scale,
            &mut self.steps,
        );
        let (first, others) = self.extremes.split_at(self.n_first);
        self.scales = [first, others].map(|extremes| Scale::of(extremes, step));
    }

    /// The steps that codes pick.
    pub(in crate::index) fn steps(&self) -> Table<'_> {
        match self.bits {
            CodeBits::Four => Table::Halves(self.steps.as_chunks().0),
            CodeBits::Eight => Table::Bytes(self.steps.as_chunks().0),
        }
    }

    /// The same by halves of the coordinates, where the codebook tells them apart.
    pub(in crate::index) fn steps_of_halves(&self) -> [Table<'_>; 2] {
        self.steps().split_at(self.bits.n_bytes(self.n_first))
    }

    /// What sums of all steps say.
    pub(in crate::index) fn scale(&self) -> Scale {
        let [first, others] = self.scales;
        Scale {
            base: first.base + others.base,
            step: first.step,
            slack: first.slack + others.slack,
            size: first.size + others.size,
        }
    }

    /// What sums of the steps of each half say.
    pub(in crate::index) fn scales_of_halves(&self) -> [Scale; 2] {
        self.scales
    }

    /// The sum of the products that a code of eight bits picks, which is the product with the row
    /// it stands for. The code is every `stride`-th of `codes`, from the first on.
    pub(in crate::index) fn sum(&self, codes: &[u8], stride: usize) -> f32 {
        self.sum_of(0..self.n_sub, codes, stride)
    }

    /// The same by halves.
    pub(in crate::index) fn sums_of_halves(&self, codes: &[u8], stride: usize) -> [f32; 2] {
        [0..self.n_first, self.n_first..self.n_sub].map(|subs| self.sum_of(subs, codes, stride))
    }

    fn sum_of(&self, subs: Range<usize>, codes: &[u8], stride: usize) -> f32 {
        let mut at = subs.start * stride;
        let rows = &self.products.as_chunks::<256>().0[subs];
        let mut lanes = [0.0_f32; LANES];
        let (groups, rest) = rows.as_chunks::<LANES>();
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
    /// Fills rows of 256 products, and notes the extremes of each.
    fn fill_bytes(codebook: &Codebook, query: &[f32], into: (&mut [f32], &mut [[f32; 2]])) -> () =
        rows_of_256
}

widened! {
    /// Fills rows of 16 products, and notes the extremes of each.
    fn fill_halves(codebook: &Codebook, query: &[f32], into: (&mut [f32], &mut [[f32; 2]])) -> () =
        rows_of_16
}

widened! {
    /// By row, `(product - least) * per_step`, at most `most`, to the nearest.
    fn to_steps(
        products: &[f32],
        extremes: &[[f32; 2]],
        scale: (usize, f32, f32),
        steps: &mut [u8],
    ) -> () = nearest_steps
}

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn rows_of_256(codebook: &Codebook, query: &[f32], into: (&mut [f32], &mut [[f32; 2]])) {
    fill_rows::<256, STRIPE>(codebook, query, into);
}

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn rows_of_16(codebook: &Codebook, query: &[f32], into: (&mut [f32], &mut [[f32; 2]])) {
    fill_rows::<16, 16>(codebook, query, into);
}

/// Rows of `W` products, `S` at a time.
#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn fill_rows<const W: usize, const S: usize>(
    codebook: &Codebook,
    query: &[f32],
    (products, extremes): (&mut [f32], &mut [[f32; 2]]),
) {
    let (values, n_codewords): (&[f32], usize) = (codebook.values(), codebook.n_codewords());
    let (rows, _) = products.as_chunks_mut::<W>();
    for ((row, extremes), span) in rows.iter_mut().zip(extremes).zip(codebook.spans()) {
        if n_codewords == W {
            let (stripes, _) = row.as_chunks_mut::<S>();
            for (stripe_idx, stripe) in stripes.iter_mut().enumerate() {
                let mut sums = [0.0; S];
                for place in span.clone() {
                    let (x, start) = (query[place], place * W + stripe_idx * S);
                    // Sparse queries skip most; adding 0 times a number changes nothing.
                    if x != 0.0
                        && let Some(codewords) = values[start..].first_chunk::<S>()
                    {
                        for (sum, value) in sums.iter_mut().zip(codewords) {
                            *sum = x.mul_add(*value, *sum);
                        }
                    }
                }
                *stripe = sums;
            }
        } else {
            for place in span {
                let codewords = &values[place * n_codewords..][..n_codewords];
                for (sum, value) in row.iter_mut().zip(codewords) {
                    *sum = query[place].mul_add(*value, *sum);
                }
            }
        }
        let less = |a: f32, b: f32| if b < a { b } else { a };
        let more = |a: f32, b: f32| if b > a { b } else { a };
        let products = &row[..n_codewords];
        *extremes = [extreme(products, less), extreme(products, more)];
    }
}

/// What is left of some products when of every two `pick` has chosen one; at least one is given.
#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn extreme(products: &[f32], pick: impl Fn(f32, f32) -> f32) -> f32 {
    let (chunks, rest) = products.as_chunks::<16>();
    let Some((first, chunks)) = chunks.split_first() else {
        return rest.iter().copied().reduce(pick).unwrap_or(0.0);
    };
    // Arrays made anew stay in registers; those that are changed place by place do not.
    let mut of_16 = *first;
    for chunk in chunks {
        of_16 = std::array::from_fn(|at| pick(of_16[at], chunk[at]));
    }
    let of_8: [f32; 8] = std::array::from_fn(|at| pick(of_16[at], of_16[at + 8]));
    let of_4: [f32; 4] = std::array::from_fn(|at| pick(of_8[at], of_8[at + 4]));
    let of_2: [f32; 2] = std::array::from_fn(|at| pick(of_4[at], of_4[at + 2]));
    rest.iter().copied().fold(pick(of_2[0], of_2[1]), pick)
}

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn nearest_steps(
    products: &[f32],
    extremes: &[[f32; 2]],
    (width, per_step, most): (usize, f32, f32),
    steps: &mut [u8],
) {
    let rows = products.chunks_exact(width).zip(extremes);
    for ((products, [least, _]), steps) in rows.zip(steps.chunks_exact_mut(width)) {
        for (step, product) in steps.iter_mut().zip(products) {
            let above = ((product - least) * per_step).clamp(0.0, most);
            // Next to 2^23 a float is a whole number, and its last bits are that number.
            *step = (above + 8_388_608.0).to_bits() as u8;
        }
    }
}
