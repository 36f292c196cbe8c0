//! JSON libraries: GNPS, `MoNA`, mzmine. An array of records, or one record after another.
//!
//! A file is cut into records by brackets and quotes ([`values`]), so that memory holds one of them
//! at a time and damage stays in its record.

mod record;
pub(super) mod values;

use super::input::Input;
use super::source::{Damaged, Source};
use super::text::snippet;
use super::{Fault, Record};
use crate::domain::Origin;
use std::io;
use std::path::Path;
use std::sync::Arc;
use values::{Found, Values};

/// Reads the records of one JSON file.
pub(super) struct JsonReader {
    file: Arc<Path>,
    values: Values,
    place: Place,
    record: Vec<u8>,
    n_records: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    InArray,
    /// One value after another, without an array around them.
    InLines,
    End,
}

impl JsonReader {
    pub(super) fn new(input: Input) -> Self {
        Self {
            file: input.file,
            values: Values::new(input.bytes),
            place: Place::Start,
            record: Vec::new(),
            n_records: 0,
        }
    }

    fn parse(&self, line: u64) -> Result<Record, Fault> {
        let value = values::parse(&self.record)?;
        let origin = Origin {
            file: Arc::clone(&self.file),
            index: self.n_records,
        };
        let draft = record::read(&value, line);
        draft.finish(origin).map_err(|(_, fault)| fault)
    }
}

impl Source for JsonReader {
    fn format(&self) -> &'static str {
        "JSON"
    }

    fn next_record(&mut self) -> io::Result<Option<Result<Record, Damaged>>> {
        loop {
            let next = self.values.peek()?;
            match (self.place, next) {
                (Place::End, _) | (_, None) => {
                    if self.place == Place::InLines {
                        self.place = Place::End;
                    }
                    return Ok(None);
                }
                (Place::Start, Some(b'[')) => {
                    self.values.skip();
                    self.place = Place::InArray;
                    continue;
                }
                (Place::Start, Some(_)) => {
                    self.place = Place::InLines;
                    continue;
                }
                (Place::InArray, Some(b']')) => {
                    self.values.skip();
                    self.place = Place::End;
                    // A cut gzip shows only at its end.
                    while self.values.peek()?.is_some() {
                        self.values.skip();
                    }
                    continue;
                }
                (Place::InArray | Place::InLines, Some(b',')) => {
                    self.values.skip();
                    continue;
                }
                (Place::InArray | Place::InLines, Some(_)) => {}
            }
            let line = self.values.line();
            let outcome = match self.values.value(&mut self.record)? {
                Found::Whole => self.parse(line),
                Found::TooLarge => Err(Fault::RecordTooLarge),
                Found::Cut => Err(Fault::CutRecord),
                Found::Stray(byte) => {
                    let text = snippet(&[byte]);
                    Err(Fault::Json(format!("{text:?} where a record should begin")))
                }
            };
            self.n_records += 1;
            return Ok(Some(outcome.map_err(|fault| (line, fault).into())));
        }
    }

    fn cut(&self) -> Option<String> {
        (self.place == Place::InArray).then(|| "cut before the end of the list".to_owned())
    }
}
