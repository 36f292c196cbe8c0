//! Writes an HDF5 file of checksummed arrays, whole or not at all.
//!
//! HDF5 lays out the file and writes its own structures, nothing else: where the disk is full, it
//! crashes on the next call after a write that failed. So the arrays, and zeros wherever HDF5 will
//! put its structures, are written here; only then is HDF5 asked to write over the zeros.

use super::attributes::{ATTRIBUTES, Attributes, OVERALL, ShortText, Text, overall_checksum};
use super::container::{CONTENTS, checksum};
use super::sections::{Element, Section};
use super::sink::ArraySink;
use super::{Format, LibraryError, seal};
use crate::files::PendingFile;
use hdf5::plist::dataset_create::{AllocTime, FillTime};
use hdf5::{Extents, H5Type};
use ndarray::ArrayView2;
use std::io::{self, Seek, SeekFrom, Write};
use std::mem::ManuallyDrop;
use std::ops::Range;
use std::path::Path;

/// Arrays of at least this many bytes start on a multiple of it, so that they can be mapped.
const ALIGNMENT: u64 = 4096;

/// A file in the making. Dropped unfinished, it leaves nothing behind.
#[derive(Debug)]
pub(crate) struct Writer {
    /// Closed once there is room for all it writes, and not at all after an error: closing writes.
    h5: ManuallyDrop<hdf5::File>,
    pending: PendingFile,
    format: &'static Format,
    contents: Vec<Section>,
    /// Where arrays lie.
    written: Vec<Range<u64>>,
}

impl ArraySink for Writer {
    fn put<T: Element>(&mut self, name: &str, data: &[T]) -> Result<(), LibraryError> {
        self.put_shaped(name, data.len(), data)
    }
}

impl Writer {
    /// Starts a file that will become `target`.
    pub(crate) fn create(target: &Path, format: &'static Format) -> Result<Self, LibraryError> {
        let io = |source| LibraryError::Io {
            path: target.to_owned(),
            source,
        };
        let mut pending = PendingFile::create(target).map_err(io)?;
        // Creating a file writes as well, a little.
        write_zeros(&mut pending, 0..ALIGNMENT).map_err(io)?;
        let h5 = hdf5::FileBuilder::new()
            // Times would make two builds of one library differ.
            .with_fcpl(|p| p.obj_track_times(false))
            .with_fapl(|p| p.alignment(ALIGNMENT, ALIGNMENT).libver_v18())
            .create(pending.path())
            .map_err(|source| LibraryError::Write {
                path: target.to_owned(),
                source,
            })?;
        Ok(Self {
            h5: ManuallyDrop::new(h5),
            pending,
            format,
            contents: Vec::new(),
            written: Vec::new(),
        })
    }

    /// Writes a matrix as one array with two dimensions, row by row.
    pub(crate) fn put_matrix<T: Element>(
        &mut self,
        name: &str,
        rows: &ArrayView2<'_, T>,
    ) -> Result<(), LibraryError> {
        let rows = rows.as_standard_layout();
        self.put_shaped(name, rows.dim(), rows.as_slice().unwrap_or_default())
    }

    fn put_shaped<T: Element>(
        &mut self,
        name: &str,
        shape: impl Into<Extents>,
        data: &[T],
    ) -> Result<(), LibraryError> {
        self.write_array(name, shape, data)?;
        self.contents.push(Section {
            name: name.to_owned(),
            element: T::NAME.to_owned(),
            len: data.len(),
            checksum: checksum(bytemuck::cast_slice(data)),
        });
        Ok(())
    }

    /// Writes attributes and table of contents, and puts the file in its place.
    pub(crate) fn finish(mut self, attributes: &Attributes) -> Result<(), LibraryError> {
        let contents: String = self.contents.iter().map(Section::line).collect();
        self.write_array(CONTENTS, contents.len(), contents.as_bytes())?;
        let overall = overall_checksum(
            self.format.name,
            self.format.version,
            attributes,
            contents.as_bytes(),
        );
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
        self.write_attribute("format_version", &self.format.version)?;
        self.fill_gaps().map_err(|e| self.refused(e))?;
        self.h5.flush().map_err(|e| self.failed(e))?;
        let Self {
            h5,
            mut pending,
            format,
            ..
        } = self;
        let path = pending.target().to_owned();
        let written = ManuallyDrop::into_inner(h5).close();
        written.map_err(|source| LibraryError::Write {
            path: path.clone(),
            source,
        })?;
        let sealed = match format.sealed_since {
            Some(_) => seal::put(&mut pending),
            None => Ok(()),
        };
        sealed
            .and_then(|()| pending.publish())
            .map_err(|source| LibraryError::Io { path, source })
    }

    fn write_array<T: Element>(
        &mut self,
        name: &str,
        shape: impl Into<Extents>,
        data: &[T],
    ) -> Result<(), LibraryError> {
        let dataset = self
            .h5
            .new_dataset_builder()
            .with_dcpl(|p| {
                p.obj_track_times(false)
                    .alloc_time(Some(AllocTime::Early))
                    .fill_time(FillTime::Never)
            })
            .with_lcpl(|p| p.create_intermediate_group(true))
            // Empty arrays would be in chunks.
            .no_chunk()
            .empty::<T>()
            .shape(shape)
            .create(name)
            .map_err(|e| self.failed(e))?;
        // An array of nothing has no place.
        if let Some(start) = dataset.offset() {
            let bytes: &[u8] = bytemuck::cast_slice(data);
            write_at(&mut self.pending, start, bytes).map_err(|e| self.refused(e))?;
            self.written.push(start..start + bytes.len() as u64);
        }
        Ok(())
    }

    /// Makes sure that there is room for all that HDF5 will write.
    fn fill_gaps(&mut self) -> io::Result<()> {
        self.written.sort_by_key(|range| range.start);
        let end = self.h5.size();
        let mut from = 0;
        for range in self.written.iter().chain([&(end..end)]) {
            write_zeros(&mut self.pending, from..range.start)?;
            from = range.end;
        }
        Ok(())
    }

    fn write_text(&self, name: &str, value: &str) -> Result<(), LibraryError> {
        match value.parse::<ShortText>() {
            Ok(text) => self.write_attribute(name, &text),
            Err(_) => match value.parse::<Text>() {
                Ok(text) => self.write_attribute(name, &text),
                Err(e) => Err(self.failed(format!("{name}: {e}").into())),
            },
        }
    }

    fn write_attribute<T: H5Type>(&self, name: &str, value: &T) -> Result<(), LibraryError> {
        self.h5
            .new_attr::<T>()
            .create(name)
            .and_then(|a| a.write_scalar(value))
            .map_err(|e| self.failed(e))
    }

    fn refused(&self, source: io::Error) -> LibraryError {
        LibraryError::Io {
            path: self.pending.target().to_owned(),
            source,
        }
    }

    fn failed(&self, source: hdf5::Error) -> LibraryError {
        LibraryError::Write {
            path: self.pending.target().to_owned(),
            source,
        }
    }
}

fn write_at(file: &mut PendingFile, start: u64, bytes: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(start))?;
    file.write_all(bytes)
}

fn write_zeros(file: &mut PendingFile, range: Range<u64>) -> io::Result<()> {
    let zeros = vec![0; range.end.saturating_sub(range.start) as usize];
    write_at(file, range.start, &zeros)
}
