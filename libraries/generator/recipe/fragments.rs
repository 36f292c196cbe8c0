//! Fragment ions of a peptide with their intensities: b, a, y, their losses, immonium ions.
//!
//! Nomenclature: P. Roepstorff, J. Fohlman, Biomed. Mass Spectrom. 11 (1984) 601; K. Biemann,
//! Biomed. Environ. Mass Spectrom. 16 (1988) 99. An ion's intensity is what `profile` says of its
//! place times what `propensity` says of its bond; losses and a ions are shares of it. Unit: the
//! mean y ion.

use super::formula::Formula;
use super::peptide::Peptidoform;
use super::profile::Profile;
use super::propensity::{self, Mobility};
use super::residues::Residue;

/// b2 is stable (an oxazolone) and comes with a2; other a ions are weak.
const A2_OF_B2: f64 = 0.9;
const A_OF_B: f64 = 0.1;

/// Losses as a share of the ion that loses.
const WATER_OF_Y: f64 = 0.12;
const AMMONIA_OF_Y: f64 = 0.10;
const WATER_OF_B: f64 = 0.30;
const AMMONIA_OF_B: f64 = 0.15;

/// Oxidised methionine loses methanesulfenic acid (CH3SOH, 63.998 Da).
const SULFENIC_ACID: &str = "CH4OS";
const SULFENIC_OF_FRAGMENT: f64 = 0.3;
const SULFENIC_OF_PRECURSOR: f64 = 0.8;

/// Two protons need room.
const DOUBLE_MIN_LENGTH: usize = 5;

/// Immonium and related ions worth having: residue, ion, intensity at charge 1 or 2.
/// (A. M. Falick et al., J. Am. Soc. Mass Spectrom. 4 (1993) 882.)
const IMMONIUM: [(u8, &str, f64); 11] = [
    (b'L', "C5H12N", 1.5),
    (b'I', "C5H12N", 1.5),
    (b'K', "C5H10N", 0.8),
    (b'Q', "C4H9N2O", 0.4),
    (b'E', "C4H8NO2", 0.3),
    (b'M', "C4H10NS", 0.4),
    (b'H', "C5H8N3", 2.0),
    (b'F', "C8H10N", 1.8),
    (b'Y', "C8H10NO", 1.4),
    (b'W', "C10H11N2", 0.8),
    (b'C', "C4H9N2OS", 0.3),
];

/// m/z and relative intensity of every ion the rules give, in no order.
pub(crate) fn ions(peptide: &Peptidoform, charge: i8) -> Vec<(f64, f64)> {
    let profile = Profile::of(charge);
    let rates = propensity::bonds(peptide, Mobility::of(peptide, charge));
    let residues: Vec<Residue> = peptide.residues().collect();
    let oxidised = peptide.oxidised_at();
    let mut out = Ions::default();
    let mut b_formula = Formula::default();
    for (at, &rate) in rates.iter().enumerate() {
        let length = at + 1;
        b_formula = b_formula + peptide.residue_formula(at);
        let (n_side, c_side) = residues.split_at(length);
        let (single, double) = profile.y(length, residues.len());
        out.y(&Fragment {
            formula: peptide.formula() - b_formula,
            residues: c_side,
            single: rate * single,
            double: rate * double,
            oxidised: oxidised.is_some_and(|m| m >= length),
        });
        out.b(&Fragment {
            formula: b_formula,
            residues: n_side,
            single: rate * profile.b(length),
            double: rate * profile.b_double,
            oxidised: oxidised.is_some_and(|m| m < length),
        });
    }
    out.precursor_losses(peptide, charge, profile.precursor_loss);
    out.immonium(&residues, profile.immonium);
    // What has no intensity was not predicted.
    out.0.retain(|ion| ion.1 > 0.0);
    out.0
}

/// One side of a broken bond.
struct Fragment<'a> {
    /// Neutral: b without proton, y as the shorter peptide.
    formula: Formula,
    residues: &'a [Residue],
    /// Intensity with one proton.
    single: f64,
    /// Intensity with two protons, if they fit.
    double: f64,
    oxidised: bool,
}

impl Fragment<'_> {
    fn loses_water(&self) -> bool {
        self.residues.iter().any(|r| r.loses_water)
    }

    fn loses_ammonia(&self) -> bool {
        self.residues.iter().any(|r| r.loses_ammonia)
    }

    /// Whether two protons fit: long enough, and with a base to hold one.
    fn holds_two(&self) -> bool {
        self.residues.len() >= DOUBLE_MIN_LENGTH && self.residues.iter().any(|r| r.basic)
    }
}

#[derive(Default)]
struct Ions(Vec<(f64, f64)>);

impl Ions {
    fn push(&mut self, neutral: Formula, charge: i8, intensity: f64) {
        let ion = neutral + Formula::of("H") * i32::from(charge);
        self.0.push((ion.mz(charge), intensity));
    }

    /// The ion itself, and what it loses.
    fn series(&mut self, fragment: &Fragment<'_>, water: f64, ammonia: f64) {
        self.push(fragment.formula, 1, fragment.single);
        if fragment.holds_two() {
            self.push(fragment.formula, 2, fragment.double);
        }
        let mut lose = |formula: &str, share: f64| {
            let rest = fragment.formula - Formula::of(formula);
            self.push(rest, 1, fragment.single * share);
        };
        if fragment.loses_water() {
            lose("H2O", water);
        }
        if fragment.loses_ammonia() {
            lose("NH3", ammonia);
        }
        if fragment.oxidised {
            lose(SULFENIC_ACID, SULFENIC_OF_FRAGMENT);
        }
    }

    fn y(&mut self, fragment: &Fragment<'_>) {
        self.series(fragment, WATER_OF_Y, AMMONIA_OF_Y);
    }

    fn b(&mut self, fragment: &Fragment<'_>) {
        self.series(fragment, WATER_OF_B, AMMONIA_OF_B);
        let is_b2 = fragment.residues.len() == 2;
        let share = if is_b2 { A2_OF_B2 } else { A_OF_B };
        let a_formula = fragment.formula - Formula::of("CO");
        self.push(a_formula, 1, fragment.single * share);
    }

    fn precursor_losses(&mut self, peptide: &Peptidoform, charge: i8, share: f64) {
        let whole = peptide.formula();
        let mut lose = |formula: &str, share: f64| {
            self.push(whole - Formula::of(formula), charge, share);
        };
        lose("H2O", share);
        lose("NH3", share);
        if peptide.oxidised_at().is_some() {
            lose(SULFENIC_ACID, SULFENIC_OF_PRECURSOR);
        }
    }

    fn immonium(&mut self, residues: &[Residue], factor: f64) {
        for (letter, ion, intensity) in IMMONIUM {
            if residues.iter().any(|r| r.letter == letter) {
                self.0.push((Formula::of(ion).mz(1), intensity * factor));
            }
        }
    }
}
