//! `key = value` statements in the words of any format, put into a draft.

use super::draft::Draft;
use super::energy;
use super::field;
use super::key::{Key, Statement};
use super::number::parse_whole;
use super::text::{decode, fill, snippet, stated};
use crate::domain::{Adduct, Seconds};

const SECONDS_PER_MINUTE: f64 = 60.0;

impl Draft {
    /// Takes in one statement. Where a record states a thing twice, the first counts; what has no
    /// place of its own is kept in the record's fields.
    pub(super) fn state(&mut self, stated: Statement<'_>, line_number: u64) {
        if stated.key == Key::Field
            && let Some((key, value)) = field::read(&decode(stated.value))
        {
            self.fields.push(&key, value);
        } else if !self.take(stated.key, line_number, stated.value) {
            self.fields
                .push(&decode(stated.name), &decode(stated.value));
        }
    }

    /// Gives a value its place; false where it has none, or another value is there.
    pub(super) fn take(&mut self, key: Key, line_number: u64, value: &[u8]) -> bool {
        match key {
            Key::Title => fill(&mut self.title, decode(value)),
            Key::Accession => fill(&mut self.accession, stated(value)),
            Key::Scans => fill(&mut self.scans, snippet(value)),
            Key::Name => fill(&mut self.compound.name, decode(value)),
            Key::PrecursorMz => self.read_precursor(line_number, value),
            Key::PepMass => self.read_pepmass(line_number, value),
            Key::Charge => self.read_charge(line_number, value),
            Key::Adduct => fill(&mut self.compound.adduct, adduct(value)),
            Key::Polarity => {
                let text = stated(value);
                let polarity = text.parse().ok();
                self.polarity = self.polarity.or(polarity);
                text.is_empty() || (polarity.is_some() && self.polarity == polarity)
            }
            Key::Formula => fill(&mut self.compound.formula, stated(value)),
            Key::HashedInchi => fill(&mut self.compound.inchikey, inchikey(value)),
            Key::Smiles => fill(&mut self.compound.smiles, stated(value)),
            Key::Peptide => fill(&mut self.compound.peptide, peptide(value)),
            // SpectraST writes 0.0 for unknown.
            Key::CollisionEnergy if parse_whole(value) == Some(0.0) => true,
            Key::CollisionEnergy => {
                fill(&mut self.collision_energy, energy::normal(&stated(value)))
            }
            Key::Instrument => fill(&mut self.instrument, stated(value)),
            Key::InstrumentType => fill(&mut self.instrument_type, stated(value)),
            Key::Ionization => fill(&mut self.ionization, stated(value)),
            Key::RtInSeconds => self.state_time(value, 1.0),
            // MS-DIAL, RIKEN and MassBank exports give minutes where they name no unit.
            Key::RetentionTime => self.state_time(value, SECONDS_PER_MINUTE),
            Key::RetentionIndex => {
                let index = retention_index(value);
                let is_first = self.retention_index.is_none();
                self.retention_index = self.retention_index.or(index);
                stated(value).is_empty() || (is_first && index.is_some())
            }
            Key::MsLevel => {
                let level = ms_level(value);
                self.ms_level = self.ms_level.or(level);
                level.is_some() && self.ms_level == level
            }
            Key::NumPeaks => true,
            Key::Comment | Key::Field | Key::Other => false,
        }
    }

    /// Reads `m/z`, `m/z intensity` and `m/z intensity charge`.
    fn read_pepmass(&mut self, line_number: u64, value: &[u8]) -> bool {
        let value = value.strip_prefix(b"(").unwrap_or(value);
        let mut parts = value
            .split(|b| matches!(b, b' ' | b'\t' | b',' | b')'))
            .filter(|part| !part.is_empty());
        let is_first = self.read_precursor(line_number, parts.next().unwrap_or_default());
        let charge = parts.find(|part| matches!(part.last(), Some(b'+' | b'-')));
        if let Some(charge) = charge.filter(|_| self.charge == super::draft::StatedCharge::Silent) {
            self.read_charge(line_number, charge);
        }
        is_first
    }

    fn state_time(&mut self, value: &[u8], seconds_per_unit: f64) -> bool {
        let time = time(value, seconds_per_unit);
        let is_first = self.retention_time.is_none();
        self.retention_time = self.retention_time.or(time);
        stated(value).is_empty() || (is_first && time.is_some())
    }
}

/// Reads a time, a range (its middle) or a list (its first); `min` or `s` may follow.
fn time(value: &[u8], seconds_per_unit: f64) -> Option<Seconds> {
    let text = decode(value).to_ascii_lowercase();
    let first = text.split([',', ';']).next().unwrap_or_default();
    let number = first.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '.' || c == ' ');
    let seconds_per_unit = match first[number.len()..].trim_matches([' ', '.']) {
        "" => seconds_per_unit,
        unit if unit.starts_with('m') => SECONDS_PER_MINUTE,
        unit if unit.starts_with('s') => 1.0,
        _ => return None,
    };
    let number = number.as_bytes();
    let value = parse_whole(number).or_else(|| {
        let dash = number.iter().skip(1).position(|&b| b == b'-')? + 1;
        let (from, to) = (
            parse_whole(&number[..dash])?,
            parse_whole(&number[dash + 1..])?,
        );
        Some(f64::midpoint(from, to))
    })?;
    Seconds::new(value * seconds_per_unit).ok()
}

/// Reads the first number; NIST appends its spread and count (`1840/3/12`), or lists several.
fn retention_index(value: &[u8]) -> Option<f64> {
    let first = value
        .split(|b| matches!(b, b'/' | b' ' | b',' | b';'))
        .next()?;
    parse_whole(first).filter(|index| index.is_finite())
}

/// Reads `2`, `MS2` and `MS` (which is how full scans are called); other words say nothing.
fn ms_level(value: &[u8]) -> Option<u8> {
    let text = decode(value).to_ascii_lowercase();
    let digits = text.strip_prefix("ms").unwrap_or(&text);
    if digits.is_empty() && !text.is_empty() {
        return Some(1);
    }
    digits.parse().ok().filter(|&level| level > 0)
}

/// An `InChIKey`; GNPS puts it into a field that may hold anything.
fn inchikey(value: &[u8]) -> String {
    let text = stated(value);
    text.strip_prefix("InChIKey=")
        .map(str::to_owned)
        .unwrap_or(text)
}

/// An adduct in its one form, or as it stands where it is none.
fn adduct(value: &[u8]) -> String {
    let text = stated(value);
    text.parse::<Adduct>()
        .map_or(text, |adduct| adduct.to_string())
}

/// A peptide; GNPS writes `*..*` for none.
fn peptide(value: &[u8]) -> String {
    let text = stated(value);
    if text.contains(|c: char| c.is_ascii_uppercase()) {
        text
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Charge, Mz};

    #[test]
    fn times_are_seconds() {
        for (text, per_unit, seconds) in [
            ("12.5", 1.0, Some(12.5)),
            ("10-20", 1.0, Some(15.0)),
            ("10.5,11", 1.0, Some(10.5)),
            ("2", 60.0, Some(120.0)),
            ("2.5 min", 1.0, Some(150.0)),
            ("7.5 sec.", 60.0, Some(7.5)),
            ("UNKNOWN", 60.0, None),
            ("", 60.0, None),
            ("-3", 1.0, Some(-3.0)),
        ] {
            assert_eq!(
                time(text.as_bytes(), per_unit).map(Seconds::value),
                seconds,
                "{text}"
            );
        }
    }

    #[test]
    fn levels_in_every_spelling() {
        for (text, level) in [
            ("MS2", Some(2)),
            ("2", Some(2)),
            ("MS", Some(1)),
            ("MS1", Some(1)),
            ("Centroid", None),
            ("0", None),
            ("", None),
        ] {
            assert_eq!(ms_level(text.as_bytes()), level, "{text}");
        }
    }

    #[test]
    fn pepmass_may_carry_intensity_and_charge() {
        for (text, charge) in [
            ("445.1", None),
            ("445.1 1e5", None),
            ("445.1 1e5 2+", Some(2)),
        ] {
            let mut draft = Draft::default();
            draft.take(Key::PepMass, 1, text.as_bytes());
            assert_eq!(draft.precursor_mz, Mz::new(445.1).ok(), "{text}");
            assert_eq!(draft.stated_charge().map(Charge::state), charge, "{text}");
        }
        let mut draft = Draft::default();
        draft.take(Key::PepMass, 1, b"abc");
        assert!(draft.is_faulty());
    }
}
