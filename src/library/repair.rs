//! A library whose derived parts are damaged, made again of its entries and peaks.
//!
//! What was read from spectra is in `entries` and `peaks`; order, index, clusters, probabilities and
//! the numbers that scores need beside peaks follow from it. So where those two are sound, nothing is
//! lost.

use super::container::Container;
use super::opened::{Files, read_entries, read_peaks};
use super::rebuild::as_wished;
use super::{Draft, EntryTable, Library, LibraryError, PeakTable, Stage, build};
use std::path::Path;

/// Arrays that follow from nothing else in the file.
const ENTRIES: &str = "entries/";
const PEAKS: [&str; 3] = ["peaks/offsets", "peaks/mz", "peaks/intensity"];

/// Makes the library at `path` anew of its entries and their peaks, as one file. Given back with the
/// checksum of the file that it is to [replace](super::replace()), and the notes of the build.
///
/// # Errors
/// If entries, peaks, settings or the structure of the file are damaged themselves: then the part is
/// named, and only a copy helps.
pub fn repair(
    path: &Path,
    on_stage: impl FnMut(Stage),
) -> Result<(Library, String, Vec<String>), LibraryError> {
    let files = Files::open(path)?;
    let (mut entries, mut peaks) = (Vec::new(), Vec::new());
    for container in files.all() {
        check_source(container)?;
        let (columns, spectra) = (read_entries(container)?, read_peaks(container)?);
        if columns.len() != spectra.len() {
            return Err(container.damaged("peaks", "are not those of these entries"));
        }
        entries.push(columns);
        peaks.push(spectra);
    }
    let (entries, peaks) = (EntryTable::new(entries), PeakTable::new(peaks));
    let n_trained = entries.segments()[0].len();
    let mut draft = Draft::new(as_wished(&files.settings()?, n_trained)?)?;
    let rows: Vec<u32> = entries.targets().collect();
    draft.restore(&entries, &peaks, &rows);
    let (mut made, notes) = build(draft, &files.name(), on_stage)?;
    let old = files.head.overall().to_owned();
    made.members[0].lineage = files.lineage(rows.len()).next("repair", rows.len(), &old);
    Ok((made, old, notes))
}

fn check_source(container: &Container) -> Result<(), LibraryError> {
    let names = container.sections().map(|section| section.name.as_str());
    let is_source = |name: &&str| name.starts_with(ENTRIES) || PEAKS.contains(name);
    let mut sources = names.filter(is_source);
    sources.try_for_each(|name| container.check(name))
}
