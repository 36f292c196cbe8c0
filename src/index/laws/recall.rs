//! A floor under the recall of each kind on one fixed set, so that a quiet loss of quality shows.

use super::*;
use crate::index::Filters;
use ndarray::s;

/// The part of the true ten best found among the ten best of an index.
fn recall_at_10(order: &str, metric: Metric, effort: Effort) -> f64 {
    let all = unit_clumps(2100, 32, 11);
    let rows = all.slice(s![..2000, ..]).to_owned();
    let queries = all.slice(s![2000.., ..]);
    let settings = TrainSettings::default();
    let index = train(order.parse().unwrap(), metric, rows.view(), 1, settings)
        .unwrap()
        .index;
    let batch = index.search_batch(queries.view(), 10, effort, Filters::Same(&Filter::ALL));
    let mut n_found = 0;
    for (query, hits) in queries.outer_iter().zip(batch) {
        let truth = naive(metric, &rows, query.to_slice().unwrap(), 10, &Filter::ALL);
        let hits = rows_of(&hits);
        n_found += truth.iter().filter(|hit| hits.contains(&hit.row)).count();
    }
    n_found as f64 / 1000.0
}

#[test]
fn recall_stays_above_its_floor() {
    for metric in METRICS {
        for (order, n_probe, floor) in [
            ("Flat", 1, 1.0),
            ("PQ16", 1, 0.75),
            ("Sparse", 1, 0.999),
            ("IVF32,Flat", 8, 0.98),
            ("IVF32,Sparse", 8, 0.98),
            ("IVF32,PQ16", 8, 0.87),
            ("IVF32,PQ32x4fs", 8, 0.8),
            ("IVF32,PQ16x4fs,Refine(Flat)", 8, 0.98),
            ("IVF32,PQ8,Refine(Flat)", 8, 0.98),
            ("IVF32,PQ8,Refine(F16)", 8, 0.98),
            ("IVF32,PQ8,Refine(SQ8)", 8, 0.96),
            ("OPQ16,PQ16", 1, 0.75),
            ("PCA16,IVF32,PQ8,Refine(F16)", 8, 0.90),
        ] {
            let recall = recall_at_10(order, metric, Effort::visiting(n_probe));
            assert!(
                recall >= floor,
                "{order} {metric}: {recall} is below {floor}"
            );
        }
    }
}
