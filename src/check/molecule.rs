//! Which molecule a spectrum is of, as far as two can be told apart.

use crate::domain::{Spectrum, first_block};
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

/// Letters of the first block of an InChIKey.
const BLOCK: usize = 14;

/// What is stated of the identity of a molecule.
#[derive(Debug, Clone)]
pub(super) struct Molecule {
    /// First block of the InChIKey: the skeleton.
    block: Option<[u8; BLOCK]>,
    /// The peptide, or else the name in lower case.
    name: Option<Arc<str>>,
}

/// Names of molecules, each held once.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<Arc<str>>);

impl Molecule {
    pub(super) fn of(spectrum: &Spectrum, names: &mut Names) -> Self {
        let compound = &spectrum.compound;
        let block = first_block(&compound.inchikey);
        let name = if compound.peptide.is_empty() {
            compound.name.to_lowercase()
        } else {
            compound.peptide.clone()
        };
        Self {
            block: block.and_then(|block| block.as_bytes().try_into().ok()),
            name: names.once(&name),
        }
    }

    /// Whether the two are known to be different. Skeletons decide; names do where one has none.
    pub(super) fn is_other(&self, than: &Self) -> bool {
        match (self.block, than.block) {
            (Some(a), Some(b)) => a != b,
            _ => matches!((&self.name, &than.name), (Some(a), Some(b)) if a != b),
        }
    }
}

impl Names {
    fn once(&mut self, name: &str) -> Option<Arc<str>> {
        if name.is_empty() {
            return None;
        }
        if let Some(known) = self.0.get(name) {
            return Some(Arc::clone(known));
        }
        let name: Arc<str> = name.into();
        self.0.insert(Arc::clone(&name));
        Some(name)
    }
}

impl fmt::Display for Molecule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let block = self
            .block
            .as_ref()
            .map(|block| String::from_utf8_lossy(block));
        match (&self.name, block) {
            (Some(name), Some(block)) => write!(f, "{name} ({block})"),
            (Some(name), None) => f.write_str(name),
            (None, Some(block)) => f.write_str(&block),
            (None, None) => f.write_str("a molecule that is not named"),
        }
    }
}
