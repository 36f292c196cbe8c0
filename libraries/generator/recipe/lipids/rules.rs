//! The form of a fragmentation rule: what is lost or seen, and how strongly.
//!
//! Intensities are relative within one rule set. They are round numbers read off published
//! spectra, good for ranking what is strong and what is weak, not for quantities.

use super::super::formula::Formula;
use super::Lipid;

/// How a lipid is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Adduct {
    Proton,
    Sodium,
    Ammonium,
    Deprotonated,
    Formate,
    Acetate,
}

/// The rules for one class as one adduct.
#[derive(Debug)]
pub(crate) struct RuleSet {
    pub(crate) adduct: Adduct,
    pub(crate) rules: &'static [Rule],
}

/// One kind of fragment. Texts are formulas or differences of formulas; `Acyl...` rules count once
/// for every fatty acid, with one intensity for the first and one for all further chains.
#[derive(Debug)]
pub(crate) enum Rule {
    /// An ion of this composition.
    Ion(&'static str, f64),
    /// The precursor less this.
    Loss(&'static str, f64),
    /// The free fatty acid changed by this, as an ion.
    AcylIon(&'static str, f64, f64),
    /// The precursor less the free fatty acid changed by this.
    AcylLoss(&'static str, f64, f64),
    /// The free sphingoid base changed by this, as an ion.
    BaseIon(&'static str, f64),
}

impl Adduct {
    /// As written in files.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Proton => "[M+H]+",
            Self::Sodium => "[M+Na]+",
            Self::Ammonium => "[M+NH4]+",
            Self::Deprotonated => "[M-H]-",
            Self::Formate => "[M+HCOO]-",
            Self::Acetate => "[M+CH3COO]-",
        }
    }

    /// Atoms gained and lost.
    pub(crate) fn delta(self) -> Formula {
        Formula::of(match self {
            Self::Proton => "H",
            Self::Sodium => "Na",
            Self::Ammonium => "NH4",
            Self::Deprotonated => "-H",
            Self::Formate => "CHO2",
            Self::Acetate => "C2H3O2",
        })
    }

    /// With sign.
    pub(crate) fn charge(self) -> i8 {
        match self {
            Self::Proton | Self::Sodium | Self::Ammonium => 1,
            Self::Deprotonated | Self::Formate | Self::Acetate => -1,
        }
    }
}

impl Rule {
    /// The ions this rule gives for `lipid`, as compositions, with their intensities.
    pub(crate) fn ions(&self, lipid: &Lipid, precursor: Formula) -> Vec<(Formula, f64)> {
        let per_acyl = |first: f64, further: f64| {
            lipid.acyls.iter().enumerate().map(move |(idx, acyl)| {
                let intensity = if idx == 0 { first } else { further };
                (acyl.acid(), intensity)
            })
        };
        match *self {
            Self::Ion(ion, intensity) => vec![(Formula::of(ion), intensity)],
            Self::Loss(loss, intensity) => vec![(precursor - Formula::of(loss), intensity)],
            Self::AcylIon(change, first, further) => per_acyl(first, further)
                .map(|(acid, intensity)| (acid + Formula::of(change), intensity))
                .collect(),
            Self::AcylLoss(change, first, further) => per_acyl(first, further)
                .map(|(acid, i)| (precursor - acid - Formula::of(change), i))
                .collect(),
            Self::BaseIon(change, intensity) => lipid
                .base
                .map(|base| (base.formula() + Formula::of(change), intensity))
                .into_iter()
                .collect(),
        }
    }
}
