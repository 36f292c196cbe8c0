//! k-medoids against its definition.

use super::*;
use ndarray::{Array2, array};
use proptest::prelude::*;

fn settings(n_medoids: usize) -> MedoidsSettings {
    MedoidsSettings {
        n_medoids,
        max_passes: 50,
    }
}

fn found(matrix: &Array2<f32>, values: PairValue, n_medoids: usize, seed: u64) -> Medoids {
    k_medoids(&matrix.view(), values, settings(n_medoids), seed).unwrap()
}

fn loss(matrix: &Array2<f32>, medoids: &[u32]) -> f64 {
    let nearest = |row: usize| {
        let distances = medoids.iter().map(|&m| matrix[[m as usize, row]]);
        f64::from(distances.fold(f32::INFINITY, f32::min))
    };
    (0..matrix.nrows()).map(nearest).sum()
}

/// The least loss of any two medoids.
fn least_of_two(matrix: &Array2<f32>) -> f64 {
    let n = matrix.nrows() as u32;
    let pairs = (0..n).flat_map(|a| (a..n).map(move |b| [a, b]));
    pairs
        .map(|pair| loss(matrix, &pair))
        .fold(f64::INFINITY, f64::min)
}

/// Distances of points on a line.
fn line(points: &[f32]) -> Array2<f32> {
    Array2::from_shape_fn((points.len(), points.len()), |(a, b)| {
        (points[a] - points[b]).abs()
    })
}

#[test]
fn clumps_on_a_line_have_their_middles_as_medoids() {
    let matrix = line(&[0.0, 1.0, 2.0, 50.0, 51.0, 52.0, 53.0, 54.0]);
    let medoids = found(&matrix, PairValue::Distance, 2, 1);
    assert_eq!(medoids.medoids, [1, 5]);
    assert_eq!(medoids.labels, [0, 0, 0, 1, 1, 1, 1, 1]);
    // 1 + 0 + 1 and 2 + 1 + 0 + 1 + 2.
    assert_eq!(medoids.losses.last(), Some(&8.0));
    assert!(medoids.converged);
}

#[test]
fn similarities_are_distances_turned_round() {
    let matrix = line(&[0.0, 1.0, 3.0, 20.0, 22.0, 25.0, 90.0]);
    let distances = found(&matrix, PairValue::Distance, 3, 4);
    let similarities = found(&matrix.mapv(|x| 7.0 - x), PairValue::Similarity, 3, 4);
    assert_eq!(distances.medoids, similarities.medoids);
    assert_eq!(distances.labels, similarities.labels);
}

#[test]
fn one_two_all_and_no_rows_will_do() {
    let matrix = line(&[5.0, 1.0, 2.0]);
    assert_eq!(found(&matrix, PairValue::Distance, 1, 1).medoids, [2]);
    assert_eq!(found(&matrix, PairValue::Distance, 0, 1).medoids, [2]);
    assert_eq!(found(&matrix, PairValue::Distance, 9, 1).medoids, [0, 1, 2]);
    let same = Array2::zeros((5, 5));
    assert_eq!(found(&same, PairValue::Distance, 2, 1).losses, [0.0, 0.0]);
    let none = Array2::<f32>::zeros((0, 0));
    assert_eq!(found(&none, PairValue::Distance, 2, 1).medoids, [0_u32; 0]);
}

#[test]
fn what_is_no_matrix_is_refused() {
    let refused = |matrix: Array2<f32>| {
        k_medoids(&matrix.view(), PairValue::Similarity, settings(1), 1).unwrap_err()
    };
    let error = refused(Array2::zeros((2, 3)));
    assert!(matches!(
        error,
        MedoidsError::NotSquare {
            n_rows: 2,
            n_columns: 3
        }
    ));
    for bad in [f32::NAN, f32::INFINITY] {
        let error = refused(array![[0.0, 1.0], [bad, 0.0]]);
        assert!(matches!(
            error,
            MedoidsError::Value {
                row: 1,
                column: 0,
                ..
            }
        ));
    }
}

#[test]
fn threads_change_nothing() {
    let mut random = Random::new(9, 0);
    let matrix = Array2::from_shape_simple_fn((300, 300), || random.unit() as f32);
    let run = |n_threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads);
        let pool = pool.build().unwrap();
        pool.install(|| found(&matrix, PairValue::Distance, 12, 5))
    };
    assert_eq!(run(1), run(3));
}

proptest! {
    /// Any numbers, not symmetric, negative ones and ties among them.
    #[test]
    fn no_exchange_helps_at_the_end_and_the_loss_never_rose(
        n in 2_usize..14,
        k in 1_usize..5,
        seed in 0_u64..1000,
    ) {
        let mut random = Random::new(seed, 1);
        let matrix = Array2::from_shape_simple_fn((n, n), || random.below(30) as f32 - 9.0);
        let k = k.min(n);
        let medoids = found(&matrix, PairValue::Distance, k, seed);
        prop_assert!(medoids.converged);
        prop_assert!(medoids.losses.is_sorted_by(|a, b| a >= b));
        prop_assert_eq!(*medoids.losses.last().unwrap(), loss(&matrix, &medoids.medoids));
        prop_assert!(medoids.medoids.is_sorted_by(|a, b| a < b));
        for slot in 0..k {
            for candidate in 0..n as u32 {
                let mut exchanged = medoids.medoids.clone();
                exchanged[slot] = candidate;
                prop_assert!(loss(&matrix, &exchanged) >= *medoids.losses.last().unwrap());
            }
        }
        for (row, &label) in medoids.labels.iter().enumerate() {
            let own = matrix[[medoids.medoids[label as usize] as usize, row]];
            prop_assert!(medoids.medoids.iter().all(|&m| matrix[[m as usize, row]] >= own));
        }
    }

    /// A local optimum is not always the best; of a few starts one is, on cases this small.
    #[test]
    fn of_a_few_starts_one_is_the_best_there_is(seed in 0_u64..300) {
        let mut random = Random::new(seed, 2);
        let points: Vec<f32> = (0..12).map(|_| random.below(100) as f32).collect();
        let matrix = line(&points);
        let ends = (0..8).map(|start| *found(&matrix, PairValue::Distance, 2, start).losses.last().unwrap());
        let best = ends.fold(f64::INFINITY, f64::min);
        prop_assert_eq!(best, least_of_two(&matrix));
    }
}
