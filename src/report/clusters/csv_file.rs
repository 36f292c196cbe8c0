//! A CSV row per spectrum.

use super::{Clustered, Numbered};
use std::io::Write;

/// The columns, in their order.
pub const CLUSTER_COLUMNS: [&str; 9] = [
    "file",
    "index",
    "native_id",
    "precursor_mz",
    "charge",
    "retention_time",
    "cluster",
    "cluster_size",
    "is_representative",
];

/// Writes a row for each spectrum, in input order. One that was left out has no cluster.
///
/// # Errors
/// What the writer said.
pub fn write_clusters_csv(
    clustered: &Clustered<'_>,
    numbered: &Numbered,
    out: impl Write,
) -> csv::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(CLUSTER_COLUMNS)?;
    let known = |value: f64| {
        if value.is_finite() {
            value.to_string()
        } else {
            String::new()
        }
    };
    for spectrum in clustered.spectra {
        let charge = match spectrum.charge {
            0 => String::new(),
            charge => charge.to_string(),
        };
        let of_cluster = spectrum.row.map(|row| {
            let cluster = numbered.cluster[row as usize];
            let stands = numbered.representative[cluster as usize] == row;
            let size = numbered.size[cluster as usize];
            [cluster.to_string(), size.to_string(), stands.to_string()]
        });
        let [cluster, size, stands] = of_cluster.unwrap_or_default();
        csv.write_record([
            &*spectrum.file.to_string_lossy(),
            &spectrum.index.to_string(),
            &spectrum.id,
            &known(spectrum.precursor_mz),
            &charge,
            &known(spectrum.retention_time),
            &cluster,
            &size,
            &stands,
        ])?;
    }
    csv.flush()?;
    Ok(())
}
