//! Sparse rows as postings: for each coordinate, the rows that have it and how much of it.
//!
//! Spectra have some tens of coordinates that are not 0. Kept as postings of four bytes each they
//! are smaller than any code of the whole row would be, and their products with a query are exact
//! up to fixed-point rounding. [`Postings`] holds rows in blocks whose sums stay in cache;
//! [`SparseFlat`] scores all blocks, an inverted file the blocks of the lists it visits.

mod builder;
mod flat;
mod postings;
mod query;

pub use flat::SparseFlat;
pub use postings::{PostingParts, Postings};
pub use query::SparseQuery;
