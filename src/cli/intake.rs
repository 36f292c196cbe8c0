//! Reads input files record by record and hands spectra on in blocks, counting what it leaves out.

use super::Outcome;
use super::console::Console;
use crate::domain::Spectrum;
use crate::failure::Failure;
use crate::files::Claim;
use crate::formats::{self, Record};
use crate::library::Draft;
use crate::report::Skipped;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Spectra handed on at once: enough to keep all threads busy, little enough to hold in memory.
const BLOCK: usize = 4096;

/// What was read and what was left out.
#[derive(Debug, Default)]
pub(super) struct Intake {
    /// MS/MS spectra handed on.
    pub(super) n_spectra: u64,
    /// Other scans, which are not searched.
    pub(super) n_other_scans: u64,
    /// Records that could not be read.
    pub(super) n_damaged: u64,
    /// Records that could not be used: the damaged ones and what `each` left out.
    pub(super) skipped: Skipped,
    /// Time spent reading and parsing.
    pub(super) reading: Duration,
}

impl Intake {
    /// Reads all of `inputs` and gives `each` one block of spectra after another. `each` may count
    /// records it cannot use.
    ///
    /// # Errors
    /// A file that cannot be read to its end, or what `each` fails with.
    pub(super) fn read(
        inputs: &[PathBuf],
        console: Console,
        mut each: impl FnMut(&[Spectrum], &mut Skipped) -> Result<(), Failure>,
    ) -> Result<Self, Failure> {
        let mut intake = Self::default();
        let progress = console.progress("spectra read");
        for input in inputs {
            intake.read_file(input, |spectra, skipped| {
                progress.inc(spectra.len() as u64);
                each(spectra, skipped)
            })?;
        }
        progress.finish_and_clear();
        Ok(intake)
    }

    fn read_file(
        &mut self,
        input: &Path,
        mut each: impl FnMut(&[Spectrum], &mut Skipped) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut started = Instant::now();
        let mut block = Vec::with_capacity(BLOCK);
        for outcome in formats::open(input)? {
            match outcome {
                Ok(Record::Spectrum(spectrum)) => block.push(*spectrum),
                Ok(Record::OtherScan { .. }) => self.n_other_scans += 1,
                Err(error) if error.is_fatal() => return Err(error.into()),
                Err(error) => {
                    self.n_damaged += 1;
                    self.skipped.add(error.kind(), &error);
                }
            }
            if block.len() == BLOCK {
                self.hand_on(&mut block, &mut started, &mut each)?;
            }
        }
        self.hand_on(&mut block, &mut started, &mut each)
    }

    fn hand_on(
        &mut self,
        block: &mut Vec<Spectrum>,
        started: &mut Instant,
        each: &mut impl FnMut(&[Spectrum], &mut Skipped) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.reading += started.elapsed();
        self.n_spectra += block.len() as u64;
        each(block, &mut self.skipped)?;
        block.clear();
        *started = Instant::now();
        Ok(())
    }

    /// Records of all kinds, those left out included. What `each` left out was handed to it first.
    pub(super) fn n_records(&self) -> u64 {
        self.n_spectra + self.n_damaged + self.n_other_scans
    }

    /// Tells what was left out, and how the command therefore ends.
    pub(super) fn finish(&self, console: Console) -> Outcome {
        if self.n_other_scans > 0 {
            console.say(format!(
                "{} scans that are not MS/MS were passed over",
                self.n_other_scans
            ));
        }
        if self.skipped.is_empty() {
            Outcome::Done
        } else {
            console.say(&self.skipped);
            Outcome::DoneWithSkips
        }
    }
}

/// Prepares `spectra` and appends them to `draft`, counting those that cannot be compared.
pub(super) fn extend(draft: &mut Draft, spectra: &[Spectrum], skipped: &mut Skipped) {
    for (idx, reason) in draft.extend(spectra) {
        let origin = &spectra[idx].origin;
        let place = format!("{}, record {}", origin.file.display(), origin.index + 1);
        skipped.add(reason.category(), format!("{place}: {reason}"));
    }
}

/// Claims the library at `path` for a command that writes it, for as long as the claim is held.
///
/// # Errors
/// If another process is writing it, or no file can be made beside it.
pub(super) fn claim(path: &Path) -> Result<Claim, Failure> {
    Claim::take(path).map_err(|error| Failure::write(path, error))
}

/// Refuses an `output` that would replace one of `inputs`.
///
/// # Errors
/// Names the input.
pub(super) fn refuse_as_output<'a>(
    inputs: impl IntoIterator<Item = &'a PathBuf>,
    output: &Path,
) -> Result<(), Failure> {
    let Ok(output) = output.canonicalize() else {
        return Ok(());
    };
    let same = |input: &&PathBuf| input.canonicalize().is_ok_and(|input| input == output);
    match inputs.into_iter().find(same) {
        Some(input) => {
            let text = "is an input; writing the output would replace it: name another output";
            Err(Failure::usage(format!("{}: {text}", input.display())))
        }
        None => Ok(()),
    }
}
