//! The terms of mzSpecLib that say what a spectrum is, and the sets of terms that many share.

use crate::formats::Fault;
use crate::formats::draft::{Draft, StatedCharge};
use crate::formats::key::Key;
use std::collections::HashMap;

/// One attribute: a term and its value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Attribute {
    /// Attributes of one group belong together, such as a value and its unit.
    pub(super) group: String,
    pub(super) accession: String,
    pub(super) name: String,
    pub(super) value: String,
    /// Where the value is a term itself.
    pub(super) value_accession: String,
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

const UNIT: &str = "UO:0000000";
const SET_NAME: &str = "MS:1003212";
const N_PEAKS: &str = "MS:1003059";

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
    let value = attribute.value.as_str();
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
        "MS:1003061" => (Key::Name, value),
        "MS:1003063" => (Key::Accession, value),
        "MS:1000041" => (Key::Charge, value),
        "MS:1000744" => (Key::PrecursorMz, value),
        "MS:1000511" => (Key::MsLevel, value),
        "MS:1000031" => (Key::Instrument, value),
        "MS:1000866" => (Key::Formula, value),
        "MS:1000868" => (Key::Smiles, value),
        "MS:1002894" => (Key::HashedInchi, value),
        "MS:1000896" => (Key::RetentionIndex, value),
        "MS:1000465" => match attribute.value_accession.as_str() {
            "MS:1000130" => (Key::Polarity, "positive"),
            "MS:1000129" => (Key::Polarity, "negative"),
            _ => (Key::Other, value),
        },
        "MS:1000045" => {
            with_unit = format!("{value} {}", unit());
            (Key::CollisionEnergy, with_unit.trim_end())
        }
        "MS:1000138" => {
            with_unit = format!("{value} NCE");
            (Key::CollisionEnergy, with_unit.as_str())
        }
        "MS:1000894" => {
            with_unit = format!("{value} {}", unit());
            (Key::RtInSeconds, with_unit.trim_end())
        }
        "MS:1003270" => {
            state_peptide_ion(draft, value, line);
            return;
        }
        "MS:1003169" => (Key::Peptide, value),
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
    let with_units = ["MS:1000045", "MS:1000894"];
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

/// Keeps an attribute as the text form writes it.
fn keep(draft: &mut Draft, attribute: &Attribute, place: &str) {
    let Attribute {
        group,
        accession,
        name,
        value,
        value_accession,
    } = attribute;
    let group = if group.is_empty() {
        String::new()
    } else {
        format!("[{group}]")
    };
    let key = format!("{place}{group}{accession}|{name}");
    if value_accession.is_empty() {
        draft.fields.push(&key, value);
    } else {
        draft
            .fields
            .push(&key, &format!("{value_accession}|{value}"));
    }
}
