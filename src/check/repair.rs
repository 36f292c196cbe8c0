//! What can be put right without guessing.

use super::noise::noise_floor;
use super::precursor::{Ion, charge_conflict, ion};
use crate::domain::{Adduct, Fields, Mz, PeakList, Precursor, Spectrum};

/// Whether the peaks of a noise floor are taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoveNoise {
    /// They are.
    Yes,
    /// They stay.
    No,
}

/// Where a record has no precursor m/z, its charge is kept as a further field.
const CHARGE_FIELD: &str = "Charge";

/// m/z that is worked out is written with six decimals: a thousandth of a ppm at m/z 1000.
const DECIMALS: f64 = 1.0e6;

/// Fills in what follows from what is stated, and says what was done. Nothing that is stated is
/// changed, but for the noise where that is asked for; where statements contradict one another, nothing
/// follows from them.
///
/// Spellings of adducts, ion modes and energies became one form when the record was read.
pub fn repair(spectrum: &mut Spectrum, noise: RemoveNoise) -> Vec<String> {
    let mut done = Vec::new();
    if charge_conflict(spectrum).is_none() {
        by_adduct(spectrum, &mut done);
    }
    if noise == RemoveNoise::Yes
        && let Some(floor) = noise_floor(spectrum.peaks.as_slice())
    {
        let before = spectrum.peaks.len();
        let peaks = spectrum.peaks.as_slice().iter();
        let above = peaks.filter(|peak| peak.intensity > floor.up_to);
        // Some of sound peaks are sound.
        spectrum.peaks = PeakList::new(above.copied().collect()).unwrap_or_default();
        let n = before - spectrum.peaks.len();
        done.push(format!("{n} of {before} peaks taken out: the noise floor"));
    }
    done
}

/// What the adduct tells of the ion, where that is not stated.
fn by_adduct(spectrum: &mut Spectrum, done: &mut Vec<String>) {
    let Ok(adduct) = spectrum.compound.adduct.parse::<Adduct>() else {
        return;
    };
    let charge = adduct.charge();
    let kept = spectrum.fields.get(CHARGE_FIELD);
    let agrees = kept.is_none_or(|kept| kept.parse() == Ok(charge));
    if spectrum.precursor.is_none()
        && agrees
        && let Some(Ion::Of { mz, words, .. }) = ion(spectrum)
        && let Ok(mz) = Mz::new((mz * DECIMALS).round() / DECIMALS)
    {
        let charge = Some(charge);
        spectrum.precursor = Some(Precursor { mz, charge });
        // It has its own place again.
        let mut fields = Fields::default();
        for (key, value) in spectrum
            .fields
            .iter()
            .filter(|(key, _)| *key != CHARGE_FIELD)
        {
            fields.push(key, value);
        }
        spectrum.fields = fields;
        done.push(format!("precursor m/z {mz} with its charge, of {words}"));
    }
    if let Some(precursor) = &mut spectrum.precursor
        && precursor.charge.is_none()
    {
        precursor.charge = Some(charge);
        done.push(format!("charge {:+}, of {adduct}", charge.state()));
    }
    if spectrum.measurement.polarity.is_none() {
        spectrum.measurement.polarity = Some(charge.polarity());
        done.push(format!("{} ion mode, of {adduct}", charge.polarity()));
    }
}
