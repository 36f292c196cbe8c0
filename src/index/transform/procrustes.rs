//! The rotation that turns one set of rows into another as nearly as a rotation can.

use super::eigen::eigen;
use ndarray::{Array1, Array2, ArrayView2, Axis};
use rayon::prelude::*;

/// Rows of the product computed by one task.
const TILE: usize = 64;

/// A direction stretched by less than this part of the greatest stretch has no image of its own.
const NO_STRETCH: f64 = 1e-6;

/// The orthogonal matrix `R` with the least `sum |R x_i - y_i|^2` (Schoenemann 1966): `U V^T`,
/// where `U S V^T` is the singular value decomposition of `sum y_i x_i^T`.
pub(super) fn procrustes(x: ArrayView2<'_, f32>, y: ArrayView2<'_, f32>) -> Array2<f64> {
    let mut product = Array2::<f32>::zeros((y.ncols(), x.ncols()));
    product
        .axis_chunks_iter_mut(Axis(0), TILE)
        .into_par_iter()
        .zip(y.axis_chunks_iter(Axis(1), TILE))
        .for_each(|(mut into, y)| into.assign(&y.t().dot(&x)));
    nearest_orthogonal(&product.mapv(f64::from))
}

/// `U V^T` of a square matrix: `V` and `S` from the eigenvectors of `M^T M`, then `U = M V / S`,
/// made orthogonal once more against rounding and completed where there is no stretch.
fn nearest_orthogonal(matrix: &Array2<f64>) -> Array2<f64> {
    let dim = matrix.nrows();
    let (squares, right) = eigen(&matrix.t().dot(matrix));
    let greatest = squares.first().copied().unwrap_or(0.0).max(0.0).sqrt();
    let images = right.dot(&matrix.t());
    let mut left = Array2::<f64>::zeros((dim, dim));
    let mut spare = 0;
    for (at, square) in squares.into_iter().enumerate() {
        let mut direction = images.row(at).to_owned();
        let stretch = square.max(0.0).sqrt();
        if stretch <= NO_STRETCH * greatest || !make_orthogonal(&mut direction, &left, at, stretch)
        {
            // Some coordinate axis has a part that no direction so far covers.
            loop {
                direction.fill(0.0);
                direction[spare % dim] = 1.0;
                spare += 1;
                if make_orthogonal(&mut direction, &left, at, 1.0) || spare > 2 * dim {
                    break;
                }
            }
        }
        left.row_mut(at).assign(&direction);
    }
    left.t().dot(&right)
}

/// Takes the first `n` directions out of `direction`, twice against rounding, and scales it to
/// unit length; false if less than a thousandth of `length / sqrt(dim)` is left.
fn make_orthogonal(
    direction: &mut Array1<f64>,
    directions: &Array2<f64>,
    n: usize,
    length: f64,
) -> bool {
    let before = directions.slice(ndarray::s![..n, ..]);
    for _ in 0..2 {
        let products = before.dot(direction);
        direction.scaled_add(-1.0, &before.t().dot(&products));
    }
    let norm = direction.dot(direction).sqrt();
    if norm * (direction.len() as f64).sqrt() <= 1e-3 * length {
        return false;
    }
    *direction /= norm;
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::random::Random;

    fn assert_orthogonal(matrix: &Array2<f64>) {
        let product = matrix.dot(&matrix.t());
        for ((row, column), &value) in product.indexed_iter() {
            let expected = if row == column { 1.0 } else { 0.0 };
            assert!((value - expected).abs() < 1e-9, "{row} {column}: {value}");
        }
    }

    #[test]
    fn a_rotation_is_found_again() {
        let mut random = Random::new(2, 0);
        let mut whole = |rows, n| Array2::from_shape_simple_fn((rows, n), || random.unit() - 0.5);
        let rotation = nearest_orthogonal(&whole(70, 70));
        assert_orthogonal(&rotation);
        let x = whole(300, 70);
        let y = x.dot(&rotation.t());
        let found = procrustes(x.mapv(|v| v as f32).view(), y.mapv(|v| v as f32).view());
        assert_orthogonal(&found);
        assert!((&found - &rotation).iter().all(|x| x.abs() < 1e-3));
    }

    #[test]
    fn too_few_rows_still_give_a_rotation() {
        for n_rows in [0, 1, 3] {
            let x = Array2::from_shape_fn((n_rows, 9), |(row, d)| (row * d) as f32);
            assert_orthogonal(&procrustes(x.view(), x.view()));
        }
    }
}
