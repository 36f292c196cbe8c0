//! Spectra to be clustered, as they come out of files.

use crate::cli::console::Console;
use crate::cli::intake::{Intake, ReadingFlags};
use crate::cluster::digest;
use crate::domain::{Charge, Seconds};
use crate::failure::Failure;
use crate::library::{LibrarySettings, identity_of};
use crate::prepare::{PreparedSpectrum, prepare};
use crate::report::{EarlierClusters, SpectrumInfo};
use rayon::prelude::*;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// What came out of the input.
pub(super) struct Input {
    pub(super) intake: Intake,
    pub(super) spectra: Vec<SpectrumInfo>,
    pub(super) prepared: Vec<PreparedSpectrum>,
    /// By position in `prepared`.
    pub(super) digests: Vec<u64>,
    /// The same.
    pub(super) identities: Vec<Option<String>>,
}

impl Input {
    pub(super) fn read(
        (files, reading): (&[PathBuf], ReadingFlags),
        settings: &LibrarySettings,
        truth: Option<&HashMap<String, String>>,
        console: Console,
    ) -> Result<Self, Failure> {
        let preparation = settings.preparation()?;
        let (mut infos, mut kept, mut identities) = (Vec::new(), Vec::new(), Vec::new());
        let intake = Intake::read(files, reading, console, |spectra, skipped| {
            let prepared: Vec<_> = spectra
                .par_iter()
                .map(|spectrum| prepare(spectrum, &preparation))
                .collect();
            for (spectrum, prepared) in spectra.iter().zip(prepared) {
                let origin = &spectrum.origin;
                let row = match prepared {
                    Ok(prepared) => {
                        kept.push(prepared);
                        identities.push(match truth {
                            Some(truth) => truth.get(spectrum.id.trim()).cloned(),
                            None => identity_of(spectrum),
                        });
                        Some(kept.len() as u32 - 1)
                    }
                    Err(reason) => {
                        let place =
                            format!("{}, record {}", origin.file.display(), origin.index + 1);
                        skipped.add(reason.category(), format!("{place}: {reason}"));
                        None
                    }
                };
                let charge = spectrum.precursor.and_then(|p| p.charge);
                infos.push(SpectrumInfo {
                    file: origin.file.clone(),
                    index: origin.index,
                    id: spectrum.id.as_str().into(),
                    precursor_mz: spectrum.precursor.map_or(f64::NAN, |p| p.mz.value()),
                    charge: charge.map_or(0, Charge::state),
                    retention_time: spectrum
                        .measurement
                        .retention_time
                        .map_or(f64::NAN, Seconds::value),
                    row,
                });
            }
            Ok(())
        })?;
        Ok(Self {
            intake,
            spectra: infos,
            digests: kept.par_iter().map(digest).collect(),
            prepared: kept,
            identities,
        })
    }

    /// Makes sure that the first spectra are those that `path` was made from.
    pub(super) fn expect(&self, earlier: &EarlierClusters, path: &Path) -> Result<(), Failure> {
        let before = earlier.digests();
        if self.digests.get(..before.len()) == Some(before) {
            return Ok(());
        }
        let same = before.iter().zip(&self.digests).take_while(|(a, b)| a == b);
        let row = same.count() as u32;
        let at = self.spectra.iter().find(|s| s.row == Some(row));
        let place = at.map_or_else(
            || "there are fewer".to_owned(),
            |s| format!("{}, record {} differs", s.file.display(), s.index + 1),
        );
        let path = path.display();
        Err(Failure::input(format!(
            "{path}: the spectra it was made from have changed: {place}; cluster all files from the start"
        )))
    }
}
