//! Rows added to an index are found as if they had always been in it.

use super::reproducible::bytes;
use super::*;
use crate::index::{
    AddError, Flat, FlatParts, IvfFlat, IvfPq, IvfSparse, ListParts, Mapped, Pq, RefineParts,
    RefineValues, Refined, Sparse,
};
use crate::memory::Slab;
use ndarray::s;
use proptest::prelude::*;

fn none<T: Send + Sync>() -> Slab<T> {
    Vec::new().into()
}

fn no_rows(lists: &ListParts) -> ListParts {
    ListParts {
        centroids: lists.centroids.clone(),
        offsets: vec![0; lists.offsets.len()].into(),
        rows: none(),
    }
}

/// The index with all it learned and none of its rows.
fn emptied(index: &AnyIndex) -> AnyIndex {
    match index {
        AnyIndex::Flat(index) => AnyIndex::Flat(
            Flat::from_parts(FlatParts {
                rows: none(),
                norms: none(),
                ..index.parts()
            })
            .unwrap(),
        ),
        AnyIndex::Sparse(index) => {
            let mut parts = index.parts();
            parts.n_rows = 0;
            parts.rows.starts = vec![0].into();
            (parts.rows.offsets, parts.rows.postings) = (none(), none());
            parts.rows.norms = none();
            AnyIndex::Sparse(Sparse::from_parts(parts).unwrap())
        }
        AnyIndex::Pq(index) => {
            let mut parts = index.parts();
            (parts.codes.codes, parts.codes.norms) = (none(), none());
            AnyIndex::Pq(Pq::from_parts(parts).unwrap())
        }
        AnyIndex::IvfFlat(index) => {
            let mut parts = index.parts();
            parts.lists = no_rows(&parts.lists);
            (parts.vectors, parts.norms) = (none(), none());
            AnyIndex::IvfFlat(IvfFlat::from_parts(parts).unwrap())
        }
        AnyIndex::IvfSparse(index) => {
            let mut parts = index.parts();
            parts.lists = no_rows(&parts.lists);
            parts.rows.starts = vec![0].into();
            (parts.rows.offsets, parts.rows.postings) = (none(), none());
            parts.rows.norms = none();
            AnyIndex::IvfSparse(IvfSparse::from_parts(parts).unwrap())
        }
        AnyIndex::IvfPq(index) => {
            let mut parts = index.parts();
            parts.lists = no_rows(&parts.lists);
            (parts.codes.codes, parts.codes.norms) = (none(), none());
            AnyIndex::IvfPq(IvfPq::from_parts(parts).unwrap())
        }
        AnyIndex::Mapped(index) => {
            let inner = emptied(index.index());
            let mapped = Mapped::new(index.kind(), index.map().clone(), inner).unwrap();
            AnyIndex::Mapped(Box::new(mapped))
        }
        AnyIndex::Refined(index) => {
            let parts = index.rows().parts();
            let values = match parts.values {
                RefineValues::Flat(_) => RefineValues::Flat(none()),
                RefineValues::F16(_) => RefineValues::F16(none()),
                RefineValues::Sq8(_) => RefineValues::Sq8(none()),
            };
            let parts = RefineParts {
                values,
                ..parts.clone()
            };
            let refined = Refined::from_parts(emptied(index.first()), parts).unwrap();
            AnyIndex::Refined(Box::new(refined))
        }
    }
}

fn with_added(index: &AnyIndex, rows: &Array2<f32>) -> AnyIndex {
    index.with_added(rows.view()).unwrap().index
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn adding_in_parts_is_filling_at_once(
        n in 1_usize..400, cut in 0_usize..400, dim in 3_usize..20, seed in any::<u64>(),
    ) {
        let rows = unit_clumps(n, dim, seed);
        let first = rows.slice(s![..cut.min(n), ..]).to_owned();
        let rest = rows.slice(s![cut.min(n).., ..]).to_owned();
        for kind in KINDS {
            for metric in METRICS {
                let empty = emptied(&trained(kind, metric, &rows));
                prop_assert_eq!(empty.len(), 0);
                let at_once = with_added(&empty, &rows);
                let in_parts = with_added(&with_added(&empty, &first), &rest);
                prop_assert!(bytes(&at_once) == bytes(&in_parts), "{} {}", kind, metric);
            }
        }
    }

    #[test]
    fn exact_kinds_equal_a_naive_scan_of_all_rows(
        n in 1_usize..300, n_added in 0_usize..200, dim in 1_usize..12, seed in any::<u64>(),
    ) {
        let more = mostly_zero(n_added, dim, seed ^ 2) * 3.0;
        let query = whole_numbers(1, dim, seed ^ 1).row(0).to_vec();
        for rows in [whole_numbers(n, dim, seed), mostly_zero(n, dim, seed)] {
            let all = ndarray::concatenate![ndarray::Axis(0), rows, more];
            for kind in ["Flat", "Sparse", "IVF7,Flat", "IVF7,Sparse"] {
                for metric in METRICS {
                    let grown = with_added(&trained(kind, metric, &rows), &more);
                    prop_assert_eq!(
                        found(&grown, &query, 9, ALL_LISTS, &Filter::ALL),
                        naive(metric, &all, &query, 9, &Filter::ALL),
                        "{} {}", kind, metric
                    );
                }
            }
        }
    }

    #[test]
    fn a_second_look_scores_added_rows_exactly(
        n in 1_usize..300, n_added in 0_usize..200, dim in 1_usize..12, seed in any::<u64>(),
    ) {
        let (rows, more) = (whole_numbers(n, dim, seed), mostly_zero(n_added, dim, seed ^ 2) * 3.0);
        let query = whole_numbers(1, dim, seed ^ 1).row(0).to_vec();
        let all = ndarray::concatenate![ndarray::Axis(0), rows, more];
        for metric in METRICS {
            let grown = with_added(&trained("IVF7,PQ1,Refine(Flat)", metric, &rows), &more);
            let hits = found(&grown, &query, 9, ALL_LISTS, &Filter::ALL);
            prop_assert_eq!(hits.len(), 9.min(n + n_added));
            for hit in hits {
                let row = all.row(hit.row as usize).to_vec();
                prop_assert_eq!(hit.score, naive_score(metric, &query, &row) + 0.0);
            }
        }
    }
}

#[test]
fn long_lists_grow_across_the_ends_of_blocks() {
    // A block of postings has 4096 rows: one list grows from 4000 to 9000, within and past it.
    let rows = mostly_zero(9000, 6, 3);
    let (first, rest) = (
        rows.slice(s![..4000, ..]).to_owned(),
        rows.slice(s![4000.., ..]).to_owned(),
    );
    let query = whole_numbers(1, 6, 4).row(0).to_vec();
    for kind in ["Sparse", "IVF1,Sparse", "IVF3,Sparse"] {
        let grown = with_added(&trained(kind, Metric::L2, &first), &rest);
        assert_eq!(
            found(&grown, &query, 50, ALL_LISTS, &Filter::ALL),
            naive(Metric::L2, &rows, &query, 50, &Filter::ALL),
            "{kind}"
        );
    }
}

#[test]
fn rows_held_keep_their_numbers_and_those_added_follow() {
    let (rows, more) = (unit_clumps(500, 10, 5), unit_clumps(80, 10, 6));
    for kind in KINDS {
        let index = trained(kind, Metric::L2, &rows);
        let grown = with_added(&index, &more);
        assert_eq!((grown.len(), grown.factory()), (580, index.factory()));
        let held = Filter::range(0..500);
        let query = more.row(3).to_vec();
        assert_eq!(
            found(&grown, &query, 20, ALL_LISTS, &held),
            found(&index, &query, 20, ALL_LISTS, &Filter::ALL),
            "{kind}"
        );
        let first = found(&grown, &query, 5, ALL_LISTS, &Filter::ALL);
        assert!(rows_of(&first).contains(&503), "{kind}: {first:?}");
    }
}

#[test]
fn values_beyond_what_was_held_are_kept_refused_or_counted() {
    let rows = unit_clumps(200, 4, 5);
    let far = Array2::from_elem((1, 4), 1e9_f32);
    let sparse = with_added(&trained("Sparse", Metric::L2, &rows), &far);
    let nearest = found(&sparse, &[1e9; 4], 1, ALL_LISTS, &Filter::ALL);
    assert_eq!(rows_of(&nearest), [200]);
    let half = trained("PQ2,Refine(F16)", Metric::L2, &rows);
    let error = half.with_added(far.view()).unwrap_err();
    assert!(
        matches!(
            error,
            AddError::Beyond {
                row: 0,
                coordinate: 0,
                ..
            }
        ),
        "{error}"
    );
    let bytes = trained("PQ2,Refine(SQ8)", Metric::L2, &rows);
    assert_eq!(bytes.with_added(far.view()).unwrap().n_clamped, 4);
    assert_eq!(bytes.with_added(rows.view()).unwrap().n_clamped, 0);
}

#[test]
fn what_cannot_be_added_is_refused() {
    let rows = unit_clumps(50, 4, 5);
    let index = trained("IVF7,PQ2", Metric::L2, &rows);
    let narrow = Array2::zeros((2, 3));
    assert!(matches!(
        index.with_added(narrow.view()).unwrap_err(),
        AddError::Dimension {
            found: 3,
            expected: 4
        }
    ));
    let mut bad = rows.clone();
    bad[[7, 1]] = f32::NAN;
    let error = index.with_added(bad.view()).unwrap_err().to_string();
    assert!(error.starts_with("row 7 holds NaN"), "{error}");
    for kind in ["PQ2", "IVF7,Flat", "IVF7,Sparse", "IVF7,PQ2,Refine(Flat)"] {
        let nothing = trained(kind, Metric::L2, &Array2::zeros((0, 4)));
        assert_eq!(
            nothing.with_added(rows.view()).unwrap_err(),
            AddError::Untrained
        );
    }
}
