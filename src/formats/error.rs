//! Errors of reading: one record's fault, or the end of the file's use.

use super::Fault;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Why a record or a whole file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// One record is damaged; the reader goes on with the next.
    #[error("{}, record {record}{}: {fault}", file.display(), OnLine(*line))]
    Record {
        /// The file as the user named it.
        file: Arc<Path>,
        /// Number of the record in the file, from 1.
        record: usize,
        /// Line of the fault, from 1, where known.
        line: Option<u64>,
        /// What is wrong with it.
        fault: Fault,
    },
    /// The file cannot be opened, or its first bytes cannot be read.
    #[error("{}: cannot be opened: {source}", file.display())]
    Open {
        /// The file as the user named it.
        file: Arc<Path>,
        /// What the system says.
        source: io::Error,
    },
    /// The file holds nothing.
    #[error("{}: the file is empty", file.display())]
    Empty {
        /// The file as the user named it.
        file: Arc<Path>,
    },
    /// The file holds no record at all.
    #[error("{}: {format} without any spectrum", file.display())]
    NoSpectra {
        /// The file as the user named it.
        file: Arc<Path>,
        /// What it was read as.
        format: &'static str,
    },
    /// The file is something else than spectra we read.
    #[error("{}: this looks like {looks_like}, which is not read: {advice}", file.display())]
    NotSpectra {
        /// The file as the user named it.
        file: Arc<Path>,
        /// What the content looks like.
        looks_like: &'static str,
        /// What to do about it.
        advice: &'static str,
    },
    /// One of several files, of a folder or an archive, cannot be used; the next one is read.
    #[error("{0}")]
    Aside(Box<Self>),
    /// The file ends early, or cannot be followed any further.
    #[error("{}: {reason} (after {records} records); take a complete copy of the file", file.display())]
    Cut {
        /// The file as the user named it.
        file: Arc<Path>,
        /// Records read before.
        records: usize,
        /// What is missing.
        reason: String,
    },
    /// Reading or decompressing failed on the way.
    #[error("{}: reading failed after {records} records: {source}{}", file.display(), incomplete(source))]
    Stream {
        /// The file as the user named it.
        file: Arc<Path>,
        /// Records read before.
        records: usize,
        /// What the system or the decompressor says.
        source: io::Error,
    },
}

impl ReadError {
    /// Whether nothing more can be read from this file.
    pub fn is_fatal(&self) -> bool {
        !matches!(self, Self::Record { .. } | Self::Aside(_))
    }

    /// Whether the file is something else than spectra, which in a folder is no fault.
    pub(crate) fn is_other_file(&self) -> bool {
        matches!(
            self,
            Self::NotSpectra { .. } | Self::Empty { .. } | Self::NoSpectra { .. }
        )
    }

    /// The category, for counting by reason.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Record { fault, .. } => fault.kind(),
            Self::Open { .. } => "cannot be opened",
            Self::Empty { .. } => "empty file",
            Self::NoSpectra { .. } => "no spectra",
            Self::NotSpectra { .. } => "not a spectrum file",
            Self::Aside(error) => error.kind(),
            Self::Cut { .. } => "cut file",
            Self::Stream { .. } => "reading failed",
        }
    }
}

/// A cut `.gz` is the most common stream fault, and its system message does not say so.
fn incomplete(source: &io::Error) -> &'static str {
    if source.kind() == io::ErrorKind::UnexpectedEof {
        " (the compressed file is cut; take a complete copy)"
    } else {
        ""
    }
}

struct OnLine(Option<u64>);

impl fmt::Display for OnLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |line| write!(f, ", line {line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_fault_names_file_record_and_line() {
        let error = ReadError::Record {
            file: Path::new("a.mgf").into(),
            record: 3,
            line: Some(17),
            fault: Fault::PeakLine("x y".into()),
        };
        assert_eq!(
            error.to_string(),
            "a.mgf, record 3, line 17: expected a peak (m/z and intensity), found \"x y\""
        );
        assert_eq!(error.kind(), "bad peak line");
        assert!(!error.is_fatal());
    }

    #[test]
    fn a_cut_stream_says_so() {
        let error = ReadError::Stream {
            file: Path::new("a.msp.gz").into(),
            records: 2,
            source: io::ErrorKind::UnexpectedEof.into(),
        };
        assert!(error.is_fatal());
        assert!(
            error.to_string().contains("compressed file is cut"),
            "{error}"
        );
    }
}
