//! Libraries made of libraries: with entries left out, as one file again, or of several.
//!
//! An entry's peaks and texts are all that a build makes the rest of, to the bit. So what comes out
//! is what a build of the spectra themselves would have given.

use super::{
    Draft, EntryTable, Library, LibraryError, LibrarySettings, Lineage, PeakTable, Stage, build,
    index_section,
};
use crate::domain::Polarity;
use crate::prepare::PreparedSpectrum;
use rayon::prelude::*;

/// A new version of a library, made of its entries.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The command, for the lineage.
    pub by: &'a str,
    /// Rows of the entries that stay, ascending, decoys apart.
    pub rows: &'a [u32],
}

/// Makes a library of entries of `library`. Notes are those of the build.
///
/// # Errors
/// What could not be made.
pub fn change(
    library: &Library,
    change: Change<'_>,
    on_stage: impl FnMut(Stage),
) -> Result<(Library, Vec<String>), LibraryError> {
    let member = &library.members[0];
    let (mut made, notes) = remake(library, change.rows, &member.name, on_stage)?;
    let n_entries = made.entries.n_targets();
    made.members[0].lineage = (member.lineage).next(change.by, n_entries, &member.checksum);
    Ok((made, notes))
}

/// Makes one library called `name` of all members of `library`.
///
/// # Errors
/// What could not be made.
pub fn merge(
    library: &Library,
    name: &str,
    on_stage: impl FnMut(Stage),
) -> Result<(Library, Vec<String>), LibraryError> {
    let rows: Vec<u32> = library.entries.targets().collect();
    let (mut made, notes) = remake(library, &rows, name, on_stage)?;
    let parents = library.members.iter().map(|member| member.checksum.clone());
    let n_entries = made.entries.n_targets();
    made.members[0].lineage = Lineage::first("merge", n_entries, parents.collect());
    Ok((made, notes))
}

fn remake(
    library: &Library,
    rows: &[u32],
    name: &str,
    on_stage: impl FnMut(Stage),
) -> Result<(Library, Vec<String>), LibraryError> {
    if rows.is_empty() {
        return Err(LibraryError::Empty("every entry is to be left out".into()));
    }
    let n_trained = library.segments[0].order.len();
    let mut draft = Draft::new(as_wished(&library.settings, n_trained)?)?;
    draft.restore(&library.entries, &library.peaks, rows);
    library.sound()?;
    build(draft, name, on_stage)
}

/// The settings that were asked for when a library of `n_rows` vectors was built.
pub(super) fn as_wished(
    settings: &LibrarySettings,
    n_rows: usize,
) -> Result<LibrarySettings, LibraryError> {
    let mut settings = settings.clone();
    let wish = std::mem::take(&mut settings.index.wish);
    let dim = settings.embedding.dim;
    if !wish.is_empty() {
        settings.index.kind = wish;
    } else if index_section::choose("auto", n_rows, dim)?.to_string() == settings.index.kind {
        // Format 1 does not say; this is what it would have become.
        "auto".clone_into(&mut settings.index.kind);
    }
    Ok(settings)
}

impl Draft {
    /// Appends the entries at `rows`.
    pub(super) fn restore(&mut self, entries: &EntryTable, peaks: &PeakTable, rows: &[u32]) {
        for &row in rows {
            let (columns, row) = entries.locate(row);
            self.entries.push_from(columns, row);
        }
        self.prepared.extend(restore(entries, peaks, rows));
    }
}

/// The spectra of these entries as they were prepared.
pub fn restore(entries: &EntryTable, peaks: &PeakTable, rows: &[u32]) -> Vec<PreparedSpectrum> {
    rows.par_iter()
        .map(|&row| {
            let view = peaks.view(row, None);
            let polarity = match entries.polarity_sign(row) {
                0 => None,
                sign if sign > 0 => Some(Polarity::Positive),
                _ => Some(Polarity::Negative),
            };
            let ion = (entries.precursor(row), polarity);
            PreparedSpectrum::restored(ion, (view.mz, view.intensity))
        })
        .collect()
}
