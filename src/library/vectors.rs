//! The vectors of a draft's entries.

use super::EntryColumns;
use crate::embed::Embedding;
use crate::files::check_room;
use crate::index::{RowOrder, SparseRows};
use crate::memory::{Workspace, WorkspaceError};
use crate::prepare::PreparedSpectrum;
use crate::similarity::PeakColumns;
use rayon::prelude::*;
use std::path::Path;

/// Spectra that are embedded before their vectors are put behind one another.
const EMBEDDED_AT_ONCE: usize = 1 << 14;

/// Bytes of a value that is not 0, with its place.
const VALUE_BYTES: u64 = 8;

/// The vectors in `order`, without their zeros: a million of them are some hundred
/// megabytes, where whole rows would be sixteen gigabytes.
///
/// # Errors
/// If they cannot be kept; before any is made, if the disk has no room for them.
pub(super) fn in_order(
    embedding: &Embedding,
    (entries, peaks): (&EntryColumns, &PeakColumns),
    order: &RowOrder,
    workspace: &Workspace,
) -> Result<SparseRows, WorkspaceError> {
    let most_values = |row: u32| {
        let n_peaks = peaks.view(row, None).mz.len();
        embedding.most_values(n_peaks, entries.precursor(row).is_some())
    };
    let most: usize = (0..entries.len() as u32).map(most_values).sum();
    if let Some(folder) = workspace.folder() {
        room_for(most, folder)?;
    }
    let mut vectors = SparseRows::within(workspace, embedding.dim());
    vectors.reserve(entries.len(), most);
    for rows in order.parts().0.chunks(EMBEDDED_AT_ONCE) {
        let embedded: Vec<Vec<(u32, f32)>> = rows
            .par_iter()
            .map(|&row| {
                let view = peaks.view(row, None);
                let of = (view.mz, view.intensity);
                embedding.embed(&PreparedSpectrum::restored(entries.ion(row), of))
            })
            .collect();
        for vector in &embedded {
            vectors.push(vector);
        }
    }
    vectors.settle()?;
    Ok(vectors)
}

fn room_for(n_values: usize, folder: &Path) -> Result<(), WorkspaceError> {
    check_room(folder, n_values as u64 * VALUE_BYTES).map_err(|source| WorkspaceError {
        folder: folder.to_owned(),
        source,
    })
}
