//! k-medoids of a few spectra, with as many medoids as it takes to reach every spectrum.

use crate::index::{MedoidsSettings, PairValue, k_medoids};
use ndarray::ArrayView2;

/// Passes of the exchange over the matrix.
const SETTINGS_PASSES: usize = 10;

/// Labels rows with the lowest row of their cluster: the rows nearest to one medoid that reach
/// `threshold` with it. Others stay alone.
///
/// Medoids are as many as a greedy cover needs, then chosen anew so that the sum of similarities to
/// the nearest is as large as exchanges can make it. `matrix` is symmetric.
pub(super) fn medoid_cover(matrix: &mut [f32], weights: &[u32], threshold: f32) -> Vec<u32> {
    let n = weights.len();
    let n_medoids = greedy_cover(matrix, weights, threshold);
    let settings = MedoidsSettings {
        n_medoids,
        max_passes: SETTINGS_PASSES,
    };
    let alone = || (0..n as u32).collect();
    let Ok(view) = ArrayView2::from_shape((n, n), &*matrix) else {
        return alone();
    };
    // Fails only for values that are not finite, which no similarity is.
    let Ok(found) = k_medoids(&view, PairValue::Similarity, settings, 0) else {
        return alone();
    };
    let mut lowest = vec![u32::MAX; found.medoids.len()];
    let reaches = |row: usize| {
        let medoid = found.medoids[found.labels[row] as usize] as usize;
        medoid == row || matrix[row * n + medoid] >= threshold
    };
    for row in (0..n).filter(|&row| reaches(row)) {
        let lowest = &mut lowest[found.labels[row] as usize];
        *lowest = (*lowest).min(row as u32);
    }
    (0..n)
        .map(|row| {
            if reaches(row) {
                lowest[found.labels[row] as usize]
            } else {
                row as u32
            }
        })
        .collect()
}

/// How many rows it takes so that each row reaches one of them, taking that which reaches most
/// spectra not yet reached, the lowest of equal ones.
fn greedy_cover(matrix: &[f32], weights: &[u32], threshold: f32) -> usize {
    let n = weights.len();
    let mut left = vec![true; n];
    let mut n_centres = 0;
    while left.contains(&true) {
        let gain = |row: usize| -> u64 {
            (0..n)
                .filter(|&other| left[other] && matrix[row * n + other] >= threshold)
                .map(|other| u64::from(weights[other]))
                .sum()
        };
        let best = (0..n).map(|row| (gain(row), row));
        let Some((_, centre)) = best.max_by_key(|&(gain, row)| (gain, std::cmp::Reverse(row)))
        else {
            break;
        };
        for other in 0..n {
            left[other] &= matrix[centre * n + other] < threshold;
        }
        n_centres += 1;
    }
    n_centres
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_reach_one_medoid_are_one_cluster() {
        // Row 1 reaches 0 and 2, which do not reach each other; row 3 reaches none.
        #[rustfmt::skip]
        let matrix = [
            1.0, 0.9, 0.5, 0.1,
            0.9, 1.0, 0.8, 0.1,
            0.5, 0.8, 1.0, 0.1,
            0.1, 0.1, 0.1, 1.0,
        ];
        assert_eq!(greedy_cover(&matrix, &[1; 4], 0.7), 2);
        assert_eq!(
            medoid_cover(&mut matrix.clone(), &[1; 4], 0.7),
            [0, 0, 0, 3]
        );
        assert_eq!(
            medoid_cover(&mut matrix.clone(), &[1; 4], 0.95),
            [0, 1, 2, 3]
        );
    }
}
