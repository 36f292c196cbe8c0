//! Products of rows kept as their values that are not 0 with many centres at once.

use crate::index::sparse_rows::SparseView;
use ndarray::ArrayView2;

/// Centres side by side in one panel: four 256-bit registers, enough to hide an addition's latency.
const PANEL: usize = 32;

/// Sums in one 256-bit register.
const LANES: usize = 8;

/// One register.
type Register = [f32; LANES];

/// `sums += value * centres`, lane by lane.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "it must be compiled anew for each set of instructions"
)]
fn add_product(sums: &mut Register, value: f32, centres: &[f32]) {
    let mut added = *sums;
    for (sum, &centre) in added.iter_mut().zip(centres) {
        *sum += value * centre;
    }
    *sums = added;
}

/// Centres laid out for products with sparse rows: panels of 32, in each the values of coordinate
/// 0 of all its centres, then of coordinate 1, and so on. A value of a row then meets 32 centres
/// in one stretch of memory, and a panel of 400 coordinates (50 kB) stays near while many rows
/// pass it.
#[derive(Debug, Clone)]
pub(super) struct Panels {
    dim: usize,
    n_centres: usize,
    values: Vec<f32>,
}

impl Panels {
    pub(super) fn new(centres: ArrayView2<'_, f32>) -> Self {
        let (n_centres, dim) = centres.dim();
        let mut values = vec![0.0; n_centres.div_ceil(PANEL) * PANEL * dim];
        for (idx, centre) in centres.outer_iter().enumerate() {
            let panel = &mut values[idx / PANEL * PANEL * dim..][..PANEL * dim];
            for (coordinate, &value) in centre.iter().enumerate() {
                panel[coordinate * PANEL + idx % PANEL] = value;
            }
        }
        Self {
            dim,
            n_centres,
            values,
        }
    }

    /// The product of each row with each centre, row by row.
    ///
    /// A product is summed in ascending order of column, each term rounded before it is added, by
    /// whichever instructions the processor has: the bits do not depend on them.
    pub(super) fn multiply(&self, rows: SparseView<'_>, out: &mut [f32]) {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            #[expect(unsafe_code, reason = "the instructions were found to be there")]
            // SAFETY: the processor has AVX2, which is all the callee asks for.
            unsafe {
                self.multiply_avx2(rows, out);
            }
            return;
        }
        self.multiply_anywhere(rows, out);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn multiply_avx2(&self, rows: SparseView<'_>, out: &mut [f32]) {
        self.multiply_anywhere(rows, out);
    }

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "it must be compiled anew for each set of instructions"
    )]
    fn multiply_anywhere(&self, rows: SparseView<'_>, out: &mut [f32]) {
        for (panel_idx, panel) in self.values.chunks_exact(PANEL * self.dim).enumerate() {
            let first = panel_idx * PANEL;
            let width = PANEL.min(self.n_centres - first);
            for row in 0..rows.len() {
                let (columns, values) = rows.row(row);
                // Registers by name: a loop over 32 sums is unrolled into scalar additions.
                let mut sums = [Register::default(); PANEL / LANES];
                let [a, b, c, d] = &mut sums;
                for (&column, &value) in columns.iter().zip(values) {
                    let centres = &panel[column as usize * PANEL..][..PANEL];
                    add_product(a, value, &centres[..LANES]);
                    add_product(b, value, &centres[LANES..2 * LANES]);
                    add_product(c, value, &centres[2 * LANES..3 * LANES]);
                    add_product(d, value, &centres[3 * LANES..]);
                }
                out[row * self.n_centres + first..][..width]
                    .copy_from_slice(&sums.as_flattened()[..width]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::random::Random;
    use crate::index::sparse_rows::SparseRows;
    use ndarray::Array2;

    #[test]
    fn products_equal_those_of_whole_rows() {
        // Small whole numbers, so that every order of summing is exact; 70 centres leave a part
        // of a panel, and row 3 is empty.
        let mut random = Random::new(4, 0);
        let mut whole = |rows, n| {
            Array2::from_shape_simple_fn((rows, 50), || {
                let value = random.below(n) as f32 - 3.0;
                if value > 2.0 { 0.0 } else { value }
            })
        };
        let (mut rows, centres) = (whole(9, 40), whole(70, 9));
        rows.row_mut(3).fill(0.0);
        let sparse = SparseRows::of(50, rows.outer_iter());
        assert!(sparse.n_values() < 9 * 50 / 2);
        let panels = Panels::new(centres.view());
        let mut products = vec![f32::NAN; 9 * 70];
        panels.multiply(sparse.view(), &mut products);
        assert_eq!(products, rows.dot(&centres.t()).into_raw_vec_and_offset().0);
        let mut plain = vec![f32::NAN; 9 * 70];
        panels.multiply_anywhere(sparse.view(), &mut plain);
        assert_eq!(products, plain);
        let mut cut = vec![f32::NAN; 2 * 70];
        panels.multiply(sparse.view().slice(4..6), &mut cut);
        assert_eq!(cut, products[4 * 70..6 * 70]);
    }
}
