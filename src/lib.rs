//! mzseek: say what a tandem mass spectrum is.
//!
//! A reference library becomes one HDF5 file; a query spectrum is answered with the most similar
//! clusters of that library, with exact scores. Modules depend downwards only; `ARCHITECTURE.md`
//! draws the order and a test enforces it.

pub mod domain;
pub mod formats;
