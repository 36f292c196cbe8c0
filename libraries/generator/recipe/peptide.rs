//! A peptide with its modifications: composition, names.
//!
//! Cysteine is always carbamidomethylated (iodoacetamide, the usual preparation), so the short
//! name does not say so; the ProForma text says everything.

use super::formula::Formula;
use super::residues::Residue;
use std::fmt::Write as _;

/// A sequence and what is variable on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Peptidoform {
    sequence: String,
    /// Position of an oxidised methionine, from 0.
    oxidised: Option<usize>,
    /// N-terminal glutamine has closed to pyroglutamate.
    pyro_glu: bool,
}

impl Peptidoform {
    /// Without variable modification.
    pub(crate) fn plain(sequence: &str) -> Self {
        Self {
            sequence: sequence.to_owned(),
            oxidised: None,
            pyro_glu: false,
        }
    }

    /// With pyroglutamate, where the sequence starts with Q.
    pub(crate) fn pyro_glu(sequence: &str) -> Option<Self> {
        sequence.starts_with('Q').then(|| Self {
            pyro_glu: true,
            ..Self::plain(sequence)
        })
    }

    /// One form for every methionine, that one oxidised.
    pub(crate) fn oxidised(sequence: &str) -> impl Iterator<Item = Self> + '_ {
        sequence.match_indices('M').map(|(at, _)| Self {
            oxidised: Some(at),
            ..Self::plain(sequence)
        })
    }

    /// The residues, N-terminus first.
    pub(crate) fn residues(&self) -> impl DoubleEndedIterator<Item = Residue> + '_ {
        self.sequence.bytes().map(Residue::of)
    }

    /// The bare sequence.
    pub(crate) fn sequence(&self) -> &str {
        &self.sequence
    }

    /// Position of the oxidised methionine, from 0.
    pub(crate) fn oxidised_at(&self) -> Option<usize> {
        self.oxidised
    }

    /// Composition of residue `at` with its modification.
    pub(crate) fn residue_formula(&self, at: usize) -> Formula {
        let residue = Residue::of(self.sequence.as_bytes()[at]);
        let modification = if residue.letter == b'C' {
            "C2H3NO"
        } else if self.oxidised == Some(at) {
            "O"
        } else if at == 0 && self.pyro_glu {
            "-NH3"
        } else {
            ""
        };
        residue.formula() + Formula::of(modification)
    }

    /// Neutral composition.
    pub(crate) fn formula(&self) -> Formula {
        (0..self.sequence.len()).fold(Formula::of("H2O"), |sum, at| sum + self.residue_formula(at))
    }

    /// Sequence with variable modifications only, and the charge: `VM[Oxidation]K/2`.
    pub(crate) fn name(&self, charge: i8) -> String {
        format!("{}/{charge}", self.written(false))
    }

    /// Every modification in ProForma 2 notation with UNIMOD names.
    pub(crate) fn proforma(&self) -> String {
        self.written(true)
    }

    fn written(&self, with_fixed: bool) -> String {
        let mut text = String::new();
        if self.pyro_glu {
            text.push_str("[Gln->pyro-Glu]-");
        }
        for (at, letter) in self.sequence.chars().enumerate() {
            text.push(letter);
            if self.oxidised == Some(at) {
                text.push_str("[Oxidation]");
            }
            if letter == 'C' && with_fixed {
                write!(text, "[Carbamidomethyl]").expect("writing to a string");
            }
        }
        text
    }
}
