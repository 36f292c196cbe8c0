//! Vectors from files: `.npy`, `.fvecs`, `.bvecs`, `.ivecs`, HDF5 datasets and text.
//!
//! A set is opened with every size checked against the file, then fetched in blocks or as one
//! matrix. Files of single-precision rows are used where they lie, through a memory map; the file
//! must not be written to meanwhile. Rows are counted from 0. Everything fetched is finite.

mod body;
mod element;
mod h5;
mod location;
mod npy;
mod row_ids;
mod text;
mod vecs;

pub use location::Location;
pub use row_ids::RowIds;

use super::VectorsError;
use super::rows::{matrix_of, owned_matrix_of};
use crate::index::{RowSource, first_not_finite};
use body::{Body, Mapped};
use location::Format;
use ndarray::{Array2, CowArray, Ix2};
use rayon::prelude::*;
use std::io;
use std::ops::Range;

/// Numbers that are one piece of work for a thread.
const CHECKED_AT_ONCE: usize = 1 << 16;

/// A set of vectors of one dimension.
#[derive(Debug)]
pub struct Vectors {
    name: String,
    n_rows: usize,
    dim: usize,
    body: Body,
}

impl Vectors {
    /// Opens a set; numbers are checked when they are fetched.
    ///
    /// # Errors
    /// Says what about the file does not hold.
    pub fn open(location: &Location) -> Result<Self, VectorsError> {
        let name = location.to_string();
        let (path, format) = location.resolve()?;
        let (n_rows, dim, body) = match format {
            Format::Npy => open_npy(&name, &path)?,
            Format::Vecs(element) => {
                let (n_rows, dim, mapped) = vecs::open(&name, &path, element)?;
                (n_rows, dim, Body::Mapped(mapped))
            }
            Format::Hdf5(dataset) => h5::open(&name, &path, dataset.as_deref())?,
            Format::Text(separator) => {
                let (n_rows, dim, values) = text::read(&name, &path, separator)?;
                (n_rows, dim, Body::Owned(values))
            }
        };
        if n_rows == 0 || dim == 0 {
            let fault = format!("holds {n_rows} vectors of {dim} numbers: there is nothing to use");
            return Err(VectorsError::Structure { name, fault });
        }
        Ok(Self {
            name,
            n_rows,
            dim,
            body,
        })
    }

    /// A set made here, with at least one row of at least one number.
    pub(in crate::vectors) fn made(name: String, rows: Array2<f32>) -> Self {
        let (n_rows, dim) = rows.dim();
        let values = rows.as_standard_layout().iter().copied().collect();
        Self {
            name,
            n_rows,
            dim,
            body: Body::Owned(values),
        }
    }

    /// The file, as the user named it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Number of vectors, at least 1.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Numbers per vector, at least 1.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Fetches `rows` into `values`, one after another.
    ///
    /// # Errors
    /// A number that is not finite, with its row.
    pub fn read(&self, rows: Range<usize>, values: &mut Vec<f32>) -> Result<(), VectorsError> {
        values.resize(rows.len() * self.dim, 0.0);
        self.body.read(&self.name, rows.clone(), self.dim, values)?;
        self.check_finite(rows.start, values)
    }

    /// All vectors, without a copy where they can be used as they lie.
    ///
    /// # Errors
    /// A number that is not finite, with its row.
    pub fn matrix(&self) -> Result<CowArray<'_, f32, Ix2>, VectorsError> {
        if let Some(values) = self.body.whole(self.n_rows, self.dim) {
            self.check_finite(0, values)?;
            return Ok(matrix_of(values, self.dim).into());
        }
        let mut values = Vec::new();
        self.read(0..self.n_rows, &mut values)?;
        Ok(owned_matrix_of(values, self.dim).into())
    }

    /// Refuses to go on with a set of another dimension.
    pub fn expect_dim(&self, other: &str, expected: usize) -> Result<(), VectorsError> {
        if self.dim == expected {
            return Ok(());
        }
        Err(VectorsError::Dimension {
            name: self.name.clone(),
            found: self.dim,
            other: other.to_owned(),
            expected,
        })
    }

    fn check_finite(&self, first_row: usize, values: &[f32]) -> Result<(), VectorsError> {
        let bad =
            (values.par_chunks(CHECKED_AT_ONCE).enumerate()).find_map_first(|(chunk, values)| {
                Some(chunk * CHECKED_AT_ONCE + first_not_finite(values)?)
            });
        let Some(at) = bad else {
            return Ok(());
        };
        Err(VectorsError::NotFinite {
            name: self.name.clone(),
            row: first_row + at / self.dim,
            coordinate: at % self.dim,
            value: values[at],
        })
    }
}

impl RowSource for Vectors {
    fn n_rows(&self) -> usize {
        self.n_rows
    }

    fn dim(&self) -> usize {
        self.dim
    }

    /// Numbers as they are: whoever streams over rows says what they must be.
    fn read(&self, range: Range<usize>, into: &mut [f32]) -> io::Result<()> {
        (self.body.read(&self.name, range, self.dim, into)).map_err(io::Error::other)
    }
}

fn open_npy(name: &str, path: &std::path::Path) -> Result<(usize, usize, Body), VectorsError> {
    let map = body::map(path)?;
    let header = npy::read_header(name, &map)?;
    let [n_rows, dim] = header.shape[..] else {
        let numbers: Vec<String> = header.shape.iter().map(ToString::to_string).collect();
        let found = format!("({})", numbers.join(", "));
        return Err(VectorsError::Shape {
            name: name.to_owned(),
            found,
        });
    };
    let stride = dim.saturating_mul(header.element.size());
    let expected = n_rows.saturating_mul(stride).saturating_add(header.start) as u64;
    let (name, found) = (name.to_owned(), map.len() as u64);
    if found < expected {
        return Err(VectorsError::Truncated {
            name,
            expected,
            found,
        });
    }
    if found > expected {
        return Err(VectorsError::Surplus {
            name,
            expected,
            found,
        });
    }
    let (start, element) = (header.start, header.element);
    let mapped = Mapped {
        map,
        start,
        stride,
        element,
    };
    Ok((n_rows, dim, Body::Mapped(mapped)))
}
