//! Libraries made of libraries: with entries left out, as one file again, or of several.
//!
//! An entry's peaks and texts are all that a build makes the rest of, to the bit. So what comes out
//! is what a build of the spectra themselves would have given.

use super::{
    Draft, EntryTable, Library, LibraryError, LibrarySettings, Lineage, PeakTable, Stage, build,
    index_section,
};
use crate::memory::Workspace;
use crate::prepare::PreparedSpectrum;
use crate::similarity::OwnedView;
use rayon::prelude::*;

/// A new version of a library, made of its entries.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The command, for the lineage.
    pub by: &'a str,
    /// Rows of the entries that stay, ascending, decoys apart.
    pub rows: &'a [u32],
    /// Where the new version is made.
    pub workspace: &'a Workspace,
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
    let to = (member.name.as_str(), change.workspace);
    let (mut made, notes) = remake(library, change.rows, to, on_stage)?;
    let n_entries = made.entries.n_targets();
    made.members[0].lineage = (member.lineage).next(change.by, n_entries, &member.checksum);
    Ok((made, notes))
}

/// Makes one library called `name` of all members of `library`, in `workspace`.
///
/// # Errors
/// What could not be made.
pub fn merge(
    library: &Library,
    (name, workspace): (&str, &Workspace),
    on_stage: impl FnMut(Stage),
) -> Result<(Library, Vec<String>), LibraryError> {
    let rows: Vec<u32> = library.entries.targets().collect();
    let (mut made, notes) = remake(library, &rows, (name, workspace), on_stage)?;
    let parents = library.members.iter().map(|member| member.checksum.clone());
    let n_entries = made.entries.n_targets();
    made.members[0].lineage = Lineage::first("merge", n_entries, parents.collect());
    Ok((made, notes))
}

fn remake(
    library: &Library,
    rows: &[u32],
    (name, workspace): (&str, &Workspace),
    on_stage: impl FnMut(Stage),
) -> Result<(Library, Vec<String>), LibraryError> {
    if rows.is_empty() {
        return Err(LibraryError::Empty("every entry is to be left out".into()));
    }
    let n_trained = library.segments[0].order.len();
    let settings = as_wished(&library.settings, n_trained)?;
    let mut draft = Draft::within(workspace, settings)?;
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
        for rows in rows.chunks(RESTORED_AT_ONCE) {
            let view = |&row: &u32| OwnedView::new(&restored(entries, peaks, row));
            let views: Vec<OwnedView> = rows.par_iter().map(view).collect();
            for view in &views {
                self.peaks.push(view);
            }
        }
    }
}

/// Spectra that are restored before they are put behind one another.
const RESTORED_AT_ONCE: usize = 1 << 14;

/// The spectra of these entries as they were prepared.
pub fn restore(entries: &EntryTable, peaks: &PeakTable, rows: &[u32]) -> Vec<PreparedSpectrum> {
    let of_row = |&row: &u32| restored(entries, peaks, row);
    rows.par_iter().map(of_row).collect()
}

fn restored(entries: &EntryTable, peaks: &PeakTable, row: u32) -> PreparedSpectrum {
    let view = peaks.view(row, None);
    let (columns, at) = entries.locate(row);
    PreparedSpectrum::restored(columns.ion(at), (view.mz, view.intensity))
}
