//! An HDF5 file as a set of checksummed arrays that are mapped, not read.
//!
//! HDF5 tells where a contiguous dataset lies; everything after that goes through one memory map of
//! the whole file. Nothing is mapped before type, shape, layout and extent are checked against the
//! table of contents and the file's length.

use super::seal::{Blocks, Seal, agree};
use super::{Format, LibraryError};
use crate::memory::{FileMap, Lender, Slab};
use hdf5::H5Type;
use hdf5::types::{FixedUnicode, TypeDescriptor};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Root attributes in the order they are checksummed.
pub(super) const ATTRIBUTES: [&str; 4] = ["format", "mzseek_version", "settings", "fingerprint"];
/// Datasets that hold the table of contents and its checksum.
pub(super) const CONTENTS: &str = "checksums/contents";
pub(super) const OVERALL: &str = "checksum";

/// A text attribute, padded with zeros. Texts of any length would go to HDF5's global heap, the one
/// part of its structure that has no checksum: a flipped byte there makes HDF5 loop for ever.
pub(super) type Text = FixedUnicode<4096>;
/// The same for texts that are short. HDF5 gives either as [`Text`].
pub(super) type ShortText = FixedUnicode<64>;

/// Why HDF5 may not open a file that is sound.
const LOCKED: &str = "the file is locked: another program has it open for writing, or the file \
    system cannot lock files, for which HDF5_USE_FILE_LOCKING=FALSE in the environment is the remedy";

/// What is in no array.
const STRUCTURE: &str = "file structure";
const MISMATCH: &str = "its bytes do not match their checksum";

/// The first bytes of every HDF5 file.
const SIGNATURE: &[u8; 8] = b"\x89HDF\r\n\x1a\n";

/// One array of the file, as the table of contents describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Section {
    /// Path within the file, for instance `peaks/mz`.
    pub(crate) name: String,
    /// Element type, for instance `f32`.
    pub(super) element: String,
    /// Number of elements.
    pub(super) len: usize,
    /// BLAKE3 of the bytes, in hexadecimal.
    pub(super) checksum: String,
}

impl Section {
    /// One line of the table of contents.
    pub(super) fn line(&self) -> String {
        format!(
            "{}  {}  {}  {}\n",
            self.checksum, self.element, self.len, self.name
        )
    }

    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split("  ");
        let (checksum, element, len) = (words.next()?, words.next()?, words.next()?);
        let name = words.next()?;
        Some(Self {
            name: name.to_owned(),
            element: element.to_owned(),
            len: len.parse().ok()?,
            checksum: checksum.to_owned(),
        })
    }
}

/// Element types an array may have, by the name the table of contents uses.
pub(crate) trait Element: H5Type + bytemuck::Pod + Send + Sync {
    /// For instance `f32`.
    const NAME: &'static str;
}

macro_rules! elements {
    ($($type:ident)*) => {
        $(impl Element for $type { const NAME: &'static str = stringify!($type); })*
    };
}

elements!(u8 i8 u16 u32 u64 f32 f64);

/// Root attributes of an opened file.
#[derive(Debug)]
pub(crate) struct Attributes {
    pub(crate) mzseek_version: String,
    pub(crate) settings: String,
    pub(crate) fingerprint: String,
}

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

#[derive(Debug)]
struct Placed {
    section: Section,
    start: usize,
    end: usize,
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

/// Checksum over the root attributes and the table of contents, and so over the whole file.
pub(super) fn overall_checksum(
    format: &str,
    version: u32,
    attributes: &Attributes,
    contents: &[u8],
) -> String {
    let mut hasher = blake3::Hasher::new();
    for value in [
        format,
        &attributes.mzseek_version,
        &attributes.settings,
        &attributes.fingerprint,
    ] {
        hasher.update(&(value.len() as u64).to_le_bytes());
        hasher.update(value.as_bytes());
    }
    hasher.update(&version.to_le_bytes());
    hasher.update(contents);
    hasher.finalize().to_hex().to_string()
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

fn read_attributes(
    h5: &hdf5::File,
    path: &Path,
    format: &'static Format,
) -> Result<(u32, Attributes), LibraryError> {
    if read_text(h5, ATTRIBUTES[0]).as_deref() != Ok(format.name) {
        return Err(LibraryError::NotALibrary {
            path: path.to_owned(),
            format,
            found: "it is an HDF5 file of another kind".into(),
        });
    }
    let damaged = |part: &str, fault: String| LibraryError::Damaged {
        path: path.to_owned(),
        format,
        part: part.to_owned(),
        fault,
    };
    let found = h5
        .attr("format_version")
        .and_then(|a| a.read_scalar::<u32>())
        .map_err(|e| damaged("format_version", e.to_string()))?;
    if !(format.oldest..=format.version).contains(&found) {
        return Err(LibraryError::Version {
            path: path.to_owned(),
            format,
            found,
        });
    }
    let text = |name: &str| read_text(h5, name).map_err(|fault| damaged(name, fault));
    let attributes = Attributes {
        mzseek_version: text(ATTRIBUTES[1])?,
        settings: text(ATTRIBUTES[2])?,
        fingerprint: text(ATTRIBUTES[3])?,
    };
    Ok((found, attributes))
}

fn read_text(h5: &hdf5::File, name: &str) -> Result<String, String> {
    let read = || h5.attr(name)?.read_scalar::<Text>();
    let text = read().map_err(|e| e.to_string())?;
    let text = std::str::from_utf8(text.as_bytes()).map_err(|e| e.to_string())?;
    Ok(text.to_owned())
}

fn place(h5: &hdf5::File, section: Section, file_len: usize) -> Result<Placed, (String, String)> {
    let fail = |fault: String| (section.name.clone(), fault);
    let dataset = h5.dataset(&section.name).map_err(|e| fail(e.to_string()))?;
    let found = dataset
        .dtype()
        .and_then(|t| t.to_descriptor())
        .map_err(|e| fail(e.to_string()))?;
    let size = element_size(&section.element, &found)
        .ok_or_else(|| fail(format!("holds {found}, expected {}", section.element)))?;
    if dataset.size() != section.len {
        return Err(fail(format!(
            "holds {} numbers, expected {}",
            dataset.size(),
            section.len
        )));
    }
    let bytes = section
        .len
        .checked_mul(size)
        .ok_or_else(|| fail("is too long".into()))?;
    if dataset.is_chunked() {
        return Err(fail("is stored in chunks and cannot be mapped".into()));
    }
    if bytes == 0 {
        return Ok(Placed {
            section,
            start: 0,
            end: 0,
        });
    }
    let start = dataset
        .offset()
        .ok_or_else(|| fail("has no place in the file".into()))?;
    let end = usize::try_from(start)
        .ok()
        .and_then(|s| s.checked_add(bytes));
    match end {
        Some(end) if end <= file_len => Ok(Placed {
            section,
            start: start as usize,
            end,
        }),
        _ => Err(fail(
            "reaches past the end of the file; the file was cut".into(),
        )),
    }
}

fn element_size(expected: &str, found: &TypeDescriptor) -> Option<usize> {
    let sizes = [
        (u8::NAME, u8::type_descriptor()),
        (i8::NAME, i8::type_descriptor()),
        (u16::NAME, u16::type_descriptor()),
        (u32::NAME, u32::type_descriptor()),
        (u64::NAME, u64::type_descriptor()),
        (f32::NAME, f32::type_descriptor()),
        (f64::NAME, f64::type_descriptor()),
    ];
    sizes
        .iter()
        .find(|(name, t)| *name == expected && t == found)
        .map(|(_, t)| t.size())
}
