//! Gives every entry of a draft its decoy.

use super::{DecoyMethod, EntryColumnsBuilder, EntryText, LibraryError, LibrarySettings};
use crate::cluster::by_identity;
use crate::decoy::{FragmentPool, Fragments, annotation_tolerance, reposition, shuffled};
use crate::domain::{Da, Peak, Peptidoform, Tolerance};
use crate::index::Random;
use crate::memory::Workspace;
use crate::prepare::{Preparation, PreparedSpectrum, clean};
use crate::similarity::{OwnedView, PeakColumnsBuilder};
use rayon::prelude::*;

/// A decoy in the making: its peaks and, of a peptide, its sequence.
struct Decoy {
    peaks: OwnedView,
    peptide: String,
}

/// A spectrum that decoys may take fragments from, which gets none itself.
#[derive(Debug)]
pub(super) struct Donor<'a> {
    pub(super) fragments: Fragments<'a>,
    /// What it is, where that is known.
    pub(super) identity: Option<String>,
}

/// Decoys that are made before they are put behind one another.
const MADE_AT_ONCE: usize = 1 << 14;

/// Appends a decoy for each entry, in the order of the entries, cleaned as they were. Gives back
/// what a person should know.
///
/// # Errors
/// The method `shuffle` where an entry is no peptide of known mass, or what could not be kept.
pub(super) fn append(
    (settings, preparation): (&LibrarySettings, &Preparation),
    entries: &mut EntryColumnsBuilder,
    (peaks, donors): (&mut PeakColumnsBuilder, Vec<Donor<'_>>),
    workspace: &Workspace,
) -> Result<Vec<String>, LibraryError> {
    if settings.decoys == DecoyMethod::None {
        return Ok(Vec::new());
    }
    entries.settle()?;
    peaks.settle()?;
    let n = entries.len() as u32;
    if settings.decoys == DecoyMethod::Shuffle {
        all_peptides(entries)?;
    }
    let mut made = PeakColumnsBuilder::within(workspace);
    let mut sources: Vec<(u32, String)> = Vec::new();
    let maker = Origins {
        entries: &*entries,
        peaks: &*peaks,
        donors: &donors,
    };
    maker.make((settings, preparation), |row, decoy| {
        made.push(&decoy.peaks);
        sources.push((row, decoy.peptide));
    })?;
    peaks.append(&made.finish()?);
    for (row, peptide) in &sources {
        entries.push_decoy(*row, peptide);
    }
    let n_made = sources.len();
    let n_shuffled = sources.iter().filter(|(_, p)| !p.is_empty()).count();
    let mut notes = vec![format!(
        "{n_made} decoys: {n_shuffled} of shuffled peptides, {} of fragments of other spectra",
        n_made - n_shuffled
    )];
    if n_shuffled < n_made {
        let text = "decoys of other spectra's fragments count unrelated answers, not isomers: \
                    q-values of small molecules are too low";
        notes.push(text.to_owned());
    }
    let n_without = n as usize - n_made;
    if n_without > 0 {
        notes.push(format!(
            "{n_without} entries have no decoy: no other spectrum has fragments to make one of"
        ));
    }
    Ok(notes)
}

fn peptide(entries: &EntryColumnsBuilder, row: u32) -> Option<Peptidoform> {
    entries.text(EntryText::Peptide, row).parse().ok()
}

fn all_peptides(entries: &EntryColumnsBuilder) -> Result<(), LibraryError> {
    let unknown: Vec<u32> = (0..entries.len() as u32)
        .into_par_iter()
        .filter(|&row| peptide(entries, row).is_none())
        .collect();
    let Some(&first) = unknown.first() else {
        return Ok(());
    };
    Err(LibraryError::NoPeptide {
        n_unknown: unknown.len(),
        id: entries.text(EntryText::Id, first).to_owned(),
        peptide: entries.text(EntryText::Peptide, first).to_owned(),
    })
}

/// What decoys are made of and for.
struct Origins<'a> {
    entries: &'a EntryColumnsBuilder,
    peaks: &'a PeakColumnsBuilder,
    donors: &'a [Donor<'a>],
}

impl<'a> Origins<'a> {
    /// The peaks of an entry, or of a donor behind them.
    fn fragments(&self, row: u32) -> Fragments<'a> {
        if let Some(donor) = (row as usize).checked_sub(self.entries.len()) {
            return self.donors[donor].fragments;
        }
        let (mz, intensity) = self.peaks.peaks(row);
        Fragments {
            precursor: self.entries.ion(row).0,
            mz,
            intensity,
        }
    }

    /// Gives `each` the decoys of entries, in their order.
    fn make(
        &self,
        (settings, preparation): (&LibrarySettings, &Preparation),
        mut each: impl FnMut(u32, Decoy),
    ) -> Result<(), LibraryError> {
        let n = self.entries.len() as u32;
        let mut identities: Vec<Option<String>> = (0..n)
            .into_par_iter()
            .map(|row| self.entries.identity(row))
            .collect();
        identities.extend(self.donors.iter().map(|donor| donor.identity.clone()));
        let labels = by_identity(&identities);
        drop(identities);
        let fragments = |row: u32| self.fragments(row);
        let fragment = settings.fragment_tolerance()?;
        let maker = Maker {
            of: self,
            method: settings.decoys,
            fragment,
            // Decoys are as many as targets, whatever is left of their peaks.
            preparation: Preparation {
                min_peaks: 1,
                min_span: Da::ZERO,
                noise: 0.0,
                ..preparation.clone()
            },
            pool: FragmentPool::new(labels.len() as u32, &fragments, fragment),
            labels,
            seed: settings.seed,
        };
        for first in (0..n).step_by(MADE_AT_ONCE) {
            let rows = first..n.min(first + MADE_AT_ONCE as u32);
            let decoys: Vec<Option<Decoy>> = (rows.clone().into_par_iter())
                .map(|row| maker.decoy(row))
                .collect();
            for (row, decoy) in rows.zip(decoys) {
                if let Some(decoy) = decoy {
                    each(row, decoy);
                }
            }
        }
        Ok(())
    }
}

struct Maker<'a> {
    of: &'a Origins<'a>,
    method: DecoyMethod,
    fragment: Tolerance,
    preparation: Preparation,
    /// Equal for entries of one identity.
    labels: Vec<u32>,
    pool: FragmentPool<'a>,
    seed: u64,
}

impl Maker<'_> {
    fn decoy(&self, row: u32) -> Option<Decoy> {
        // A stream per entry: decoys do not depend on threads.
        let mut random = Random::new(self.seed, u64::from(row));
        let entries = self.of.entries;
        let target = PreparedSpectrum::restored(entries.ion(row), self.of.peaks.peaks(row));
        let peptide = match self.method {
            DecoyMethod::Spectrum | DecoyMethod::None => None,
            DecoyMethod::Auto | DecoyMethod::Shuffle => peptide(entries, row),
        };
        let moved = peptide.as_ref().and_then(|peptide| {
            let decoy = shuffled(peptide, &mut random)?;
            let charge = target.precursor().and_then(|p| p.charge);
            let charge = charge.map_or(1, |c| c.state().unsigned_abs());
            let pair = (peptide, &decoy);
            let peaks: Vec<Peak> = target.peaks().collect();
            let tolerance = annotation_tolerance(&peaks, peptide, self.fragment);
            let peaks = reposition(peaks, pair, charge, tolerance);
            Some((peaks, decoy.to_string()))
        });
        let (peaks, peptide) = moved.unwrap_or_else(|| {
            let label = self.labels[row as usize];
            let other = |row: u32| self.labels[row as usize] != label;
            (self.pool.decoy(&target, other, &mut random), String::new())
        });
        let of = (target.precursor(), target.polarity());
        let prepared = clean(peaks, of, &self.preparation).ok()?;
        Some(Decoy {
            peaks: OwnedView::new(&prepared),
            peptide,
        })
    }
}
