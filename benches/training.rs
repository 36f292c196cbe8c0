//! What training costs: one level of k-means against two, rows whole or sparse, and the transforms.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark stops at the first thing that is wrong"
)]

use criterion::{Criterion, criterion_group, criterion_main};
use mzseek::index::{
    KMeansSettings, Keep, MedoidsSettings, Metric, Opq, OpqSettings, PairValue, Pca, PcaSettings,
    assign, assign_routed, k_medoids, kmeans,
};
use ndarray::{Array2, s};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::hint::black_box;

const SETTINGS: KMeansSettings = KMeansSettings {
    max_iterations: 10,
    max_points_per_centre: 64,
};

/// Rows around 500 middles; of each `kept` of 16 values are not 0.
fn clumps(n_rows: usize, dim: usize, kept: u64) -> Array2<f32> {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut unit = move || (random.next_u64() >> 40) as f32 / (1_u64 << 24) as f32;
    let middles = Array2::from_shape_simple_fn((500, dim), || {
        let drawn = unit();
        if drawn * 16.0 < kept as f32 {
            unit()
        } else {
            0.0
        }
    });
    Array2::from_shape_fn((n_rows, dim), |(row, d)| {
        middles[[row * 7919 % 500, d]] * (0.5 + unit())
    })
}

fn centres(c: &mut Criterion) {
    let mut group = c.benchmark_group("train 1024 centres of 65536 x 128");
    for (name, kept) in [("whole rows", 16), ("sparse rows", 2)] {
        let rows = clumps(65_536, 128, kept);
        group.bench_function(name, |b| {
            b.iter(|| kmeans(black_box(rows.view()), 1024, Metric::L2, 1, SETTINGS));
        });
    }
    group.finish();
}

fn assignment(c: &mut Criterion) {
    let rows = clumps(32_768, 128, 16);
    let centres = rows.slice(s![..4096, ..]);
    let mut group = c.benchmark_group("assign 32768 x 128 to 4096");
    group.bench_function("all centres", |b| {
        b.iter(|| assign(black_box(rows.view()), centres, Metric::L2));
    });
    group.bench_function("routed", |b| {
        b.iter(|| assign_routed(black_box(rows.view()), centres, Metric::L2));
    });
    group.finish();
}

fn transforms(c: &mut Criterion) {
    let rows = clumps(32_768, 256, 16);
    c.bench_function("PCA of 32768 x 256", |b| {
        let settings = PcaSettings {
            keep: Keep::Variance(0.95),
            centred: true,
        };
        b.iter(|| Pca::fit(black_box(&rows.view()), settings).unwrap());
    });
    let rows = clumps(8192, 64, 16);
    c.bench_function("OPQ of 8192 x 64 for 8 bytes", |b| {
        let settings = OpqSettings {
            n_sub: 8,
            n_iterations: 4,
            codebook: SETTINGS,
        };
        b.iter(|| Opq::train(black_box(rows.view()), settings, 1));
    });
}

fn medoids(c: &mut Criterion) {
    let rows = clumps(3000, 64, 16);
    let products = rows.dot(&rows.t());
    c.bench_function("64 medoids of a 3000 x 3000 matrix", |b| {
        let settings = MedoidsSettings {
            n_medoids: 64,
            max_passes: 20,
        };
        let matrix = products.view();
        b.iter(|| k_medoids(black_box(&matrix), PairValue::Similarity, settings, 1).unwrap());
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = centres, assignment, transforms, medoids
}
criterion_main!(benches);
