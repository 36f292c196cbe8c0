//! Measurements as a table for people.

use super::Row;
use crate::report::Table;

/// What is usually told of an index: how much it finds, how long it takes, how large it is.
pub fn table(rows: &[Row], k: usize) -> String {
    let recall = format!("recall@{k}");
    let first = format!("1@{k}");
    let titles = [
        "index ",
        "threads",
        "n_probe",
        "refine_depth",
        &recall,
        "1@1",
        &first,
        "ms per query",
        "queries/s",
        "MB",
    ];
    let mut table = Table::new(&titles);
    for row in rows {
        table.row(vec![
            format!("{}{}", row.index, row.skipping()),
            row.threads.to_string(),
            row.n_probe.map(|n| n.to_string()).unwrap_or_default(),
            row.per_hit.map(|n| n.to_string()).unwrap_or_default(),
            format!("{:.1} %", row.recall.k_at_k * 100.0),
            format!("{:.3}", row.recall.first_at_1),
            format!("{:.3}", row.recall.first_at_k),
            format!("{:.3}", row.latency_p50_ms),
            format!("{:.0}", row.qps_wall),
            format!("{:.1}", row.bytes_per_vector * row.n as f64 / 1e6),
        ]);
    }
    table.to_string()
}
