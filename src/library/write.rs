//! A library, to its file.

use super::attributes::Attributes;
use super::opened::{FLAGS, Files, Held, text_sections};
use super::sink::{ArraySink, Scales};
use super::writer::Writer;
use super::{
    EntryColumns, EntryText, LIBRARY, Library, LibraryError, LibrarySettings, Lineage, base,
    confidence_section, index_section,
};
use crate::cluster::Clusters;
use crate::confidence::Model;
use crate::files::{check_room, folder_beside};
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

/// Writes `library` in the place of the one at `path` with the checksum `old`, of which it was made.
///
/// # Errors
/// What could not be written, or that the old one was replaced meanwhile; the file is then as it was.
pub fn replace(old: &str, library: &Library, path: &Path) -> Result<(), LibraryError> {
    unchanged(old, path)?;
    write(library, path)
}

/// # Errors
/// If `path` does not hold the library with the checksum `old` any more.
pub(super) fn unchanged(old: &str, path: &Path) -> Result<(), LibraryError> {
    if Files::open(path)?.head.overall() == old {
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
    let mut scales = Scales::default();
    put_arrays(&mut scales, arrays, (clusters, models), lineage)?;
    let io = |source| LibraryError::Io {
        path: path.to_owned(),
        source,
    };
    let folder = folder_beside(path).map_err(io)?;
    check_room(&folder, scales.n_bytes).map_err(io)?;
    let mut writer = Writer::create(path, &LIBRARY)?;
    put_arrays(&mut writer, arrays, (clusters, models), lineage)?;
    writer.finish(&Attributes {
        mzseek_version: env!("CARGO_PKG_VERSION").to_owned(),
        settings: settings.to_toml(),
        fingerprint: settings.fingerprint(),
    })?;
    base::tidy(path);
    Ok(())
}

fn put_arrays(
    sink: &mut impl ArraySink,
    arrays: Arrays<'_>,
    (clusters, models): (&Clusters, &[Model]),
    lineage: &Lineage,
) -> Result<(), LibraryError> {
    put_entries(arrays.entries, sink)?;
    let (rows, keys) = arrays.order.parts();
    sink.put("precursor/rows", rows)?;
    sink.put("precursor/mz", keys)?;
    let (offsets, [mz, intensity, weight, information]) = arrays.peaks.parts();
    sink.put("peaks/offsets", offsets)?;
    sink.put("peaks/mz", mz)?;
    sink.put("peaks/intensity", intensity)?;
    sink.put("peaks/entropy_weight", weight)?;
    sink.put("peaks/entropy_information", information)?;
    index_section::write(arrays.index, sink)?;
    let clusters = clusters.parts();
    sink.put("clusters/cluster_of", &clusters.cluster_of)?;
    sink.put("clusters/offsets", &clusters.offsets)?;
    sink.put("clusters/members", &clusters.members)?;
    sink.put("clusters/medoid", &clusters.medoid)?;
    sink.put("clusters/identity", &clusters.identity)?;
    sink.put("clusters/purity", &clusters.purity)?;
    confidence_section::write(models, sink)?;
    lineage.write(sink)
}

fn put_entries(entries: &EntryColumns, sink: &mut impl ArraySink) -> Result<(), LibraryError> {
    let (precursor_mz, charge, polarity, texts) = entries.parts();
    sink.put("entries/precursor_mz", precursor_mz)?;
    sink.put("entries/charge", charge)?;
    sink.put("entries/polarity", polarity)?;
    if !entries.flags().is_empty() {
        sink.put(FLAGS, entries.flags())?;
    }
    let retention = entries.retention();
    sink.put("entries/retention_time", &retention.time)?;
    sink.put("entries/retention_index", &retention.index)?;
    for (text, column) in EntryText::ALL.iter().zip(texts) {
        let (offsets, bytes) = column.parts();
        let (offsets_name, bytes_name) = text_sections(*text);
        sink.put(&offsets_name, offsets)?;
        sink.put(&bytes_name, bytes)?;
    }
    Ok(())
}
