//! What is doubtful about the spectra of a library: of each by itself, and of several together; and
//! which of it can be put right without guessing.

mod finding;
mod repair;
mod single;
mod splash;
mod together;

pub use finding::{Finding, Rule, Severity};
pub use repair::{RemoveNoise, repair};
pub use single::{Limits, check};
pub use splash::splash;
pub use together::Together;
