//! Which rows come back, and with what scores.

use super::*;
use crate::index::{Filters, Products, SparseRows, TrainError};
use proptest::prelude::*;

fn exact_kinds() -> impl Iterator<Item = (&'static str, Metric)> {
    let kinds = ["Flat", "Sparse", "IVF7,Flat", "IVF7,Sparse"];
    (kinds.into_iter()).flat_map(|kind| METRICS.map(|metric| (kind, metric)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn exact_kinds_equal_a_naive_scan(
        n in 0_usize..300, dim in 1_usize..20, k in 0_usize..40, seed in any::<u64>(),
        window in (0_u32..320, 0_u32..320), divisor in 1_u32..5,
    ) {
        let query = whole_numbers(1, dim, seed ^ 1).row(0).to_vec();
        let keep = |row: u32| row.is_multiple_of(divisor);
        let filter = Filter { rows: window.0..window.1, keep: Some(&keep) };
        let data = [whole_numbers(n, dim, seed), mostly_zero(n, dim, seed)];
        for rows in &data {
            for (kind, metric) in exact_kinds() {
                let index = trained(kind, metric, rows);
                for filter in [&Filter::ALL, &filter] {
                    prop_assert_eq!(
                        found(&index, &query, k, ALL_LISTS, filter),
                        naive(metric, rows, &query, k, filter)
                    );
                }
            }
        }
    }

    #[test]
    fn coded_kinds_equal_brute_force_over_the_decoded_rows(
        n in 1_usize..400, dim in 3_usize..20, seed in any::<u64>(),
    ) {
        let query = unit_clumps(1, dim, seed ^ 1).row(0).to_vec();
        let data = [unit_clumps(n, dim, seed), uneven(n, dim, seed)];
        for (kind, rows) in KINDS[1..].iter().flat_map(|kind| data.iter().map(move |rows| (kind, rows))) {
            for metric in METRICS {
                let index = trained(kind, metric, rows);
                let held = decoded(&index, rows);
                let query_seen = mapped(&index, &query);
                let all = found(&index, &query, n, ALL_LISTS, &Filter::ALL);
                prop_assert_eq!(all.len(), n, "{}", kind);
                for hit in all {
                    let row = held.row(hit.row as usize);
                    let exact = naive_score(metric, &query_seen, row.to_slice().unwrap());
                    let tolerance = match *kind {
                        // Each of 3 or 4 products, at most 2 for unit rows, is rounded to one of 128
                        // steps, and L2 doubles it.
                        "PQ4x4fs" | "IVF7,PQ3x4fs" => 4.0 * 2.0 * 2.0 / 127.0 / 2.0,
                        // Fixed-point weights add their rounding to that of the sums.
                        kind if kind.contains("Sparse") || kind.contains("SQ8") => 1e-4,
                        _ => 1e-5,
                    };
                    prop_assert!((hit.score - exact).abs() < tolerance, "{} {}", hit.score, exact);
                }
            }
        }
    }

    #[test]
    fn more_effort_finds_a_superset(n in 1_usize..400, seed in any::<u64>(), few in 0_usize..4) {
        let rows = unit_clumps(n, 8, seed);
        let query = unit_clumps(1, 8, seed ^ 1).row(0).to_vec();
        for kind in ["IVF7,Flat", "IVF7,Sparse", "IVF7,PQ3"] {
            let index = trained(kind, Metric::InnerProduct, &rows);
            let filter = Filter::range(n as u32 / 4..n as u32);
            // With room for one row only the probed lists are visited; `keep` sees their rows.
            let visited = |n_probe| {
                let seen = std::sync::Mutex::new(std::collections::BTreeSet::new());
                let keep = |row| { seen.lock().unwrap().insert(row); false };
                let filter = Filter { keep: Some(&keep), ..filter.clone() };
                let mut best = TopK::new(1);
                best.push(u32::MAX, -1e9);
                index.search(&query, Effort::visiting(n_probe), &filter, &mut best);
                seen.into_inner().unwrap()
            };
            prop_assert!(visited(few).is_subset(&visited(few + 1)));
            prop_assert_eq!(visited(7).len(), n - n / 4);
        }
    }

    #[test]
    fn fewer_are_a_prefix_of_more(n in 0_usize..300, k in 0_usize..50, seed in any::<u64>()) {
        let rows = unit_clumps(n, 6, seed);
        let query = unit_clumps(1, 6, seed ^ 1).row(0).to_vec();
        for kind in PLAIN_KINDS {
            let index = trained(kind, Metric::L2, &rows);
            let fewer = found(&index, &query, k, ALL_LISTS, &Filter::ALL);
            let more = found(&index, &query, k + 1, ALL_LISTS, &Filter::ALL);
            prop_assert_eq!(fewer.len(), k.min(n));
            prop_assert_eq!(&fewer[..], &more[..fewer.len()]);
        }
    }

    #[test]
    fn filters_act_before_the_best_are_chosen(
        start in 0_u32..300, width in 0_u32..100, k in 1_usize..50, seed in 0_u64..4,
    ) {
        let rows = unit_clumps(300, 6, seed);
        let query = unit_clumps(1, 6, seed ^ 1).row(0).to_vec();
        let keep = |row: u32| !row.is_multiple_of(3);
        let filter = Filter { rows: start..start + width, keep: Some(&keep) };
        for kind in PLAIN_KINDS {
            let index = trained(kind, Metric::InnerProduct, &rows);
            let mut expected = found(&index, &query, 300, ALL_LISTS, &Filter::ALL);
            expected.retain(|hit| filter.rows.contains(&hit.row) && keep(hit.row));
            expected.truncate(k);
            // Even with a single probe: the search goes on until k rows pass.
            let one = found(&index, &query, k, Effort::visiting(1), &filter);
            prop_assert_eq!(one.len(), expected.len());
            prop_assert_eq!(found(&index, &query, k, ALL_LISTS, &filter), expected);
        }
    }
}

#[test]
fn a_filter_that_keeps_nothing_yields_nothing() {
    let rows = unit_clumps(200, 6, 1);
    let query = rows.row(0).to_vec();
    let nothing = |_| false;
    for kind in KINDS {
        let index = trained(kind, Metric::L2, &rows);
        for filter in [
            Filter::keep(&nothing),
            Filter::range(7..7),
            Filter::range(200..900),
        ] {
            assert_eq!(found(&index, &query, 5, ALL_LISTS, &filter), []);
        }
    }
}

#[test]
fn an_index_of_nothing_or_of_one_row_works() {
    for kind in KINDS {
        for metric in METRICS {
            let nothing = trained(kind, metric, &Array2::zeros((0, 4)));
            assert!(nothing.is_empty());
            assert_eq!(found(&nothing, &[1.0; 4], 3, ALL_LISTS, &Filter::ALL), []);
            let queries = whole_numbers(3, 4, 1);
            let none = Filters::Same(&Filter::ALL);
            let batch = nothing.search_batch(queries.view(), 3, ALL_LISTS, none);
            assert_eq!(batch, vec![vec![]; 3]);
            let one = trained(kind, metric, &whole_numbers(1, 4, 1));
            assert_eq!(
                rows_of(&found(&one, &[1.0; 4], 3, ALL_LISTS, &Filter::ALL)),
                [0]
            );
            assert_eq!(found(&one, &[1.0; 4], 0, ALL_LISTS, &Filter::ALL), []);
            let no_queries = Array2::zeros((0, 4));
            let none = Filters::Each(&[]);
            assert!(
                one.search_batch(no_queries.view(), 3, ALL_LISTS, none)
                    .is_empty()
            );
        }
    }
}

#[test]
fn identical_rows_come_back_in_row_order() {
    let rows = Array2::from_elem((3000, 10), 0.25_f32);
    for kind in KINDS {
        for metric in METRICS {
            let index = trained(kind, metric, &rows);
            let hits = found(&index, &[0.5; 10], 40, Effort::visiting(1), &Filter::ALL);
            assert_eq!(
                rows_of(&hits),
                (0..40).collect::<Vec<u32>>(),
                "{kind} {metric}"
            );
        }
    }
}

#[test]
fn rows_that_no_index_can_hold_are_named() {
    for value in [f32::NAN, f32::INFINITY, -1e30] {
        let mut rows = whole_numbers(40, 3, 1);
        rows[[17, 2]] = value;
        let error = train("PQ2".parse().unwrap(), Metric::L2, rows.view(), 1, QUICK).unwrap_err();
        assert!(matches!(
            error,
            TrainError::Value {
                row: 17,
                coordinate: 2,
                ..
            }
        ));
        assert!(error.to_string().starts_with("row 17 holds "), "{error}");
    }
    let empty = Array2::zeros((4, 0));
    let error = train("Flat".parse().unwrap(), Metric::L2, empty.view(), 1, QUICK).unwrap_err();
    assert_eq!(error, TrainError::NoDimension);
}

#[test]
fn too_little_data_gives_a_smaller_index_and_says_so() {
    let rows = whole_numbers(5, 4, 1);
    let order = "IVF8,PQ64".parse().unwrap();
    let trained = train(order, Metric::L2, rows.view(), 1, QUICK).unwrap();
    assert_eq!(trained.index.factory().to_string(), "IVF5,PQ4");
    assert_eq!(
        trained.notes,
        [
            "5 lists instead of 8: there are only 5 rows",
            "4 sub-spaces instead of 64: rows have only 4 coordinates",
            "5 codewords instead of 256: there are only 5 rows to learn from",
        ]
    );
}

#[test]
fn by_halves_the_products_of_both_are_multiplied() {
    let (n, dim) = (5000, 12);
    let rows = mostly_zero(n, dim, 5);
    let queries = whole_numbers(20, dim, 6);
    let keep = |row: u32| !row.is_multiple_of(3);
    let filter = Filter {
        rows: 10..4500,
        keep: Some(&keep),
    };
    let part = |query: &[f32], row: &[f32]| {
        query
            .iter()
            .zip(row)
            .map(|(a, b)| a * b)
            .sum::<f32>()
            .max(0.0)
    };
    for kind in ["Sparse", "IVF7,Sparse"] {
        let index = trained(kind, Metric::InnerProduct, &rows);
        let sparse = SparseRows::of(queries.ncols(), queries.outer_iter());
        let (wanted, filters) = ((30, Products::OfHalves), Filters::Same(&filter));
        let all = index.search_sparse(sparse.view(), wanted, ALL_LISTS, filters);
        for (query, found) in queries.outer_iter().zip(all) {
            let query = query.to_slice().unwrap();
            let mut expected: Vec<(u32, f32)> = (10..4500)
                .filter(|&row| keep(row))
                .map(|row| {
                    let values = rows.row(row as usize).to_vec();
                    let first = part(&query[..6], &values[..6]);
                    (row, first * part(&query[6..], &values[6..]))
                })
                .collect();
            expected.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            expected.truncate(30);
            let found: Vec<(u32, f32)> = found.iter().map(|n| (n.row, n.score)).collect();
            assert_eq!(found, expected, "{kind}");
        }
    }
}

#[test]
fn codes_that_keep_halves_apart_multiply_them() {
    let (n, dim) = (700, 16);
    let apart = TrainSettings {
        halves_apart: true,
        ..QUICK
    };
    let clumps = |n: usize, seed: u64| unit_clumps(n, dim, seed);
    let queries = clumps(10, 6);
    let sparse = SparseRows::of(dim, queries.outer_iter());
    let part = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>().max(0.0);
    let keep = |row: u32| !row.is_multiple_of(3);
    let some = Filter {
        rows: 10..650,
        keep: Some(&keep),
    };
    for kind in ["PQ8", "IVF7,PQ8", "PQ8x4fs", "IVF7,PQ8x4fs"] {
        for rows in [clumps(n, 5), uneven(n, dim, 5)] {
            let order = kind.parse().unwrap();
            let index = train(order, Metric::InnerProduct, rows.view(), 1, apart);
            let index = index.unwrap().index;
            assert!(index.tells_halves(), "{kind}");
            let held = decoded(&index, &rows);
            // Each of the four products of a half, for unit rows from -0.5 to 0.5, is rounded to one
            // of 128 steps; the other half, by which that is multiplied, is 1 at most.
            let tolerance = match kind {
                "PQ8" | "IVF7,PQ8" => 1e-5,
                _ => 2.0 * 4.0 * (1.0 / 127.0 / 2.0),
            };
            let search = |k, filter| {
                let wanted = (k, Products::OfHalves);
                index.search_sparse(sparse.view(), wanted, ALL_LISTS, Filters::Same(filter))
            };
            let all = search(n, &Filter::ALL);
            for ((query, all), best) in queries.outer_iter().zip(&all).zip(search(30, &some)) {
                let query = query.to_slice().unwrap();
                assert_eq!(all.len(), n, "{kind}");
                for hit in all {
                    let row = held.row(hit.row as usize);
                    let row = row.to_slice().unwrap();
                    let product = part(&query[..8], &row[..8]) * part(&query[8..], &row[8..]);
                    let off = (hit.score - product).abs();
                    assert!(off <= tolerance, "{kind} {hit:?} {product}");
                }
                let wanted = all
                    .iter()
                    .filter(|hit| (10..650).contains(&hit.row) && keep(hit.row));
                let wanted: Vec<Neighbour> = wanted.take(30).copied().collect();
                assert_eq!(best, wanted, "{kind}");
            }
        }
    }
}

#[test]
fn codes_that_mix_halves_score_all_together() {
    let rows = uneven(300, 16, 5);
    let sparse = SparseRows::of(16, rows.outer_iter().take(5));
    let apart = TrainSettings {
        halves_apart: true,
        ..QUICK
    };
    for (kind, metric, settings) in [
        ("IVF3,PQ8", Metric::InnerProduct, QUICK),
        ("IVF3,PQ8", Metric::L2, apart),
        // Neither of these can be halved, the second because halves must be whole bytes.
        ("PQ5", Metric::InnerProduct, apart),
        ("PQ6x4fs", Metric::InnerProduct, apart),
    ] {
        let order = kind.parse().unwrap();
        let index = train(order, metric, rows.view(), 1, settings).unwrap();
        let index = index.index;
        assert!(!index.tells_halves(), "{kind}");
        let [halves, all] = [Products::OfHalves, Products::OfAll].map(|products| {
            let filters = Filters::Same(&Filter::ALL);
            index.search_sparse(sparse.view(), (20, products), ALL_LISTS, filters)
        });
        assert_eq!(halves, all, "{kind}");
    }
}
