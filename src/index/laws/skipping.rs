//! Small coordinates of a query that are left out: what then counts, and for whom.

use super::*;
use crate::index::{Filters, Products, SparseRows};
use proptest::prelude::*;

/// What the search says of every row, skipping.
fn skipping(index: &AnyIndex, query: &[f32], skip_below: f32) -> Vec<Neighbour> {
    let effort = Effort {
        skip_below,
        ..ALL_LISTS
    };
    found(index, query, 500, effort, &Filter::ALL)
}

/// The query without what may be left out.
fn without(query: &[f32], skip_below: f32) -> Vec<f32> {
    let norm = query.iter().map(|x| x * x).sum::<f32>().sqrt();
    let greatest = query.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
    let counts = |x: f32| x.abs() >= skip_below * norm || x.abs() >= greatest / 2.0;
    (query.iter())
        .map(|&x| if counts(x) { x } else { 0.0 })
        .collect()
}

proptest! {
    #[test]
    fn postings_score_what_is_left_and_others_everything(
        n in 1_usize..200, seed in any::<u64>(), skip_below in 0.0_f32..0.9,
    ) {
        let rows = mostly_zero(n, 30, seed);
        let query = whole_numbers(1, 30, seed ^ 1).row(0).to_vec();
        let left = without(&query, skip_below);
        for kind in ["Sparse", "IVF7,Sparse", "Flat", "IVF7,PQ3"] {
            for metric in METRICS {
                let index = trained(kind, metric, &rows);
                let hits = skipping(&index, &query, skip_below);
                if !index.can_skip() {
                    prop_assert_eq!(hits, skipping(&index, &query, 0.0), "{}", kind);
                    continue;
                }
                let expected = skipping(&index, &left, 0.0);
                prop_assert_eq!(rows_of(&hits), rows_of(&expected), "{}", kind);
                // The norm of a query stays that of all its coordinates.
                let norm = |query: &[f32]| query.iter().map(|x| x * x).sum::<f32>();
                let lost = match metric {
                    Metric::InnerProduct => 0.0,
                    Metric::L2 => norm(&query) - norm(&left),
                };
                for (hit, expected) in hits.iter().zip(&expected) {
                    prop_assert_eq!(hit.score, expected.score - lost, "{} {}", kind, metric);
                }
            }
        }
    }
}

#[test]
fn only_postings_skip() {
    let rows = mostly_zero(300, 30, 4);
    for kind in KINDS {
        let index = trained(kind, Metric::InnerProduct, &rows);
        assert_eq!(index.can_skip(), kind.contains("Sparse"), "{kind}");
    }
}

#[test]
fn batches_skip_what_single_queries_skip_with_and_without_their_zeros() {
    let rows = mostly_zero(500, 30, 5);
    let queries = whole_numbers(40, 30, 6);
    let mut sparse = SparseRows::with_room(30, 40, 0);
    for query in queries.outer_iter() {
        sparse.push(&(0..).zip(query.iter().copied()).collect::<Vec<_>>());
    }
    let effort = Effort {
        n_probe: 3,
        skip_below: 0.15,
    };
    let everything = Filters::Same(&Filter::ALL);
    for kind in ["Sparse", "IVF7,Sparse"] {
        for metric in METRICS {
            let index = trained(kind, metric, &rows);
            let batch = index.search_batch(queries.view(), 10, effort, everything);
            let wanted = (10, Products::OfAll);
            let same = index.search_sparse(sparse.view(), wanted, effort, everything);
            assert_eq!(batch, same, "{kind} {metric}");
            let whole = index.search_batch(queries.view(), 10, Effort::visiting(3), everything);
            assert_ne!(batch, whole, "{kind} {metric}: something was skipped");
            for (query, hits) in queries.outer_iter().zip(&batch) {
                let query = query.to_slice().unwrap();
                let one = found(&index, query, 10, effort, &Filter::ALL);
                assert_eq!(*hits, one, "{kind} {metric}");
            }
        }
    }
}

#[test]
fn what_is_no_number_is_never_skipped() {
    let rows = whole_numbers(300, 30, 7);
    let index = trained("Sparse", Metric::InnerProduct, &rows);
    let mut query = [0.5; 30];
    query[3] = f32::NAN;
    for skip_below in [0.0, 0.3] {
        let hits = skipping(&index, &query, skip_below);
        // Rows without a value there have a score without it.
        assert!(hits.iter().all(|hit| rows[[hit.row as usize, 3]] == 0.0));
    }
}

#[test]
fn of_equal_coordinates_none_is_skipped() {
    let rows = mostly_zero(300, 30, 7);
    let index = trained("Sparse", Metric::InnerProduct, &rows);
    let flat = [0.5; 30];
    assert_eq!(skipping(&index, &flat, 0.9), skipping(&index, &flat, 0.0));
}
