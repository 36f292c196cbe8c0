//! Which coordinates share a sub-space: neighbours, or whatever evens out what there is to code.
//!
//! Every sub-space has as many codewords as any other, so one that holds most of the variance is
//! coded badly and one that holds none wastes its byte. Binned spectra are so: nearly all lies in
//! the low bins, and dealing the coordinates out by variance found three of four nearest rows where
//! neighbours found two. (OPQ balances in the same way after its rotation: Ge et al. 2013.)

use super::codebook::spans;
use crate::index::parts::PartsError;
use ndarray::{ArrayView2, Axis};

/// Neighbours share a sub-space unless one of those then has this many times the variance of the
/// mean: where it is even, what neighbours have in common makes them cheaper to code together.
const UNEVEN_FROM: f64 = 2.0;

/// The coordinates of all sub-spaces, one after another; empty where they are in order as they are.
///
/// Coordinates are cut into `n_parts` first, and so are sub-spaces: each holds some of one part
/// alone. Both must be multiples of it.
pub(super) fn choose(rows: ArrayView2<'_, f32>, n_sub: usize, n_parts: usize) -> Vec<u32> {
    let variances: Vec<f64> = rows.axis_iter(Axis(1)).map(variance).collect();
    let (width, n_sub) = (rows.ncols() / n_parts, n_sub / n_parts);
    let parts = || variances.chunks_exact(width);
    if parts().all(|part| is_even(part, n_sub)) {
        return Vec::new();
    }
    let dealt = parts().zip(0..).map(|(part, at)| (deal(part, n_sub), at));
    dealt
        .flat_map(|(dealt, at)| dealt.into_iter().map(move |d| at * width as u32 + d))
        .collect()
}

/// Whether neighbours may share a sub-space.
fn is_even(variances: &[f64], n_sub: usize) -> bool {
    let total: f64 = variances.iter().sum();
    let widest = spans(variances.len(), n_sub)
        .map(|span| variances[span].iter().sum::<f64>())
        .fold(0.0, f64::max);
    widest * n_sub as f64 <= UNEVEN_FROM * total
}

/// Coordinates of these variances, dealt out to sub-spaces of about the same.
fn deal(variances: &[f64], n_sub: usize) -> Vec<u32> {
    let dim = variances.len();
    let mut by_variance: Vec<usize> = (0..dim).collect();
    by_variance.sort_by(|&a, &b| variances[b].total_cmp(&variances[a]).then(a.cmp(&b)));
    let mut sub_spaces = vec![(0.0_f64, Vec::new()); n_sub];
    for coordinate in by_variance {
        let with_room = (sub_spaces.iter_mut().zip(spans(dim, n_sub)))
            .filter(|((_, held), span)| held.len() < span.len());
        if let Some(((sum, held), _)) = with_room.min_by(|a, b| a.0.0.total_cmp(&b.0.0)) {
            *sum += variances[coordinate];
            held.push(coordinate as u32);
        }
    }
    for (_, held) in &mut sub_spaces {
        held.sort_unstable();
    }
    sub_spaces.into_iter().flat_map(|(_, held)| held).collect()
}

fn variance(column: ndarray::ArrayView1<'_, f32>) -> f64 {
    let n = column.len().max(1) as f64;
    let mean = column.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
    column
        .iter()
        .map(|&x| (f64::from(x) - mean).powi(2))
        .sum::<f64>()
        / n
}

/// Refuses an order that is not each coordinate once, unless it is empty.
pub(super) fn check(order: &[u32], dim: usize) -> Result<(), PartsError> {
    if order.is_empty() {
        return Ok(());
    }
    let mut seen = vec![false; dim];
    let sound = order.len() == dim
        && order.iter().all(|&at| {
            seen.get_mut(at as usize)
                .is_some_and(|seen| !std::mem::replace(seen, true))
        });
    sound.then_some(()).ok_or(PartsError::CoordinateOrder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    #[test]
    fn even_coordinates_stay_and_uneven_ones_are_dealt_out() {
        let sign = |row: usize| if row.is_multiple_of(2) { 1.0 } else { -1.0 };
        let even = Array2::from_shape_fn((10, 6), |(row, _)| sign(row));
        assert_eq!(choose(even.view(), 3, 1), [] as [u32; 0]);
        // Deviations 9, 8, 7, 1, 1, 0: the first three are in a sub-space of their own, each with
        // the least of what is left.
        let sizes = [9.0, 8.0, 7.0, 1.0, 1.0, 0.0];
        let uneven = Array2::from_shape_fn((10, 6), |(row, d)| sign(row) * sizes[d]);
        assert_eq!(choose(uneven.view(), 3, 1), [0, 5, 1, 4, 2, 3]);
        assert_eq!(choose(Array2::zeros((0, 6)).view(), 3, 1), [] as [u32; 0]);
    }

    #[test]
    fn parts_are_dealt_out_by_themselves() {
        let sign = |row: usize| if row.is_multiple_of(2) { 1.0 } else { -1.0 };
        let sizes = [9.0, 9.0, 1.0, 1.0, 1.0, 1.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0];
        let rows = Array2::from_shape_fn((10, 12), |(row, d)| sign(row) * sizes[d]);
        let apart = [0, 4, 1, 5, 2, 3, 6, 9, 7, 10, 8, 11];
        assert_eq!(choose(rows.view(), 6, 2), apart);
        let together = [0, 4, 1, 5, 6, 10, 7, 11, 2, 8, 3, 9];
        assert_eq!(choose(rows.view(), 6, 1), together);
    }

    #[test]
    fn an_order_names_each_coordinate_once() {
        for order in [&[][..], &[1, 0, 2]] {
            assert_eq!(check(order, 3), Ok(()));
        }
        for order in [&[0][..], &[0, 1, 1], &[0, 1, 3], &[0, 1, 2, 3]] {
            assert_eq!(check(order, 3), Err(PartsError::CoordinateOrder));
        }
    }
}
