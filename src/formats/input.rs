//! The bytes of a file, decompressed where they are gzip, with the first of them looked at.

use super::ReadError;
use super::foreign::{self, Foreign};
use super::limits::HEAD_BYTES;
use super::sniff::{self, Content};
use flate2::read::MultiGzDecoder;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::Arc;

/// An opened file of known content.
pub(super) struct Input {
    pub(super) file: Arc<Path>,
    pub(super) content: Content,
    /// The byte that ends lines, should it be text.
    pub(super) line_end: u8,
    /// All bytes from the start, without a byte-order mark.
    pub(super) bytes: Box<dyn Read + Send>,
}

impl Input {
    pub(super) fn open(path: &Path) -> Result<Self, ReadError> {
        let file: Arc<Path> = path.into();
        let failed = |source| ReadError::Open {
            file: Arc::clone(&file),
            source,
        };
        if path.is_dir() {
            return Err(not_spectra(&file, foreign::FOLDER));
        }
        let plain = fs_err::File::open(path).map_err(|e| failed(system_message(&e)))?;
        Self::new(file, plain, u64::MAX)
    }

    /// Looks at `plain`, of which at most `max_bytes` bytes are read, counted after decompression.
    pub(super) fn new(
        file: Arc<Path>,
        mut plain: impl Read + Send + 'static,
        max_bytes: u64,
    ) -> Result<Self, ReadError> {
        let start = read_up_to(&mut plain, 2).map_err(|source| ReadError::Open {
            file: Arc::clone(&file),
            source,
        })?;
        let is_gzip = start == [0x1f, 0x8b];
        let whole = Cursor::new(start).chain(plain);
        // Several gzip members may follow one another (bgzip, pymzML); all of them are read.
        let unpacked: Box<dyn Read + Send> = if is_gzip {
            Box::new(MultiGzDecoder::new(whole))
        } else {
            Box::new(whole)
        };
        let mut bytes = Bounded {
            bytes: unpacked,
            left: max_bytes,
        };
        let head = read_up_to(&mut bytes, HEAD_BYTES).map_err(|source| ReadError::Stream {
            file: Arc::clone(&file),
            records: 0,
            source,
        })?;
        if head.trim_ascii().is_empty() {
            return Err(ReadError::Empty { file });
        }
        let content = sniff::identify(&head);
        let line_end = sniff::line_end(&head);
        let skipped = head.len() - sniff::without_bom(&head).len();
        let mut head = Cursor::new(head);
        head.set_position(skipped as u64);
        Ok(Self {
            file,
            content,
            line_end,
            bytes: Box::new(head.chain(bytes)),
        })
    }
}

/// Bytes that must end before a bound.
struct Bounded {
    bytes: Box<dyn Read + Send>,
    left: u64,
}

impl Read for Bounded {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.bytes.read(into)? as u64;
        self.left = self.left.checked_sub(n).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::FileTooLarge,
                "more bytes than are allowed here",
            )
        })?;
        Ok(n as usize)
    }
}

/// The error for content we do not read.
pub(super) fn not_spectra(file: &Arc<Path>, foreign: Foreign) -> ReadError {
    ReadError::NotSpectra {
        file: Arc::clone(file),
        looks_like: foreign.looks_like,
        advice: foreign.advice,
    }
}

/// At most `limit` bytes; fewer only at the end.
fn read_up_to(input: &mut impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    input.take(limit as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// `fs_err` names the path, as our own error does; once is enough.
fn system_message(error: &io::Error) -> io::Error {
    error.kind().into()
}
