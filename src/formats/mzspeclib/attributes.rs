//! The terms of mzSpecLib that say what a spectrum is, and the sets of terms that many share.

use crate::formats::Fault;
use crate::formats::draft::{Draft, StatedCharge};
use crate::formats::key::Key;
use std::borrow::Cow;
use std::collections::HashMap;
use term::{N_PEAKS, OTHER_NAME, OTHER_VALUE, UNIT};

/// One attribute: a term and its value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::formats) struct Attribute {
    /// Attributes of one group belong together, such as a value and its unit.
    pub(in crate::formats) group: String,
    pub(in crate::formats) accession: String,
    pub(in crate::formats) name: String,
    pub(in crate::formats) value: String,
    /// Where the value is a term itself.
    pub(in crate::formats) value_accession: String,
}

impl Attribute {
    /// The key as the text form writes it.
    pub(in crate::formats) fn key(&self) -> String {
        let (accession, name) = (&self.accession, &self.name);
        match self.group.as_str() {
            "" => format!("{accession}|{name}"),
            group => format!("[{group}]{accession}|{name}"),
        }
    }

    /// The value as the text form writes it.
    pub(in crate::formats) fn text(&self) -> Cow<'_, str> {
        match self.value_accession.as_str() {
            "" => Cow::Borrowed(&self.value),
            accession => Cow::Owned(format!("{accession}|{}", self.value)),
        }
    }
}

/// What attributes are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum About {
    Spectrum,
    Analyte,
    Interpretation,
}

/// Sets of attributes with names.
#[derive(Debug, Default)]
pub(super) struct Sets(HashMap<(About, String), Vec<Attribute>>);

/// The set that holds for everything.
const ALL: &str = "all";

/// Terms that are read here and written by [`crate::formats::write`].
pub(in crate::formats) mod term {
    pub(in crate::formats) const NAME: &str = "MS:1003061";
    pub(in crate::formats) const TITLE: &str = "MS:1000796";
    pub(in crate::formats) const USI: &str = "MS:1003063";
    pub(in crate::formats) const CHARGE: &str = "MS:1000041";
    pub(in crate::formats) const PRECURSOR_MZ: &str = "MS:1000744";
    pub(in crate::formats) const MS_LEVEL: &str = "MS:1000511";
    pub(in crate::formats) const INSTRUMENT: &str = "MS:1000031";
    pub(in crate::formats) const FORMULA: &str = "MS:1000866";
    pub(in crate::formats) const SMILES: &str = "MS:1000868";
    pub(in crate::formats) const INCHIKEY: &str = "MS:1002894";
    pub(in crate::formats) const ADDUCT: &str = "MS:1002813";
    pub(in crate::formats) const PEPTIDE: &str = "MS:1003169";
    pub(in crate::formats) const RETENTION_INDEX: &str = "MS:1000896";
    pub(in crate::formats) const RETENTION_TIME: &str = "MS:1000894";
    pub(in crate::formats) const POLARITY: &str = "MS:1000465";
    pub(in crate::formats) const POSITIVE: &str = "MS:1000130";
    pub(in crate::formats) const NEGATIVE: &str = "MS:1000129";
    pub(in crate::formats) const COLLISION_ENERGY: &str = "MS:1000045";
    pub(in crate::formats) const NORMALISED_ENERGY: &str = "MS:1000138";
    pub(in crate::formats) const UNIT: &str = "UO:0000000";
    pub(in crate::formats) const N_PEAKS: &str = "MS:1003059";
    /// A key that is no term, and in the same group its value.
    pub(in crate::formats) const OTHER_NAME: &str = "MS:1003275";
    pub(in crate::formats) const OTHER_VALUE: &str = "MS:1003276";
}

const SET_NAME: &str = "MS:1003212";

impl Sets {
    pub(super) fn insert(&mut self, about: About, name: &str, attributes: Vec<Attribute>) {
        self.0.insert((about, name.to_owned()), attributes);
    }

    /// `own` with what the sets it names add to it, and what holds for all.
    fn complete(&self, about: About, own: &[Attribute]) -> Vec<Attribute> {
        let named = own.iter().filter(|a| a.accession == SET_NAME);
        let names = named.map(|a| a.value.as_str()).chain([ALL]);
        let mut complete = own.to_vec();
        for (number, name) in names.enumerate() {
            let set = self.0.get(&(about, name.to_owned()));
            let added = set.into_iter().flatten().filter(|shared| {
                shared.accession == UNIT || !own.iter().any(|a| a.accession == shared.accession)
            });
            complete.extend(added.cloned().map(|mut attribute| {
                if !attribute.group.is_empty() {
                    // Groups are numbered anew in each place.
                    attribute.group = format!("{}.{}", attribute.group, number + 1);
                }
                attribute
            }));
        }
        complete
    }
}

/// A library entry while it is read.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) draft: Draft,
    pub(super) spectrum: Vec<Attribute>,
    pub(super) analytes: Vec<Vec<Attribute>>,
    pub(super) interpretations: Vec<Vec<Attribute>>,
}

impl Entry {
    /// Draws the conclusions; the draft is then complete. `line` is where the entry begins.
    pub(super) fn conclude(mut self, sets: &Sets, line: u64) -> Draft {
        let mut n_peaks = None;
        let spectrum = sets.complete(About::Spectrum, &self.spectrum);
        for attribute in &spectrum {
            if attribute.accession == N_PEAKS {
                n_peaks = attribute.value.parse().ok();
            } else {
                state(&mut self.draft, attribute, &spectrum, "", line);
            }
        }
        // Of several analytes the first is taken for the answer; all are kept.
        for (number, own) in self.analytes.iter().enumerate() {
            let analyte = sets.complete(About::Analyte, own);
            let place = format!("Analyte={} ", number + 1);
            for attribute in &analyte {
                if number == 0 {
                    state(&mut self.draft, attribute, &analyte, &place, line);
                } else {
                    keep(&mut self.draft, attribute, &place);
                }
            }
        }
        for (number, own) in self.interpretations.iter().enumerate() {
            let place = format!("Interpretation={} ", number + 1);
            for attribute in &sets.complete(About::Interpretation, own) {
                keep(&mut self.draft, attribute, &place);
            }
        }
        let mut draft = self.draft;
        take_second_best(&mut draft, &spectrum, self.analytes.first(), line);
        let read = draft.peaks.len() as u64;
        if let Some(declared) = n_peaks.filter(|&declared| declared != read) {
            draft.fault(line, Fault::PeakCount { declared, read });
        }
        draft
    }
}

/// Gives one attribute its place, or keeps it.
fn state(draft: &mut Draft, attribute: &Attribute, all: &[Attribute], place: &str, line: u64) {
    let (value, text) = (attribute.value.as_str(), attribute.text());
    let text = text.as_ref();
    let unit = || {
        let same = |a: &&Attribute| a.accession == UNIT && a.group == attribute.group;
        let unit = all
            .iter()
            .find(same)
            .filter(|_| !attribute.group.is_empty());
        unit.map_or("", |unit| unit.value.as_str())
    };
    let with_unit;
    let (key, value) = match attribute.accession.as_str() {
        UNIT if unit_is_used(attribute, all) => return,
        OTHER_NAME | OTHER_VALUE => {
            match other(attribute, all) {
                // It was kept with its name.
                Some(_) if attribute.accession == OTHER_VALUE => {}
                Some(value) => draft.fields.push(&format!("{place}{text}"), &value),
                None => keep(draft, attribute, place),
            }
            return;
        }
        term::NAME => (Key::Name, text),
        term::TITLE => (Key::Title, text),
        term::USI => (Key::Accession, text),
        term::CHARGE => (Key::Charge, value),
        term::PRECURSOR_MZ => (Key::PrecursorMz, value),
        term::MS_LEVEL => (Key::MsLevel, value),
        // Of a model that is a term, the name tells.
        term::INSTRUMENT => (Key::Instrument, value),
        term::FORMULA => (Key::Formula, text),
        term::SMILES => (Key::Smiles, text),
        term::INCHIKEY => (Key::HashedInchi, text),
        term::ADDUCT => (Key::Adduct, text),
        term::RETENTION_INDEX => (Key::RetentionIndex, value),
        term::POLARITY => match attribute.value_accession.as_str() {
            term::POSITIVE => (Key::Polarity, "positive"),
            term::NEGATIVE => (Key::Polarity, "negative"),
            _ => (Key::Other, value),
        },
        term::COLLISION_ENERGY => {
            with_unit = format!("{value} {}", unit());
            (Key::CollisionEnergy, with_unit.trim_end())
        }
        term::NORMALISED_ENERGY => {
            with_unit = format!("{value} NCE");
            (Key::CollisionEnergy, with_unit.as_str())
        }
        term::RETENTION_TIME => {
            with_unit = format!("{value} {}", unit());
            (Key::RtInSeconds, with_unit.trim_end())
        }
        "MS:1003270" => {
            state_peptide_ion(draft, value, line);
            return;
        }
        term::PEPTIDE => (Key::Peptide, text),
        "MS:1003072" if value.to_ascii_lowercase().contains("decoy") => {
            draft.fault(line, Fault::Decoy);
            return;
        }
        _ => (Key::Other, value),
    };
    if key == Key::Other || !draft.take(key, line, value.as_bytes()) {
        keep(draft, attribute, place);
    }
}

/// Whether a unit was taken in together with the value of its group.
fn unit_is_used(unit: &Attribute, all: &[Attribute]) -> bool {
    let with_units = [term::COLLISION_ENERGY, term::RETENTION_TIME];
    !unit.group.is_empty()
        && all
            .iter()
            .any(|a| a.group == unit.group && with_units.contains(&a.accession.as_str()))
}

/// `PEPTIDE/2`: the peptidoform and its charge.
fn state_peptide_ion(draft: &mut Draft, value: &str, line: u64) {
    let (peptide, charge) = value.rsplit_once('/').unwrap_or((value, ""));
    draft.take(Key::Peptide, line, peptide.as_bytes());
    if draft.charge == StatedCharge::Silent {
        draft.read_charge(line, charge.as_bytes());
    }
}

/// What stands in where the best term is missing.
fn take_second_best(
    draft: &mut Draft,
    spectrum: &[Attribute],
    analyte: Option<&Vec<Attribute>>,
    line: u64,
) {
    let of = |accession: &str| {
        let all = spectrum.iter().chain(analyte.into_iter().flatten());
        all.into_iter().find(|a| a.accession == accession)
    };
    // Measured monoisotopic m/z, then the theoretical one.
    for accession in ["MS:1003208", "MS:1003053"] {
        if let Some(attribute) = of(accession).filter(|_| draft.precursor_mz.is_none()) {
            draft.read_precursor(line, attribute.value.as_bytes());
        }
    }
    // A bare sequence where no peptidoform is stated.
    if let Some(attribute) = of("MS:1000888").filter(|_| draft.compound.peptide.is_empty()) {
        draft.take(Key::Peptide, line, attribute.value.as_bytes());
    }
}

/// The value of the attribute without a term that `one` gives the name or the value of, where its
/// group holds one of each.
fn other(one: &Attribute, all: &[Attribute]) -> Option<String> {
    let in_group = |accession: &'static str| {
        let same = |a: &&Attribute| a.group == one.group && a.accession == accession;
        let mut found = all.iter().filter(move |a| same(a));
        found.next().filter(|_| found.next().is_none())
    };
    let value = in_group(OTHER_NAME).and(in_group(OTHER_VALUE))?;
    (!one.group.is_empty() && !value.value.trim().is_empty()).then(|| value.text().into_owned())
}

/// Keeps an attribute as the text form writes it.
fn keep(draft: &mut Draft, attribute: &Attribute, place: &str) {
    let key = format!("{place}{}", attribute.key());
    draft.fields.push(&key, &attribute.text());
}
