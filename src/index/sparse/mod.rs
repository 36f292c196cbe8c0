//! Sparse rows as postings: for each coordinate, the rows that are not 0 there.
//!
//! Spectra have tens of non-zero coordinates among hundreds, so what a query shares with a row is
//! read directly and nothing else is: an inverted index per block of rows (Zobel & Moffat 2006),
//! scored coordinate by coordinate. Weights are 16-bit fixed-point numbers with a scale per
//! coordinate that is a power of two, which the query takes up: an error of at most 2^-16 of the
//! greatest value of the coordinate, and none for small whole numbers.

mod builder;
mod flat_sparse;
mod grow;
mod store;

pub use flat_sparse::{Sparse, SparseIndexParts};
pub use store::SparseParts;
pub(super) use store::{SparseQuery, SparseStore, SparseSums};
