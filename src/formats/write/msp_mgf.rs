//! MSP and MGF: a line per statement, `Key: value` or `KEY=value`, then the peaks.

use super::Membership;
use super::proofread::{Dialect, Wording};
use crate::domain::{Charge, Fields, Polarity, Seconds, Spectrum};
use crate::formats::draft::charge_of_adduct;
use crate::formats::field;
use crate::formats::key::{Key, Statement, Words};
use crate::formats::text::one_line;
use std::fmt::Write;

/// Records of MSP or MGF.
#[derive(Debug)]
pub(super) struct Lines(pub(super) Words);

/// A record in the making.
struct Record<'a> {
    words: Words,
    out: &'a mut String,
}

impl Record<'_> {
    /// Appends a line, unless there is nothing to state.
    fn state(&mut self, key: Key, value: &str) {
        if !value.is_empty() {
            self.line(key.word(self.words), value);
        }
    }

    fn number(&mut self, key: Key, value: Option<f64>) {
        if let Some(value) = value {
            self.state(key, &value.to_string());
        }
    }

    fn line(&mut self, word: &str, value: &str) {
        let mark = match self.words {
            Words::Msp => ": ",
            Words::Mgf => "=",
        };
        // Writing to a String does not fail.
        let _ = writeln!(self.out, "{word}{mark}{}", one_line(value));
    }

    /// A field under its own key, where that is taken for nothing else.
    fn field(&mut self, (key, value): (&str, &str), wording: Wording) {
        if wording == Wording::Plain && (is_free(key, self.words) || self.is_comment(key)) {
            self.line(key, value);
        } else {
            self.state(Key::Field, &field::write(key, value));
        }
    }

    /// A comment states things in MSP; mostly they are stated in their own lines, too.
    fn is_comment(&self, key: &str) -> bool {
        self.words == Words::Msp && Key::of(key.as_bytes()) == Key::Comment
    }

    fn charge(&mut self, spectrum: &Spectrum, wording: Wording, is_kept: bool) {
        let charge = spectrum.precursor.and_then(|p| p.charge).map(Charge::state);
        let text = match charge {
            Some(state) if self.words == Words::Mgf => {
                let sign = if state > 0 { '+' } else { '-' };
                format!("{}{sign}", state.unsigned_abs())
            }
            // A name might tell, too.
            None if wording == Wording::Guarded => "0".to_owned(),
            None if is_kept => String::new(),
            _ => charge_text(spectrum),
        };
        self.state(Key::Charge, &text);
    }
}

/// The charge as a number: 0 where it is unknown though the adduct would tell one, nothing where it
/// is just unknown.
pub(super) fn charge_text(spectrum: &Spectrum) -> String {
    let is_negative = spectrum.measurement.polarity == Some(Polarity::Negative);
    match spectrum.precursor.and_then(|p| p.charge).map(Charge::state) {
        // A number without a sign has that of the ion mode.
        Some(state) if state > 0 && is_negative => format!("+{state}"),
        Some(state) => state.to_string(),
        None if charge_of_adduct(&spectrum.compound.adduct).is_some() => "0".to_owned(),
        None => String::new(),
    }
}

/// Whether a line of `key` states something that is kept as it is.
fn is_free(key: &str, words: Words) -> bool {
    let mark = match words {
        Words::Msp => b':',
        Words::Mgf => b'=',
    };
    let line = [key.as_bytes(), &[mark], b"x"].concat();
    let expected = Statement {
        key: Key::Other,
        name: key.as_bytes(),
        value: b"x",
    };
    Key::split_at(&line, mark) == Some(expected)
}

/// Keys with their values.
type Texts<'a> = Vec<(&'a str, &'a str)>;

/// The fields that have a place in a record, which are the last ones, and those before them.
fn kept(fields: &Fields) -> (Texts<'_>, Vec<(Key, &str)>) {
    let mut others: Texts<'_> = fields.iter().collect();
    let mut kept = Vec::new();
    for (key, name) in Key::KEPT.into_iter().rev() {
        if let Some(&(_, value)) = others.last().filter(|(last, _)| *last == name) {
            kept.push((key, value));
            others.pop();
        }
    }
    kept.reverse();
    (others, kept)
}

impl Dialect for Lines {
    fn header(&self) -> String {
        String::new()
    }

    fn record(&self, spectrum: &Spectrum, _: u64, wording: Wording, out: &mut String) {
        let (fields, kept) = match wording {
            Wording::Plain => kept(&spectrum.fields),
            Wording::Guarded => (spectrum.fields.iter().collect(), Vec::new()),
        };
        let has = |wanted: Key| kept.iter().any(|(key, _)| *key == wanted);
        let (measured, compound) = (&spectrum.measurement, &spectrum.compound);
        let is_msp = self.0 == Words::Msp;
        if !is_msp {
            out.push_str("BEGIN IONS\n");
        }
        let mut record = Record { words: self.0, out };
        if is_msp {
            record.line(Key::Name.word(self.0), &compound.name);
        }
        // In MSP the name stands in for an id, and an accession is the usual one.
        let is_named = spectrum.id == compound.name && !has(Key::Accession) && !has(Key::Scans);
        match (is_msp, wording) {
            (true, Wording::Plain) if is_named => {}
            (true, Wording::Plain) if !has(Key::Accession) => {
                record.state(Key::Accession, &spectrum.id);
            }
            _ => record.state(Key::Title, &spectrum.id),
        }
        let mz = spectrum.precursor.map(|p| p.mz.value());
        record.number(Key::PrecursorMz, mz);
        record.charge(spectrum, wording, has(Key::Charge));
        let polarity = match (measured.polarity, self.0) {
            (None, _) => String::new(),
            (Some(Polarity::Positive), Words::Msp) => "P".to_owned(),
            (Some(Polarity::Negative), Words::Msp) => "N".to_owned(),
            (Some(polarity), Words::Mgf) => polarity.to_string(),
        };
        record.state(Key::Polarity, &polarity);
        record.state(Key::Adduct, &compound.adduct);
        if !is_msp {
            record.state(Key::Name, &compound.name);
        }
        record.state(Key::Formula, &compound.formula);
        record.state(Key::HashedInchi, &compound.inchikey);
        record.state(Key::Smiles, &compound.smiles);
        if is_msp && wording == Wording::Guarded && compound.peptide.is_empty() {
            // A name that looks like a peptide's is none.
            record.line(Key::Peptide.word(self.0), "");
        }
        record.state(Key::Peptide, &compound.peptide);
        record.state(Key::CollisionEnergy, &measured.collision_energy);
        record.state(Key::Instrument, &measured.instrument);
        record.number(
            Key::RtInSeconds,
            measured.retention_time.map(Seconds::value),
        );
        record.number(Key::RetentionIndex, measured.retention_index);
        for (key, value) in kept {
            record.state(key, value);
        }
        for field in fields {
            record.field(field, wording);
        }
        if is_msp {
            let n = spectrum.peaks.len().to_string();
            record.line(Key::NumPeaks.word(self.0), &n);
        }
        peaks(spectrum, '\t', out);
        out.push_str(if is_msp { "\n" } else { "END IONS\n\n" });
    }

    fn in_cluster(&mut self, mut spectrum: Spectrum, _: u64, cluster: &Membership) -> Spectrum {
        let yes_or_no = if cluster.is_representative {
            "yes"
        } else {
            "no"
        };
        let purity = cluster.purity.map_or(String::new(), |p| p.to_string());
        let stated = [
            ("Cluster_id", cluster.cluster.to_string()),
            ("Cluster_size", cluster.size.to_string()),
            ("Cluster_representative", yes_or_no.to_owned()),
            ("Cluster_purity", purity),
        ];
        let mut fields = Fields::default();
        for (key, value) in &stated {
            fields.push(key, value);
        }
        for (key, value) in spectrum.fields.iter() {
            // Of clusters of another library, perhaps.
            if stated.iter().all(|(own, _)| *own != key) {
                fields.push(key, value);
            }
        }
        spectrum.fields = fields;
        spectrum
    }

    fn footer(&self) -> String {
        String::new()
    }
}

/// Appends a line per peak: the shortest decimal numbers that are the same when they are read.
pub(super) fn peaks(spectrum: &Spectrum, between: char, out: &mut String) {
    for peak in spectrum.peaks.as_slice() {
        let _ = writeln!(out, "{}{between}{}", peak.mz, peak.intensity);
    }
}
