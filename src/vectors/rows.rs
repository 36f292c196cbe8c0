//! Rows of numbers, one after another, seen as matrices and back.

use ndarray::{Array2, ArrayView2};

/// Rows of `dim` numbers as a matrix.
pub(super) fn matrix_of(values: &[f32], dim: usize) -> ArrayView2<'_, f32> {
    ArrayView2::from_shape((values.len() / dim, dim), values).expect("whole rows")
}

/// The same, with the numbers.
pub(super) fn owned_matrix_of(values: Vec<f32>, dim: usize) -> Array2<f32> {
    Array2::from_shape_vec((values.len() / dim, dim), values).expect("whole rows")
}

/// The numbers of a matrix whose rows are in order.
pub(super) fn values_of(matrix: &mut Array2<f32>) -> &mut [f32] {
    matrix.as_slice_mut().expect("rows in order")
}

/// Row `row` of a matrix whose rows are in order.
pub(super) fn row_of(matrix: ArrayView2<'_, f32>, row: usize) -> &[f32] {
    let dim = matrix.ncols();
    let values = matrix.to_slice().expect("rows in order");
    &values[row * dim..(row + 1) * dim]
}
