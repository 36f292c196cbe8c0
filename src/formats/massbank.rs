//! MassBank records: `TAG: value` lines with tables below `PK$` tags, `//` behind each record.

use super::draft::Draft;
use super::input::Input;
use super::key::{Key, Statement};
use super::lines::{Line, Lines};
use super::number::parse_whole;
use super::source::{Damaged, Source};
use super::text::snippet;
use super::{Fault, Record};
use crate::domain::Origin;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Reads the records of one file, which mostly holds one.
pub(super) struct MassBankReader {
    file: Arc<Path>,
    lines: Lines,
    n_records: usize,
}

/// The table whose rows follow.
#[derive(Default, PartialEq)]
enum Table {
    #[default]
    None,
    Peaks,
    Other,
}

#[derive(Default)]
struct Entry {
    draft: Draft,
    table: Table,
    declared: Option<(u64, u64)>,
}

/// What a tag states; of a tag with a subtag, the subtag decides.
fn key(tag: &[u8], subtag: &[u8]) -> Key {
    match (tag, subtag) {
        (b"ACCESSION", _) => Key::Accession,
        (b"CH$NAME", _) => Key::Name,
        (b"CH$FORMULA", _) => Key::Formula,
        (b"CH$SMILES", _) => Key::Smiles,
        (b"CH$LINK", b"INCHIKEY") => Key::HashedInchi,
        (b"AC$INSTRUMENT", _) => Key::Instrument,
        (b"AC$INSTRUMENT_TYPE", _) => Key::InstrumentType,
        (b"AC$MASS_SPECTROMETRY", b"MS_TYPE") => Key::MsLevel,
        (b"AC$MASS_SPECTROMETRY", b"ION_MODE") => Key::Polarity,
        (b"AC$MASS_SPECTROMETRY", b"IONIZATION") => Key::Ionization,
        (b"AC$MASS_SPECTROMETRY", b"COLLISION_ENERGY") => Key::CollisionEnergy,
        (b"AC$CHROMATOGRAPHY", b"RETENTION_TIME") => Key::RetentionTime,
        (b"AC$CHROMATOGRAPHY", b"KOVATS_RTI" | b"RETENTION_INDEX") => Key::RetentionIndex,
        (b"MS$FOCUSED_ION", b"PRECURSOR_M/Z") => Key::PrecursorMz,
        (b"MS$FOCUSED_ION", b"PRECURSOR_TYPE") => Key::Adduct,
        _ => Key::Other,
    }
}

/// Tags whose values begin with a subtag.
const WITH_SUBTAGS: &[&[u8]] = &[
    b"CH$LINK",
    b"SP$LINK",
    b"AC$MASS_SPECTROMETRY",
    b"AC$CHROMATOGRAPHY",
    b"AC$GENERAL",
    b"AC$ION_MOBILITY",
    b"MS$FOCUSED_ION",
    b"MS$DATA_PROCESSING",
];

impl Entry {
    fn take_line(&mut self, number: u64, line: &[u8]) {
        // Rows of a table are indented.
        if self.table != Table::None && matches!(line.first(), Some(b' ' | b'\t')) {
            return self.take_row(number, line.trim_ascii());
        }
        let Some((tag, value)) = split(line, b':') else {
            if !line.trim_ascii().is_empty() {
                self.draft.fault(number, Fault::PeakLine(snippet(line)));
            }
            return;
        };
        self.table = Table::None;
        match tag {
            b"PK$PEAK" => self.table = Table::Peaks,
            b"PK$ANNOTATION" => self.table = Table::Other,
            b"PK$NUM_PEAK" => match parse_whole(value) {
                Some(count) if count >= 0.0 && count.fract() == 0.0 => {
                    self.declared = Some((number, count as u64));
                    self.draft.expect_peaks(count as u64);
                }
                _ => self
                    .draft
                    .fault(number, Fault::PeakCountText(snippet(value))),
            },
            _ => self.state(tag, number, value),
        }
    }

    fn state(&mut self, tag: &[u8], number: u64, value: &[u8]) {
        let has_subtag = WITH_SUBTAGS.contains(&tag);
        let (subtag, own) = match split(value, b' ') {
            Some((subtag, own)) if has_subtag => (subtag, own),
            _ => (&b""[..], value),
        };
        let key = key(tag, subtag);
        if key == Key::Other || !self.draft.take(key, number, own) {
            let stated = Statement {
                key: Key::Other,
                name: tag,
                value,
            };
            self.draft.state(stated, number);
        }
    }

    fn take_row(&mut self, number: u64, row: &[u8]) {
        if self.table == Table::Peaks {
            if !self.draft.is_faulty() {
                // The third column repeats the second, scaled to 999.
                self.draft.read_peak(number, row);
            }
        } else {
            let stated = Statement {
                key: Key::Other,
                name: b"PK$ANNOTATION",
                value: row,
            };
            self.draft.state(stated, number);
        }
    }

    fn finish(mut self, origin: Origin) -> Result<Record, (u64, Fault)> {
        let read = self.draft.peaks.len() as u64;
        if let Some((line, declared)) = self.declared.filter(|&(_, declared)| declared != read) {
            self.draft.fault(line, Fault::PeakCount { declared, read });
        }
        self.draft.finish(origin)
    }
}

impl MassBankReader {
    pub(super) fn new(input: Input) -> Self {
        Self {
            file: input.file,
            lines: Lines::new(input.bytes, input.line_end),
            n_records: 0,
        }
    }
}

impl Source for MassBankReader {
    fn format(&self) -> &'static str {
        "MassBank record"
    }

    fn next_record(&mut self) -> io::Result<Option<Result<Record, Damaged>>> {
        let mut entry = Entry::default();
        let mut begun = false;
        loop {
            match self.lines.next()? {
                None if !begun => return Ok(None),
                None => {
                    entry.draft.fault(self.lines.number(), Fault::CutRecord);
                    break;
                }
                Some((number, Line::TooLong)) => entry.draft.fault(number, Fault::LineTooLong),
                Some((_, Line::Text(b"//"))) if begun => break,
                Some((_, Line::Text(text))) if text.is_empty() || text.starts_with(b"#") => {
                    continue;
                }
                Some((number, Line::Text(text))) => entry.take_line(number, text),
            }
            begun = true;
        }
        let origin = Origin {
            file: Arc::clone(&self.file),
            index: self.n_records,
        };
        self.n_records += 1;
        let outcome = entry.finish(origin);
        Ok(Some(outcome.map_err(Damaged::from)))
    }
}

/// What stands before the first `mark` and behind it, without blanks around.
fn split(text: &[u8], mark: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(mark, text)?;
    Some((text[..at].trim_ascii(), text[at + 1..].trim_ascii()))
}
