//! MSP, the text format of NIST, MassBank, `MoNA`, MS-DIAL, Prosit and others; SPTXT is a dialect.
//!
//! A record is a run of `Key: value` lines, the last of them `Num Peaks`, and then the peaks. It
//! ends where the next key stands, so blank lines are not needed to tell records apart.

mod comment;
mod peaks;
mod peptide;

use super::draft::{Draft, StatedCharge};
use super::input::Input;
use super::key::{Key, Statement};
use super::lines::{Line, Lines};
use super::number::parse_whole;
use super::source::{Damaged, Source};
use super::text::snippet;
use super::{Fault, Record};
use crate::domain::{Charge, Origin};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Reads the records of one MSP file.
pub(super) struct MspReader {
    file: Arc<Path>,
    lines: Lines,
    n_records: usize,
    /// The first line of the next record, which the end of the one before it brought up.
    next_first: Option<(u64, Vec<u8>)>,
}

/// A record while it is read.
#[derive(Default)]
struct Entry {
    draft: Draft,
    comment: Vec<u8>,
    /// The number of peaks it declares, with the line that does.
    declared: Option<(u64, u64)>,
    /// A blank line was seen among the keys.
    gap: bool,
    /// It says itself what peptide it is of, or that it is of none.
    states_peptide: bool,
    /// The first line that looks like peaks, though none were announced. It may as well be the
    /// second line of a long value, so it is a fault only where the announcement never comes.
    unannounced: Option<u64>,
}

/// What a line does to the record being read.
#[derive(PartialEq, Eq)]
enum Step {
    Taken,
    /// The line belongs to the next record.
    Over,
}

impl Entry {
    fn take_line(&mut self, number: u64, line: &[u8]) -> Step {
        let line = line.trim_ascii_start();
        if line.is_empty() {
            self.gap = true;
        } else if peaks::starts_peak(line) {
            match self.declared {
                Some(_) if self.draft.is_faulty() => {}
                Some(_) => peaks::read_line(&mut self.draft, number, line),
                None => {
                    self.unannounced.get_or_insert(number);
                }
            }
        } else if line.starts_with(b"#") {
        } else if let Some(stated) = Key::split(line) {
            return self.take_key(stated, number);
        } else if self.declared.is_some() {
            self.draft.fault(number, Fault::PeakLine(snippet(line)));
        }
        Step::Taken
    }

    fn take_key(&mut self, stated: Statement<'_>, number: u64) -> Step {
        let key = stated.key;
        let named_twice = key == Key::Name && !self.draft.compound.name.is_empty();
        if self.declared.is_some() {
            return Step::Over;
        }
        if named_twice || (self.gap && key != Key::NumPeaks) {
            let line = self.unannounced.unwrap_or(number);
            self.draft.fault(line, Fault::NoPeakCount);
            return Step::Over;
        }
        if key == Key::NumPeaks {
            self.take_count(number, stated.value);
            return Step::Taken;
        }
        if key == Key::Comment {
            self.comment.extend_from_slice(stated.value);
            self.comment.push(b' ');
        }
        self.states_peptide |= key == Key::Peptide;
        self.draft.state(stated, number);
        Step::Taken
    }

    fn take_count(&mut self, number: u64, value: &[u8]) {
        match parse_whole(value) {
            Some(count) if count >= 0.0 && count.fract() == 0.0 => {
                let count = count as u64;
                self.declared = Some((number, count));
                self.draft.expect_peaks(count);
            }
            _ => {
                self.declared = Some((number, 0));
                self.draft
                    .fault(number, Fault::PeakCountText(snippet(value)));
            }
        }
    }

    /// Draws the conclusions that need the whole record.
    fn finish(mut self, origin: Origin) -> Result<Record, (u64, Fault)> {
        let read = self.draft.peaks.len() as u64;
        if let Some((line, declared)) = self.declared.filter(|&(_, declared)| declared != read) {
            self.draft.fault(line, Fault::PeakCount { declared, read });
        }
        let mods = comment::read(&self.comment, &mut self.draft);
        let is_no_peptide = self.states_peptide && self.draft.compound.peptide.is_empty();
        if let Some(ion) = peptide::read(&self.draft.compound.name, mods).filter(|_| !is_no_peptide)
        {
            if self.draft.compound.peptide.is_empty() {
                self.draft.compound.peptide = ion.peptide;
            }
            if self.draft.charge == StatedCharge::Silent
                && let Ok(charge) = Charge::new(ion.charge)
            {
                self.draft.charge = StatedCharge::Unsigned(charge);
            }
        }
        self.draft.finish(origin)
    }
}

impl MspReader {
    pub(super) fn new(input: Input) -> Self {
        Self {
            file: input.file,
            lines: Lines::new(input.bytes, input.line_end),
            n_records: 0,
            next_first: None,
        }
    }

    /// Skips to the first line of the next record and takes it in.
    fn begin(&mut self) -> io::Result<Option<Entry>> {
        let mut entry = Entry::default();
        if let Some((number, line)) = self.next_first.take() {
            entry.take_line(number, &line);
            return Ok(Some(entry));
        }
        while let Some((number, line)) = self.lines.next()? {
            match line {
                Line::TooLong => entry.draft.fault(number, Fault::LineTooLong),
                Line::Text(text) if text.trim_ascii().is_empty() || text.starts_with(b"#") => {
                    continue;
                }
                Line::Text(text) => {
                    entry.take_line(number, text);
                }
            }
            return Ok(Some(entry));
        }
        Ok(None)
    }
}

impl Source for MspReader {
    fn format(&self) -> &'static str {
        "MSP"
    }

    fn next_record(&mut self) -> io::Result<Option<Result<Record, Damaged>>> {
        let Some(mut entry) = self.begin()? else {
            return Ok(None);
        };
        loop {
            match self.lines.next()? {
                None => {
                    if entry.declared.is_none() {
                        entry.draft.fault(self.lines.number(), Fault::CutRecord);
                    }
                    break;
                }
                Some((number, Line::TooLong)) => entry.draft.fault(number, Fault::LineTooLong),
                Some((number, Line::Text(text))) => {
                    if entry.take_line(number, text) == Step::Over {
                        self.next_first = Some((number, text.to_vec()));
                        break;
                    }
                }
            }
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
