//! Is everything stated that is needed, in words that are understood?

use super::precursor::mass_of_atoms;
use crate::domain::{Adduct, Peptidoform, Spectrum, first_block};

/// What is not stated and would be of use. Where electron ionisation broke the molecules, there need be
/// no precursor, and without one there is no adduct.
pub(super) fn missing(spectrum: &Spectrum) -> Option<String> {
    let compound = &spectrum.compound;
    let is_molecule = compound.peptide.is_empty();
    let is_isolated = spectrum.precursor.is_some() || !is_electron_ionisation(spectrum);
    let charge = spectrum.precursor.and_then(|p| p.charge);
    let needed = [
        ("peaks", spectrum.peaks.is_empty()),
        ("precursor m/z", is_isolated && spectrum.precursor.is_none()),
        ("charge", spectrum.precursor.is_some() && charge.is_none()),
        ("ion mode", spectrum.polarity().is_none()),
        ("name", is_molecule && compound.name.is_empty()),
        (
            "adduct",
            is_molecule && is_isolated && compound.adduct.is_empty(),
        ),
        ("formula", is_molecule && compound.formula.is_empty()),
        (
            "InChIKey or SMILES",
            is_molecule && compound.inchikey.is_empty() && compound.smiles.is_empty(),
        ),
    ];
    let absent = needed.iter().filter(|(_, is_absent)| *is_absent);
    let absent: Vec<&str> = absent.map(|(name, _)| *name).collect();
    (!absent.is_empty()).then(|| absent.join(", "))
}

/// What is stated in a way that nothing can be checked by.
pub(super) fn not_understood(spectrum: &Spectrum) -> Option<String> {
    let compound = &spectrum.compound;
    let has_mass = mass_of_atoms(&compound.formula).is_some();
    let parts = [
        ("formula", &compound.formula, has_mass),
        (
            "adduct",
            &compound.adduct,
            compound.adduct.parse::<Adduct>().is_ok(),
        ),
        (
            "InChIKey",
            &compound.inchikey,
            first_block(&compound.inchikey).is_some(),
        ),
        (
            "peptide",
            &compound.peptide,
            compound.peptide.parse::<Peptidoform>().is_ok(),
        ),
    ];
    let strange = parts
        .iter()
        .filter(|(_, text, is_understood)| !text.is_empty() && !is_understood);
    let strange: Vec<String> = strange
        .map(|(name, text, _)| format!("{name} {text:?}"))
        .collect();
    (!strange.is_empty()).then(|| strange.join(", "))
}

/// Whether the molecules were broken in the source, as the instrument or the ionisation says.
fn is_electron_ionisation(spectrum: &Spectrum) -> bool {
    let is_ei = |text: &str| {
        let mut words = text.split(['-', ' ', '/', ',']);
        words.any(|word| word.eq_ignore_ascii_case("EI"))
    };
    let fields = ["Instrument_type", "Ionization"];
    let mut stated = fields.iter().filter_map(|key| spectrum.fields.get(key));
    is_ei(&spectrum.measurement.instrument) || stated.any(is_ei)
}
