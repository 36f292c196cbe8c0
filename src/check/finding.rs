//! One thing that is doubtful about a spectrum.

use std::fmt;

/// What is doubtful.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// The record cannot be read.
    Unreadable,
    /// The same peaks as a spectrum before, under another molecule.
    OtherMolecule,
    /// Formula and adduct give quite another m/z than the precursor's.
    Precursor,
    /// Formula and adduct give the precursor's m/z, but not within tolerance.
    Inaccurate,
    /// The charge or the ion mode is not that of the adduct.
    Charge,
    /// Many peaks lie above everything that the precursor can break into.
    AbovePrecursor,
    /// The peaks look like the points of a profile.
    Profile,
    /// Most peaks are of the same low intensity.
    NoiseFloor,
    /// The same peaks and the same molecule as a spectrum before.
    Duplicate,
    /// Something that comparing or reporting needs is not stated.
    Missing,
}

/// What a finding means for who searches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Answers may be worse than they could be.
    Warning,
    /// An answer that rests on such a spectrum may be wrong.
    Error,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Unreadable,
        Self::OtherMolecule,
        Self::Precursor,
        Self::Charge,
        Self::Inaccurate,
        Self::AbovePrecursor,
        Self::Profile,
        Self::NoiseFloor,
        Self::Duplicate,
        Self::Missing,
    ];

    /// The word in the table.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::OtherMolecule => "same_peaks_other_molecule",
            Self::Precursor => "precursor_conflict",
            Self::Charge => "charge_conflict",
            Self::Inaccurate => "precursor_inaccurate",
            Self::AbovePrecursor => "peaks_above_precursor",
            Self::Profile => "profile_like",
            Self::NoiseFloor => "noise_floor",
            Self::Duplicate => "duplicate",
            Self::Missing => "missing_field",
        }
    }

    /// How grave it is.
    pub fn severity(self) -> Severity {
        match self {
            Self::Unreadable | Self::OtherMolecule | Self::Precursor | Self::Charge => {
                Severity::Error
            }
            Self::Inaccurate | Self::AbovePrecursor | Self::Profile | Self::NoiseFloor => {
                Severity::Warning
            },
            Self::Duplicate | Self::Missing => Severity::Note,
        }
    }

    /// What to do about it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Unreadable => "correct the record, or leave it out",
            Self::OtherMolecule => "find out which of the two it is, and take the other out",
            Self::Precursor => "correct the formula, the adduct or the precursor m/z",
            Self::Inaccurate => "search with a tolerance that allows for it, or correct the precursor m/z",
            Self::Charge => "correct the charge, the ion mode or the adduct",
            Self::AbovePrecursor => "check the precursor m/z and the charge",
            Self::Profile => "centroid it",
            Self::NoiseFloor => "take the noise out: check --fix OUT --remove-noise",
            Self::Duplicate => "keep one of them",
            Self::Missing => "state it, where it is known",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// What is doubtful about a spectrum, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which doubt.
    pub rule: Rule,
    /// The numbers or names behind it.
    pub detail: String,
}
