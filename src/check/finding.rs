//! One thing that is doubtful about a spectrum.

use std::fmt;

/// What is doubtful.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// The record cannot be read.
    Unreadable,
    /// The same peaks as another spectrum, which is of another molecule.
    OtherMolecule,
    /// What the spectrum is of gives quite another m/z than the precursor's.
    Precursor,
    /// The charge or the ion mode is not that of the adduct.
    Charge,
    /// No such ion can have been isolated, or not one that gives these peaks.
    Impossible,
    /// What the spectrum is of gives the precursor's m/z, but not within tolerance.
    Inaccurate,
    /// Peaks lie above everything that the precursor can break into.
    AbovePrecursor,
    /// The peaks look like the points of a profile.
    Profile,
    /// Most peaks are of the same low intensity.
    NoiseFloor,
    /// The same peaks as another spectrum, of the same molecule as far as is known.
    Duplicate,
    /// Something that comparing or reporting needs is not stated.
    Missing,
    /// Something is stated in a way that cannot be checked.
    NotUnderstood,
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
    /// All of them, the gravest first.
    pub const ALL: [Self; 12] = [
        Self::Unreadable,
        Self::OtherMolecule,
        Self::Precursor,
        Self::Charge,
        Self::Impossible,
        Self::Inaccurate,
        Self::AbovePrecursor,
        Self::Profile,
        Self::NoiseFloor,
        Self::Duplicate,
        Self::Missing,
        Self::NotUnderstood,
    ];

    /// The word in tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::OtherMolecule => "same_peaks_other_molecule",
            Self::Precursor => "precursor_conflict",
            Self::Charge => "charge_conflict",
            Self::Impossible => "impossible_precursor",
            Self::Inaccurate => "precursor_inaccurate",
            Self::AbovePrecursor => "peaks_above_precursor",
            Self::Profile => "profile_like",
            Self::NoiseFloor => "noise_floor",
            Self::Duplicate => "duplicate",
            Self::Missing => "missing_field",
            Self::NotUnderstood => "not_understood",
        }
    }

    /// How grave it is.
    pub fn severity(self) -> Severity {
        match self {
            Self::Unreadable
            | Self::OtherMolecule
            | Self::Precursor
            | Self::Charge
            | Self::Impossible => Severity::Error,
            Self::Inaccurate | Self::AbovePrecursor | Self::Profile | Self::NoiseFloor => {
                Severity::Warning
            }
            Self::Duplicate | Self::Missing | Self::NotUnderstood => Severity::Note,
        }
    }

    /// What to do about it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Unreadable => "correct the record, or leave it out",
            Self::OtherMolecule => "find out which of the two it is, and take the other out",
            Self::Precursor => "correct the formula, the adduct or the precursor m/z",
            Self::Charge => "correct the charge, the ion mode or the adduct",
            Self::Impossible => "correct the precursor m/z or the charge",
            Self::Inaccurate => "correct the precursor m/z, or search with a tolerance as wide",
            Self::AbovePrecursor => "check the precursor m/z and the charge",
            Self::Profile => "centroid it, for instance with msconvert --filter peakPicking",
            Self::NoiseFloor => "take the noise out: mzseek check --fix OUT --remove-noise",
            Self::Duplicate => "keep one of them",
            Self::Missing => "state it; what follows from formula and adduct, --fix OUT fills in",
            Self::NotUnderstood => "write it as docs/check.md says",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
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
