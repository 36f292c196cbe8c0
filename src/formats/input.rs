//! The bytes of a file, decompressed, with the first of them looked at.

use super::ReadError;
use super::foreign::{self, Foreign};
use super::limits::HEAD_BYTES;
use super::sniff::{self, Content};
use super::unpack::{self, Inlined, Lying};
use bzip2::read::MultiBzDecoder;
use flate2::read::MultiGzDecoder;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

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
            let bytes = Box::new(io::stdin());
            return Self::of(Path::new("stdin").into(), bytes, Allowance::NONE, None);
        }
        let file: Arc<Path> = path.into();
        if path.is_dir() {
            return Err(not_spectra(&file, foreign::folder(path)));
        }
        match fs_err::File::open(path) {
            // What is no plain file, a pipe for instance, cannot be read at any place.
            Ok(plain) => {
                let place = path.is_file().then_some(path);
                Self::of(file, Box::new(plain), Allowance::NONE, place)
            }
            Err(e) => Err(ReadError::Open {
                file,
                source: system_message(&e),
            }),
        }
    }

    /// Looks at the start of what is called `file`, whose bytes also lie at `place`, if that is
    /// known; decompressed and unpacked, it may have as many bytes as are allowed.
    pub(super) fn of(
        file: Arc<Path>,
        bytes: Bytes,
        allowance: Allowance,
        place: Option<&Path>,
    ) -> Result<Self, ReadError> {
        let input = Self::look(file, bytes, allowance.clone())?;
        match (&input.content, place) {
            (&Content::Packed(foreign), _) => input.unpacked(foreign, allowance, place),
            (Content::ImzMl, Some(place)) => {
                let Self { file, bytes, .. } = input;
                let inlined = Inlined::open(place, bytes).map_err(failed(&file))?;
                let input = Self::look(file, inlined, allowance)?;
                Ok(Self {
                    content: Content::MzMl,
                    ..input
                })
            }
            _ => Ok(input),
        }
    }

    fn look(file: Arc<Path>, bytes: Bytes, allowance: Allowance) -> Result<Self, ReadError> {
        let failed = failed(&file);
        let mut bytes = Bounded {
            bytes: decompressed(bytes).map_err(&failed)?,
            allowance,
        };
        let head = read_up_to(&mut bytes, HEAD_BYTES).map_err(&failed)?;
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

    /// What the container holds, or that it is `foreign`.
    fn unpacked(
        self,
        foreign: Foreign,
        allowance: Allowance,
        place: Option<&Path>,
    ) -> Result<Self, ReadError> {
        if !unpack::is_possible() {
            return Err(not_spectra(&self.file, foreign));
        }
        // As it lies there it may be compressed.
        let place = place.filter(|path| is_packed(path));
        let Self {
            file, mut bytes, ..
        } = self;
        let spooled = || {
            let mut spool = tempfile::NamedTempFile::new()?;
            io::copy(&mut bytes, &mut spool)?;
            Ok(Lying::Spooled(spool.into_temp_path()))
        };
        let lying = place.map_or_else(spooled, |path| Ok(Lying::At(path.to_owned())));
        let unpacked = lying.and_then(unpack::unpacked);
        let input = unpacked
            .map_err(failed(&file))
            .and_then(|bytes| Self::look(Arc::clone(&file), bytes, allowance));
        match input {
            Err(ReadError::Stream { source, .. })
                if source.kind() == io::ErrorKind::Unsupported =>
            {
                Err(not_spectra(&file, foreign))
            }
            other => other,
        }
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

/// An error before the first record of `file`.
fn failed(file: &Arc<Path>) -> impl Fn(io::Error) -> ReadError + use<> {
    let file = Arc::clone(file);
    move |source| ReadError::Stream {
        file: Arc::clone(&file),
        records: 0,
        source,
    }
}

/// Whether the file at `path` is a container as it lies there.
fn is_packed(path: &Path) -> bool {
    let mut start = [0; 8];
    let read = fs_err::File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && foreign::packed(&start).is_some()
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

/// Bytes that may still be read, of one stream or of several together.
#[derive(Debug, Clone)]
pub(super) struct Allowance(Option<Arc<AtomicI64>>);

impl Allowance {
    /// As many as there are.
    pub(super) const NONE: Self = Self(None);

    pub(super) fn of(max_bytes: Option<u64>) -> Self {
        let started = |bytes| Arc::new(AtomicI64::new(i64::try_from(bytes).unwrap_or(i64::MAX)));
        Self(max_bytes.map(started))
    }

    fn take(&self, n: u64) -> io::Result<()> {
        let Some(left) = &self.0 else { return Ok(()) };
        let n = i64::try_from(n).unwrap_or(i64::MAX);
        // Below nought it stays: who shares an allowance that ended gets no more of it.
        if left.fetch_sub(n, Relaxed) < n {
            let text = "more bytes than are allowed here";
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
        }
        Ok(())
    }
}

/// Bytes that must end before an allowance does.
struct Bounded {
    bytes: Bytes,
    allowance: Allowance,
}

impl Read for Bounded {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.bytes.read(into)?;
        self.allowance.take(n as u64)?;
        Ok(n)
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
pub(super) fn system_message(error: &io::Error) -> io::Error {
    error.kind().into()
}
