//! mzSpecLib as text: sections in angle brackets with `term=value` lines, peaks at the end.

use super::Membership;
use super::msp_mgf::{charge_text, peaks};
use super::proofread::{Dialect, Wording};
use crate::domain::{Polarity, Spectrum};
use crate::formats::mzspeclib::attribute;
use crate::formats::mzspeclib::attributes::term;
use crate::formats::text::one_line;
use std::collections::BTreeMap;
use std::fmt::Write;

/// A library in the text form of mzSpecLib 1.0.
#[derive(Debug)]
pub(super) struct MzSpecLib {
    name: String,
    clusters: BTreeMap<u32, Cluster>,
}

/// The spectra of a cluster that are in the file, by their keys.
#[derive(Debug, Default)]
struct Cluster {
    members: Vec<u64>,
    representative: Option<u64>,
    purity: Option<f32>,
}

/// The lines of one section.
#[derive(Default)]
struct Section {
    lines: String,
    /// The highest number of a group.
    last_group: u32,
}

impl Section {
    fn state(&mut self, (accession, name): (&str, &str), value: &str) {
        if !value.is_empty() {
            // Writing to a String does not fail.
            let _ = writeln!(self.lines, "{accession}|{name}={}", one_line(value));
        }
    }

    /// Statements that belong together.
    fn group<const N: usize>(&mut self, statements: [((&str, &str), &str); N]) {
        self.last_group += 1;
        for ((accession, name), value) in statements {
            let (group, value) = (self.last_group, one_line(value));
            let _ = writeln!(self.lines, "[{group}]{accession}|{name}={value}");
        }
    }

    /// What no term says.
    fn other(&mut self, key: &str, value: &str) {
        let name = (term::OTHER_NAME, "other attribute name");
        self.group([
            (name, key),
            ((term::OTHER_VALUE, "other attribute value"), value),
        ]);
    }
}

/// The section a field stands in, and what it is called there.
fn place(key: &str) -> (Place, &str) {
    let of = |word: &str| {
        let (number, rest) = key.strip_prefix(word)?.split_once(' ')?;
        let number: usize = number.parse().ok()?;
        // A file has few of each.
        (1..=MOST_SECTIONS)
            .contains(&number)
            .then_some((number, rest))
    };
    if let Some((number, rest)) = of("Analyte=") {
        return (Place::Analyte(number), rest);
    }
    match of("Interpretation=") {
        Some((number, rest)) => (Place::Interpretation(number), rest),
        None => (Place::Spectrum, key),
    }
}

const MOST_SECTIONS: usize = 1000;
const HIGHEST_GROUP: u32 = 1_000_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Spectrum,
    /// From 1.
    Analyte(usize),
    /// From 1.
    Interpretation(usize),
}

/// The group of a line `[2]MS:1003065|a type=MS:1003066|singleton`, 0 without one; `None` where
/// `key` is no term.
fn group_of(key: &str, value: &str) -> Option<u32> {
    let read = attribute(format!("{key}={value}").as_bytes())?;
    let is_same = read.key() == key && read.text() == value;
    match read.group.as_str() {
        _ if !is_same => None,
        "" => Some(0),
        group => {
            let is_number = group.bytes().all(|b| b.is_ascii_digit());
            group
                .parse()
                .ok()
                .filter(|n| is_number && *n < HIGHEST_GROUP)
        }
    }
}

/// The sections of a spectrum.
#[derive(Default)]
struct Sections {
    spectrum: Section,
    analytes: Vec<Section>,
    interpretations: Vec<Section>,
}

impl Sections {
    fn at(&mut self, place: Place) -> &mut Section {
        let (list, number) = match place {
            Place::Spectrum => return &mut self.spectrum,
            Place::Analyte(number) => (&mut self.analytes, number),
            Place::Interpretation(number) => (&mut self.interpretations, number),
        };
        if list.len() < number {
            list.resize_with(number, Section::default);
        }
        &mut list[number - 1]
    }

    fn of(spectrum: &Spectrum, wording: Wording) -> Self {
        let mut sections = Self::default();
        let group = |rest: &str, value: &str| {
            let is_plain = wording == Wording::Plain;
            is_plain.then(|| group_of(rest, value))?
        };
        // Groups of our own come after those that fields are in.
        for (key, value) in spectrum.fields.iter() {
            let (place, rest) = place(key);
            if let Some(group) = group(rest, value) {
                let section = sections.at(place);
                section.last_group = section.last_group.max(group);
            }
        }
        sections.state(spectrum);
        for (key, value) in spectrum.fields.iter() {
            let (place, rest) = place(key);
            if group(rest, value).is_some() {
                let section = sections.at(place);
                let _ = writeln!(section.lines, "{rest}={value}");
            } else if wording == Wording::Plain && place == Place::Analyte(1) {
                sections.at(place).other(rest, value);
            } else {
                sections.spectrum.other(key, value);
            }
        }
        sections
    }

    /// What has a place in a spectrum.
    fn state(&mut self, spectrum: &Spectrum) {
        let (measured, compound) = (&spectrum.measurement, &spectrum.compound);
        let own = &mut self.spectrum;
        own.state((term::NAME, "library spectrum name"), &compound.name);
        if spectrum.id.starts_with("mzspec:") {
            own.state((term::USI, "universal spectrum identifier"), &spectrum.id);
        } else if spectrum.id != compound.name || spectrum.fields.get("Accession").is_some() {
            own.state((term::TITLE, "spectrum title"), &spectrum.id);
        }
        if let Some(precursor) = spectrum.precursor {
            let mz = precursor.mz.to_string();
            own.state((term::PRECURSOR_MZ, "selected ion m/z"), &mz);
        }
        let polarity = match measured.polarity {
            Some(Polarity::Positive) => format!("{}|positive scan", term::POSITIVE),
            Some(Polarity::Negative) => format!("{}|negative scan", term::NEGATIVE),
            None => String::new(),
        };
        own.state((term::POLARITY, "scan polarity"), &polarity);
        own.state((term::INSTRUMENT, "instrument model"), &measured.instrument);
        energy(own, &measured.collision_energy);
        if let Some(time) = measured.retention_time {
            let unit = ((term::UNIT, "unit"), "UO:0000010|second");
            let name = (term::RETENTION_TIME, "retention time");
            own.group([(name, &time.to_string()), unit]);
        }
        if let Some(index) = measured.retention_index {
            let name = (term::RETENTION_INDEX, "normalized retention time");
            own.state(name, &index.to_string());
        }
        let n_peaks = spectrum.peaks.len().to_string();
        own.state((term::N_PEAKS, "number of peaks"), &n_peaks);

        let analyte = self.at(Place::Analyte(1));
        analyte.state((term::FORMULA, "molecular formula"), &compound.formula);
        analyte.state((term::SMILES, "SMILES formula"), &compound.smiles);
        analyte.state((term::INCHIKEY, "InChIKey"), &compound.inchikey);
        analyte.state((term::ADDUCT, "adduct ion formula"), &compound.adduct);
        let name = (term::PEPTIDE, "proforma peptidoform sequence");
        analyte.state(name, &compound.peptide);
        let text = charge_text(spectrum);
        analyte.state((term::CHARGE, "charge state"), &text);
    }
}

/// A collision energy with its unit as a term, where it has one.
fn energy(section: &mut Section, text: &str) {
    let name = (term::COLLISION_ENERGY, "collision energy");
    let is_number = |number: &&str| number.parse::<f64>().is_ok();
    if let Some(volts) = text.strip_suffix(" eV").filter(is_number) {
        let unit = ((term::UNIT, "unit"), "UO:0000266|electronvolt");
        section.group([(name, volts), unit]);
    } else if let Some(share) = text.strip_suffix(" % (nominal)").filter(is_number) {
        let name = (term::NORMALISED_ENERGY, "normalized collision energy");
        section.state(name, share);
    } else {
        section.state(name, text);
    }
}

impl MzSpecLib {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            clusters: BTreeMap::new(),
        }
    }
}

impl Dialect for MzSpecLib {
    fn header(&self) -> String {
        let mut header = Section::default();
        header.state(("MS:1003186", "library format version"), "1.0");
        header.state(("MS:1003188", "library name"), &self.name);
        format!("<mzSpecLib>\n{}\n", header.lines)
    }

    fn record(&self, spectrum: &Spectrum, number: u64, wording: Wording, out: &mut String) {
        let sections = Sections::of(spectrum, wording);
        let _ = writeln!(
            out,
            "<Spectrum={number}>\n{}",
            sections.spectrum.lines.trim_end()
        );
        let named = [
            ("Analyte", &sections.analytes),
            ("Interpretation", &sections.interpretations),
        ];
        for (name, list) in named {
            for (at, section) in list.iter().enumerate() {
                let _ = write!(out, "<{name}={}>\n{}", at + 1, section.lines);
            }
        }
        out.push_str("<Peaks>\n");
        peaks(spectrum, '\t', out);
        out.push('\n');
    }

    fn in_cluster(&mut self, spectrum: Spectrum, number: u64, one: &Membership) -> Spectrum {
        let cluster = self.clusters.entry(one.cluster).or_default();
        cluster.members.push(number);
        cluster.purity = one.purity;
        if one.is_representative {
            cluster.representative = Some(number);
        }
        spectrum
    }

    fn footer(&self) -> String {
        let mut text = String::new();
        for (number, cluster) in &self.clusters {
            let members: Vec<String> = cluster.members.iter().map(u64::to_string).collect();
            let mut section = Section::default();
            let size = members.len().to_string();
            section.state(("MS:1003320", "spectrum cluster size"), &size);
            let name = ("MS:1003268", "spectrum cluster member spectrum keys");
            section.state(name, &members.join(","));
            if let Some(representative) = cluster.representative {
                let name = ("MS:1003322", "spectrum cluster best representative");
                section.state(name, &representative.to_string());
            }
            if let Some(purity) = cluster.purity {
                section.other("purity", &purity.to_string());
            }
            // Keys count from 1.
            let _ = writeln!(
                text,
                "<Cluster={}>\n{}",
                u64::from(*number) + 1,
                section.lines
            );
        }
        text
    }
}
