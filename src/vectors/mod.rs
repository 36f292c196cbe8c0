//! The index core for any vectors: files in, neighbours, benchmarks, similarities and clusters out.
//!
//! [`Vectors`] reads files, [`VectorMetric`] says what "near" means to a user, [`IndexFile`] is an
//! index on disk. Rows are positions in the file they came from, counted from 0.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a matrix view is a borrow already; a reference to one would be a borrow of a borrow"
)]

pub mod bench;
mod calibration;
pub mod cluster;
mod drift;
mod error;
pub mod hits;
mod index_file;
mod input;
mod matrix_file;
mod metric;
pub mod pca;
mod rows;
pub mod similarity;

pub use drift::Drift;
pub use error::VectorsError;
pub use index_file::{FORMAT, IndexFile, Made, Order};
pub use input::{Location, RowIds, Vectors};
pub use matrix_file::{MatrixFile, MatrixKind};
pub use metric::{UnknownVectorMetric, VectorMetric, to_unit_length};
