//! The index core for any vectors: files in, neighbours, benchmarks, similarities and clusters out.
//!
//! [`Vectors`] reads files, [`VectorMetric`] says what "near" means to a user, [`IndexFile`] is an
//! index on disk. Rows are positions in the file they came from, counted from 0.

pub mod bench;
pub mod cluster;
mod error;
pub mod hits;
mod index_file;
mod input;
mod metric;
pub mod similarity;

pub use error::VectorsError;
pub use index_file::{FORMAT, IndexFile, Order, choose};
pub use input::{Location, RowIds, Vectors};
pub use metric::{UnknownVectorMetric, VectorMetric, to_unit_length};
