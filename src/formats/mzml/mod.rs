//! mzML through `mzdata`, one `<spectrum>` element at a time.
//!
//! `mzdata` knows the format and its vocabulary, but ends silently at damage, panics on some
//! values, decodes without limit and, after an error, goes on in the middle of an element. So the
//! file is cut into elements here ([`elements`]), each is handed over alone and guarded
//! ([`parser`]), and the arrays are decoded within bounds ([`arrays`]). Damage stays in its record.

mod arrays;
mod convert;
mod elements;

mod numpress;
mod parser;
mod prediction;

use super::input::Input;
use super::source::{Damaged, Source};
use super::{Fault, ReadError, Record, guard};
use crate::domain::Origin;
use elements::{Elements, Found, Header};
use parser::Parser;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Reads the spectra of one mzML file.
pub(super) struct MzMlReader {
    file: Arc<Path>,
    elements: Elements,
    header: Header,
    /// None after a fault: what the parser then holds may belong to the damaged element.
    parser: Option<Parser>,
    element: Vec<u8>,
    n_records: usize,
    ended_inside: bool,
}

impl MzMlReader {
    pub(super) fn open(input: Input) -> Result<Self, ReadError> {
        let file = input.file;
        let mut elements = Elements::new(input.bytes);
        let header = elements.header().map_err(|source| ReadError::Stream {
            file: Arc::clone(&file),
            records: 0,
            source,
        })?;
        // A file without any list of spectra says so when its records are asked for.
        let parser = header
            .has_list
            .then(|| Parser::new(&header.bytes))
            .transpose();
        let parser = parser.map_err(|fault| ReadError::Stream {
            file: Arc::clone(&file),
            records: 0,
            source: io::Error::new(io::ErrorKind::InvalidData, fault),
        })?;
        Ok(Self {
            file,
            elements,
            header,
            parser,
            element: Vec::new(),
            n_records: 0,
            ended_inside: false,
        })
    }

    /// Says once, after the last spectrum, that there should be more: a sloppy excerpt, usually.
    fn missing(&mut self) -> Option<Fault> {
        let read = self.n_records as u64;
        if read == 0 {
            return None;
        }
        let declared = self.header.declared.take_if(|declared| *declared > read)?;
        Some(Fault::MissingSpectra { declared, read })
    }

    /// Parses the element at hand, with a new parser where the last one met a fault.
    fn parse(&mut self) -> Result<Record, Fault> {
        let mut parser = match self.parser.take() {
            Some(parser) => parser,
            None => Parser::new(&self.header.bytes)?,
        };
        let facts = elements::Facts::of(&self.element);
        let scan = parser.parse(&mut self.element)?;
        let parser = self.parser.insert(parser);
        let instrument = parser.instrument_of(&scan);
        let origin = Origin {
            file: Arc::clone(&self.file),
            index: self.n_records,
        };
        guard::guarded(|| convert::record(scan, &facts, instrument, origin))
            .unwrap_or_else(|panic| Err(Fault::Element(panic)))
    }
}

impl Source for MzMlReader {
    fn format(&self) -> &'static str {
        "mzML"
    }

    fn next_record(&mut self) -> io::Result<Option<Result<Record, Damaged>>> {
        if !self.header.has_list {
            return Ok(None);
        }
        let (line, outcome) = match self.elements.next(&mut self.element)? {
            Found::ListEnd => {
                // What follows holds no spectra, but a cut gzip shows only at its end.
                self.elements.drain()?;
                return Ok(self
                    .missing()
                    .map(|fault| Err(Damaged { line: None, fault })));
            }
            Found::FileEnd { inside } => {
                self.ended_inside = inside;
                return Ok(None);
            }
            Found::Whole { line } => (line, self.parse()),
            Found::Interrupted { line } => {
                let reason = "it does not end before the next one begins".to_owned();
                (line, Err(Fault::Element(reason)))
            }
            Found::TooLarge { line } => {
                let reason = format!("more than {} bytes", super::MAX_ELEMENT_BYTES);
                (line, Err(Fault::Element(reason)))
            }
        };
        self.n_records += 1;
        Ok(Some(outcome.map_err(|fault| Damaged {
            line: Some(line),
            fault,
        })))
    }

    fn cut(&self) -> Option<String> {
        let place = if self.ended_inside {
            "in the middle of a spectrum"
        } else if !self.header.has_list && !self.header.is_closed {
            "before the first spectrum"
        } else if self.header.has_list && !self.elements.list_ended() {
            "before the end of the list of spectra"
        } else if self.n_records == 0 && self.header.declared.is_some_and(|n| n > 0) {
            "out of the list of spectra"
        } else {
            return None;
        };
        let read = self.n_records;
        Some(match self.header.declared {
            Some(declared) => format!("cut {place}: {read} of {declared} spectra"),
            None => format!("cut {place}"),
        })
    }
}
