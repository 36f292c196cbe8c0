//! Whether a ceiling on memory can be kept at all, before much time is spent under it.

use super::{DecoyMethod, LibraryError, LibrarySettings, index_section};
use crate::index::{Factory, Rows};
use crate::memory::Bytes;

/// The program, what it reads ahead, and a block of postings in each thread's hands.
const PROGRAM: usize = 40_000_000;
/// Order, copies, links, clusters and what they are numbered by: with the program, 217 MB were measured
/// for a million entries.
const PER_ENTRY: usize = 170;
/// Of a peak that decoys may take, its m/z and the row of its spectrum.
const PER_OCCURRENCE: usize = 16;

/// Refuses a `ceiling` that is below what a build of so many entries and peaks keeps in memory in any
/// case: little but for indexes that hold whole vectors, and decoys of fragments of other spectra.
///
/// # Errors
/// Says what is needed.
pub(super) fn check(
    ceiling: Bytes,
    settings: &LibrarySettings,
    (n_targets, n_peaks): (usize, usize),
) -> Result<(), LibraryError> {
    let n_entries = match settings.decoys {
        DecoyMethod::None => n_targets,
        DecoyMethod::Auto | DecoyMethod::Shuffle | DecoyMethod::Spectrum => 2 * n_targets,
    };
    let occurrences = match settings.decoys {
        DecoyMethod::Spectrum => n_peaks,
        // Peptides need none.
        DecoyMethod::Auto | DecoyMethod::Shuffle | DecoyMethod::None => 0,
    };
    let dim = settings.embedding.dim;
    let factory = index_section::choose(&settings.index.kind, n_entries, dim)?;
    let needed = needed(&factory, dim, n_entries, occurrences);
    if needed <= ceiling {
        return Ok(());
    }
    Err(LibraryError::Ceiling {
        ceiling,
        needed,
        n_entries,
        index: factory.to_string(),
    })
}

fn needed(factory: &Factory, dim: usize, n_entries: usize, occurrences: usize) -> Bytes {
    let of_entries = n_entries * (PER_ENTRY + per_vector(factory, dim));
    Bytes((PROGRAM + of_entries + occurrences * PER_OCCURRENCE) as u64)
}

/// Bytes of each vector that training and the index hold in memory.
fn per_vector(factory: &Factory, dim: usize) -> usize {
    let whole = size_of::<f32>() * dim;
    let of_rows = match factory.rows {
        Rows::Flat => whole,
        Rows::Sparse => 0,
        Rows::Pq { n_sub, .. } => n_sub.get() as usize,
    };
    // A map, and rows for a second look, are made of whole vectors.
    let of_training = if factory.map.is_some() || factory.refine.is_some() {
        whole
    } else {
        0
    };
    of_rows + of_training
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_vectors_and_decoys_take_memory() {
        for (kind, occurrences, megabytes) in [
            ("IVF244,Sparse", 0, 210),
            ("IVF244,Sparse", 20_000_000, 530),
            ("IVF64,PQ32", 0, 242),
            ("Flat", 0, 2258),
            ("PCA64,IVF8,Flat", 0, 4306),
            ("IVF8,Sparse,Refine(F16)", 0, 2258),
        ] {
            let found = needed(&kind.parse().unwrap(), 512, 1_000_000, occurrences);
            assert_eq!(found, Bytes(megabytes * 1_000_000), "{kind}");
        }
    }
}
