//! Spectra that are certainly wrong answers, and look like right ones.
//!
//! A library that holds a decoy beside every target shows how often a wrong answer wins: as often
//! as a decoy does (Elias & Gygi 2007). Of a peptide the decoy has the same residues in another
//! order, with its annotated peaks moved to match ([`reposition()`]; Lam et al. 2010);
//! of anything else it is put together from fragments of the library ([`FragmentPool`]; Scheubert
//! et al. 2017). What `library` does with decoys stands there.

mod fragment_pool;
mod reposition;
mod shuffle;

pub use fragment_pool::{FragmentPool, Fragments};
pub use reposition::{annotation_tolerance, reposition};
pub use shuffle::fragments_in_common;
pub(crate) use shuffle::shuffled;
