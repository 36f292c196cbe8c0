//! Spectra with the same peaks.

use super::molecule::{Molecule, Names};
use super::{Finding, Rule};
use crate::domain::{Origin, Spectrum};
use std::collections::HashMap;

/// Fewest peaks that belong to one molecule: one or two are the same for many.
const TELLING: usize = 3;

/// Characters at the end of a SPLASH that tell peaks apart: 80 bits.
const HASH_LENGTH: usize = 20;

/// The spectra seen so far, by their peaks: some 170 bytes for each, however many peaks it has.
#[derive(Debug, Default)]
pub struct Together {
    /// By the hash of the SPLASH.
    seen: HashMap<u128, Seen>,
    names: Names,
}

/// The first spectrum with some peaks.
#[derive(Debug)]
struct Seen {
    origin: Origin,
    molecule: Molecule,
}

/// A spectrum with the peaks of an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twin {
    /// What is doubtful about the later one.
    pub finding: Finding,
    /// Where the earlier one stands.
    pub first: Origin,
    /// The same doubt about that one.
    pub of_first: Finding,
}

impl Together {
    /// Compares `spectrum`, whose peaks have the name `splash`, with those before it.
    pub fn check(&mut self, spectrum: &Spectrum, splash: &str) -> Option<Twin> {
        let hash = splash.get(splash.len().checked_sub(HASH_LENGTH)?..)?;
        let hash = u128::from_str_radix(hash, 16).ok()?;
        let molecule = Molecule::of(spectrum, &mut self.names);
        let origin = &spectrum.origin;
        let Some(first) = self.seen.get(&hash) else {
            let origin = origin.clone();
            self.seen.insert(hash, Seen { origin, molecule });
            return None;
        };
        let is_other = first.molecule.is_other(&molecule);
        if is_other && spectrum.peaks.len() < TELLING {
            return None;
        }
        let finding = |other: &Origin, molecules: Option<(&Molecule, &Molecule)>| {
            let (file, record) = (other.file.display(), other.index + 1);
            let same = format!("{splash}, as {file}, record {record}");
            match molecules {
                Some((theirs, own)) => Finding {
                    rule: Rule::OtherMolecule,
                    detail: format!("{same}, which is {theirs}; this is {own}"),
                },
                None => Finding {
                    rule: Rule::Duplicate,
                    detail: same,
                },
            }
        };
        let (earlier, later) = (&first.molecule, &molecule);
        Some(Twin {
            finding: finding(&first.origin, is_other.then_some((earlier, later))),
            of_first: finding(origin, is_other.then_some((later, earlier))),
            first: first.origin.clone(),
        })
    }
}
