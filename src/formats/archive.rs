//! zip archives: each member is a file like any other.

use super::input::{Allowance, Input, system_message};
use super::{ReadError, Record, SpectrumReader};
use flate2::CrcReader;
use flate2::read::DeflateDecoder;
use fs_err::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use zip::{CompressionMethod, ZipArchive};

/// Reads the members of an archive one after another.
pub(super) struct Archive {
    file: Arc<Path>,
    /// Another handle of the file is opened per member.
    members: std::vec::IntoIter<Member>,
    current: Option<Box<dyn SpectrumReader>>,
    source: Store,
    /// Bytes that all members together may unpack to.
    allowance: Allowance,
    n_read: usize,
    done: bool,
}

/// Where the bytes of the archive lie.
enum Store {
    Path(Arc<Path>),
    /// Standard input, or a compressed archive, put into a file without a name.
    Spool(std::fs::File),
}

struct Member {
    name: String,
    start: u64,
    length: u64,
    crc: u32,
    method: CompressionMethod,
    is_encrypted: bool,
}

impl Archive {
    /// Opens `input`, which is read where it lies if it is an archive as it lies at `place`.
    pub(super) fn open(
        input: Input,
        place: Option<&Path>,
        allowance: Allowance,
    ) -> Result<Self, ReadError> {
        let (file, source) = if let Some(path) = place.filter(|path| is_zip(path)) {
            (input.file, Store::Path(path.into()))
        } else {
            let (file, spool) = input.spooled()?;
            (file, Store::Spool(spool))
        };
        let failed = |source| ReadError::Stream {
            file: Arc::clone(&file),
            records: 0,
            source,
        };
        let members = source.handle().and_then(members).map_err(failed)?;
        Ok(Self {
            file,
            members: members.into_iter(),
            current: None,
            source,
            allowance,
            n_read: 0,
            done: false,
        })
    }

    fn open_member(&self, member: &Member) -> Result<Box<dyn SpectrumReader>, ReadError> {
        let file: Arc<Path> = self.file.join(&member.name).into();
        let bytes = member
            .bytes(&self.source)
            .map_err(|source| ReadError::Stream {
                file: Arc::clone(&file),
                records: 0,
                source,
            })?;
        let input = Input::of(Arc::clone(&file), bytes, self.allowance.clone(), None)?;
        super::records_of(&file, input)
    }

    fn end(&mut self, error: ReadError) -> Result<Record, ReadError> {
        self.done = true;
        Err(error)
    }
}

impl Iterator for Archive {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.done {
            let Some(reader) = &mut self.current else {
                let Some(member) = self.members.next() else {
                    self.done = true;
                    let file = Arc::clone(&self.file);
                    let format = "a zip archive";
                    return (self.n_read == 0)
                        .then_some(Err(ReadError::NoSpectra { file, format }));
                };
                match self.open_member(&member) {
                    Ok(reader) => self.current = Some(reader),
                    Err(error) if error.is_other_file() => {
                        return Some(Err(ReadError::Aside(Box::new(error))));
                    }
                    Err(error) => return Some(self.end(error)),
                }
                continue;
            };
            match reader.next() {
                None => self.current = None,
                Some(Err(error)) if error.is_other_file() => {
                    self.current = None;
                    return Some(Err(ReadError::Aside(Box::new(error))));
                }
                Some(Err(error)) if error.is_fatal() => return Some(self.end(error)),
                Some(item) => {
                    self.n_read += 1;
                    return Some(item);
                }
            }
        }
        None
    }
}

impl Store {
    /// A handle at the start, of its own position.
    fn handle(&self) -> io::Result<std::fs::File> {
        match self {
            Self::Path(path) => Ok(File::open(path.as_ref())
                .map_err(|e| system_message(&e))?
                .into_parts()
                .0),
            // Clones share their position; members are read one after another.
            Self::Spool(spool) => spool.try_clone(),
        }
    }
}

impl Member {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "what is not unpacked here is refused, whatever the crate adds"
    )]
    fn bytes(&self, source: &Store) -> io::Result<Box<dyn Read + Send>> {
        let invalid = |text: String| io::Error::new(io::ErrorKind::InvalidData, text);
        if self.is_encrypted {
            return Err(invalid(
                "it is encrypted; unpack the archive first".to_owned(),
            ));
        }
        let mut handle = source.handle()?;
        handle.seek(SeekFrom::Start(self.start))?;
        let packed = io::BufReader::new(handle.take(self.length));
        let plain: Box<dyn Read + Send> = match self.method {
            CompressionMethod::Stored => Box::new(packed),
            CompressionMethod::Deflated => Box::new(DeflateDecoder::new(packed)),
            other => {
                let text = format!("it is packed with {other}; unpack the archive first");
                return Err(invalid(text));
            }
        };
        Ok(Box::new(Checked {
            plain: CrcReader::new(plain),
            expected: self.crc,
        }))
    }
}

/// The members in the order of the archive, without folders and what systems put beside files.
fn members(file: std::fs::File) -> io::Result<Vec<Member>> {
    let mut archive = ZipArchive::new(io::BufReader::new(file)).map_err(io::Error::other)?;
    let mut members = Vec::new();
    for number in 0..archive.len() {
        let found = archive.by_index_raw(number).map_err(io::Error::other)?;
        let name = found.name().map_err(io::Error::other)?.into_owned();
        let is_hidden = name
            .split('/')
            .any(|part| part.starts_with('.') || part == "__MACOSX");
        if found.is_dir() || is_hidden {
            continue;
        }
        let start = found.data_start();
        members.push(Member {
            start: start.ok_or_else(|| io::Error::other("a member without data"))?,
            length: found.compressed_size(),
            crc: found.crc32(),
            method: found.compression(),
            is_encrypted: found.encrypted(),
            name,
        });
    }
    Ok(members)
}

fn is_zip(path: &Path) -> bool {
    let mut start = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == *b"PK\x03\x04"
}

/// Compares the checksum of all bytes at their end.
struct Checked<R: Read> {
    plain: CrcReader<R>,
    expected: u32,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.plain.read(into)?;
        if n == 0 && !into.is_empty() && self.plain.crc().sum() != self.expected {
            let text = "the archive is damaged here: the checksum differs";
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        Ok(n)
    }
}
