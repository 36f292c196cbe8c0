//! Bytes to spectra: MSP, MGF and mzML, plain or gzip, told apart by content.
//!
//! ```no_run
//! use mzseek::formats::{self, Record};
//!
//! for outcome in formats::open("queries.mgf.gz".as_ref())? {
//!     match outcome {
//!         Ok(Record::Spectrum(spectrum)) => println!("{}", spectrum.id),
//!         Ok(Record::OtherScan { ms_level }) => println!("an MS{ms_level} scan"),
//!         Err(error) if error.is_fatal() => return Err(error),
//!         Err(error) => eprintln!("skipped: {error}"),
//!     }
//! }
//! # Ok::<(), formats::ReadError>(())
//! ```
//!
//! Nothing is dropped silently: each record of a file gives exactly one item, in file order, and a
//! file that is cut ends in an error. Nothing read sizes an allocation before it was checked
//! (limits: [`MAX_LINE_BYTES`], [`MAX_PEAKS`], [`MAX_ELEMENT_BYTES`]).

mod draft;
mod error;
mod fault;
mod foreign;
mod input;
mod key;
mod limits;
mod lines;
mod mgf;
mod msp;
mod mzml;
mod number;
mod peak_line;
mod sniff;
mod source;
mod statement;
mod text;

pub use error::ReadError;
pub use fault::Fault;
pub use limits::{MAX_ELEMENT_BYTES, MAX_LINE_BYTES, MAX_PEAKS};

use crate::domain::Spectrum;
use input::Input;
use sniff::Content;
use source::Records;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// One record of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// A spectrum of MS2 or above, or one that says nothing about its level. Its peak list may be empty.
    Spectrum(Box<Spectrum>),
    /// A scan that is not searched because nothing was fragmented.
    OtherScan {
        /// As stated; 0 where the scan states none and has no precursor either.
        ms_level: u8,
    },
}

/// Gives one item per record, in file order, and never ends silently before the file does.
///
/// A record's fault is an item like any other; after a fatal error the iterator ends. Records are
/// numbered from 0 in [`Origin::index`](crate::domain::Origin), damaged ones and other scans included.
pub trait SpectrumReader: Iterator<Item = Result<Record, ReadError>> + Send {}

impl<T: Iterator<Item = Result<Record, ReadError>> + Send> SpectrumReader for T {}

/// Opens a file of spectra, whatever its name.
///
/// # Errors
/// A file that cannot be opened, is empty, or is not MSP, MGF or mzML; all of these are fatal.
pub fn open(path: &Path) -> Result<Box<dyn SpectrumReader>, ReadError> {
    reader(Input::open(path)?)
}

/// Reads spectra from `bytes`, which errors and origins call `file`. Of more than `max_bytes`
/// bytes, counted after decompression, the rest is not read: that is an error of the stream.
///
/// # Errors
/// As [`open`].
pub fn read(
    file: &Path,
    bytes: impl Read + Send + 'static,
    max_bytes: u64,
) -> Result<Box<dyn SpectrumReader>, ReadError> {
    reader(Input::new(file.into(), bytes, max_bytes)?)
}

fn reader(input: Input) -> Result<Box<dyn SpectrumReader>, ReadError> {
    let file = Arc::clone(&input.file);
    Ok(match input.content {
        Content::Mgf => Box::new(Records::new(file, mgf::MgfReader::new(input))),
        Content::Msp => Box::new(Records::new(file, msp::MspReader::new(input))),
        Content::MzMl => Box::new(Records::new(file, mzml::MzMlReader::open(input)?)),
        Content::Other(foreign) => return Err(input::not_spectra(&file, foreign)),
    })
}
