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

/// Sub-spaces summed side by side.
const LANES: usize = 4;

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
    pub fn sum_rows(&self, codes: &[u8], sums: &mut [f32]) {
        let (quads, rest) = self.rows.as_chunks::<LANES>();
        for (code, sum) in codes.chunks_exact(self.rows.len().max(1)).zip(sums) {
            let (code_quads, code_rest) = code.as_chunks::<LANES>();
            let mut lanes = [0.0_f32; LANES];
            for (rows, code) in quads.iter().zip(code_quads) {
                for lane in 0..LANES {
                    lanes[lane] += rows[lane][usize::from(code[lane])];
                }
            }
            for ((row, &code), lane) in rest.iter().zip(code_rest).zip(&mut lanes) {
                *lane += row[usize::from(code)];
            }
            *sum = (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
        }
    }
}
