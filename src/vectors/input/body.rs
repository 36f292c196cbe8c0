//! Where the numbers of a set lie, and how rows are fetched from there.

use super::element::Element;
use crate::memory::FileMap;
use crate::vectors::VectorsError;
use ndarray::s;
use rayon::prelude::*;
use std::ops::Range;
use std::path::Path;

/// Rows of numbers, wherever they are.
#[derive(Debug)]
pub(super) enum Body {
    /// In a mapped file.
    Mapped(Mapped),
    /// In an HDF5 dataset that is compressed, or whose numbers HDF5 must convert.
    Dataset(hdf5::Dataset),
    /// In memory, read from text.
    Owned(Vec<f32>),
}

/// Rows at equal distances in a mapped file; whoever makes one has checked that all lie in it.
#[derive(Debug)]
pub(super) struct Mapped {
    pub(super) map: FileMap,
    /// Byte at which the numbers of row 0 begin.
    pub(super) start: usize,
    /// Bytes from the start of one row to that of the next.
    pub(super) stride: usize,
    pub(super) element: Element,
}

impl Mapped {
    /// The bytes of the numbers of `row`.
    pub(super) fn row(&self, row: usize, dim: usize) -> &[u8] {
        let start = self.start + row * self.stride;
        &self.map[start..start + dim * self.element.size()]
    }
}

impl Body {
    /// All numbers as they lie in memory or in the file, where that is how they are used.
    pub(super) fn whole(&self, n_rows: usize, dim: usize) -> Option<&[f32]> {
        match self {
            Self::Owned(values) => Some(values),
            Self::Mapped(mapped)
                if cfg!(target_endian = "little")
                    && mapped.element == Element::F32
                    && mapped.stride == 4 * dim =>
            {
                let bytes = &mapped.map[mapped.start..mapped.start + n_rows * mapped.stride];
                bytemuck::try_cast_slice(bytes).ok()
            }
            Self::Mapped(_) | Self::Dataset(_) => None,
        }
    }

    /// Fetches `rows` of `dim` numbers.
    pub(super) fn read(
        &self,
        name: &str,
        rows: Range<usize>,
        dim: usize,
        into: &mut [f32],
    ) -> Result<(), VectorsError> {
        match self {
            Self::Owned(values) => {
                into.copy_from_slice(&values[rows.start * dim..rows.end * dim]);
            }
            Self::Mapped(mapped) => into
                .par_chunks_mut(dim.max(1))
                .zip(rows)
                .for_each(|(into, row)| mapped.element.to_f32(mapped.row(row, dim), into)),
            Self::Dataset(dataset) => {
                let block = dataset.read_slice_2d::<f32, _>(s![rows, ..]).map_err(|e| {
                    VectorsError::Structure {
                        name: name.to_owned(),
                        fault: format!("its rows cannot be read: {e}"),
                    }
                })?;
                for (into, value) in into.iter_mut().zip(&block) {
                    *into = *value;
                }
            }
        }
        Ok(())
    }
}

/// Maps a file of vectors. They are read where they lie, as numpy's own memory maps do; the help tells
/// users not to write to a file that is being read.
pub(super) fn map(path: &Path) -> Result<FileMap, VectorsError> {
    let file = fs_err::File::open(path)?;
    Ok(FileMap::of(file.file())?)
}
