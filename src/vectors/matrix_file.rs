//! A matrix on disk that is filled tile by tile and appears whole or not at all.

use crate::files::PendingFile;
use crate::vectors::VectorsError;
use hdf5::types::VarLenUnicode;
use ndarray::{ArrayView2, s};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

/// A matrix of single precision in the making: `.npy` if its name ends so, else HDF5.
#[derive(Debug)]
pub struct MatrixFile {
    // Closed before the pending file is removed or renamed: fields drop in this order.
    body: Body,
    pending: PendingFile,
    n_columns: usize,
}

#[derive(Debug)]
enum Body {
    Hdf5 {
        file: hdf5::File,
        dataset: hdf5::Dataset,
    },
    /// With the length of the header.
    Npy { file: fs_err::File, start: u64 },
}

impl MatrixFile {
    /// Starts a matrix that will become `target`; in HDF5 it is called `dataset`.
    ///
    /// # Errors
    /// What the system said.
    pub fn create(
        target: &Path,
        dataset: &str,
        (n_rows, n_columns): (usize, usize),
    ) -> Result<Self, VectorsError> {
        let pending = PendingFile::create(target).map_err(|source| named(target, &source))?;
        let is_npy = target
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("npy"));
        let body = if is_npy {
            let header = npy_header(n_rows, n_columns);
            let mut file = fs_err::OpenOptions::new()
                .write(true)
                .open(pending.path())?;
            file.write_all(&header)?;
            let start = header.len() as u64;
            file.set_len(start + 4 * (n_rows as u64) * (n_columns as u64))?;
            Body::Npy { file, start }
        } else {
            let make = || {
                let file = hdf5::File::create(pending.path())?;
                // In one piece, so that it can be mapped; times would make two runs differ.
                let dataset = file
                    .new_dataset_builder()
                    .with_dcpl(|p| p.obj_track_times(false))
                    .empty::<f32>()
                    .shape((n_rows, n_columns))
                    .create(dataset)?;
                Ok(Body::Hdf5 { file, dataset })
            };
            make().map_err(|source| write_error(target, source))?
        };
        Ok(Self {
            body,
            pending,
            n_columns,
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
        let (height, width) = part.dim();
        match &mut self.body {
            Body::Hdf5 { dataset, .. } => {
                let place = s![row..row + height, column..column + width];
                let part = part.as_standard_layout();
                dataset
                    .write_slice(part.view(), place)
                    .map_err(|source| write_error(self.pending.target(), source))
            }
            Body::Npy { file, start } => {
                let mut bytes = Vec::with_capacity(4 * width);
                for (at, values) in part.outer_iter().enumerate() {
                    let before = ((row + at) * self.n_columns + column) as u64;
                    bytes.clear();
                    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
                    file.seek(SeekFrom::Start(*start + 4 * before))?;
                    file.write_all(&bytes)?;
                }
                Ok(())
            }
        }
    }

    /// Puts the file in its place. `notes` become attributes where the format has them.
    ///
    /// # Errors
    /// What the system said.
    pub fn publish(self, notes: &[(&str, u64)]) -> Result<(), VectorsError> {
        let Self { body, pending, .. } = self;
        let target = pending.target().to_owned();
        if let Body::Hdf5 { file, dataset } = body {
            let finish = || {
                let format = format!("mzseek-{}", dataset.name().trim_start_matches('/'));
                let format: VarLenUnicode = format.parse().unwrap_or_default();
                file.new_attr::<VarLenUnicode>()
                    .create("format")?
                    .write_scalar(&format)?;
                for (name, value) in notes {
                    file.new_attr::<u64>().create(*name)?.write_scalar(value)?;
                }
                drop(dataset);
                file.flush()?;
                file.close()
            };
            finish().map_err(|source| write_error(&target, source))?;
        }
        pending.publish().map_err(|source| named(&target, &source))
    }
}

fn write_error(target: &Path, source: hdf5::Error) -> VectorsError {
    VectorsError::Write {
        name: target.display().to_string(),
        source,
    }
}

fn named(path: &Path, source: &io::Error) -> VectorsError {
    VectorsError::Io(io::Error::new(
        source.kind(),
        format!("{}: {source}", path.display()),
    ))
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
