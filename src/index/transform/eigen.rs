//! Directions of a symmetric matrix, sorted and with a settled sign.

use nalgebra::{DMatrix, SymmetricEigen};
use ndarray::Array2;

/// Eigenvalues, greatest first, and the eigenvector of each as a row.
///
/// An eigenvector is so directed that its coordinate of greatest magnitude, the first of equals,
/// is positive: without that rule its sign would be chance.
pub(super) fn eigen(matrix: &Array2<f64>) -> (Vec<f64>, Array2<f64>) {
    let dim = matrix.nrows();
    let decomposed = SymmetricEigen::new(DMatrix::from_fn(dim, dim, |row, column| {
        f64::midpoint(matrix[[row, column]], matrix[[column, row]])
    }));
    let values = &decomposed.eigenvalues;
    let mut order: Vec<usize> = (0..dim).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]).then(a.cmp(&b)));
    let sorted = order.iter().map(|&at| values[at]).collect();
    let mut vectors = Array2::zeros((dim, dim));
    for (mut vector, &at) in vectors.outer_iter_mut().zip(&order) {
        let column = decomposed.eigenvectors.column(at);
        let greatest = column.iter().fold(0.0_f64, |greatest, &x| {
            if x.abs() > greatest.abs() {
                x
            } else {
                greatest
            }
        });
        let sign = if greatest < 0.0 { -1.0 } else { 1.0 };
        for (into, &x) in vector.iter_mut().zip(column) {
            *into = sign * x;
        }
    }
    (sorted, vectors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::random::Random;
    use ndarray::array;

    #[test]
    fn a_worked_case_and_its_signs() {
        // [[2, 1], [1, 2]]: 3 along (1, 1), 1 along (1, -1).
        let (values, vectors) = eigen(&array![[2.0, 1.0], [1.0, 2.0]]);
        assert!((values[0] - 3.0).abs() < 1e-12 && (values[1] - 1.0).abs() < 1e-12);
        let half = 0.5_f64.sqrt();
        assert!((vectors[[0, 0]] - half).abs() < 1e-12 && (vectors[[0, 1]] - half).abs() < 1e-12);
        assert!((vectors[[1, 0]] + vectors[[1, 1]]).abs() < 1e-12);
    }

    #[test]
    fn vectors_and_values_give_the_matrix_again() {
        let mut random = Random::new(1, 0);
        let half = Array2::from_shape_simple_fn((40, 30), || random.unit() - 0.5);
        let matrix = half.dot(&half.t());
        let (values, vectors) = eigen(&matrix);
        assert!(values.is_sorted_by(|a, b| a >= b));
        assert!(values[30..].iter().all(|x| x.abs() < 1e-12));
        let scaled = Array2::from_shape_fn((40, 40), |(row, d)| values[row] * vectors[[row, d]]);
        let again = vectors.t().dot(&scaled);
        assert!((&again - &matrix).iter().all(|x| x.abs() < 1e-12));
    }
}
