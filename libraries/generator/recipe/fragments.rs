//! Fragment ions of a peptide with their intensities: b, a, y, their losses, immonium ions.
//!
//! Nomenclature: P. Roepstorff, J. Fohlman, Biomed. Mass Spectrom. 11 (1984) 601; K. Biemann,
//! Biomed. Environ. Mass Spectrom. 16 (1988) 99. Beam-type collisions are modelled: y above b, an
//! a2/b2 pair, immonium ions, hardly any b1.

use super::formula::Formula;
use super::peptide::Peptidoform;
use super::propensity::{self, Mobility};
use super::residues::Residue;

/// Share of a bond's rate seen as y and as b ions; without a base at the C-terminus b gains.
const Y_SHARE: f64 = 1.0;
const B_SHARE: f64 = 0.5;
const B_SHARE_NO_C_BASE: f64 = 0.9;

/// Long b ions break on: their share falls by this much along the chain.
const B_DECAY: f64 = 0.6;

/// b2 is stable (an oxazolone) and comes with a2; other a ions are weak.
const B2_BOOST: f64 = 1.5;
const A2_OF_B2: f64 = 0.6;
const A_OF_B: f64 = 0.08;

/// Losses as a share of the ion that loses.
const WATER_OF_Y: f64 = 0.06;
const AMMONIA_OF_Y: f64 = 0.08;
const WATER_OF_B: f64 = 0.15;
const AMMONIA_OF_B: f64 = 0.12;

/// Oxidised methionine loses methanesulfenic acid (CH3SOH, 63.998 Da).
const SULFENIC_ACID: &str = "CH4OS";
const SULFENIC_OF_FRAGMENT: f64 = 0.3;

/// Doubly charged fragments of precursors with more than two protons.
const DOUBLE_OF_Y: f64 = 0.6;
const DOUBLE_OF_B: f64 = 0.2;
const DOUBLE_MIN_LENGTH: usize = 5;

/// Precursor losses, relative to the mean bond.
const WATER_OF_PRECURSOR: f64 = 0.25;
const AMMONIA_OF_PRECURSOR: f64 = 0.15;
const SULFENIC_OF_PRECURSOR: f64 = 0.8;

/// Immonium and related ions worth having: residue, ion, intensity relative to the mean bond.
/// (A. M. Falick et al., J. Am. Soc. Mass Spectrom. 4 (1993) 882.)
const IMMONIUM: [(u8, &str, f64); 8] = [
    (b'L', "C5H12N", 0.5),
    (b'I', "C5H12N", 0.5),
    (b'K', "C5H13N2", 0.15),
    (b'H', "C5H8N3", 0.6),
    (b'F', "C8H10N", 0.6),
    (b'Y', "C8H10NO", 0.6),
    (b'W', "C10H11N2", 0.4),
    (b'C', "C4H9N2OS", 0.15),
];

/// m/z and relative intensity of every ion the rules give, in no order.
pub(crate) fn ions(peptide: &Peptidoform, charge: i8) -> Vec<(f64, f64)> {
    let rates = propensity::bonds(peptide, Mobility::of(peptide, charge));
    let residues: Vec<Residue> = peptide.residues().collect();
    let c_base = residues.last().is_some_and(|r| r.basic);
    let mut out = Ions::default();
    let mut b_formula = Formula::default();
    for (at, &rate) in rates.iter().enumerate() {
        let length = at + 1;
        b_formula = b_formula + peptide.residue_formula(at);
        let y_formula = peptide.formula() - b_formula;
        let share = if c_base { B_SHARE } else { B_SHARE_NO_C_BASE };
        let decay = 1.0 - B_DECAY * length as f64 / residues.len() as f64;
        let (n_side, c_side) = residues.split_at(length);
        let oxidised = peptide.oxidised_at();
        out.y(
            &Fragment {
                formula: y_formula,
                residues: c_side,
                intensity: rate * Y_SHARE,
                oxidised: oxidised.is_some_and(|m| m >= length),
            },
            charge,
        );
        // b1 has no second carbonyl to close its ring and is not seen.
        if length > 1 {
            out.b(
                &Fragment {
                    formula: b_formula,
                    residues: n_side,
                    intensity: rate * share * decay,
                    oxidised: oxidised.is_some_and(|m| m < length),
                },
                charge,
            );
        }
    }
    let mean = rates.iter().sum::<f64>() / rates.len() as f64;
    out.precursor_losses(peptide, charge, mean);
    out.immonium(&residues, mean);
    out.0
}

/// One side of a broken bond.
struct Fragment<'a> {
    /// Neutral: b without proton, y as the shorter peptide.
    formula: Formula,
    residues: &'a [Residue],
    intensity: f64,
    oxidised: bool,
}

impl Fragment<'_> {
    fn loses_water(&self) -> bool {
        self.residues.iter().any(|r| r.loses_water)
    }

    fn loses_ammonia(&self) -> bool {
        self.residues.iter().any(|r| r.loses_ammonia)
    }

    /// Whether two protons fit: long enough and, for b ions, with a base of its own.
    fn holds_two(&self, min_basic: usize) -> bool {
        let n_basic = self.residues.iter().filter(|r| r.basic).count();
        self.residues.len() >= DOUBLE_MIN_LENGTH && n_basic >= min_basic
    }
}

#[derive(Default)]
struct Ions(Vec<(f64, f64)>);

impl Ions {
    fn push(&mut self, neutral: Formula, charge: i8, intensity: f64) {
        let ion = neutral + Formula::of("H") * i32::from(charge);
        self.0.push((ion.mz(charge), intensity));
    }

    fn losses(&mut self, fragment: &Fragment<'_>, water: f64, ammonia: f64) {
        let mut lose = |formula: &str, share: f64| {
            let rest = fragment.formula - Formula::of(formula);
            self.push(rest, 1, fragment.intensity * share);
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

    fn y(&mut self, fragment: &Fragment<'_>, charge: i8) {
        self.push(fragment.formula, 1, fragment.intensity);
        self.losses(fragment, WATER_OF_Y, AMMONIA_OF_Y);
        if charge > 2 && fragment.holds_two(1) {
            self.push(fragment.formula, 2, fragment.intensity * DOUBLE_OF_Y);
        }
    }

    fn b(&mut self, fragment: &Fragment<'_>, charge: i8) {
        let is_b2 = fragment.residues.len() == 2;
        let boost = if is_b2 { B2_BOOST } else { 1.0 };
        let a_share = if is_b2 { A2_OF_B2 } else { A_OF_B };
        let intensity = fragment.intensity * boost;
        self.push(fragment.formula, 1, intensity);
        let a_formula = fragment.formula - Formula::of("CO");
        self.push(a_formula, 1, intensity * a_share);
        self.losses(fragment, WATER_OF_B, AMMONIA_OF_B);
        if charge > 2 && fragment.holds_two(1) {
            self.push(fragment.formula, 2, intensity * DOUBLE_OF_B);
        }
    }

    fn precursor_losses(&mut self, peptide: &Peptidoform, charge: i8, mean: f64) {
        let whole = peptide.formula();
        let mut lose = |formula: &str, share: f64| {
            self.push(whole - Formula::of(formula), charge, mean * share);
        };
        lose("H2O", WATER_OF_PRECURSOR);
        lose("NH3", AMMONIA_OF_PRECURSOR);
        if peptide.oxidised_at().is_some() {
            lose(SULFENIC_ACID, SULFENIC_OF_PRECURSOR);
        }
    }

    fn immonium(&mut self, residues: &[Residue], mean: f64) {
        for (letter, ion, share) in IMMONIUM {
            if residues.iter().any(|r| r.letter == letter) {
                self.0.push((Formula::of(ion).mz(1), mean * share));
            }
        }
    }
}
