//! What can be put right without guessing.

use super::single::noise_floor;
use crate::domain::{Adduct, Mz, PeakList, Precursor, Spectrum, monoisotopic_mass};

/// Whether the peaks of a noise floor are taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoveNoise {
    /// They are.
    Yes,
    /// They stay.
    No,
}

/// Fills in what follows from what is stated, and says what was done. Nothing that is stated is
/// changed, but for the noise where that is asked for.
///
/// Spellings of adducts, ion modes and energies became one form when the record was read.
pub fn repair(spectrum: &mut Spectrum, noise: RemoveNoise) -> Vec<String> {
    let mut done = Vec::new();
    if let Ok(adduct) = spectrum.compound.adduct.parse::<Adduct>() {
        let charge = adduct.charge();
        let mass = monoisotopic_mass(&spectrum.compound.formula).filter(|mass| *mass > 0.0);
        if spectrum.precursor.is_none()
            && let Some(mz) = mass.and_then(|mass| adduct.mz(mass))
            && let Ok(mz) = Mz::new((mz * 1e6).round() / 1e6)
        {
            let formula = &spectrum.compound.formula;
            done.push(format!("precursor m/z {mz} of {formula} {adduct}"));
            let charge = Some(charge);
            spectrum.precursor = Some(Precursor { mz, charge });
        }
        if let Some(precursor) = &mut spectrum.precursor
            && precursor.charge.is_none()
        {
            done.push(format!("charge {charge} of {adduct}"));
            precursor.charge = Some(charge);
        }
        if spectrum.measurement.polarity.is_none() {
            done.push(format!("{} ion mode of {adduct}", charge.polarity()));
            spectrum.measurement.polarity = Some(charge.polarity());
        }
    }
    if noise == RemoveNoise::Yes
        && let Some(floor) = noise_floor(spectrum.peaks.as_slice())
    {
        let before = spectrum.peaks.len();
        let above = spectrum.peaks.as_slice().iter().filter(|p| p.intensity > floor.up_to);
        // Some of sound peaks are sound.
        spectrum.peaks = PeakList::new(above.copied().collect()).unwrap_or_default();
        let n = before - spectrum.peaks.len();
        done.push(format!("{n} of {before} peaks of the noise floor taken out"));
    }
    done
}
