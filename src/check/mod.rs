//! What is doubtful about the spectra of a library: of each by itself, and of several together; and
//! what of it can be put right without guessing.
//!
//! `docs/check.md` tells the rules to those who use them.

mod finding;
mod molecule;
mod noise;
mod precursor;
mod repair;
mod shape;
mod single;
mod splash;
mod stated;
mod together;

pub use finding::{Finding, Rule, Severity};
pub use repair::{RemoveNoise, repair};
pub use single::{Limits, check};
pub use splash::splash;
pub use together::{Together, Twin};
