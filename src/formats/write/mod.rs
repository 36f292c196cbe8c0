//! Spectra to files: MSP, MGF and mzSpecLib, which give back what was written, and CSV.
//!
//! The words are those the readers know. Each record is read again before it is written out; where a
//! field would come back as something else, the record is worded with more care, and what cannot be
//! said in a format at all is told in [`Written`].

mod compress;
mod msp_mgf;
mod mzspeclib;
mod proofread;
mod table;

pub use compress::{Compression, compressed};
pub use proofread::{Unfaithful, difference};

use crate::domain::Spectrum;
use crate::formats::key::Words;
use msp_mgf::Lines;
use mzspeclib::MzSpecLib;
use proofread::Proofread;
use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::str::FromStr;
use table::Table;

/// A file format of spectra that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// NIST's text format.
    Msp,
    /// Mascot's, with the words of GNPS.
    Mgf,
    /// The library format of the Proteomics Standards Initiative, as text.
    MzSpecLib,
    /// A row per spectrum.
    Csv,
}

/// The cluster a spectrum is in.
#[derive(Debug, Clone, PartialEq)]
pub struct Membership {
    /// Its number.
    pub cluster: u32,
    /// How many spectra are in it.
    pub size: u32,
    /// Whether this spectrum stands for it.
    pub is_representative: bool,
    /// Share of its members that are what it is, where that is known.
    pub purity: Option<f32>,
}

/// What was written.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// Spectra.
    pub n_spectra: u64,
    /// How many of them are not quite the same when they are read again.
    pub n_unfaithful: u64,
    /// The first of these.
    pub unfaithful: Vec<Unfaithful>,
}

/// Writes spectra one after another.
pub trait SpectrumWriter {
    /// Appends `spectrum`; in `cluster`, where clusters are asked for.
    ///
    /// # Errors
    /// What the system says.
    fn write(&mut self, spectrum: Spectrum, cluster: Option<Membership>) -> io::Result<()>;

    /// Writes what is held back and what only the end tells.
    ///
    /// # Errors
    /// What the system says.
    fn end(self: Box<Self>) -> io::Result<Written>;
}

/// A writer of `format` to `out`; `library` is what the spectra are called together.
///
/// # Errors
/// What the system says.
pub fn spectrum_writer<'a>(
    (format, library): (ExportFormat, &str),
    out: Box<dyn Write + 'a>,
) -> io::Result<Box<dyn SpectrumWriter + 'a>> {
    Ok(match format {
        ExportFormat::Msp => Box::new(Proofread::begin(Lines(Words::Msp), out)?),
        ExportFormat::Mgf => Box::new(Proofread::begin(Lines(Words::Mgf), out)?),
        ExportFormat::MzSpecLib => Box::new(Proofread::begin(MzSpecLib::new(library), out)?),
        ExportFormat::Csv => Box::new(Table::begin(out)),
    })
}

impl ExportFormat {
    /// Words on the command line, and what names end in that choose the format.
    const WORDS: [(Self, &'static str, &'static [&'static str]); 4] = [
        (Self::Msp, "msp", &[".msp"]),
        (Self::Mgf, "mgf", &[".mgf"]),
        (
            Self::MzSpecLib,
            "mzspeclib",
            &[".mzspeclib", ".mzspeclib.txt", ".mzlib.txt", ".mzlib"],
        ),
        (Self::Csv, "csv", &[".csv"]),
    ];

    /// The format that a file name asks for, compressed or not; none where it asks for none we know.
    pub fn of_name(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let plain = Compression::of_name(path).map_or("", Compression::extension);
        let name = name.strip_suffix(plain)?;
        let known = Self::WORDS.iter();
        let found = known
            .clone()
            .find(|(_, _, ends)| ends.iter().any(|end| name.ends_with(end)));
        found.map(|(format, _, _)| *format)
    }
}

impl fmt::Display for ExportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Self::WORDS.iter().find(|(format, _, _)| format == self);
        f.write_str(word.map_or("", |(_, word, _)| word))
    }
}

impl FromStr for ExportFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::WORDS.iter().find(|(_, word, _)| *word == text);
        found.map(|(format, _, _)| *format).ok_or_else(|| {
            let words: Vec<&str> = Self::WORDS.iter().map(|(_, word, _)| *word).collect();
            format!("{text:?} is not one of: {}", words.join(", "))
        })
    }
}

impl fmt::Debug for dyn SpectrumWriter + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SpectrumWriter")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_choose() {
        for (name, format) in [
            ("a.msp", Some(ExportFormat::Msp)),
            ("a.MGF.gz", Some(ExportFormat::Mgf)),
            ("a.mzSpecLib.txt.zst", Some(ExportFormat::MzSpecLib)),
            ("a.mzlib.txt", Some(ExportFormat::MzSpecLib)),
            ("a.csv", Some(ExportFormat::Csv)),
            ("a.txt", None),
            ("gz", None),
            ("a.gz", None),
        ] {
            assert_eq!(ExportFormat::of_name(Path::new(name)), format, "{name}");
        }
        for (format, word, _) in ExportFormat::WORDS {
            assert_eq!(word.parse(), Ok(format));
            assert_eq!(format.to_string(), word);
        }
        assert!("xlsx".parse::<ExportFormat>().is_err());
    }
}
