//! A query's products with every codeword, and the scan that sums them.
//!
//! This is where a search spends its time. Rows of the table always hold 256 values, so a code,
//! which is a byte, cannot reach beyond them and the loop needs no bounds check.

use super::codebook::{Codebook, MAX_CODEWORDS};

/// `n_sub` rows of 256 products; those beyond the codebook's codewords are 0.
#[derive(Debug, Clone, Default)]
pub struct LookupTable {
    rows: Vec<[f32; MAX_CODEWORDS]>,
}

/// Independent partial sums, so that additions need not wait for one another.
const LANES: usize = 4;

/// Sub-spaces summed at a time: their codes are one word and their tables 8 kB.
const GROUP: usize = 8;

impl LookupTable {
    pub(super) fn fill(&mut self, codebook: &Codebook, query: &[f32]) {
        let n_codewords = codebook.n_codewords();
        self.rows.clear();
        self.rows.resize(codebook.n_sub(), [0.0; MAX_CODEWORDS]);
        let values: &[f32] = codebook.values();
        for (sub, row) in self.rows.iter_mut().enumerate() {
            for coordinate in codebook.span(sub) {
                let x = query[coordinate];
                // Sparse queries skip most coordinates; adding 0 times a number changes nothing.
                if x != 0.0 {
                    let codewords = &values[coordinate * n_codewords..][..n_codewords];
                    for (sum, codeword) in row.iter_mut().zip(codewords) {
                        *sum += x * codeword;
                    }
                }
            }
        }
    }

    /// Sums the products that each code in `codes` picks into one of `sums`.
    ///
    /// A few sub-spaces at a time go over all codes, because the whole table would not stay in the
    /// first-level cache. Pass blocks of codes that do.
    ///
    /// # Panics
    /// If `codes` is not one code of `n_sub` bytes for each of `sums`: the caller's mistake.
    pub fn sum_rows(&self, codes: &[u8], sums: &mut [f32]) {
        let n_sub = self.rows.len();
        sums.fill(0.0);
        let (groups, rest) = self.rows.as_chunks::<GROUP>();
        for (group, rows) in groups.iter().enumerate() {
            for (code, sum) in codes.chunks_exact(n_sub).zip(sums.iter_mut()) {
                let part = code[group * GROUP..]
                    .first_chunk()
                    .expect("a code has n_sub bytes");
                *sum += sum_group(rows, *part);
            }
        }
        if rest.is_empty() {
            return;
        }
        for (code, sum) in codes.chunks_exact(n_sub).zip(sums.iter_mut()) {
            for (row, &code) in rest.iter().zip(&code[groups.len() * GROUP..]) {
                *sum += row[usize::from(code)];
            }
        }
    }
}

/// The products one code picks from the tables of one group.
///
/// The code is read as one word and taken apart in registers: loads are what the loop waits for,
/// and this halves them.
#[inline]
fn sum_group(rows: &[[f32; MAX_CODEWORDS]; GROUP], code: [u8; GROUP]) -> f32 {
    let word = u64::from_le_bytes(code);
    let mut lanes = [0.0_f32; LANES];
    for (sub, row) in rows.iter().enumerate() {
        lanes[sub % LANES] += row[usize::from((word >> (8 * sub)) as u8)];
    }
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
}
