//! Spectra with the same peaks.

use super::{Finding, Rule, splash};
use crate::domain::Spectrum;
use std::collections::HashMap;

/// The spectra seen so far, by their peaks: some 200 bytes each.
#[derive(Debug, Default)]
pub struct Together {
    seen: HashMap<String, Seen>,
}

/// The first spectrum with some peaks.
#[derive(Debug)]
struct Seen {
    place: String,
    molecule: Option<String>,
}

impl Together {
    /// Compares `spectrum`, which is one of `molecule`, with those before it.
    pub fn check(&mut self, spectrum: &Spectrum, molecule: Option<String>) -> Option<Finding> {
        let name = splash(&spectrum.peaks)?;
        let origin = &spectrum.origin;
        let place = format!("{}, record {}", origin.file.display(), origin.index + 1);
        let Some(first) = self.seen.get(&name) else {
            self.seen.insert(name, Seen { place, molecule });
            return None;
        };
        let (rule, as_what) = match (&first.molecule, &molecule) {
            (Some(first), Some(own)) if first != own => {
                (Rule::OtherMolecule, format!(": {first}, here {own}"))
            }
            _ => (Rule::Duplicate, String::new()),
        };
        Some(Finding {
            rule,
            detail: format!("{name} as {}{as_what}", first.place),
        })
    }
}
