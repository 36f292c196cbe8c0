//! Gives every entry of a draft its decoy.

use super::{DecoyMethod, EntryColumnsBuilder, EntryText, LibraryError, LibrarySettings};
use crate::cluster::by_identity;
use crate::decoy::{FragmentPool, annotation_tolerance, reposition, shuffled};
use crate::domain::{Da, Peak, Peptidoform, Tolerance};
use crate::index::Random;
use crate::prepare::{Preparation, PreparedSpectrum, clean};
use rayon::prelude::*;

/// A decoy in the making: its peaks and, of a peptide, its sequence.
struct Decoy {
    prepared: PreparedSpectrum,
    peptide: String,
}

/// A spectrum that decoys may take fragments from, which gets none itself.
#[derive(Debug)]
pub(super) struct Donor {
    pub(super) prepared: PreparedSpectrum,
    /// What it is, where that is known.
    pub(super) identity: Option<String>,
}

/// Appends a decoy for each entry, in the order of the entries, cleaned as they were. Gives back
/// what a person should know.
///
/// # Errors
/// The method `shuffle` where an entry is no peptide of known mass.
pub(super) fn append(
    settings: &LibrarySettings,
    preparation: &Preparation,
    entries: &mut EntryColumnsBuilder,
    (prepared, donors): (&mut Vec<PreparedSpectrum>, Vec<Donor>),
) -> Result<Vec<String>, LibraryError> {
    let n = prepared.len() as u32;
    if settings.decoys == DecoyMethod::None {
        return Ok(Vec::new());
    }
    let peptides: Vec<Option<Peptidoform>> = (0..n)
        .into_par_iter()
        .map(|row| match settings.decoys {
            DecoyMethod::Spectrum | DecoyMethod::None => None,
            DecoyMethod::Auto | DecoyMethod::Shuffle => {
                entries.text(EntryText::Peptide, row).parse().ok()
            }
        })
        .collect();
    if settings.decoys == DecoyMethod::Shuffle {
        all_peptides(&peptides, entries)?;
    }
    let mut identities: Vec<Option<String>> = (0..n)
        .into_par_iter()
        .map(|row| entries.identity(row))
        .collect();
    for donor in donors {
        identities.push(donor.identity);
        prepared.push(donor.prepared);
    }
    let maker = Maker {
        fragment: settings.fragment_tolerance()?,
        // Decoys are as many as targets, whatever is left of their peaks.
        preparation: Preparation {
            min_peaks: 1,
            min_span: Da::ZERO,
            noise: 0.0,
            ..preparation.clone()
        },
        labels: by_identity(&identities),
        pool: FragmentPool::new(prepared, settings.fragment_tolerance()?),
        prepared,
        seed: settings.seed,
    };
    let decoys: Vec<Option<Decoy>> = (0..n)
        .into_par_iter()
        .zip(&peptides)
        .map(|(row, peptide)| maker.decoy(row, peptide.as_ref()))
        .collect();
    prepared.truncate(n as usize);
    let (mut n_without, mut n_shuffled) = (0, 0);
    for (row, decoy) in (0..n).zip(decoys) {
        let Some(decoy) = decoy else {
            n_without += 1;
            continue;
        };
        n_shuffled += u32::from(!decoy.peptide.is_empty());
        entries.push_decoy(row, &decoy.peptide);
        prepared.push(decoy.prepared);
    }
    let mut notes = vec![format!(
        "{} decoys: {n_shuffled} of shuffled peptides, {} of fragments of other spectra",
        n - n_without,
        n - n_without - n_shuffled
    )];
    if n_shuffled < n - n_without {
        let text = "decoys of other spectra's fragments count unrelated answers, not isomers: \
                    q-values of small molecules are too low";
        notes.push(text.to_owned());
    }
    if n_without > 0 {
        notes.push(format!(
            "{n_without} entries have no decoy: no other spectrum has fragments to make one of"
        ));
    }
    Ok(notes)
}

fn all_peptides(
    peptides: &[Option<Peptidoform>],
    entries: &EntryColumnsBuilder,
) -> Result<(), LibraryError> {
    let n_unknown = peptides.iter().filter(|p| p.is_none()).count();
    let Some(first) = peptides.iter().position(Option::is_none) else {
        return Ok(());
    };
    let row = first as u32;
    Err(LibraryError::NoPeptide {
        n_unknown,
        id: entries.text(EntryText::Id, row).to_owned(),
        peptide: entries.text(EntryText::Peptide, row).to_owned(),
    })
}

struct Maker<'a> {
    fragment: Tolerance,
    preparation: Preparation,
    /// Equal for entries of one identity.
    labels: Vec<u32>,
    pool: FragmentPool<'a>,
    prepared: &'a [PreparedSpectrum],
    seed: u64,
}

impl Maker<'_> {
    fn decoy(&self, row: u32, peptide: Option<&Peptidoform>) -> Option<Decoy> {
        // A stream per entry: decoys do not depend on threads.
        let mut random = Random::new(self.seed, u64::from(row));
        let target = &self.prepared[row as usize];
        let moved = peptide.and_then(|peptide| {
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
            (self.pool.decoy(target, other, &mut random), String::new())
        });
        let of = (target.precursor(), target.polarity());
        let prepared = clean(peaks, of, &self.preparation).ok()?;
        Some(Decoy { prepared, peptide })
    }
}
