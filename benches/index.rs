//! Where training and search spend their time, one question per benchmark.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark stops at the first thing that is wrong"
)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mzseek::index::{
    Codebook, Effort, Filter, Filters, KMeansSettings, LookupTable, Metric, TrainSettings,
    VectorIndex, assign, train,
};
use ndarray::{Array2, s};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::hint::black_box;

const DIM: usize = 512;
const N_SUB: usize = 64;

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

fn codebook(rows: &Array2<f32>) -> Codebook {
    let settings = KMeansSettings {
        max_iterations: 2,
        max_points_per_centre: 8,
    };
    Codebook::train(rows.view(), N_SUB, 1, settings)
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

fn lookup_table(c: &mut Criterion) {
    let rows = spectra_like(4096);
    let codebook = codebook(&rows);
    let mut table = LookupTable::default();
    let sparse = rows.row(9).to_vec();
    let dense = vec![0.04; DIM];
    let mut group = c.benchmark_group("look-up table");
    for (name, query) in [("sparse query", sparse), ("dense query", dense)] {
        group.bench_function(name, |b| {
            b.iter(|| codebook.look_up(black_box(&query), &mut table));
        });
    }
    group.finish();
}

fn code_scan(c: &mut Criterion) {
    let rows = spectra_like(4096);
    let codebook = codebook(&rows);
    let codes = codebook.encode(rows.view());
    let mut table = LookupTable::default();
    codebook.look_up(&rows.row(9).to_vec(), &mut table);
    let mut sums = vec![0.0; 4096];
    let mut group = c.benchmark_group("code scan");
    group.throughput(Throughput::Elements(4096));
    group.bench_function("4096 codes of 64 bytes", |b| {
        b.iter(|| {
            let blocks = black_box(&codes).chunks(256 * N_SUB);
            for (codes, sums) in blocks.zip(sums.chunks_mut(256)) {
                table.sum_rows(codes, sums);
            }
        });
    });
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
        b.iter(|| index.search_batch(black_box(queries), 10, Effort { n_probe: 1 }, everything));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = k_means_assignment, lookup_table, code_scan, flat_batch
}
criterion_main!(benches);
