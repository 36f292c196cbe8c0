//! Spectra read and looked at, one after another.

use super::Place;
use crate::check::{Finding, Limits, Rule, Together, Twin, check, splash};
use crate::cli::console::Console;
use crate::cli::intake::{Block, Intake, ReadingFlags};
use crate::domain::{Origin, Spectrum};
use crate::failure::Failure;
use crate::formats::ReadError;
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A record that was looked at.
pub(in crate::cli) enum Inspected {
    /// It could not be read.
    Unreadable(Unreadable),
    /// It is a spectrum.
    Read(Box<Looked>),
}

/// A record that could not be read.
pub(in crate::cli) struct Unreadable {
    file: Arc<Path>,
    /// From 1.
    record: usize,
    line: Option<u64>,
    finding: Finding,
}

/// A spectrum that was looked at.
pub(in crate::cli) struct Looked {
    pub(in crate::cli) spectrum: Spectrum,
    findings: Vec<Finding>,
    /// What it makes doubtful about an earlier one.
    pub(in crate::cli) of_earlier: Option<(Origin, Finding)>,
}

impl Unreadable {
    /// A record that could not be read; `None` where it is not a record that is at fault.
    pub(in crate::cli) fn of(error: ReadError) -> Option<Self> {
        let ReadError::Record {
            file,
            record,
            line,
            fault,
        } = error
        else {
            return None;
        };
        let finding = Finding {
            rule: Rule::Unreadable,
            detail: fault.to_string(),
        };
        Some(Self {
            file,
            record,
            line,
            finding,
        })
    }
}

impl Inspected {
    /// Where it stands.
    pub(in crate::cli) fn place(&self) -> Place<'_> {
        match self {
            Self::Unreadable(unreadable) => Place {
                file: &unreadable.file,
                record: unreadable.record,
                line: unreadable.line,
                id: "",
            },
            Self::Read(looked) => Place::of(&looked.spectrum),
        }
    }

    /// What is doubtful about it.
    pub(in crate::cli) fn findings(&self) -> &[Finding] {
        match self {
            Self::Unreadable(unreadable) => std::slice::from_ref(&unreadable.finding),
            Self::Read(looked) => &looked.findings,
        }
    }
}

/// Reads all of `inputs` and gives `each` every record that was looked at, in the order of the files.
/// In memory stay a few blocks of spectra, and a digest of each.
///
/// # Errors
/// A file that cannot be read to its end, or what `each` fails with.
pub(in crate::cli) fn inspect(
    inputs: &[PathBuf],
    limits: Limits,
    console: Console,
    mut each: impl FnMut(Inspected) -> Result<(), Failure>,
) -> Result<Intake, Failure> {
    let mut together = Together::default();
    Intake::read_blocks(inputs, ReadingFlags::default(), console, |block, _| {
        for inspected in look(block, limits, &mut together) {
            each(inspected)?;
        }
        Ok(())
    })
}

/// Looks at the records of a block.
fn look(block: Block, limits: Limits, together: &mut Together) -> impl Iterator<Item = Inspected> {
    let own: Vec<(Vec<Finding>, Option<String>)> = block
        .spectra
        .par_iter()
        .map(|spectrum| (check(spectrum, limits), splash(&spectrum.peaks)))
        .collect();
    let mut own = own.into_iter();
    block.in_order().filter_map(move |record| match record {
        Err(error) => Unreadable::of(error).map(Inspected::Unreadable),
        Ok(spectrum) => {
            let (mut findings, name) = own.next().unwrap_or_default();
            let twin = name.and_then(|name| together.check(&spectrum, &name));
            let of_earlier = twin.map(|twin| {
                let Twin {
                    finding,
                    first,
                    of_first,
                } = twin;
                findings.push(finding);
                (first, of_first)
            });
            findings.sort_by_key(|finding| finding.rule);
            let looked = Looked {
                spectrum,
                findings,
                of_earlier,
            };
            Some(Inspected::Read(Box::new(looked)))
        }
    })
}
