//! Does the precursor agree with what the spectrum is of, and with its peaks?

use super::{Finding, Rule};
use crate::domain::{Adduct, PROTON, Peptidoform, Spectrum, Tolerance, monoisotopic_mass};

/// A precursor further than this from what its molecule gives, in Da, is the ion of something else:
/// half of the least whole number. Nearer ones may be nominal masses or badly calibrated.
const OTHER_ION: f64 = 0.5;

/// The lightest ion there is a use for is that of lithium, m/z 6.015; below this m/z there is none.
const LIGHTEST_ION: f64 = 6.0;

/// Da above the mass of an ion in which its isotopes lie.
const ISOTOPES: f64 = 3.5;

/// From this charge on, instruments often isolate a heavier isotope than the first, and say so.
const OFTEN_HEAVIER: u8 = 2;

/// Share of the intensity above the precursor that is no noise any more.
const SOME: f64 = 0.1;

/// Share of the intensity above the precursor that makes it another spectrum's precursor.
const MOST: f64 = 0.5;

/// What the molecule of `spectrum` says its ion is.
pub(super) enum Ion {
    /// It has this m/z.
    Of {
        /// In Th.
        mz: f64,
        /// Its charges, whatever their sign.
        z: u8,
        /// The molecule and the adduct or charge.
        words: String,
    },
    /// The adduct takes away more than there is.
    Nothing(String),
}

/// The ion by the peptide and the charge, or else by formula and adduct; `None` where one of them is
/// not stated or not understood.
pub(super) fn ion(spectrum: &Spectrum) -> Option<Ion> {
    let compound = &spectrum.compound;
    if !compound.peptide.is_empty() {
        let peptide: Peptidoform = compound.peptide.parse().ok()?;
        let state = spectrum.precursor?.charge?.state();
        let z = f64::from(state);
        let mz = (peptide.mass() + z * PROTON) / z.abs();
        let words = format!("{peptide} with charge {state:+}");
        let n = state.unsigned_abs();
        return Some(if mz > 0.0 {
            Ion::Of { mz, z: n, words }
        } else {
            Ion::Nothing(words)
        });
    }
    let adduct: Adduct = compound.adduct.parse().ok()?;
    let mass = mass_of_atoms(&compound.formula)?;
    let z = adduct.charge().state().unsigned_abs();
    let words = format!("{} {adduct}", compound.formula);
    // All that an adduct adds has a known mass, or it would not have been read.
    Some(match adduct.mz(mass) {
        Some(mz) => Ion::Of { mz, z, words },
        None => Ion::Nothing(words),
    })
}

/// Monoisotopic mass in Da of the atoms of `formula`, which may be an ion's: `[C21H21O10]+`, `C6H6+`.
pub(super) fn mass_of_atoms(formula: &str) -> Option<f64> {
    let is_sign = |text: &str| text.ends_with(['+', '-']);
    let bracketed = formula.strip_prefix('[').and_then(|f| f.rsplit_once(']'));
    let atoms = match bracketed {
        Some((atoms, charge)) if is_sign(charge) => atoms,
        _ => formula.trim_end_matches(['+', '-']),
    };
    monoisotopic_mass(atoms).filter(|mass| *mass > 0.0)
}

/// A precursor that is not the ion of the molecule.
pub(super) fn deviation(spectrum: &Spectrum, tolerance: Tolerance) -> Option<Finding> {
    let stated = spectrum.precursor?.mz.value();
    let Ion::Of { mz, z, words } = ion(spectrum)? else {
        return None;
    };
    let off = stated - mz;
    let may_be_isotope = z >= OFTEN_HEAVIER && off > 0.0 && off * f64::from(z) <= ISOTOPES;
    let rule = if off.abs() > OTHER_ION && !may_be_isotope {
        Rule::Precursor
    } else if off.abs() > tolerance.half_width(mz) {
        Rule::Inaccurate
    } else {
        return None;
    };
    let ppm = off / mz * 1.0e6;
    let detail =
        format!("{words} has m/z {mz:.4}, stated is {stated:.4}: {off:+.4} Da, {ppm:+.1} ppm");
    Some(Finding { rule, detail })
}

/// A charge or an ion mode that the adduct does not have.
pub(super) fn charge_conflict(spectrum: &Spectrum) -> Option<String> {
    let mode = spectrum.measurement.polarity;
    let charge = spectrum.precursor.and_then(|p| p.charge);
    if let Ok(adduct) = spectrum.compound.adduct.parse::<Adduct>() {
        let expected = adduct.charge();
        if let Some(charge) = charge.filter(|charge| *charge != expected) {
            let (stated, expected) = (charge.state(), expected.state());
            return Some(format!(
                "{adduct} has charge {expected:+}, stated is {stated:+}"
            ));
        }
        let mode = mode.filter(|mode| *mode != expected.polarity())?;
        return Some(format!("{adduct} in {mode} mode"));
    }
    let (charge, mode) = (charge?, mode?);
    (charge.polarity() != mode).then(|| format!("charge {:+} in {mode} mode", charge.state()))
}

/// Why no such ion can have been isolated, or not one that gives these peaks.
pub(super) fn impossible(spectrum: &Spectrum) -> Option<String> {
    if let Some(Ion::Nothing(words)) = ion(spectrum) {
        return Some(format!("of {words} nothing is left"));
    }
    let mz = spectrum.precursor?.mz;
    if mz.value() < LIGHTEST_ION {
        return Some(format!(
            "precursor m/z {mz}: there is no ion as light as that"
        ));
    }
    Above::of(spectrum)?.told(MOST)
}

/// Peaks that the precursor cannot break into.
pub(super) fn peaks_above(spectrum: &Spectrum) -> Option<String> {
    Above::of(spectrum)?.told(SOME)
}

/// How much of a spectrum lies above its precursor.
struct Above {
    /// In Th: an ion of m/z m and charge z breaks into ions of up to m z, and their isotopes.
    limit: f64,
    share: f64,
    precursor: String,
}

impl Above {
    fn of(spectrum: &Spectrum) -> Option<Self> {
        let precursor = spectrum.precursor?;
        let state = precursor.charge?.state();
        let limit = precursor.mz.value() * f64::from(state.unsigned_abs()) + ISOTOPES;
        let sum = |from: f64| -> f64 {
            let peaks = spectrum.peaks.as_slice().iter();
            let above = peaks.filter(|peak| peak.mz > from);
            above.map(|peak| f64::from(peak.intensity)).sum()
        };
        let all = sum(0.0);
        (all > 0.0).then(|| Self {
            limit,
            share: sum(limit) / all,
            precursor: format!("m/z {} and charge {state:+}", precursor.mz),
        })
    }

    fn told(&self, more_than: f64) -> Option<String> {
        let Self {
            limit,
            share,
            precursor,
        } = self;
        let percent = 100.0 * share;
        (*share > more_than).then(|| {
            format!("{percent:.0} % of the intensity above m/z {limit:.1}, by a precursor of {precursor}")
        })
    }
}
