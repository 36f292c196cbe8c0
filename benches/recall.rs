//! How much of the truth an index finds, and how fast, on a folder of `base.npy`, `query.npy` and
//! `truth.npy`: `recall SET ip|l2 FACTORY N_PROBE[,N_PROBE...] [ROUNDS [PER_HIT]]`, one thread.
//!
//! Recall counts ties as found. Speed is that of the median round: by processor time in a batch,
//! and the median and 95th percentile of single searches by the clock.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement stops at the first thing that is wrong, and prints its table"
)]

use mzseek::index::{
    AnyIndex, Effort, Filter, Filters, Metric, RefineValues, TopK, TrainSettings, VectorIndex,
    train,
};
use ndarray::{Array2, ArrayView1, s};
use std::time::Instant;

const N_QUERIES: usize = 1000;

/// A C-order matrix of 4-byte or 8-byte numbers from a `.npy` file of version 1.
fn read_npy<T>(path: &str, from: fn(&[u8]) -> T, size: usize) -> Array2<T> {
    let bytes = std::fs::read(path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let header_len = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let (header, data) = bytes[10..].split_at(header_len);
    let header = std::str::from_utf8(header).unwrap();
    let shape = header.split_once("'shape': (").unwrap().1;
    let shape: Vec<usize> = (shape.split_once(')').unwrap().0.split(','))
        .map(|n| n.trim().parse().unwrap())
        .collect();
    let values: Vec<T> = data.chunks_exact(size).map(from).collect();
    Array2::from_shape_vec((shape[0], shape[1]), values).unwrap()
}

/// Seconds of processor time this thread has used.
fn thread_seconds() -> f64 {
    // Nanoseconds on the processor are the first number of this file.
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let nanoseconds: f64 = text.split(' ').next().unwrap().parse().unwrap();
    nanoseconds * 1e-9
}

fn score(metric: Metric, query: ArrayView1<'_, f32>, row: ArrayView1<'_, f32>) -> f32 {
    match metric {
        Metric::InnerProduct => query.dot(&row),
        Metric::L2 => -query
            .iter()
            .zip(row)
            .map(|(q, x)| (q - x) * (q - x))
            .sum::<f32>(),
    }
}

fn bytes_per_row(index: &AnyIndex) -> f64 {
    let lists = |p: mzseek::index::ListParts| {
        4 * p.centroids.len() + 8 * p.offsets.len() + 4 * p.rows.len()
    };
    let sparse = |p: mzseek::index::SparseParts| {
        4 * p.scales.len()
            + 8 * p.starts.len()
            + 4 * p.offsets.len()
            + 2 * p.postings.len()
            + 4 * p.norms.len()
    };
    let codes =
        |p: mzseek::index::CodeParts| 4 * p.codebooks.len() + p.codes.len() + 4 * p.norms.len();
    let bytes = match index {
        AnyIndex::Flat(index) => 4 * index.parts().rows.len(),
        AnyIndex::Sparse(index) => sparse(index.parts().rows),
        AnyIndex::Pq(index) => codes(index.parts().codes),
        AnyIndex::IvfFlat(index) => lists(index.parts().lists) + 4 * index.parts().vectors.len(),
        AnyIndex::IvfSparse(index) => lists(index.parts().lists) + sparse(index.parts().rows),
        AnyIndex::IvfPq(index) => lists(index.parts().lists) + codes(index.parts().codes),
        AnyIndex::Refined(index) => {
            let parts = index.rows().parts();
            let values = match &parts.values {
                RefineValues::Flat(values) => 4 * values.len(),
                RefineValues::F16(values) => 2 * values.len(),
                RefineValues::Sq8(values) => values.len(),
            };
            let first = bytes_per_row(index.first()) * index.len() as f64;
            first as usize + values + 4 * parts.norms.len()
        }
    };
    bytes as f64 / index.len() as f64
}

fn main() {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    let [set, metric, factory, n_probes, rest @ ..] = &args[..] else {
        println!("recall SET ip|l2 FACTORY N_PROBE[,N_PROBE...] [ROUNDS [PER_HIT]]");
        return;
    };
    let rounds = rest.first().map_or(3, |text| text.parse().unwrap());
    let metric: Metric = metric.parse().unwrap();
    let float = |b: &[u8]| f32::from_le_bytes(b.try_into().unwrap());
    let base = read_npy(&format!("{set}/base.npy"), float, 4);
    let queries = read_npy(&format!("{set}/query.npy"), float, 4);
    let queries = queries.slice(s![..N_QUERIES.min(queries.nrows()), ..]);
    let row = |b: &[u8]| i64::from_le_bytes(b.try_into().unwrap());
    let truth = read_npy(&format!("{set}/truth.npy"), row, 8);
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build_global()
        .unwrap();

    let started = Instant::now();
    let order = factory.parse().unwrap();
    let trained = train(order, metric, base.view(), 1, TrainSettings::default()).unwrap();
    let index = match (trained.index, rest.get(1)) {
        (AnyIndex::Refined(index), Some(per_hit)) => {
            AnyIndex::Refined(Box::new(index.with_per_hit(per_hit.parse().unwrap())))
        }
        (index, _) => index,
    };
    println!(
        "{} on {} x {}: {:.1} bytes a row, built in {:.2} s on one thread",
        index.factory(),
        base.nrows(),
        base.ncols(),
        bytes_per_row(&index),
        started.elapsed().as_secs_f64()
    );
    println!("n_probe  R1@1   R1@10  R10@10   q/s(cpu)  p50 ms  p95 ms");
    for n_probe in n_probes.split(',') {
        let effort = Effort {
            n_probe: n_probe.parse().unwrap(),
        };
        let everything = Filters::Same(&Filter::ALL);
        let mut seconds = Vec::new();
        let mut found = Vec::new();
        for _ in 0..rounds {
            // The pool's one thread does the work, so its time is asked for there.
            let started = rayon::broadcast(|_| thread_seconds())[0];
            found = index.search_batch(queries, 10, effort, everything);
            seconds.push(rayon::broadcast(|_| thread_seconds())[0] - started);
        }
        seconds.sort_by(f64::total_cmp);
        let mut single: Vec<f64> = (queries.outer_iter().take(300))
            .map(|query| {
                let query = query.to_slice().unwrap();
                let started = Instant::now();
                let mut best = TopK::new(10);
                index.search(query, effort, &Filter::ALL, &mut best);
                std::hint::black_box(best.into_sorted());
                started.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        single.sort_by(f64::total_cmp);
        let (mut first, mut first_in_ten, mut ten) = (0, 0, 0);
        for (idx, (query, hits)) in queries.outer_iter().zip(&found).enumerate() {
            let exact = |rank: usize| score(metric, query, base.row(truth[[idx, rank]] as usize));
            let scores: Vec<f32> = hits
                .iter()
                .map(|hit| score(metric, query, base.row(hit.row as usize)))
                .collect();
            let slack = 1e-5 * (1.0 + exact(0).abs());
            let (best, tenth) = (exact(0) - slack, exact(9) - slack);
            first += usize::from(scores.first().is_some_and(|&s| s >= best));
            first_in_ten += usize::from(scores.iter().any(|&s| s >= best));
            ten += scores.iter().filter(|&&s| s >= tenth).count();
        }
        let n = queries.nrows() as f64;
        println!(
            "{n_probe:>7}  {:.4} {:.4} {:.4} {:>10.0}  {:.4}  {:.4}",
            first as f64 / n,
            first_in_ten as f64 / n,
            ten as f64 / n / 10.0,
            n / seconds[seconds.len() / 2],
            single[single.len() / 2],
            single[single.len() * 95 / 100],
        );
    }
}
