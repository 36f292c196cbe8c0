//! Products of small and large matrices, cut into tiles that stay in cache.

use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayViewMut2};

/// Numbers in the product tile of one task: 1 MB, about half of a second-level cache.
const TILE_VALUES: usize = 1 << 18;

/// Rows per tile when each row is multiplied with `n_columns` others.
///
/// Enough rows to pay for packing the other matrix, few enough that the products are still in
/// cache when they are read. It depends on the shapes alone, never on the number of threads.
pub(super) fn tile_rows(n_columns: usize) -> usize {
    (TILE_VALUES / n_columns.max(1)).clamp(32, 256)
}

/// `out = a b`, row by row.
///
/// An element of the product is summed over the inner dimension in one order, whatever the number
/// of rows and columns around it, so a row multiplied alone and within a block gives the same
/// bits. Search relies on it (a batch equals its queries one by one), and a test holds it.
pub(super) fn multiply(a: ArrayView2<'_, f32>, b: ArrayView2<'_, f32>, out: &mut [f32]) {
    let shape = (a.nrows(), b.ncols());
    let mut out = ArrayViewMut2::from_shape(shape, out).expect("out holds one value per product");
    general_mat_mul(1.0, &a, &b, 0.0, &mut out);
}

/// Independent partial sums of the plain loops below: they let the compiler use vector
/// instructions without changing the order of any sum.
const LANES: usize = 16;

/// The inner product of two slices of one length.
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    sum_lanes(a, b, |x, y| x * y)
}

/// |a - b|^2, exactly 0 for equal slices.
pub(super) fn squared_distance(a: &[f32], b: &[f32]) -> f32 {
    sum_lanes(a, b, |x, y| (x - y) * (x - y))
}

/// |a|^2.
pub(super) fn squared_norm(a: &[f32]) -> f32 {
    dot(a, a)
}

#[inline]
fn sum_lanes(a: &[f32], b: &[f32], term: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    let ((a_chunks, a_rest), (b_chunks, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let rest: f32 = (a_rest.iter()).zip(b_rest).map(|(&x, &y)| term(x, y)).sum();
    for (x, y) in a_chunks.iter().zip(b_chunks) {
        for lane in 0..LANES {
            lanes[lane] += term(x[lane], y[lane]);
        }
    }
    lanes.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::random::Random;
    use ndarray::{Array2, s};

    fn random_matrix(rows: usize, columns: usize, seed: u64) -> Array2<f32> {
        let mut random = Random::new(seed, 0);
        Array2::from_shape_simple_fn((rows, columns), || random.unit() as f32 - 0.5)
    }

    #[test]
    fn an_element_does_not_depend_on_the_tile_around_it() {
        // 1030 crosses the inner blocking of the kernel; 1, 7 and 37 fall short of its tiles.
        for (dim, n_right) in [(1, 5), (16, 256), (300, 3), (1030, 37)] {
            let left = random_matrix(70, dim, 1);
            let right = random_matrix(n_right, dim, 2);
            let mut whole = vec![0.0; 70 * n_right];
            multiply(left.view(), right.t(), &mut whole);
            for (start, end) in [(0, 1), (69, 70), (3, 10), (1, 38)] {
                let mut part = vec![0.0; (end - start) * n_right];
                multiply(left.slice(s![start..end, ..]), right.t(), &mut part);
                assert_eq!(part, &whole[start * n_right..end * n_right]);
            }
            let mut column = vec![0.0; 70];
            multiply(left.view(), right.slice(s![2..3, ..]).t(), &mut column);
            let expected: Vec<f32> = whole.iter().skip(2).step_by(n_right).copied().collect();
            assert_eq!(column, expected);
        }
    }

    #[test]
    fn plain_sums_agree_with_double_precision() {
        for n in [0, 1, 15, 16, 17, 100] {
            let rows = random_matrix(2, n, 3);
            let (a, b) = (rows.row(0).to_vec(), rows.row(1).to_vec());
            let pairs = || {
                a.iter()
                    .zip(&b)
                    .map(|(&x, &y)| (f64::from(x), f64::from(y)))
            };
            let product: f64 = pairs().map(|(x, y)| x * y).sum();
            let distance: f64 = pairs().map(|(x, y)| (x - y) * (x - y)).sum();
            assert!((f64::from(dot(&a, &b)) - product).abs() < 1e-5);
            assert!((f64::from(squared_distance(&a, &b)) - distance).abs() < 1e-5);
        }
    }
}
