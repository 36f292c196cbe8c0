//! One measurement, and the columns it is written in: those that other engines' benches write, and
//! what only this one varies.

use super::recall::Recall;
use crate::index::Spent;
use std::time::Duration;

/// One index at one setting on one number of threads.
#[derive(Debug, Clone)]
pub struct Row {
    /// Factory words of what was trained.
    pub index: String,
    /// Vectors in the base.
    pub n: usize,
    /// Numbers per vector.
    pub dim: usize,
    /// Threads of the batch.
    pub threads: usize,
    /// Lists visited; none where there are no lists.
    pub n_probe: Option<usize>,
    /// Rows scored again per neighbour; none where there is no second look.
    pub per_hit: Option<usize>,
    /// The share of a query's norm below which its coordinates were left out.
    pub skip_below: f32,
    /// What was found.
    pub recall: Recall,
    /// Queries per second of processor time, over all threads.
    pub qps_cpu: Option<f64>,
    /// Queries per second on the wall.
    pub qps_wall: f64,
    /// Median time of a single query on one thread.
    pub latency_p50_ms: f64,
    /// Size of the index file per vector.
    pub bytes_per_vector: f64,
    /// Time to train and to fill the index; none where it was opened.
    pub spent: Option<Spent>,
    /// The most memory held since this index was begun.
    pub peak_mb: Option<u64>,
}

impl Row {
    /// What is told behind the name of the index where coordinates are left out.
    pub(super) fn skipping(&self) -> String {
        if self.skip_below > 0.0 {
            format!(", skip_below {}", self.skip_below)
        } else {
            String::new()
        }
    }
}

/// A column: its name and how a measurement fills it.
type Column = (&'static str, fn(&Row) -> String);

/// Names and formats, in order. Absent is empty.
pub const COLUMNS: [Column; 18] = [
    ("engine", |_| {
        concat!("mzseek-", env!("CARGO_PKG_VERSION")).to_owned()
    }),
    ("index", |row| row.index.clone()),
    ("n", |row| row.n.to_string()),
    ("dim", |row| row.dim.to_string()),
    ("threads", |row| row.threads.to_string()),
    ("nprobe", |row| {
        row.n_probe.map(|n| n.to_string()).unwrap_or_default()
    }),
    ("k_factor", |row| row.per_hit.unwrap_or(1).to_string()),
    ("recall1_at_1", |row| {
        format!("{:.4}", row.recall.first_at_1)
    }),
    ("recall1_at_10", |row| {
        format!("{:.4}", row.recall.first_at_k)
    }),
    ("recall10_at_10", |row| format!("{:.4}", row.recall.k_at_k)),
    ("qps_batch_cpu", |row| {
        row.qps_cpu
            .map(|qps| format!("{qps:.0}"))
            .unwrap_or_default()
    }),
    ("qps_batch_wall", |row| format!("{:.0}", row.qps_wall)),
    ("latency_p50_ms", |row| format!("{:.4}", row.latency_p50_ms)),
    ("bytes_per_vector", |row| {
        format!("{:.1}", row.bytes_per_vector)
    }),
    ("train_s", |row| {
        seconds(row.spent.map(|spent| spent.learning))
    }),
    ("add_s", |row| seconds(row.spent.map(|spent| spent.filling))),
    ("peak_mb", |row| {
        row.peak_mb.map(|mb| mb.to_string()).unwrap_or_default()
    }),
    ("skip_below", |row| row.skip_below.to_string()),
];

fn seconds(time: Option<Duration>) -> String {
    time.map(|time| format!("{:.2}", time.as_secs_f64()))
        .unwrap_or_default()
}
