//! What `build --check` does about spectra that are wrong: it refuses them all, or leaves them out.

use super::check::{FindingTable, Inspected, Place, Tally, Unreadable, beside, inspect};
use super::console::Console;
use super::intake::Block;
use crate::check::{Finding, Limits, Severity};
use crate::domain::{Origin, Spectrum};
use crate::failure::Failure;
use crate::files::PendingFile;
use crate::formats;
use crate::report::Skipped;
use clap::ValueEnum;
use std::collections::{BTreeMap, HashMap};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is done about spectra with findings of severity error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Checking {
    /// No library is made.
    Refuse,
    /// They are left out.
    Quarantine,
}

/// Records with findings of severity error.
#[derive(Debug, Default)]
pub(super) struct Errors(HashMap<Arc<Path>, BTreeMap<usize, Vec<Finding>>>);

/// Reads `inputs` once before they are read for the library, and finds what is wrong with them. A
/// spectrum may be wrong because of a later one, so that one reading does not do.
///
/// # Errors
/// An input that cannot be read twice, or to its end; where errors are refused, that there are some.
pub(super) fn screen(
    inputs: &[PathBuf],
    checking: Checking,
    console: Console,
) -> Result<Errors, Failure> {
    // Standard input and pipes are gone once they are read.
    for file in formats::list(inputs)? {
        if file.path == Path::new(formats::STDIN) || (file.path.exists() && !file.path.is_file()) {
            let text = "is read twice with --check: write it to a file first";
            return Err(Failure::usage(format!("{}: {text}", file.path.display())));
        }
    }
    let mut errors = Errors::default();
    let mut tally = Tally::default();
    inspect(inputs, Limits::default(), console, |inspected| {
        tally.findings(&inspected.place(), inspected.findings());
        if let Inspected::Read(looked) = &inspected {
            errors.add(&looked.spectrum.origin, inspected.findings());
            if let Some((origin, finding)) = &looked.of_earlier {
                errors.add(origin, std::slice::from_ref(finding));
            }
        }
        Ok(())
    })?;
    console.say(&tally);
    match tally.errors().filter(|_| checking == Checking::Refuse) {
        None => Ok(errors),
        Some((n, first)) => {
            let text = "'mzseek check -o' lists them, '--check quarantine' leaves such spectra out";
            Err(Failure::input(format!(
                "{n} findings of severity error, so no library is made: {first}; {text}"
            )))
        }
    }
}

impl Errors {
    fn add(&mut self, origin: &Origin, findings: &[Finding]) {
        for finding in findings {
            if finding.rule.severity() == Severity::Error {
                let of_file = self.0.entry(Arc::clone(&origin.file)).or_default();
                let of_record = of_file.entry(origin.index).or_default();
                of_record.push(finding.clone());
            }
        }
    }

    fn of(&self, spectrum: &Spectrum) -> Option<&[Finding]> {
        let Origin { file, index } = &spectrum.origin;
        let findings = self.0.get(file)?.get(index)?;
        Some(findings)
    }
}

/// Leaves spectra out and lists them beside the library.
pub(super) struct Quarantine<'a> {
    errors: Errors,
    table: FindingTable<'a, BufWriter<PendingFile>>,
    path: &'a Path,
    n_left_out: u64,
}

/// The list of what is left out of the library at `output`.
pub(super) fn list_of(output: &Path) -> PathBuf {
    beside(output)
}

impl<'a> Quarantine<'a> {
    /// Starts the list at `path`.
    pub(super) fn begin(errors: Errors, path: &'a Path) -> Result<Self, Failure> {
        let pending = PendingFile::create(path).map_err(|e| Failure::write(path, e))?;
        Ok(Self {
            errors,
            table: FindingTable::begin(path, BufWriter::new(pending))?,
            path,
            n_left_out: 0,
        })
    }

    /// The spectra of `block` that are not left out; the others, and what could not be read, are listed.
    pub(super) fn sift(
        &mut self,
        block: Block,
        skipped: &mut Skipped,
    ) -> Result<Vec<Spectrum>, Failure> {
        let mut kept = Vec::with_capacity(block.spectra.len());
        for record in block.in_order() {
            match record {
                Err(error) => {
                    if let Some(unreadable) = Unreadable::of(error).map(Inspected::Unreadable) {
                        let place = unreadable.place();
                        self.table.findings(&place, unreadable.findings())?;
                    }
                }
                Ok(spectrum) => match self.errors.of(&spectrum) {
                    None => kept.push(spectrum),
                    Some(findings) => {
                        let place = Place::of(&spectrum);
                        self.table.findings(&place, findings)?;
                        self.n_left_out += 1;
                        // There is at least one, or the record would not be here.
                        if let Some(Finding { rule, detail }) = findings.first() {
                            skipped.add(rule.word(), format!("{place}: {detail}"));
                        }
                    }
                },
            }
        }
        Ok(kept)
    }

    /// Puts the list in its place; gives the number of spectra that were left out.
    pub(super) fn publish(self) -> Result<u64, Failure> {
        let path = self.path;
        let failed = |e: std::io::Error| Failure::write(path, e);
        let out = self.table.end()?;
        let pending = out.into_inner().map_err(|e| failed(e.into_error()))?;
        pending.publish().map_err(failed)?;
        Ok(self.n_left_out)
    }
}
