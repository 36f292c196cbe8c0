//! The text form of mzSpecLib: sections in angle brackets with `term=value` lines, peaks at the end.

use super::attributes::{About, Attribute, Entry, Sets};
use crate::domain::Origin;
use crate::formats::input::Input;
use crate::formats::lines::{Line, Lines};
use crate::formats::source::{Damaged, Source};
use crate::formats::text::{decode, snippet};
use crate::formats::{Fault, Record};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Reads the spectra of one mzSpecLib text file.
pub(in crate::formats) struct MzSpecLibTextReader {
    file: Arc<Path>,
    lines: Lines,
    n_records: usize,
    sets: Sets,
    /// The start of the next record, which ended the one before.
    next: Option<(u64, Start)>,
}

/// A line that begins a record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    Spectrum,
    /// A cluster lists spectra and has no peaks of its own.
    Cluster,
}

/// The section that lines belong to.
enum Section {
    Spectrum,
    Analyte,
    Interpretation,
    /// What an interpretation says of one analyte.
    Member,
    Peaks,
}

impl MzSpecLibTextReader {
    pub(in crate::formats) fn new(input: Input) -> Self {
        Self {
            file: input.file,
            lines: Lines::new(input.bytes, input.line_end),
            n_records: 0,
            sets: Sets::default(),
            next: None,
        }
    }

    /// Reads up to the first line of the next record, sets of attributes on the way.
    fn find_start(&mut self) -> io::Result<Option<(u64, Start)>> {
        if let Some(next) = self.next.take() {
            return Ok(Some(next));
        }
        let mut set: Option<(About, String, Vec<Attribute>)> = None;
        loop {
            let next = self.lines.next()?;
            let text = match &next {
                None => b"<",
                Some((_, Line::TooLong)) => continue,
                Some((_, Line::Text(text))) => *text,
            };
            if text.starts_with(b"<") {
                if let Some((about, name, attributes)) = set.take() {
                    self.sets.insert(about, &name, attributes);
                }
                set = set_name(text).map(|(about, name)| (about, name, Vec::new()));
            } else if let (Some((_, _, attributes)), Some(attribute)) = (&mut set, attribute(text))
            {
                attributes.push(attribute);
            }
            match next {
                None => return Ok(None),
                Some((number, Line::Text(text))) => {
                    if let Some(start) = start(text) {
                        return Ok(Some((number, start)));
                    }
                }
                Some((_, Line::TooLong)) => {}
            }
        }
    }

    /// Reads the lines of one record; says whether it came to its peaks.
    fn read_entry(&mut self) -> io::Result<(Entry, bool)> {
        let mut entry = Entry::default();
        let mut section = Section::Spectrum;
        while let Some((number, line)) = self.lines.next()? {
            let Line::Text(text) = line else {
                entry.draft.fault(number, Fault::LineTooLong);
                continue;
            };
            if let Some(start) = start(text) {
                self.next = Some((number, start));
                break;
            }
            if text.is_empty() {
                continue;
            }
            if text.starts_with(b"<") {
                section = entry.begin(number, text);
                continue;
            }
            if matches!(section, Section::Peaks) {
                if !entry.draft.is_faulty() {
                    entry.draft.read_peak(number, text);
                }
                continue;
            }
            let Some(attribute) = attribute(text) else {
                entry.draft.fault(number, Fault::Attribute(snippet(text)));
                continue;
            };
            entry.add(&section, attribute);
        }
        Ok((entry, matches!(section, Section::Peaks)))
    }
}

impl Entry {
    /// Begins the section a line in angle brackets names.
    fn begin(&mut self, number: u64, line: &[u8]) -> Section {
        let is = |name: &[u8]| line.strip_prefix(b"<").is_some_and(|l| l.starts_with(name));
        if is(b"Peaks") {
            Section::Peaks
        } else if is(b"Analyte=") {
            self.analytes.push(Vec::new());
            Section::Analyte
        } else if is(b"InterpretationMember=") {
            Section::Member
        } else {
            if !is(b"Interpretation=") {
                self.draft.fault(number, Fault::Attribute(snippet(line)));
            }
            self.interpretations.push(Vec::new());
            Section::Interpretation
        }
    }

    fn add(&mut self, section: &Section, attribute: Attribute) {
        let list = match section {
            Section::Analyte => self.analytes.last_mut(),
            Section::Interpretation | Section::Member => self.interpretations.last_mut(),
            Section::Spectrum | Section::Peaks => None,
        };
        list.unwrap_or(&mut self.spectrum).push(attribute);
    }
}

impl Source for MzSpecLibTextReader {
    fn format(&self) -> &'static str {
        "mzSpecLib"
    }

    fn next_record(&mut self) -> io::Result<Option<Result<Record, Damaged>>> {
        let Some((line, start)) = self.find_start()? else {
            return Ok(None);
        };
        let (mut entry, has_peaks) = self.read_entry()?;
        let origin = Origin {
            file: Arc::clone(&self.file),
            index: self.n_records,
        };
        self.n_records += 1;
        if start == Start::Cluster {
            return Ok(Some(Ok(Record::OtherScan { ms_level: 0 })));
        }
        if !has_peaks {
            entry.draft.fault(line, Fault::NoPeaks);
        }
        let outcome = entry.conclude(&self.sets, line).finish(origin);
        Ok(Some(outcome.map_err(Damaged::from)))
    }
}

fn start(line: &[u8]) -> Option<Start> {
    if line.starts_with(b"<Spectrum=") {
        Some(Start::Spectrum)
    } else {
        line.starts_with(b"<Cluster=").then_some(Start::Cluster)
    }
}

/// `<AttributeSet Spectrum=all>`.
fn set_name(line: &[u8]) -> Option<(About, String)> {
    let inner = line.strip_prefix(b"<AttributeSet ")?.strip_suffix(b">")?;
    let text = decode(inner);
    let (about, name) = text.split_once('=')?;
    let about = match about {
        "Spectrum" => About::Spectrum,
        "Analyte" => About::Analyte,
        "Interpretation" => About::Interpretation,
        // Sets of clusters say nothing of spectra.
        _ => return None,
    };
    Some((about, name.to_owned()))
}

/// `[1]MS:1000045|collision energy=46`, `MS:1003065|type=MS:1003066|singleton spectrum`.
pub(in crate::formats) fn attribute(line: &[u8]) -> Option<Attribute> {
    let text = decode(line);
    let (group, text) = match text.strip_prefix('[') {
        Some(inner) => inner.split_once(']')?,
        None => ("", text.as_str()),
    };
    let (term, value) = text.split_once('=')?;
    let (accession, name) = term.split_once('|')?;
    let is_accession = |text: &str| {
        let (cv, number) = text.split_once(':').unwrap_or_default();
        !cv.is_empty()
            && cv.bytes().all(|b| b.is_ascii_uppercase())
            && !number.is_empty()
            && number.bytes().all(|b| b.is_ascii_digit())
    };
    let (value_accession, value) = match value.split_once('|') {
        Some((accession, value)) if is_accession(accession) => (accession, value),
        _ => ("", value),
    };
    is_accession(accession).then(|| Attribute {
        group: group.to_owned(),
        accession: accession.to_owned(),
        name: name.to_owned(),
        value: value.to_owned(),
        value_accession: value_accession.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_terms_with_values() {
        let found = attribute(b"[2]MS:1003065|a type=MS:1003066|singleton=x").unwrap();
        assert_eq!(
            (&*found.group, &*found.accession, &*found.name),
            ("2", "MS:1003065", "a type")
        );
        assert_eq!(
            (&*found.value, &*found.value_accession),
            ("singleton=x", "MS:1003066")
        );
        let found = attribute(b"MS:1000885|protein accession=tr|G3IJB9|x").unwrap();
        assert_eq!(
            (&*found.value, &*found.value_accession),
            ("tr|G3IJB9|x", "")
        );
        for bad in [&b"words"[..], b"MS:1=3", b"a|b=c", b"[1 MS:1|a=b"] {
            assert_eq!(attribute(bad), None);
        }
    }
}
