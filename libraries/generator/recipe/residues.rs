//! The twenty amino-acid residues: composition, and what each does in a fragment.

use super::formula::Formula;

/// What one residue is and does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Residue {
    /// One-letter code.
    pub(crate) letter: u8,
    /// Composition within a chain (the amino acid less water).
    formula: &'static str,
    /// Loses water from a fragment that holds it (S, T, E, D).
    pub(crate) loses_water: bool,
    /// Loses ammonia from a fragment that holds it (R, K, N, Q).
    pub(crate) loses_ammonia: bool,
    /// Holds a proton (R, K, H).
    pub(crate) basic: bool,
}

const fn residue(letter: u8, formula: &'static str) -> Residue {
    Residue {
        letter,
        formula,
        loses_water: matches!(letter, b'S' | b'T' | b'E' | b'D'),
        loses_ammonia: matches!(letter, b'R' | b'K' | b'N' | b'Q'),
        basic: matches!(letter, b'R' | b'K' | b'H'),
    }
}

const RESIDUES: [Residue; 20] = [
    residue(b'G', "C2H3NO"),
    residue(b'A', "C3H5NO"),
    residue(b'S', "C3H5NO2"),
    residue(b'P', "C5H7NO"),
    residue(b'V', "C5H9NO"),
    residue(b'T', "C4H7NO2"),
    residue(b'C', "C3H5NOS"),
    residue(b'L', "C6H11NO"),
    residue(b'I', "C6H11NO"),
    residue(b'N', "C4H6N2O2"),
    residue(b'D', "C4H5NO3"),
    residue(b'Q', "C5H8N2O2"),
    residue(b'K', "C6H12N2O"),
    residue(b'E', "C5H7NO3"),
    residue(b'M', "C5H9NOS"),
    residue(b'H', "C6H7N3O"),
    residue(b'F', "C9H9NO"),
    residue(b'R', "C6H12N4O"),
    residue(b'Y', "C9H9NO2"),
    residue(b'W', "C11H10N2O"),
];

impl Residue {
    /// The residue of a one-letter code.
    ///
    /// # Panics
    /// On a letter that is none of the twenty: the sequences are part of this generator.
    pub(crate) fn of(letter: u8) -> Self {
        *RESIDUES
            .iter()
            .find(|r| r.letter == letter)
            .expect("one of the twenty amino acids")
    }

    /// Composition within a chain, unmodified.
    pub(crate) fn formula(self) -> Formula {
        Formula::of(self.formula)
    }
}
