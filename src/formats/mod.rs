//! Bytes to spectra and back: libraries and runs in the formats of the field, told apart by content.
//!
//! MSP and SPTXT, MGF, mzML, mzMLb, imzML, mzXML, MassBank records, JSON of GNPS, `MoNA` and mzmine,
//! mzSpecLib as text and JSON, and tables of fragments as text and Parquet; plain, gzip, zstd, bzip2,
//! or in a zip archive.
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

mod archive;
mod centroid;
mod coded;
mod draft;
mod energy;
mod error;
mod fault;
mod field;
mod foreign;
mod guard;
mod input;
mod json;
mod key;
mod limits;
mod lines;
mod listing;
mod massbank;
mod mgf;
mod msp;
mod mzml;
mod mzspeclib;
mod mzxml;
mod number;
mod peak_line;
mod sniff;
mod source;
mod statement;
mod tags;
mod text;
mod transitions;
mod unpack;
mod write;

pub use error::ReadError;
pub use fault::Fault;
pub use input::STDIN;
pub use limits::{MAX_ELEMENT_BYTES, MAX_LINE_BYTES, MAX_PEAKS};
pub use listing::{InputFile, list};
pub use unpack::{UnpackError, unpack, unpack_with};
pub use write::{
    Compression, ExportFormat, Membership, SpectrumWriter, Unfaithful, Written, compressed,
    difference, spectrum_writer,
};

use crate::domain::Spectrum;
use input::{Allowance, Input};
use sniff::Content;
use source::{Records, Source};
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

/// Opens a file of spectra, whatever its name, or standard input where `path` is [`STDIN`].
///
/// # Errors
/// A file that cannot be opened, is empty, or holds something else; all of these are fatal.
pub fn open(path: &Path) -> Result<Box<dyn SpectrumReader>, ReadError> {
    let input = Input::open(path)?;
    // Standard input, and what is compressed, cannot be read at any place.
    let place = path.is_file().then_some(path);
    reader(input, place, None)
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
    let max_bytes = Some(max_bytes);
    let input = Input::of(file.into(), Box::new(bytes), Allowance::of(max_bytes), None)?;
    reader(input, None, max_bytes)
}

/// Reads `bytes` as what `format` names, whatever they look like.
///
/// # Errors
/// As [`open`].
///
/// # Panics
/// There is no such format.
#[cfg(fuzzing)]
pub fn read_as(
    format: &str,
    file: &Path,
    bytes: Vec<u8>,
) -> Result<Box<dyn SpectrumReader>, ReadError> {
    let content = match format {
        "mgf" => Content::Mgf,
        "msp" => Content::Msp,
        "massbank" => Content::MassBank,
        "json" => Content::Json,
        "mzspeclib_text" => Content::MzSpecLibText,
        "mzspeclib_json" => Content::MzSpecLibJson,
        "mzml" => Content::MzMl,
        "mzxml" => Content::MzXml,
        "transitions" => Content::Transitions,
        other => panic!("no format is called {other}"),
    };
    let line_end = sniff::line_end(&bytes);
    let file: Arc<Path> = file.into();
    let bytes = Box::new(std::io::Cursor::new(bytes));
    let input = Input {
        file: Arc::clone(&file),
        content,
        line_end,
        bytes,
    };
    records_of(&file, input)
}

/// The reader of `input`, whose bytes also lie at `place`, if that is known.
fn reader(
    input: Input,
    place: Option<&Path>,
    max_bytes: Option<u64>,
) -> Result<Box<dyn SpectrumReader>, ReadError> {
    if input.content == Content::Zip {
        let archive = archive::Archive::open(input, place, Allowance::of(max_bytes))?;
        return Ok(Box::new(archive));
    }
    let file = Arc::clone(&input.file);
    records_of(&file, input)
}

/// The reader of what `input` turned out to be.
fn records_of(file: &Arc<Path>, input: Input) -> Result<Box<dyn SpectrumReader>, ReadError> {
    fn records<S: Source + 'static>(file: &Arc<Path>, source: S) -> Box<dyn SpectrumReader> {
        Box::new(Records::new(Arc::clone(file), source))
    }
    Ok(match input.content {
        Content::Mgf => records(file, mgf::MgfReader::new(input)),
        Content::Msp => records(file, msp::MspReader::new(input)),
        Content::MzMl => records(file, mzml::MzMlReader::open(input)?),
        Content::MzXml => records(file, mzxml::MzXmlReader::new(input)),
        Content::MassBank => records(file, massbank::MassBankReader::new(input)),
        Content::Json => records(file, json::JsonReader::new(input)),
        Content::MzSpecLibText => records(file, mzspeclib::MzSpecLibTextReader::new(input)),
        Content::MzSpecLibJson => records(file, mzspeclib::MzSpecLibJsonReader::open(input)?),
        Content::Transitions => records(file, transitions::TransitionReader::new(input)),
        Content::Zip => return Err(input::not_spectra(file, foreign::ZIP_IN_ZIP)),
        Content::ImzMl => return Err(input::not_spectra(file, foreign::IMZML)),
        Content::Packed(foreign) | Content::Other(foreign) => {
            return Err(input::not_spectra(file, foreign));
        }
    })
}
