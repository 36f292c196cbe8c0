//! A library, to its file.

use super::container::Attributes;
use super::opened::{FLAGS, Files, Held, text_sections};
use super::writer::Writer;
use super::{
    EntryColumns, EntryText, LIBRARY, Library, LibraryError, LibrarySettings, Lineage, base,
    confidence_section, index_section,
};
use crate::cluster::Clusters;
use crate::confidence::Model;
use crate::index::{AnyIndex, RowOrder};
use crate::similarity::PeakColumns;
use std::path::Path;

/// Writes `library`, which was just built, to `path`, whole or not at all.
///
/// # Errors
/// Says what could not be written; the target is then as it was.
///
/// # Panics
/// If `library` was not just built, and is several segments: the caller's mistake.
pub fn write(library: &Library, path: &Path) -> Result<(), LibraryError> {
    let (segment, member) = (&library.segments[0], &library.members[0]);
    assert_eq!(library.segments.len(), 1, "a library just built is one");
    write_file(
        path,
        Arrays {
            entries: &library.entries.segments()[0],
            order: &segment.order,
            peaks: &library.peaks.segments()[0],
            index: &segment.index,
        },
        (&library.clusters, &library.models),
        (&library.settings, &member.lineage),
    )
}

/// Writes `library`, which was just built of `old` or a part of it, in the place of `old` at `path`.
///
/// # Errors
/// What could not be written, or that `old` was replaced meanwhile; the file is then as it was.
pub fn replace(old: &Library, library: &Library, path: &Path) -> Result<(), LibraryError> {
    unchanged(old, path)?;
    write(library, path)
}

/// # Errors
/// If `path` does not hold `library` any more.
pub(super) fn unchanged(library: &Library, path: &Path) -> Result<(), LibraryError> {
    if Files::open(path)?.head.overall() == library.members[0].checksum {
        return Ok(());
    }
    Err(LibraryError::Changed {
        path: path.to_owned(),
    })
}

/// The entries of a file and their index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrays<'a> {
    entries: &'a EntryColumns,
    order: &'a RowOrder,
    peaks: &'a PeakColumns,
    index: &'a AnyIndex,
}

impl<'a> From<&'a Held> for Arrays<'a> {
    fn from(held: &'a Held) -> Self {
        Self {
            entries: &held.entries,
            order: &held.order,
            peaks: &held.peaks,
            index: &held.index,
        }
    }
}

/// Writes these entries to `path`, with the clusters of these and all older ones.
pub(super) fn write_file(
    path: &Path,
    arrays: Arrays<'_>,
    (clusters, models): (&Clusters, &[Model]),
    (settings, lineage): (&LibrarySettings, &Lineage),
) -> Result<(), LibraryError> {
    let mut writer = Writer::create(path, &LIBRARY)?;
    write_entries(arrays.entries, &mut writer)?;
    let (rows, keys) = arrays.order.parts();
    writer.put("precursor/rows", rows)?;
    writer.put("precursor/mz", keys)?;
    let (offsets, [mz, intensity, weight, information]) = arrays.peaks.parts();
    writer.put("peaks/offsets", offsets)?;
    writer.put("peaks/mz", mz)?;
    writer.put("peaks/intensity", intensity)?;
    writer.put("peaks/entropy_weight", weight)?;
    writer.put("peaks/entropy_information", information)?;
    index_section::write(arrays.index, &mut writer)?;
    let clusters = clusters.parts();
    writer.put("clusters/cluster_of", &clusters.cluster_of)?;
    writer.put("clusters/offsets", &clusters.offsets)?;
    writer.put("clusters/members", &clusters.members)?;
    writer.put("clusters/medoid", &clusters.medoid)?;
    writer.put("clusters/identity", &clusters.identity)?;
    writer.put("clusters/purity", &clusters.purity)?;
    confidence_section::write(models, &mut writer)?;
    lineage.write(&mut writer)?;
    writer.finish(&Attributes {
        mzseek_version: env!("CARGO_PKG_VERSION").to_owned(),
        settings: settings.to_toml(),
        fingerprint: settings.fingerprint(),
    })?;
    base::tidy(path);
    Ok(())
}

fn write_entries(entries: &EntryColumns, writer: &mut Writer) -> Result<(), LibraryError> {
    let (precursor_mz, charge, polarity, texts) = entries.parts();
    writer.put("entries/precursor_mz", precursor_mz)?;
    writer.put("entries/charge", charge)?;
    writer.put("entries/polarity", polarity)?;
    if !entries.flags().is_empty() {
        writer.put(FLAGS, entries.flags())?;
    }
    let retention = entries.retention();
    writer.put("entries/retention_time", &retention.time)?;
    writer.put("entries/retention_index", &retention.index)?;
    for (text, column) in EntryText::ALL.iter().zip(texts) {
        let (offsets, bytes) = column.parts();
        let (offsets_name, bytes_name) = text_sections(*text);
        writer.put(&offsets_name, offsets)?;
        writer.put(&bytes_name, bytes)?;
    }
    Ok(())
}
