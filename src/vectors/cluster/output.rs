//! Clusters as an HDF5 file and as CSV.

use super::Clustering;
use crate::library::{Attributes, Format, Writer};
use crate::vectors::VectorsError;
use crate::vectors::metric::settings_text;
use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// How the root of such a file is marked.
pub const FORMAT: Format = Format {
    name: "mzseek-clusters",
    version: 1,
    oldest: 1,
    what: "cluster file",
    made_by: "mzseek vectors cluster",
    mistaken_for: "vectors to be clustered",
};

/// The columns of the CSV, a row per vector.
pub const COLUMNS: [&str; 4] = ["row", "cluster", "medoid", "group"];

/// What stands in the file beside the arrays.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Settings<'a> {
    method: &'a str,
    metric: &'a str,
    rows: usize,
    clusters: usize,
    threshold: Option<f32>,
}

/// Writes `labels`, `sizes`, `centres` or `medoids`, and where they were asked for `neighbours/`
/// and `groups`.
///
/// # Errors
/// What could not be written; the target is then as it was.
pub fn write_hdf5(clustering: &Clustering, path: &Path) -> Result<(), VectorsError> {
    let partition = &clustering.partition;
    let mut writer = Writer::create(path, &FORMAT)?;
    writer.put("labels", &partition.labels)?;
    writer.put("sizes", &partition.sizes())?;
    if partition.medoids.is_empty() {
        writer.put_matrix("centres", &partition.centres.view())?;
    } else {
        writer.put("medoids", &partition.medoids)?;
    }
    if !clustering.splits.is_empty() {
        let column =
            |value: fn(&super::Split) -> u32| clustering.splits.iter().map(value).collect();
        let (parent, child): (Vec<u32>, Vec<u32>) = (column(|s| s.parent), column(|s| s.child));
        writer.put("splits/parent", &parent)?;
        writer.put("splits/child", &child)?;
    }
    if let Some(found) = &clustering.neighbourhood {
        let column = |value: fn(&super::Pair) -> u32| found.pairs.iter().map(value).collect();
        let (a, b): (Vec<u32>, Vec<u32>) = (column(|pair| pair.a), column(|pair| pair.b));
        let cosine: Vec<f32> = found.pairs.iter().map(|pair| pair.cosine).collect();
        writer.put("neighbours/a", &a)?;
        writer.put("neighbours/b", &b)?;
        writer.put("neighbours/cosine", &cosine)?;
        if let Some(groups) = &found.groups {
            writer.put("groups", groups)?;
        }
    }
    let settings = Settings {
        method: &clustering.method,
        metric: &clustering.metric,
        rows: partition.labels.len(),
        clusters: partition.len(),
        threshold: clustering
            .neighbourhood
            .as_ref()
            .map(|found| found.threshold),
    };
    let settings = settings_text(&settings);
    let fingerprint = blake3::hash(settings.as_bytes()).to_hex().to_string();
    writer.finish(&Attributes {
        mzseek_version: env!("CARGO_PKG_VERSION").to_owned(),
        settings,
        fingerprint,
    })?;
    Ok(())
}

/// Writes a row per vector. Without medoids or groups their columns are empty.
///
/// # Errors
/// What the system said about `out`.
pub fn write_csv(clustering: &Clustering, out: impl Write) -> Result<(), VectorsError> {
    let partition = &clustering.partition;
    let groups = clustering
        .neighbourhood
        .as_ref()
        .and_then(|found| found.groups.as_ref());
    let cell = |values: Option<&u32>| values.map(ToString::to_string).unwrap_or_default();
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(COLUMNS)?;
    for (row, &label) in partition.labels.iter().enumerate() {
        csv.write_record([
            row.to_string(),
            label.to_string(),
            cell(partition.medoids.get(label as usize)),
            cell(groups.and_then(|groups| groups.get(label as usize))),
        ])?;
    }
    csv.flush()?;
    Ok(())
}
