//! Writes an HDF5 file of checksummed arrays, whole or not at all.

use super::container::{
    ATTRIBUTES, Attributes, CONTENTS, Element, OVERALL, Section, checksum, overall_checksum,
};
use super::{Format, LibraryError};
use crate::files::PendingFile;
use hdf5::types::VarLenUnicode;
use ndarray::{ArrayView, ArrayView2, Dimension};
use std::path::Path;

/// Arrays of at least this many bytes start on a multiple of it, so that they can be mapped.
const ALIGNMENT: u64 = 4096;

/// A file in the making. Dropped unfinished, it leaves nothing behind.
#[derive(Debug)]
pub(crate) struct Writer {
    // Closed before the pending file is removed or renamed: fields drop in this order.
    h5: hdf5::File,
    pending: PendingFile,
    format: &'static Format,
    contents: Vec<Section>,
}

impl Writer {
    /// Starts a file that will become `target`.
    pub(crate) fn create(target: &Path, format: &'static Format) -> Result<Self, LibraryError> {
        let pending = PendingFile::create(target).map_err(|source| LibraryError::Io {
            path: target.to_owned(),
            source,
        })?;
        let h5 = hdf5::FileBuilder::new()
            .with_fapl(|p| p.alignment(ALIGNMENT, ALIGNMENT).libver_v18())
            .create(pending.path())
            .map_err(|source| LibraryError::Write {
                path: target.to_owned(),
                source,
            })?;
        Ok(Self {
            h5,
            pending,
            format,
            contents: Vec::new(),
        })
    }

    /// Writes one array, for instance `peaks/mz`.
    pub(crate) fn put<T: Element>(&mut self, name: &str, data: &[T]) -> Result<(), LibraryError> {
        self.write_array(name, data)?;
        self.contents.push(Section {
            name: name.to_owned(),
            element: T::NAME.to_owned(),
            len: data.len(),
            checksum: checksum(bytemuck::cast_slice(data)),
        });
        Ok(())
    }

    /// Writes a matrix as one array with two dimensions, row by row.
    pub(crate) fn put_matrix<T: Element>(
        &mut self,
        name: &str,
        rows: &ArrayView2<'_, T>,
    ) -> Result<(), LibraryError> {
        let rows = rows.as_standard_layout();
        let bytes = bytemuck::cast_slice(rows.as_slice().unwrap_or_default());
        let (len, checksum) = (rows.len(), checksum(bytes));
        self.write_array(name, rows.view())?;
        self.contents.push(Section {
            name: name.to_owned(),
            element: T::NAME.to_owned(),
            len,
            checksum,
        });
        Ok(())
    }

    /// Writes attributes and table of contents, and puts the file in its place.
    pub(crate) fn finish(self, attributes: &Attributes) -> Result<(), LibraryError> {
        let contents: String = self.contents.iter().map(Section::line).collect();
        self.write_array(CONTENTS, contents.as_bytes())?;
        let overall = overall_checksum(self.format, attributes, contents.as_bytes());
        let Attributes {
            mzseek_version,
            settings,
            fingerprint,
        } = attributes;
        let values = [self.format.name, mzseek_version, settings, fingerprint];
        for (name, value) in ATTRIBUTES
            .iter()
            .zip(values)
            .chain([(&OVERALL, overall.as_str())])
        {
            self.write_text(name, value)?;
        }
        self.h5
            .new_attr::<u32>()
            .create("format_version")
            .and_then(|a| a.write_scalar(&self.format.version))
            .map_err(|e| self.failed(e))?;
        self.h5.flush().map_err(|e| self.failed(e))?;
        let Self { h5, pending, .. } = self;
        let path = pending.target().to_owned();
        h5.close().map_err(|source| LibraryError::Write {
            path: path.clone(),
            source,
        })?;
        pending
            .publish()
            .map_err(|source| LibraryError::Io { path, source })
    }

    fn write_array<'d, T: Element, D: Dimension>(
        &self,
        name: &str,
        data: impl Into<ArrayView<'d, T, D>>,
    ) -> Result<(), LibraryError> {
        // Times would make two builds of one library differ.
        self.h5
            .new_dataset_builder()
            .with_dcpl(|p| p.obj_track_times(false))
            .with_lcpl(|p| p.create_intermediate_group(true))
            .with_data(data)
            .create(name)
            .map(drop)
            .map_err(|e| self.failed(e))
    }

    fn write_text(&self, name: &str, value: &str) -> Result<(), LibraryError> {
        // Text of this program has no NUL, the one character that HDF5 text cannot hold.
        let value: VarLenUnicode = value.parse().unwrap_or_default();
        self.h5
            .new_attr::<VarLenUnicode>()
            .create(name)
            .and_then(|a| a.write_scalar(&value))
            .map_err(|e| self.failed(e))
    }

    fn failed(&self, source: hdf5::Error) -> LibraryError {
        LibraryError::Write {
            path: self.pending.target().to_owned(),
            source,
        }
    }
}
