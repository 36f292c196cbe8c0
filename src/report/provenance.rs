//! What it took to make a report, as a JSON file beside it, so that it can be made again.
//!
//! No times and no machine: the same run has the same provenance.

use crate::files::PendingFile;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Value of `format`.
const FORMAT: &str = "mzseek-run";
/// Value of `format_version`.
const FORMAT_VERSION: u32 = 1;

/// What it took to make a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// What the file is.
    pub format: String,
    /// And which version of it.
    pub format_version: u32,
    /// Version of the program.
    pub mzseek_version: String,
    /// Flags of `mzseek search` with their values, `true` for those without; what was left to the
    /// library is resolved.
    pub settings: BTreeMap<String, String>,
    /// What was searched, several as one.
    pub libraries: Vec<LibraryStamp>,
    /// The files of the queries, in order.
    pub inputs: Vec<FileStamp>,
    /// Queries by outcome.
    pub counts: BTreeMap<String, u64>,
    /// What was made.
    pub report: FileStamp,
}

/// A library with its checksum.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LibraryStamp {
    /// As given.
    pub path: PathBuf,
    /// Over everything in it.
    pub checksum: String,
    /// Entries, decoys included.
    pub n_entries: u64,
}

/// A file with its checksum.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileStamp {
    /// As given.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// BLAKE3 of its bytes, in hexadecimal digits.
    pub blake3: String,
}

/// A provenance that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ProvenanceError {
    /// The system refused.
    #[error("{path}: {source}", path = .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no provenance.
    #[error("{path}: is not the .json beside a report: {source}", path = .path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// It is of another version, or of another kind.
    #[error(
        "{path}: is {found}, and this mzseek reads {FORMAT} {FORMAT_VERSION}",
        path = .path.display()
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// What it says it is.
        found: String,
    },
}

impl Default for Provenance {
    /// Of this version of the program; nothing else is known.
    fn default() -> Self {
        Self {
            format: FORMAT.to_owned(),
            format_version: FORMAT_VERSION,
            mzseek_version: env!("CARGO_PKG_VERSION").to_owned(),
            settings: BTreeMap::new(),
            libraries: Vec::new(),
            inputs: Vec::new(),
            counts: BTreeMap::new(),
            report: FileStamp::default(),
        }
    }
}

impl Provenance {
    /// The file beside `report`: its name with `.json` after it.
    pub fn path_of(report: &Path) -> PathBuf {
        let mut name = OsString::from(report);
        name.push(".json");
        name.into()
    }

    /// Reads `path`.
    ///
    /// # Errors
    /// A file that cannot be read, or is something else.
    pub fn read(path: &Path) -> Result<Self, ProvenanceError> {
        let path_buf = || path.to_owned();
        let text = fs_err::read_to_string(path).map_err(|source| ProvenanceError::Io {
            path: path_buf(),
            source,
        })?;
        let read: Self = serde_json::from_str(&text).map_err(|source| ProvenanceError::Json {
            path: path_buf(),
            source,
        })?;
        if (read.format.as_str(), read.format_version) == (FORMAT, FORMAT_VERSION) {
            return Ok(read);
        }
        Err(ProvenanceError::Version {
            path: path_buf(),
            found: format!("{} {}", read.format, read.format_version),
        })
    }

    /// Writes it beside its report.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn write(&self) -> Result<(), ProvenanceError> {
        let path = Self::path_of(&self.report.path);
        let written = || -> io::Result<()> {
            let mut file = PendingFile::create(&path)?;
            serde_json::to_writer_pretty(&mut file, self)?;
            file.write_all(b"\n")?;
            file.publish()
        };
        written().map_err(|source| ProvenanceError::Io {
            path: path.clone(),
            source,
        })
    }
}

/// An output that makes the checksum of what it is given, so that nobody reads it again.
#[derive(Debug)]
pub struct Stamped<W> {
    out: W,
    hasher: blake3::Hasher,
}

impl<W> Stamped<W> {
    /// Nothing is written to `out` yet.
    pub fn new(out: W) -> Self {
        Self {
            out,
            hasher: blake3::Hasher::new(),
        }
    }

    /// The stamp of what was written, as a file of this name.
    pub fn stamp(&self, path: &Path) -> FileStamp {
        FileStamp::made(path, &self.hasher)
    }
}

impl<W: Write> Write for Stamped<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl FileStamp {
    /// Reads all of `path`.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn of(path: &Path) -> io::Result<Self> {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(fs_err::File::open(path)?)?;
        Ok(Self::made(path, &hasher))
    }

    fn made(path: &Path, hasher: &blake3::Hasher) -> Self {
        Self {
            path: path.to_owned(),
            bytes: hasher.count(),
            blake3: hasher.finalize().to_hex().to_string(),
        }
    }

    /// The same under another name.
    #[must_use]
    pub fn called(self, path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            ..self
        }
    }
}
