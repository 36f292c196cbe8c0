//! Where training and search spend their time, one question per benchmark.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark stops at the first thing that is wrong"
)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mzseek::index::{
    Effort, Filter, Filters, Metric, TopK, TrainSettings, VectorIndex, assign, train,
};
use ndarray::{Array2, s};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::hint::black_box;

const DIM: usize = 512;

/// Unit rows with about 80 values that are not 0, as hashed spectra have.
fn spectra_like(n_rows: usize) -> Array2<f32> {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut rows = Array2::<f32>::zeros((n_rows, DIM));
    for mut row in rows.outer_iter_mut() {
        for _ in 0..80 {
            let word = random.next_u64();
            row[word as usize % DIM] += (word >> 40) as f32;
        }
        let norm = row.dot(&row).sqrt();
        row.mapv_inplace(|x| x / norm);
    }
    rows
}

fn k_means_assignment(c: &mut Criterion) {
    let rows = spectra_like(4096);
    let centres = rows.slice(s![..256, ..]);
    let mut group = c.benchmark_group("k-means assignment");
    group.throughput(Throughput::Elements(4096));
    group.bench_function("4096 x 512 to 256", |b| {
        b.iter(|| assign(black_box(rows.view()), centres, Metric::L2));
    });
    group.finish();
}

fn single_search(c: &mut Criterion) {
    let rows = spectra_like(8192);
    let query = rows.row(9).to_vec();
    let mut group = c.benchmark_group("single search");
    for kind in ["Flat", "Sparse", "PQ64", "IVF64,Sparse", "IVF64,PQ64"] {
        let settings = TrainSettings::default();
        let order = kind.parse().unwrap();
        let trained = train(order, Metric::InnerProduct, rows.view(), 1, settings).unwrap();
        group.bench_function(format!("{kind}, 8192 x 512"), |b| {
            b.iter(|| {
                let mut best = TopK::new(10);
                let effort = Effort::visiting(8);
                (trained.index).search(black_box(&query), effort, &Filter::ALL, &mut best);
                best.into_sorted()
            });
        });
    }
    group.finish();
}

fn flat_batch(c: &mut Criterion) {
    let rows = spectra_like(8192);
    let flat = "Flat".parse().unwrap();
    let settings = TrainSettings::default();
    let index = train(flat, Metric::InnerProduct, rows.view(), 1, settings)
        .unwrap()
        .index;
    let queries = rows.slice(s![..128, ..]);
    let mut group = c.benchmark_group("flat batch");
    group.throughput(Throughput::Elements(128));
    group.bench_function("128 queries, 8192 x 512", |b| {
        let everything = Filters::Same(&Filter::ALL);
        b.iter(|| index.search_batch(black_box(queries), 10, Effort::visiting(1), everything));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = k_means_assignment, single_search, flat_batch
}
criterion_main!(benches);
