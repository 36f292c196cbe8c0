//! The bytes of a file, decompressed, with the first of them looked at.

use super::ReadError;
use super::foreign::{self, Foreign};
use super::limits::HEAD_BYTES;
use super::sniff::{self, Content};
use bzip2::read::MultiBzDecoder;
use flate2::read::MultiGzDecoder;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::Arc;

/// A stream of bytes.
pub(super) type Bytes = Box<dyn Read + Send>;

/// What stands for standard input where a file is named.
pub const STDIN: &str = "-";

/// An opened file of known content.
pub(super) struct Input {
    pub(super) file: Arc<Path>,
    pub(super) content: Content,
    /// The byte that ends lines, should it be text.
    pub(super) line_end: u8,
    /// All bytes from the start, without a byte-order mark.
    pub(super) bytes: Bytes,
}

impl Input {
    /// Opens `path`, or standard input where it is [`STDIN`].
    pub(super) fn open(path: &Path) -> Result<Self, ReadError> {
        if path == Path::new(STDIN) {
            return Self::of(Path::new("stdin").into(), Box::new(io::stdin()));
        }
        let file: Arc<Path> = path.into();
        if path.is_dir() {
            return Err(not_spectra(&file, foreign::folder(path)));
        }
        match fs_err::File::open(path) {
            Ok(plain) => Self::of(file, Box::new(plain)),
            Err(e) => Err(ReadError::Open {
                file,
                source: system_message(&e),
            }),
        }
    }

    /// Looks at the start of what is called `file`.
    pub(super) fn of(file: Arc<Path>, bytes: Bytes) -> Result<Self, ReadError> {
        let failed = |source| ReadError::Stream {
            file: Arc::clone(&file),
            records: 0,
            source,
        };
        let mut bytes = decompressed(bytes).map_err(failed)?;
        let head = read_up_to(&mut bytes, HEAD_BYTES).map_err(failed)?;
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

    /// Puts all bytes into a file of our own, for formats that are not read from front to back.
    pub(super) fn spooled(self) -> Result<(Arc<Path>, std::fs::File), ReadError> {
        let Self {
            file, mut bytes, ..
        } = self;
        let mut spool = || {
            let mut spool = tempfile::tempfile()?;
            io::copy(&mut bytes, &mut spool)?;
            io::Seek::rewind(&mut spool)?;
            Ok(spool)
        };
        match spool() {
            Ok(spool) => Ok((file, spool)),
            Err(source) => Err(ReadError::Stream {
                file,
                records: 0,
                source,
            }),
        }
    }
}

/// Undoes gzip, zstd or bzip2, whichever it is, once. Several members may follow one another
/// (bgzip, pymzML, pzstd); all of them are read.
fn decompressed(mut bytes: Bytes) -> io::Result<Bytes> {
    let start = read_up_to(&mut bytes, 4)?;
    let is = |magic: &[u8]| start.starts_with(magic);
    let (is_gzip, is_zstd, is_bzip2) = (is(b"\x1f\x8b"), is(b"\x28\xb5\x2f\xfd"), is(b"BZh"));
    let whole = Cursor::new(start).chain(bytes);
    Ok(if is_gzip {
        Box::new(MultiGzDecoder::new(whole))
    } else if is_zstd {
        Box::new(zstd::stream::read::Decoder::new(whole)?)
    } else if is_bzip2 {
        Box::new(MultiBzDecoder::new(whole))
    } else {
        Box::new(whole)
    })
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
pub(super) fn system_message(error: &io::Error) -> io::Error {
    error.kind().into()
}
