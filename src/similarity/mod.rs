//! Exact scores of two prepared spectra, each in 0..=1.
//!
//! A [`Similarity`] compares two [`View`]s: peaks as [`crate::prepare`] leaves them, with the
//! entropy weights that go with them. Matching peaks is the business of [`align`]; each score has
//! its own file. Formulas name their source.

pub mod align;
mod cosine;
mod entropy;
mod peak_columns;
mod view;

use crate::domain::Tolerance;
use align::Scratch;
pub use cosine::Cosine;
pub use entropy::{SpectralEntropy, TwoViewEntropy, entropy_weights, spectral_entropy};
pub use peak_columns::{PeakColumns, PeakColumnsBuilder};
pub use view::{OwnedView, View};

/// A score with what it rests on.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Score {
    /// The similarity, 0 (nothing shared) to 1 (the same).
    pub similarity: f32,
    /// Number of the query's peaks that have a partner at the same m/z.
    pub matched_peaks: u32,
    /// Their share of the query's prepared intensity, 0 to 1.
    pub matched_intensity: f32,
}

/// A way to compare a query with a reference. Pure; all present implementations are symmetric in
/// `similarity`.
pub trait Similarity: Send + Sync + std::fmt::Debug {
    /// Its name in reports.
    fn name(&self) -> &'static str;

    /// Compares `query` with `reference`, whose peaks match within `tolerance` (both ends
    /// included; a ppm tolerance is taken at the reference peak's m/z).
    fn score(
        &self,
        query: View<'_>,
        reference: View<'_>,
        tolerance: Tolerance,
        scratch: &mut Scratch,
    ) -> Score;
}

#[cfg(test)]
mod tests;
