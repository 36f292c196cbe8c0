//! An HDF5 file with spectra, neighbours, clusters and merged groups.

use super::{Clustered, Numbered};
use crate::library::{ArraySink, Attributes, Format, LibraryError, TextColumnBuilder, Writer};
use std::path::Path;

/// How the root of such a file is marked.
pub(super) const FORMAT: Format = Format {
    name: "mzseek-spectrum-clusters",
    version: 1,
    oldest: 1,
    sealed_since: None,
    what: "file of clustered spectra",
    made_by: "mzseek cluster",
    mistaken_for: "spectra to be clustered",
};

/// Writes `spectra/` (by input order: `id`, `file`, `index`, `precursor_mz`, `charge`,
/// `retention_time`, and `row`, 4294967295 where left out), by row `rows/digest`,
/// `clusters/cluster_of` and `clusters/piece_of` (the cluster before merging), by cluster
/// `clusters/representative` and `clusters/size`, and `neighbours/a`, `b`, `similarity` between first
/// copies. `settings` is TOML.
///
/// # Errors
/// What could not be written; the target is then as it was.
pub fn write_clusters_hdf5(
    clustered: &Clustered<'_>,
    numbered: &Numbered,
    settings: String,
    path: &Path,
) -> Result<(), LibraryError> {
    let mut writer = Writer::create(path, &FORMAT)?;
    let spectra = clustered.spectra;
    let mut ids = TextColumnBuilder::default();
    let mut files = TextColumnBuilder::default();
    let mut file_of: Vec<u32> = Vec::with_capacity(spectra.len());
    let mut known: Vec<&Path> = Vec::new();
    for spectrum in spectra {
        ids.push(&spectrum.id);
        // Files follow one another, so the last one known is nearly always the one.
        let at = known.iter().rposition(|path| *path == &*spectrum.file);
        file_of.push(at.unwrap_or_else(|| {
            known.push(&spectrum.file);
            files.push(&spectrum.file.to_string_lossy());
            known.len() - 1
        }) as u32);
    }
    for (name, column) in [("spectra/id", ids.finish()?), ("files", files.finish()?)] {
        let (offsets, utf8) = column.parts();
        writer.put(&format!("{name}/offsets"), offsets)?;
        writer.put(&format!("{name}/utf8"), utf8)?;
    }
    writer.put("spectra/file", &file_of)?;
    let column = |value: fn(&super::SpectrumInfo) -> f64| -> Vec<f64> {
        spectra.iter().map(value).collect()
    };
    let indices: Vec<u64> = spectra.iter().map(|s| s.index as u64).collect();
    let charges: Vec<i8> = spectra.iter().map(|s| s.charge).collect();
    let rows: Vec<u32> = spectra.iter().map(|s| s.row.unwrap_or(u32::MAX)).collect();
    writer.put("spectra/index", &indices)?;
    writer.put("spectra/precursor_mz", &column(|s| s.precursor_mz))?;
    writer.put("spectra/charge", &charges)?;
    writer.put("spectra/retention_time", &column(|s| s.retention_time))?;
    writer.put("spectra/row", &rows)?;
    writer.put("rows/digest", clustered.digests)?;
    writer.put("clusters/cluster_of", &numbered.cluster)?;
    writer.put("clusters/piece_of", &numbered.within_pieces)?;
    writer.put("clusters/representative", &numbered.representative)?;
    writer.put("clusters/size", &numbered.size)?;
    let first = |row: u32| clustered.distinct.first[row as usize];
    let a: Vec<u32> = clustered.links.iter().map(|link| first(link.a)).collect();
    let b: Vec<u32> = clustered.links.iter().map(|link| first(link.b)).collect();
    let similarity: Vec<f32> = clustered.links.iter().map(|link| link.similarity).collect();
    writer.put("neighbours/a", &a)?;
    writer.put("neighbours/b", &b)?;
    writer.put("neighbours/similarity", &similarity)?;
    let fingerprint = blake3::hash(settings.as_bytes()).to_hex().to_string();
    writer.finish(&Attributes {
        mzseek_version: env!("CARGO_PKG_VERSION").to_owned(),
        settings,
        fingerprint,
    })
}
