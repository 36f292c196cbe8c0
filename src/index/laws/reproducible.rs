//! The same in, the same out: on any number of threads, again, and in a batch.

use super::*;
use crate::index::{CodeParts, Filters, RefineValues, SparseParts, SparseRows};

/// Every byte of an index's arrays.
pub(super) fn bytes(index: &AnyIndex) -> Vec<u8> {
    let floats = |values: &[f32]| bytemuck::cast_slice::<f32, u8>(values).to_vec();
    match index {
        AnyIndex::Flat(index) => {
            [floats(&index.parts().rows), floats(&index.parts().norms)].concat()
        }
        AnyIndex::Pq(index) => coded(&index.parts().codes),
        AnyIndex::IvfFlat(index) => {
            let parts = index.parts();
            let rows = bytemuck::cast_slice::<u32, u8>(&parts.lists.rows).to_vec();
            [floats(&parts.lists.centroids), rows, floats(&parts.vectors)].concat()
        }
        AnyIndex::Mapped(index) => {
            let parts = index.map().parts();
            [
                floats(&parts.offset),
                floats(&parts.directions),
                bytes(index.index()),
            ]
            .concat()
        }
        AnyIndex::Refined(index) => {
            let parts = index.rows().parts();
            let values = match &parts.values {
                RefineValues::Flat(values) => floats(values),
                RefineValues::F16(values) => bytemuck::cast_slice(values).to_vec(),
                RefineValues::Sq8(values) => values.to_vec(),
            };
            let scales = [&parts.least, &parts.steps].map(|x| floats(x));
            [bytes(index.first()), values, scales.concat()].concat()
        }
        AnyIndex::Sparse(index) => postings(&index.parts().rows),
        AnyIndex::IvfSparse(index) => {
            let parts = index.parts();
            let rows = bytemuck::cast_slice::<u32, u8>(&parts.lists.rows).to_vec();
            [floats(&parts.lists.centroids), rows, postings(&parts.rows)].concat()
        }
        AnyIndex::IvfPq(index) => {
            let parts = index.parts();
            let rows = bytemuck::cast_slice::<u32, u8>(&parts.lists.rows).to_vec();
            [floats(&parts.lists.centroids), rows, coded(&parts.codes)].concat()
        }
    }
}

fn coded(parts: &CodeParts) -> Vec<u8> {
    [
        bytemuck::cast_slice::<f32, u8>(&parts.codebooks),
        bytemuck::cast_slice(&parts.order),
        &parts.codes,
        bytemuck::cast_slice(&parts.norms),
    ]
    .concat()
}

fn postings(parts: &SparseParts) -> Vec<u8> {
    [
        bytemuck::cast_slice::<f32, u8>(&parts.scales),
        bytemuck::cast_slice(&parts.starts),
        bytemuck::cast_slice(&parts.offsets),
        bytemuck::cast_slice(&parts.postings),
        bytemuck::cast_slice(&parts.norms),
    ]
    .concat()
}

#[test]
fn threads_and_repetition_change_no_byte_and_no_hit() {
    let rows = unit_clumps(1500, 20, 7);
    let queries = unit_clumps(70, 20, 8);
    for kind in KINDS {
        for metric in METRICS {
            let run = |n_threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads);
                pool.build().unwrap().install(|| {
                    let index = trained(kind, metric, &rows);
                    let effort = Effort::visiting(2);
                    let filters = Filters::Same(&Filter::ALL);
                    let hits = index.search_batch(queries.view(), 15, effort, filters);
                    (bytes(&index), hits)
                })
            };
            let once = run(1);
            assert!(once == run(2), "{kind} {metric} on two threads");
            assert!(once == run(1), "{kind} {metric} again");
        }
    }
}

#[test]
fn rows_without_their_zeros_train_the_same_bytes() {
    // The first are kept sparse by training, the second whole: rows have to be turned either way.
    let (few_set, most_set) = (mostly_zero(1500, 40, 7), unit_clumps(1500, 20, 7));
    for rows in [few_set, most_set] {
        let mut sparse = SparseRows::with_room(rows.ncols(), rows.nrows(), 0);
        for row in rows.outer_iter() {
            let row: Vec<(u32, f32)> = (0..).zip(row.iter().copied()).collect();
            sparse.push(&row);
        }
        for kind in KINDS {
            for metric in METRICS {
                let factory = kind.parse().unwrap();
                let index = train(factory, metric, &sparse, 3, QUICK).unwrap().index;
                assert!(
                    bytes(&index) == bytes(&trained(kind, metric, &rows)),
                    "{kind} {metric}"
                );
            }
        }
    }
}

#[test]
fn another_seed_gives_another_index() {
    let rows = unit_clumps(1500, 20, 7);
    let index = |seed| {
        let order = "IVF7,PQ3".parse().unwrap();
        bytes(
            &train(order, Metric::L2, rows.view(), seed, QUICK)
                .unwrap()
                .index,
        )
    };
    assert!(index(1) != index(2));
}

#[test]
fn a_batch_equals_its_queries_one_by_one_to_the_bit() {
    // 70 queries are more than a block and no multiple of one; 300 coordinates cross the inner
    // blocking of the matrix product; column-major queries must be the same queries.
    let rows = unit_clumps(1100, 300, 9);
    let mut queries = unit_clumps(70, 300, 10);
    // Every third is sparse, and so multiplied with the centres in another way than the others.
    for (idx, mut query) in queries.outer_iter_mut().enumerate() {
        if idx % 3 == 0 {
            query.slice_mut(ndarray::s![20..]).fill(0.0);
        }
    }
    let keep = |row: u32| !row.is_multiple_of(5);
    let filters: Vec<Filter<'_>> = (0..70)
        .map(|idx: u32| Filter {
            rows: (idx % 7) * 10..1100 - (idx % 11) * 90,
            keep: idx.is_multiple_of(2).then_some(&keep),
        })
        .collect();
    let narrow: Vec<Filter<'_>> = (0..70)
        .map(|idx| Filter::range(idx * 15..idx * 15 + 9))
        .collect();
    let columns = queries
        .t()
        .as_standard_layout()
        .into_owned()
        .reversed_axes();
    for kind in KINDS {
        for metric in METRICS {
            let index = trained(kind, metric, &rows);
            for filters in [&filters, &narrow] {
                let effort = Effort::visiting(3);
                let each = Filters::Each(filters);
                let batch = index.search_batch(queries.view(), 12, effort, each);
                for ((query, filter), hits) in queries.outer_iter().zip(filters).zip(&batch) {
                    let query = query.to_slice().unwrap();
                    assert_eq!(
                        *hits,
                        found(&index, query, 12, effort, filter),
                        "{kind} {metric}"
                    );
                }
                assert_eq!(batch, index.search_batch(columns.view(), 12, effort, each));
            }
        }
    }
}
