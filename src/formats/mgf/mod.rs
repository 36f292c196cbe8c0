//! MGF, Mascot's peak list format: blocks between `BEGIN IONS` and `END IONS`.
//!
//! A block is read to its end even after a fault, so that exactly one error stands for it and the
//! next block starts clean. Nothing but the file's own default charge passes from one to another.

use super::draft::{Draft, StatedCharge};
use super::input::Input;
use super::key::Key;
use super::lines::{Line, Lines};
use super::source::{Damaged, Source};
use super::text::snippet;
use super::{Fault, Record};
use crate::domain::{Origin, Peak};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Reads the blocks of one MGF file.
pub(super) struct MgfReader {
    file: Arc<Path>,
    lines: Lines,
    n_records: usize,
    default_charge: StatedCharge,
    /// `BEGIN IONS` of the next block was read where `END IONS` should have been.
    begun: bool,
    /// Room for the peaks of a block, whose number nobody states before them.
    peaks: Vec<Peak>,
}

/// How a block ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Proper,
    NextBegan,
    File,
}

/// What stands between blocks.
enum Between {
    Begin,
    /// Peaks or an `END IONS` that no block holds, with the line of the first.
    Stray {
        line: u64,
        fault: Fault,
    },
    File,
}

impl MgfReader {
    pub(super) fn new(input: Input) -> Self {
        Self {
            file: input.file,
            lines: Lines::new(input.bytes, input.line_end),
            n_records: 0,
            default_charge: StatedCharge::Silent,
            begun: false,
            peaks: Vec::new(),
        }
    }

    /// Looks for the next block. Before the first one, lines state what holds for the whole file.
    fn find_block(&mut self) -> io::Result<Between> {
        if std::mem::take(&mut self.begun) {
            return Ok(Between::Begin);
        }
        let mut stray: Option<(u64, Fault)> = None;
        while let Some((number, line)) = self.lines.next()? {
            let Line::Text(text) = line else { continue };
            let text = text.trim_ascii_start();
            if is_comment(text) {
                continue;
            }
            let begins = is_mark(text, b"BEGIN IONS");
            let ends = is_mark(text, b"END IONS");
            if starts_as_number(text) || ends {
                stray.get_or_insert_with(|| (number, Fault::NoBegin(snippet(text))));
            } else if self.n_records == 0
                && let Some(stated) = Key::split_at(text, b'=')
                && stated.key == Key::Charge
            {
                // A default that cannot be read is no default; blocks state their own.
                self.default_charge = StatedCharge::read(stated.value).unwrap_or_default();
            }
            match stray.take_if(|_| begins || ends) {
                Some((line, fault)) => {
                    self.begun = begins;
                    return Ok(Between::Stray { line, fault });
                }
                None if begins => return Ok(Between::Begin),
                None => {}
            }
        }
        Ok(stray.map_or(Between::File, |(line, fault)| Between::Stray {
            line,
            fault,
        }))
    }

    /// Reads one block up to its end.
    fn read_block(&mut self) -> io::Result<(Draft, End)> {
        let mut draft = Draft::default();
        draft.peaks = std::mem::take(&mut self.peaks);
        let end = loop {
            let Some((number, line)) = self.lines.next()? else {
                draft.fault(self.lines.number(), Fault::CutRecord);
                break End::File;
            };
            let Line::Text(text) = line else {
                draft.fault(number, Fault::LineTooLong);
                continue;
            };
            let text = text.trim_ascii_start();
            // Most lines are peaks, so they are asked for first.
            if text.first().is_some_and(u8::is_ascii_digit) {
                if !draft.is_faulty() {
                    draft.read_peak(number, text);
                }
            } else if is_comment(text) {
            } else if is_mark(text, b"END IONS") {
                break End::Proper;
            } else if is_mark(text, b"BEGIN IONS") {
                draft.fault(number, Fault::NoEnd);
                break End::NextBegan;
            } else if let Some(stated) = Key::split_at(text, b'=') {
                draft.state(stated, number);
            } else {
                draft.read_peak(number, text);
            }
        };
        if draft.charge == StatedCharge::Silent {
            draft.charge = self.default_charge;
        }
        // Each block takes as much memory as its peaks need, at once.
        let peaks = draft.peaks.clone();
        self.peaks = std::mem::replace(&mut draft.peaks, peaks);
        self.peaks.clear();
        Ok((draft, end))
    }
}

impl Source for MgfReader {
    fn format(&self) -> &'static str {
        "MGF"
    }

    fn next_record(&mut self) -> io::Result<Option<Result<Record, Damaged>>> {
        let between = self.find_block()?;
        let index = self.n_records;
        let outcome = match between {
            Between::File => return Ok(None),
            Between::Stray { line, fault } => Err((line, fault)),
            Between::Begin => {
                let (draft, end) = self.read_block()?;
                self.begun = end == End::NextBegan;
                draft.finish(Origin {
                    file: Arc::clone(&self.file),
                    index,
                })
            }
        };
        self.n_records += 1;
        Ok(Some(outcome.map_err(Damaged::from)))
    }
}

fn is_comment(line: &[u8]) -> bool {
    matches!(line.first(), None | Some(b'#' | b';' | b'!' | b'/'))
}

fn is_mark(line: &[u8], mark: &[u8]) -> bool {
    line.eq_ignore_ascii_case(mark)
}

fn starts_as_number(line: &[u8]) -> bool {
    matches!(line.first(), Some(b'0'..=b'9' | b'.' | b'+' | b'-'))
}
