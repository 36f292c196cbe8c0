//! A matrix on disk that is filled tile by tile and appears whole or not at all.
//!
//! In HDF5 the matrix lies in one piece, so that it can be mapped. HDF5 makes the structure of the
//! file; the numbers are written at their place here, because HDF5 crashes where a disk is full.

use crate::files::PendingFile;
use crate::vectors::VectorsError;
use hdf5::plist::dataset_create::{AllocTime, FillTime};
use hdf5::types::FixedUnicode;
use ndarray::ArrayView2;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

/// What a matrix file holds.
#[derive(Debug, Clone, Copy)]
pub struct MatrixKind {
    /// Name of the dataset; the attribute `format` is `mzseek-` and this.
    pub dataset: &'static str,
    /// Whole numbers kept as attributes, known in the end. A `.npy` file has none.
    pub notes: &'static [&'static str],
}

/// A matrix of single precision in the making: `.npy` if its name ends so, else HDF5.
#[derive(Debug)]
pub struct MatrixFile {
    pending: PendingFile,
    kind: MatrixKind,
    is_npy: bool,
    n_columns: usize,
    /// Byte at which the numbers begin.
    start: u64,
}

impl MatrixFile {
    /// Starts a matrix that will become `target`.
    ///
    /// # Errors
    /// What the system said.
    pub fn create(
        target: &Path,
        kind: MatrixKind,
        (n_rows, n_columns): (usize, usize),
    ) -> Result<Self, VectorsError> {
        let mut pending = PendingFile::create(target).map_err(|e| named(target, &e))?;
        let is_npy = target
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("npy"));
        let start = if is_npy {
            let header = npy_header(n_rows, n_columns);
            pending.write_all(&header).map_err(|e| named(target, &e))?;
            header.len() as u64
        } else {
            make_hdf5(pending.path(), kind, (n_rows, n_columns))
                .map_err(|source| write_error(target, source))?
        };
        Ok(Self {
            pending,
            kind,
            is_npy,
            n_columns,
            start,
        })
    }

    /// Writes the part of the matrix that begins at `row` and `column`.
    ///
    /// # Errors
    /// What the system said.
    pub fn put(
        &mut self,
        row: usize,
        column: usize,
        part: ArrayView2<'_, f32>,
    ) -> Result<(), VectorsError> {
        let mut bytes = Vec::with_capacity(4 * part.ncols());
        for (at, values) in part.outer_iter().enumerate() {
            let before = (row + at) as u64 * self.n_columns as u64 + column as u64;
            bytes.clear();
            bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
            let place = SeekFrom::Start(self.start + 4 * before);
            let written = self.pending.seek(place);
            written
                .and_then(|_| self.pending.write_all(&bytes))
                .map_err(|e| named(self.pending.target(), &e))?;
        }
        Ok(())
    }

    /// Puts the file in its place, with the values of its notes, in their order.
    ///
    /// # Errors
    /// What the system said.
    pub fn publish(self, notes: &[u64]) -> Result<(), VectorsError> {
        let target = self.pending.target().to_owned();
        if !self.is_npy && !notes.is_empty() {
            let write = || {
                let file = hdf5::File::open_rw(self.pending.path())?;
                for (name, value) in self.kind.notes.iter().zip(notes) {
                    file.attr(name)?.write_scalar(value)?;
                }
                file.close()
            };
            write().map_err(|source| write_error(&target, source))?;
        }
        self.pending.publish().map_err(|e| named(&target, &e))
    }
}

/// Makes a file with room for the matrix and gives the place of its numbers.
fn make_hdf5(path: &Path, kind: MatrixKind, shape: (usize, usize)) -> hdf5::Result<u64> {
    // Times would make two runs differ.
    let file = hdf5::FileBuilder::new()
        .with_fcpl(|p| p.obj_track_times(false))
        .create(path)?;
    let dataset = file
        .new_dataset_builder()
        .with_dcpl(|p| {
            p.obj_track_times(false)
                .alloc_time(Some(AllocTime::Early))
                .fill_time(FillTime::Never)
        })
        .no_chunk()
        .empty::<f32>()
        .shape(shape)
        .create(kind.dataset)?;
    let start = dataset
        .offset()
        .ok_or("the matrix has no place in the file")?;
    let format: FixedUnicode<64> = format!("mzseek-{}", kind.dataset)
        .parse()
        .unwrap_or_default();
    let attribute = file.new_attr::<FixedUnicode<64>>().create("format")?;
    attribute.write_scalar(&format)?;
    for name in kind.notes {
        file.new_attr::<u64>().create(*name)?.write_scalar(&0)?;
    }
    drop(dataset);
    file.close()?;
    Ok(start)
}

fn write_error(target: &Path, source: hdf5::Error) -> VectorsError {
    VectorsError::Write {
        name: target.display().to_string(),
        source,
    }
}

fn named(path: &Path, source: &io::Error) -> VectorsError {
    let text = format!("{}: {source}", path.display());
    VectorsError::Io(io::Error::new(source.kind(), text))
}

/// The header of a single-precision `.npy` file, padded as numpy does.
fn npy_header(n_rows: usize, n_columns: usize) -> Vec<u8> {
    let mut text =
        format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({n_rows}, {n_columns}), }}");
    // Mark, version, length of the text, text and line feed fill a multiple of 64 bytes.
    while (10 + text.len() + 1) % 64 != 0 {
        text.push(' ');
    }
    text.push('\n');
    let mut header = b"\x93NUMPY\x01\x00".to_vec();
    header.extend((text.len() as u16).to_le_bytes());
    header.extend(text.into_bytes());
    header
}
