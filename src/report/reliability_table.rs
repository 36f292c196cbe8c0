//! Predicted against observed shares as a table.

use super::Table;
use crate::confidence::Reliability;

/// A row for each bin with cases.
pub fn reliability_table(reliability: &Reliability) -> Table {
    let mut table = Table::new(&["probability", "first matches", "mean", "right"]);
    let bins = reliability.bins();
    for (at, bin) in bins.iter().enumerate().filter(|(_, bin)| bin.n > 0.0) {
        let width = 1.0 / bins.len() as f64;
        let low = at as f64 * width;
        table.row(vec![
            format!("{low:.1} to {:.1}", low + width),
            format!("{:.0}", bin.n),
            format!("{:.3}", bin.predicted),
            format!("{:.3}", bin.observed),
        ]);
    }
    table
}
