//! mzMLb: an HDF5 file with mzML as one array of bytes and the arrays of the spectra beside it
//! (Bhamber et al. 2021, J. Proteome Res. 20, 172).

use super::child::UnpackError;
use super::external::{External, Found, Inline, MAX_ARRAY_BYTES, Store};
use hdf5::plist::dataset_create::Layout;
use hdf5::types::{FloatSize, IntSize, TypeDescriptor};
use hdf5::{Dataset, File};
use std::collections::HashMap;
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

/// The array that holds the mzML.
const MZML: &str = "mzML";

/// Where each spectrum begins in it, and where the last one ends.
const INDEX: &str = "mzML_spectrumIndex";

/// Bytes read of an array at a time.
const WINDOW_BYTES: usize = 1 << 22;

/// Arrays that spectra may lie in. Real files have a handful.
const MAX_COLUMNS: usize = 256;

const DATASET: &[u8] = b"MS:1002841";
const OFFSET: &[u8] = b"MS:1002842";
const LENGTH: &[u8] = b"MS:1002843";

/// What an array says of its coding: HDF5 compresses, and gives numbers of the type it has.
const OF_NUMBERS: &[&[u8]] = &[
    b"MS:1000574", // zlib compression
    b"MS:1000576", // no compression
    b"MS:1003088", // truncation and zlib: digits were taken away before it was written
    b"MS:1000519", // 32-bit integer
    b"MS:1000521", // 32-bit float
    b"MS:1000522", // 64-bit integer
    b"MS:1000523", // 64-bit float
];

/// Writes the file at `path` as mzML.
pub(super) fn unpack(path: &Path, out: &mut impl Write) -> Result<(), UnpackError> {
    let file = File::open(path)?;
    if !file.link_exists(MZML) {
        return Err(UnpackError::Unknown);
    }
    let columns = Columns {
        path: path.to_owned(),
        file,
        opened: HashMap::new(),
    };
    let mzml = columns.open(MZML).map_err(UnpackError::Damaged)?;
    if mzml.kind != Kind::Bytes {
        return Err(UnpackError::Damaged("its mzML is no text".to_owned()));
    }
    let mzml = BufReader::with_capacity(
        WINDOW_BYTES,
        Text {
            column: mzml,
            at: 0,
        },
    );
    let mut inlined = Inline::new(Box::new(mzml), columns);
    io::copy(&mut inlined, out).map_err(|e| {
        if e.kind() == io::ErrorKind::InvalidData {
            UnpackError::Damaged(e.to_string())
        } else {
            e.into()
        }
    })?;
    Ok(())
}

/// What an array is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bytes,
    Float32,
    Float64,
    Int32,
    Int64,
}

impl Kind {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "what is not read here is refused, whatever the crate adds"
    )]
    fn of(descriptor: &TypeDescriptor) -> Option<Self> {
        Some(match descriptor {
            TypeDescriptor::Integer(IntSize::U1) | TypeDescriptor::Unsigned(IntSize::U1) => {
                Self::Bytes
            }
            TypeDescriptor::Integer(IntSize::U4) => Self::Int32,
            TypeDescriptor::Integer(IntSize::U8) => Self::Int64,
            TypeDescriptor::Float(FloatSize::U4) => Self::Float32,
            TypeDescriptor::Float(FloatSize::U8) => Self::Float64,
            _ => return None,
        })
    }

    fn width(self) -> usize {
        match self {
            Self::Bytes => 1,
            Self::Float32 | Self::Int32 => 4,
            Self::Float64 | Self::Int64 => 8,
        }
    }

    /// How mzML says so; bytes are coded as the array says itself.
    fn term(self) -> Option<&'static str> {
        Some(match self {
            Self::Bytes => return None,
            Self::Float32 => concat!(
                r#"<cvParam cvRef="MS" accession="MS:1000521" name="32-bit float"/>"#,
                r#"<cvParam cvRef="MS" accession="MS:1000576" name="no compression"/>"#
            ),
            Self::Float64 => concat!(
                r#"<cvParam cvRef="MS" accession="MS:1000523" name="64-bit float"/>"#,
                r#"<cvParam cvRef="MS" accession="MS:1000576" name="no compression"/>"#
            ),
            Self::Int32 => concat!(
                r#"<cvParam cvRef="MS" accession="MS:1000519" name="32-bit integer"/>"#,
                r#"<cvParam cvRef="MS" accession="MS:1000576" name="no compression"/>"#
            ),
            Self::Int64 => concat!(
                r#"<cvParam cvRef="MS" accession="MS:1000522" name="64-bit integer"/>"#,
                r#"<cvParam cvRef="MS" accession="MS:1000576" name="no compression"/>"#
            ),
        })
    }
}

/// One array of the file, a part of which is in memory.
struct Column {
    dataset: Dataset,
    kind: Kind,
    n_values: u64,
    /// The first value of the window.
    start: u64,
    /// Little-endian.
    window: Vec<u8>,
}

impl Column {
    /// Values `at..at + n`, where they are there.
    fn values(&mut self, at: u64, n: u64) -> Result<&[u8], String> {
        let width = self.kind.width() as u64;
        let end = at.checked_add(n).filter(|&end| end <= self.n_values);
        let Some(end) = end.filter(|_| n <= MAX_ARRAY_BYTES / width) else {
            let name = self.dataset.name();
            let all = self.n_values;
            return Err(format!(
                "{n} values from {at} are wanted of {name}, which has {all}"
            ));
        };
        let held = self.window.len() as u64 / width;
        if at < self.start || end > self.start + held {
            let ahead = (WINDOW_BYTES as u64 / width).max(n);
            self.start = at;
            self.window = self.read(at, (at + ahead).min(self.n_values))?;
        }
        let from = ((at - self.start) * width) as usize;
        Ok(&self.window[from..from + (n * width) as usize])
    }

    fn read(&self, from: u64, to: u64) -> Result<Vec<u8>, String> {
        let range = from as usize..to as usize;
        let dataset = &self.dataset;
        let bytes = match self.kind {
            // Signed in most files; whichever it is, the bits are wanted.
            Kind::Bytes if is_signed(dataset) => dataset
                .read_slice_1d::<i8, _>(range)
                .map(|v| v.iter().map(|&b| b.cast_unsigned()).collect()),
            Kind::Bytes => dataset.read_slice_1d::<u8, _>(range).map(|v| v.to_vec()),
            Kind::Float32 => dataset
                .read_slice_1d::<f32, _>(range)
                .map(|v| v.iter().flat_map(|x| x.to_le_bytes()).collect()),
            Kind::Float64 => dataset
                .read_slice_1d::<f64, _>(range)
                .map(|v| v.iter().flat_map(|x| x.to_le_bytes()).collect()),
            Kind::Int32 => dataset
                .read_slice_1d::<i32, _>(range)
                .map(|v| v.iter().flat_map(|x| x.to_le_bytes()).collect()),
            Kind::Int64 => dataset
                .read_slice_1d::<i64, _>(range)
                .map(|v| v.iter().flat_map(|x| x.to_le_bytes()).collect()),
        };
        bytes.map_err(|e| format!("{}: {}", dataset.name(), UnpackError::from(e)))
    }
}

fn is_signed(dataset: &Dataset) -> bool {
    let descriptor = dataset.dtype().and_then(|t| t.to_descriptor());
    matches!(descriptor, Ok(TypeDescriptor::Integer(_)))
}

/// The mzML, read from front to back.
struct Text {
    column: Column,
    at: u64,
}

impl Read for Text {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = (self.column.n_values - self.at).min(into.len() as u64);
        let bytes = self
            .column
            .values(self.at, n)
            .map_err(|text| io::Error::new(io::ErrorKind::InvalidData, text))?;
        into[..bytes.len()].copy_from_slice(bytes);
        self.at += n;
        Ok(n as usize)
    }
}

/// The arrays of the file.
struct Columns {
    path: PathBuf,
    file: File,
    opened: HashMap<String, Column>,
}

impl Columns {
    fn open(&self, name: &str) -> Result<Column, String> {
        let wrong = |e: hdf5::Error| format!("{name}: {}", UnpackError::from(e));
        let dataset = self.file.dataset(name).map_err(wrong)?;
        let made = dataset.create_plist().map_err(wrong)?;
        // A file decides nothing about which other files are read.
        let is_here = matches!(
            made.layout(),
            Layout::Compact | Layout::Contiguous | Layout::Chunked
        );
        let is_elsewhere =
            Path::new(&dataset.filename()) != self.path || !made.external().is_empty() || !is_here;
        if is_elsewhere {
            return Err(format!("{name} lies in another file, which is not read"));
        }
        if dataset.ndim() != 1 {
            return Err(format!(
                "{name} has {} dimensions instead of one",
                dataset.ndim()
            ));
        }
        let descriptor = dataset
            .dtype()
            .and_then(|t| t.to_descriptor())
            .map_err(wrong)?;
        let kind = Kind::of(&descriptor);
        let kind = kind.ok_or_else(|| format!("{name} holds {descriptor}, which is not read"))?;
        Ok(Column {
            n_values: dataset.size() as u64,
            dataset,
            kind,
            start: 0,
            window: Vec::new(),
        })
    }
}

impl Store for Columns {
    const MARK: &'static [u8] = DATASET;

    /// psims counts the places of the index, of which the last is the end of the last spectrum.
    fn one_too_many(&self) -> Option<u64> {
        let index = self.file.dataset(INDEX).ok()?;
        Some(index.size() as u64)
    }

    fn find(&mut self, array: &External<'_>) -> Result<Found, String> {
        let name = array.value(DATASET).unwrap_or_default().trim();
        let length = array.number(LENGTH, "external array length")?;
        let offset = array.number(OFFSET, "external offset")?;
        if !self.opened.contains_key(name) {
            if self.opened.len() >= MAX_COLUMNS {
                return Err(format!("arrays lie in more than {MAX_COLUMNS} datasets"));
            }
            let column = self.open(name)?;
            self.opened.insert(name.to_owned(), column);
        }
        let Some(column) = self.opened.get_mut(name) else {
            return Err(format!("there is no {name}"));
        };
        // Numbers are as HDF5 gives them; bytes are coded as the array says itself.
        let instead = column.kind.term();
        let untrue = instead.map_or(&[][..], |_| OF_NUMBERS);
        Ok(Found {
            bytes: column.values(offset, length)?.to_vec(),
            untrue,
            instead,
        })
    }
}
