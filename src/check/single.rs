//! What a spectrum says against itself.

use super::noise::noise_floor;
use super::{Finding, Rule, precursor, shape, stated};
use crate::domain::{Ppm, Spectrum, Tolerance};

/// What is asked of spectra.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How far a precursor may lie from what its molecule gives.
    pub precursor: Tolerance,
}

impl Default for Limits {
    /// 20 ppm: what instruments of low accuracy still keep to.
    fn default() -> Self {
        // The constant is a valid width; were it none, nothing would be tolerated.
        let precursor =
            Ppm::new(20.0).map_or(Tolerance::Da(crate::domain::Da::ZERO), Tolerance::Ppm);
        Self { precursor }
    }
}

/// Everything doubtful about `spectrum` by itself, in the order of the rules.
pub fn check(spectrum: &Spectrum, limits: Limits) -> Vec<Finding> {
    let peaks = spectrum.peaks.as_slice();
    let mut findings: Vec<Finding> = precursor::deviation(spectrum, limits.precursor)
        .into_iter()
        .collect();
    let mut add = |rule, detail: Option<String>| {
        findings.extend(detail.map(|detail| Finding { rule, detail }));
    };
    add(Rule::Charge, precursor::charge_conflict(spectrum));
    let impossible = precursor::impossible(spectrum);
    if impossible.is_none() {
        add(Rule::AbovePrecursor, precursor::peaks_above(spectrum));
    }
    add(Rule::Impossible, impossible);
    add(Rule::Profile, shape::profile(peaks));
    let floor = noise_floor(peaks).map(|floor| floor.told(peaks.len()));
    add(Rule::NoiseFloor, floor);
    add(Rule::Missing, stated::missing(spectrum));
    add(Rule::NotUnderstood, stated::not_understood(spectrum));
    findings.sort_by_key(|finding| finding.rule);
    findings
}
