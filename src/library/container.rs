//! An HDF5 file as a set of checksummed arrays that are mapped, not read.
//!
//! HDF5 tells where a contiguous dataset lies; everything after that goes through one memory map of
//! the whole file. Nothing is mapped before type, shape, layout and extent are checked against the
//! table of contents and the file's length.

use super::attributes::{
    ATTRIBUTES, Attributes, OVERALL, overall_checksum, read_attributes, read_text,
};
use super::seal::{Blocks, Seal, agree};
use super::sections::{Element, Placed, Section, place};
use super::{Format, LibraryError};
use crate::memory::{FileMap, Lender, Slab};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The dataset that holds the table of contents.
pub(super) const CONTENTS: &str = "checksums/contents";

/// Why HDF5 may not open a file that is sound.
const LOCKED: &str = "the file is locked: another program has it open for writing, or the file \
    system cannot lock files, for which HDF5_USE_FILE_LOCKING=FALSE in the environment is the remedy";

/// What is in no array.
const STRUCTURE: &str = "file structure";
const MISMATCH: &str = "its bytes do not match their checksum";

/// The first bytes of every HDF5 file.
const SIGNATURE: &[u8; 8] = b"\x89HDF\r\n\x1a\n";

/// An opened file: its table of contents and the map of its bytes.
#[derive(Debug)]
pub(crate) struct Container {
    path: PathBuf,
    format: &'static Format,
    version: u32,
    attributes: Attributes,
    /// Over attributes and table of contents.
    overall: String,
    /// Of the kinds of file that have one.
    seal: Option<Seal>,
    sections: Vec<Placed>,
    map: FileMap,
}

impl Container {
    /// Opens `path`, checks its format, version, table of contents and the extent of every array.
    pub(crate) fn open(path: &Path, format: &'static Format) -> Result<Self, LibraryError> {
        check_signature(path, format)?;
        let io = |source| LibraryError::Io {
            path: path.to_owned(),
            source,
        };
        let file = fs_err::File::open(path).map_err(io)?;
        let map = FileMap::of(file.file()).map_err(io)?;
        let damaged = |part: &str, fault: String| LibraryError::Damaged {
            path: path.to_owned(),
            format,
            part: part.to_owned(),
            fault,
        };
        let h5 = hdf5::File::open(path).map_err(|e| match e.to_string() {
            text if text.contains("unable to lock file") => io(std::io::Error::other(LOCKED)),
            text => damaged(STRUCTURE, text),
        })?;
        let (version, attributes) = read_attributes(&h5, path, format)?;
        let sealed = format.sealed_since.is_some_and(|since| version >= since);
        let seal = if sealed { Seal::of(&map) } else { None };
        if sealed && seal.is_none() {
            let fault = "is not as it should be; the file was cut or something was added to it";
            return Err(damaged("end of the file", fault.to_owned()));
        }
        let contents = h5
            .dataset(CONTENTS)
            .and_then(|d| d.read_raw::<u8>())
            .map_err(|e| damaged(CONTENTS, e.to_string()))?;
        let expected = read_text(&h5, OVERALL).map_err(|e| damaged(OVERALL, e))?;
        let found = overall_checksum(format.name, version, &attributes, &contents);
        if !agree(expected.as_bytes(), found.as_bytes()) {
            return Err(damaged(
                OVERALL,
                "settings or table of contents were changed".into(),
            ));
        }
        let contents = String::from_utf8_lossy(&contents);
        let sections = contents
            .lines()
            .map(|line| {
                let section = Section::parse(line)
                    .ok_or_else(|| damaged(CONTENTS, format!("unreadable line {line:?}")))?;
                place(&h5, section, map.len()).map_err(|(name, fault)| damaged(&name, fault))
            })
            .collect::<Result<_, _>>()?;
        let container = Self {
            path: path.to_owned(),
            format,
            version,
            attributes,
            overall: expected,
            seal,
            sections,
            map,
        };
        container.check_structure()?;
        Ok(container)
    }

    /// Compares the blocks with HDF5's own structures, where there are digests of blocks. A damaged
    /// array that shares such a block is no matter yet.
    fn check_structure(&self) -> Result<(), LibraryError> {
        let Some(blocks) = self.blocks() else {
            return Ok(());
        };
        let mut places: Vec<_> = self.sections.iter().map(|p| (p.start, p.end)).collect();
        places.sort_unstable();
        let mut from = 0;
        for (start, end) in places.into_iter().chain([(blocks.n_bytes(), 0)]) {
            blocks.read(from..start);
            from = from.max(end);
        }
        match self.fault_of_blocks() {
            Some((None, fault)) => Err(self.damaged(STRUCTURE, &fault)),
            Some((Some(_), _)) | None => Ok(()),
        }
    }

    /// Whether the root of the file at `path` says that it is of this format.
    pub(super) fn is(path: &Path, format: &'static Format) -> bool {
        check_signature(path, format).is_ok()
            && hdf5::File::open(path)
                .is_ok_and(|h5| read_text(&h5, ATTRIBUTES[0]).as_deref() == Ok(format.name))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The version of its format.
    pub(crate) fn version(&self) -> u32 {
        self.version
    }

    /// The checksum over everything, which tells this file from any other.
    pub(crate) fn overall(&self) -> &str {
        &self.overall
    }

    /// Whether there is an array `name`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.sections.iter().any(|p| p.section.name == name)
    }

    pub(crate) fn attributes(&self) -> &Attributes {
        &self.attributes
    }
    /// The arrays in the order they were written.
    pub(crate) fn sections(&self) -> impl Iterator<Item = &Section> {
        self.sections.iter().map(|p| &p.section)
    }

    /// The arrays with their lengths in bytes.
    pub(crate) fn section_bytes(&self) -> impl Iterator<Item = (&Section, usize)> {
        self.sections.iter().map(|p| (&p.section, p.end - p.start))
    }

    /// Compares the bytes of array `name` with its checksum, which reads all of them.
    pub(crate) fn check(&self, name: &str) -> Result<(), LibraryError> {
        let placed = self.placed(name)?;
        let found = checksum(&self.map[placed.start..placed.end]);
        if agree(placed.section.checksum.as_bytes(), found.as_bytes()) {
            Ok(())
        } else {
            Err(self.damaged(name, MISMATCH))
        }
    }

    /// Whether blocks are compared when they are first read.
    pub(super) fn is_watched(&self) -> bool {
        self.blocks().is_some()
    }

    /// Compares all arrays whose names begin with `prefix`, where there are digests of blocks. What is
    /// found, [`Container::sound`] tells.
    pub(super) fn read(&self, prefix: &str) {
        let Some(blocks) = self.blocks() else { return };
        for placed in &self.sections {
            if placed.section.name.starts_with(prefix) {
                blocks.read(placed.start..placed.end);
            }
        }
    }

    /// Whether all that was read so far is as it was written, as far as it is watched.
    ///
    /// # Errors
    /// Names the damaged part.
    pub(super) fn sound(&self) -> Result<(), LibraryError> {
        match self.fault_of_blocks() {
            Some((part, fault)) => Err(self.damaged(part.unwrap_or(STRUCTURE), &fault)),
            None => Ok(()),
        }
    }

    /// What is wrong with a block that was read, and the array that is damaged, where it is one.
    fn fault_of_blocks(&self) -> Option<(Option<&str>, String)> {
        let block = self.blocks()?.damaged()?;
        let here = |placed: &&Placed| placed.start < block.end && block.start < placed.end;
        let mut arrays = self.sections.iter().filter(here);
        match arrays.find(|placed| self.check(&placed.section.name).is_err()) {
            Some(placed) => Some((Some(&placed.section.name), MISMATCH.to_owned())),
            None => Some((
                None,
                format!(
                    "its bytes {} to {} do not match their checksum",
                    block.start, block.end
                ),
            )),
        }
    }

    fn blocks(&self) -> Option<&Arc<Blocks>> {
        self.seal.as_ref()?.blocks()
    }

    /// Compares all bytes of the file with its seal, where it has one.
    pub(super) fn check_seal(&self) -> Result<(), LibraryError> {
        if self.seal.as_ref().is_none_or(Seal::holds) {
            return Ok(());
        }
        let fault = "bytes outside of the arrays do not match the checksum over the whole file";
        Err(self.damaged(STRUCTURE, fault))
    }

    /// Array `name`, mapped. A small array that does not lie on a boundary of its type is copied.
    pub(crate) fn slab<T: Element>(&self, name: &str) -> Result<Slab<T>, LibraryError> {
        let placed = self.placed(name)?;
        if placed.section.element != T::NAME {
            let fault = format!("holds {}, expected {}", placed.section.element, T::NAME);
            return Err(self.damaged(name, &fault));
        }
        let bytes = &self.map[placed.start..placed.end];
        if bytes.is_empty() {
            return Ok(Vec::new().into());
        }
        if bytemuck::try_cast_slice::<u8, T>(bytes).is_err() {
            return Ok(bytemuck::pod_collect_to_vec::<u8, T>(bytes).into());
        }
        let mapped = Mapped {
            map: self.map.clone(),
            start: placed.start,
            end: placed.end,
            blocks: self.blocks().cloned(),
        };
        Ok(Slab::new(Arc::new(mapped)))
    }

    /// An error that names this file and `part`.
    pub(crate) fn damaged(&self, part: &str, fault: &str) -> LibraryError {
        LibraryError::Damaged {
            path: self.path.clone(),
            format: self.format,
            part: part.to_owned(),
            fault: fault.to_owned(),
        }
    }

    fn placed(&self, name: &str) -> Result<&Placed, LibraryError> {
        self.sections
            .iter()
            .find(|p| p.section.name == name)
            .ok_or_else(|| self.damaged(name, "is missing"))
    }
}

/// Bytes of the map that outlive the [`Container`].
#[derive(Debug)]
struct Mapped {
    map: FileMap,
    start: usize,
    end: usize,
    /// What watches over parts of it that are read.
    blocks: Option<Arc<Blocks>>,
}

impl<T: Element> Lender<T> for Mapped {
    fn part(&self, range: Range<usize>) -> &[T] {
        let part = &AsRef::<[T]>::as_ref(self)[range.clone()];
        if let Some(blocks) = &self.blocks {
            let size = size_of::<T>();
            blocks.read(self.start + range.start * size..self.start + range.end * size);
        }
        part
    }
}

impl<T: Element> AsRef<[T]> for Mapped {
    fn as_ref(&self) -> &[T] {
        // Made only by `Container::slab`, which tried this very cast.
        bytemuck::cast_slice(&self.map[self.start..self.end])
    }
}

/// BLAKE3 in hexadecimal, on all threads of the pool where there is enough to share.
pub(super) fn checksum(bytes: &[u8]) -> String {
    blake3::Hasher::new()
        .update_rayon(bytes)
        .finalize()
        .to_hex()
        .to_string()
}

fn check_signature(path: &Path, format: &'static Format) -> Result<(), LibraryError> {
    use std::io::Read;
    let io = |source| LibraryError::Io {
        path: path.to_owned(),
        source,
    };
    let mut start = Vec::new();
    let file = fs_err::File::open(path).map_err(io)?;
    file.take(SIGNATURE.len() as u64)
        .read_to_end(&mut start)
        .map_err(io)?;
    if start == SIGNATURE {
        return Ok(());
    }
    let found = match start.as_slice() {
        [] => "the file is empty".to_owned(),
        [0x1f, 0x8b, ..] => format!("it is gzip, perhaps {}", format.mistaken_for),
        s if s
            .iter()
            .all(|b| b.is_ascii_graphic() || b.is_ascii_whitespace()) =>
        {
            format!("it is text, perhaps {}", format.mistaken_for)
        }
        _ => "it is not HDF5".to_owned(),
    };
    Err(LibraryError::NotALibrary {
        path: path.to_owned(),
        format,
        found,
    })
}
