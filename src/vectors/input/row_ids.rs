//! Tables of row numbers, as truths of benchmarks are: whole numbers, never through floats.

use super::body::Body;
use super::{Location, Vectors};
use crate::vectors::VectorsError;
use hdf5::types::TypeDescriptor;

/// For each query, rows of a base, nearest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowIds {
    /// Row numbers per query.
    pub k: usize,
    /// `k` row numbers for each query, one query after another.
    pub rows: Vec<u32>,
}

impl RowIds {
    /// Reads a table of whole numbers from `.npy`, `.ivecs`, HDF5 or text.
    ///
    /// # Errors
    /// What is no row of a base of `n_base` rows, or no table of whole numbers.
    pub fn open(location: &Location, n_base: usize) -> Result<Self, VectorsError> {
        let table = Vectors::open(location)?;
        let k = table.dim();
        let truth = |fault: String| VectorsError::Truth {
            name: table.name().to_owned(),
            fault,
        };
        let numbers = table
            .whole_numbers()
            .ok_or_else(|| truth("holds numbers that are not whole".to_owned()))?;
        let mut rows = Vec::with_capacity(numbers.len());
        for (at, found) in numbers.into_iter().enumerate() {
            let row = u32::try_from(found)
                .ok()
                .filter(|&row| (row as usize) < n_base);
            rows.push(row.ok_or_else(|| {
                let query = at / k;
                truth(format!(
                    "query {query} names row {found}, the base has {n_base}"
                ))
            })?);
        }
        Ok(Self { k, rows })
    }

    /// The rows of one query.
    pub fn of(&self, query: usize) -> &[u32] {
        &self.rows[query * self.k..(query + 1) * self.k]
    }

    /// Number of queries.
    pub fn n_queries(&self) -> usize {
        self.rows.len() / self.k.max(1)
    }
}

impl Vectors {
    /// All numbers, row by row, if they are whole.
    fn whole_numbers(&self) -> Option<Vec<i128>> {
        match &self.body {
            Body::Mapped(mapped) => (0..self.n_rows)
                .flat_map(|row| {
                    mapped
                        .row(row, self.dim)
                        .chunks_exact(mapped.element.size())
                })
                .map(|bytes| mapped.element.to_integer(bytes))
                .collect(),
            Body::Owned(values) => values
                .iter()
                .map(|&value| {
                    // Single precision holds whole numbers up to 2^24 exactly.
                    let is_whole = value.fract() == 0.0 && value.abs() < 16_777_216.0;
                    is_whole.then_some(value as i128)
                })
                .collect(),
            Body::Dataset(dataset) => {
                let is_integer = dataset.dtype().and_then(|t| t.to_descriptor());
                is_integer
                    .ok()
                    .filter(|kind| !matches!(kind, TypeDescriptor::Float(_)))?;
                let numbers = dataset.read_raw::<i64>().ok()?;
                Some(numbers.into_iter().map(i128::from).collect())
            }
        }
    }
}
