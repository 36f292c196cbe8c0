//! mzseek: say what a tandem mass spectrum is.
//!
//! A reference library becomes one HDF5 file; a query spectrum is answered with the most similar
//! clusters of that library, with exact scores. Modules depend downwards only; `ARCHITECTURE.md`
//! draws the order and a test enforces it.

pub mod check;
pub mod cli;
pub mod cluster;
pub mod confidence;
pub mod config;
pub mod decoy;
pub mod domain;
pub mod embed;
pub mod failure;
pub mod files;
pub mod formats;
#[cfg(fuzzing)]
pub mod fuzzing;
pub mod index;
pub mod library;
pub mod memory;
pub mod plot;
pub mod prepare;
pub mod report;
pub mod search;
pub mod serve;
pub mod similarity;
pub mod vectors;
pub mod watch;
