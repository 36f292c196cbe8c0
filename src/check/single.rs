//! What a spectrum says against itself.

use super::{Finding, Rule};
use crate::domain::{Adduct, Peak, Spectrum, Tolerance, monoisotopic_mass};

/// A precursor further than this from what formula and adduct give, in Da, is one of something else:
/// half of the least mass that one thing differs from another by.
const OTHER_ION: f64 = 0.5;
/// Fewest peaks that look like something.
const ENOUGH: usize = 20;
/// Neighbours closer than this, as a share of m/z, are points of one profile peak: at m/z 500, 0.05.
const NEAR: f64 = 1.0e-4;
/// A floor is lower than this share of the highest peak, and holds more than half of the peaks...
const LOW: f32 = 0.01;
/// ...up to this many times the lowest.
const FLOOR_WIDTH: f32 = 2.0;
/// Da above the mass of the ion in which its isotopes lie.
const ISOTOPES: f64 = 3.5;
/// Share of the intensity above the precursor that is no noise.
const ABOVE: f64 = 0.1;

/// What is asked of spectra.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How far the precursor may lie from what formula and adduct give.
    pub precursor: Tolerance,
}

/// Everything doubtful about `spectrum` by itself.
pub fn check(spectrum: &Spectrum, limits: Limits) -> Vec<Finding> {
    let peaks = spectrum.peaks.as_slice();
    let mut findings: Vec<Finding> = precursor(spectrum, limits.precursor).into_iter().collect();
    let mut add = |rule, detail: Option<String>| {
        findings.extend(detail.map(|detail| Finding { rule, detail }));
    };
    add(Rule::Charge, charge(spectrum));
    add(Rule::AbovePrecursor, above_precursor(spectrum));
    add(Rule::Profile, profile(peaks));
    add(Rule::NoiseFloor, noise_floor(peaks).map(|floor| floor.told(peaks)));
    add(Rule::Missing, missing(spectrum));
    findings
}

fn precursor(spectrum: &Spectrum, tolerance: Tolerance) -> Option<Finding> {
    let stated = spectrum.precursor?.mz.value();
    let adduct: Adduct = spectrum.compound.adduct.parse().ok()?;
    let formula = &spectrum.compound.formula;
    let expected = adduct.mz(monoisotopic_mass(formula).filter(|mass| *mass > 0.0)?)?;
    let off = stated - expected;
    let rule = if off.abs() > OTHER_ION {
        Rule::Precursor
    } else if off.abs() > tolerance.half_width(expected) {
        Rule::Inaccurate
    } else {
        return None;
    };
    let ppm = off / expected * 1.0e6;
    let detail = format!("{formula} {adduct} is {expected:.4}, stated is {stated:.4} ({ppm:+.1} ppm)");
    Some(Finding { rule, detail })
}

fn charge(spectrum: &Spectrum) -> Option<String> {
    let adduct: Adduct = spectrum.compound.adduct.parse().ok()?;
    let expected = adduct.charge();
    let stated = spectrum.precursor.and_then(|p| p.charge);
    if let Some(stated) = stated.filter(|stated| *stated != expected) {
        let (stated, expected) = (stated.state(), expected.state());
        return Some(format!("{adduct} has charge {expected:+}, stated is {stated:+}"));
    }
    let mode = spectrum.measurement.polarity?;
    (mode != expected.polarity()).then(|| format!("{adduct} in {mode} mode"))
}

/// An ion of m/z `mz` and charge `z` breaks into ions of up to `mz * z`, and their isotopes.
fn above_precursor(spectrum: &Spectrum) -> Option<String> {
    let precursor = spectrum.precursor?;
    let state = precursor.charge?.state();
    let limit = precursor.mz.value() * f64::from(state.unsigned_abs()) + ISOTOPES;
    let sum = |from: f64| -> f64 {
        let peaks = spectrum.peaks.as_slice().iter();
        peaks.filter(|p| p.mz > from).map(|p| f64::from(p.intensity)).sum()
    };
    let (above, all) = (sum(limit), sum(0.0));
    (above > ABOVE * all).then(|| {
        let share = 100.0 * above / all;
        format!("{share:.0} % of the intensity above m/z {limit:.1}, precursor {}", precursor.mz)
    })
}

fn profile(peaks: &[Peak]) -> Option<String> {
    let near = |pair: &&[Peak]| pair[1].mz - pair[0].mz < NEAR * pair[0].mz;
    let n_near = peaks.windows(2).filter(near).count();
    let is_top = |three: &&[Peak]| {
        three[1].intensity > three[0].intensity && three[1].intensity >= three[2].intensity
    };
    let n_tops = peaks.windows(3).filter(is_top).count();
    let n = peaks.len();
    (n >= ENOUGH && 2 * n_near > n && 3 * n_tops < n)
        .then(|| format!("{n_near} of {n} peaks lie beside the next, with {n_tops} tops"))
}

/// Many peaks of one low intensity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct NoiseFloor {
    /// Its highest intensity.
    pub(super) up_to: f32,
    n_peaks: usize,
    highest: f32,
}

impl NoiseFloor {
    fn told(self, peaks: &[Peak]) -> String {
        let share = 100.0 * self.up_to / self.highest;
        let (n_low, n) = (self.n_peaks, peaks.len());
        format!("{n_low} of {n} peaks are below {share:.2} % of the highest")
    }
}

pub(super) fn noise_floor(peaks: &[Peak]) -> Option<NoiseFloor> {
    let all = || peaks.iter().map(|peak| peak.intensity);
    let (low, highest) = (all().fold(f32::INFINITY, f32::min), all().fold(0.0, f32::max));
    let up_to = FLOOR_WIDTH * low;
    let n_peaks = all().filter(|i| *i <= up_to).count();
    let is_floor = peaks.len() >= ENOUGH && up_to < LOW * highest && 2 * n_peaks > peaks.len();
    is_floor.then_some(NoiseFloor {
        up_to,
        n_peaks,
        highest,
    })
}

fn missing(spectrum: &Spectrum) -> Option<String> {
    let compound = &spectrum.compound;
    let is_molecule = compound.peptide.is_empty();
    let charge = spectrum.precursor.and_then(|p| p.charge);
    let fields = [
        ("peaks", spectrum.peaks.is_empty()),
        ("precursor m/z", spectrum.precursor.is_none()),
        ("charge", spectrum.precursor.is_some() && charge.is_none()),
        ("ion mode", spectrum.polarity().is_none()),
        ("name", is_molecule && compound.name.is_empty()),
        ("adduct", is_molecule && compound.adduct.is_empty()),
        ("formula", is_molecule && compound.formula.is_empty()),
        (
            "InChIKey or SMILES",
            is_molecule && compound.inchikey.is_empty() && compound.smiles.is_empty(),
        ),
    ];
    let absent: Vec<&str> = fields.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect();
    (!absent.is_empty()).then(|| absent.join(", "))
}
