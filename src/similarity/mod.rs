//! Exact scores of two prepared spectra, each in 0..=1.
//!
//! A [`Similarity`] compares two [`View`]s: peaks as [`crate::prepare`] leaves them, with the
//! entropy weights that go with them. Matching peaks is the business of [`align`]; each score has
//! its own file. Formulas name their source.

pub mod align;
mod assignment;
mod composite;
mod contribution;
mod cosine;
mod entropy;
mod mz_table;
mod peak_columns;
mod reach;
mod view;

use crate::domain::Tolerance;
use align::{Pair, Scratch};
pub use assignment::Assignment;
pub use composite::NistComposite;
pub use contribution::{Contribution, MatchedAs};
pub use cosine::{Cosine, Norm, Reach, Weighting};
pub use entropy::{HybridEntropy, SpectralEntropy, TwoViewEntropy};
pub use mz_table::MzTable;
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

impl Score {
    /// A score with the number and the intensity of the query peaks in `pairs`.
    fn of(pairs: &[Pair], query: View<'_>, similarity: f64) -> Self {
        let matched: f32 = pairs
            .iter()
            .map(|p| query.intensity[p.query as usize])
            .sum();
        Self {
            similarity: similarity as f32,
            matched_peaks: pairs.len() as u32,
            matched_intensity: matched.min(1.0),
        }
    }
}

/// A way to compare a query with a reference. Pure; symmetric in `similarity` unless its
/// documentation says otherwise.
pub trait Similarity: Send + Sync + std::fmt::Debug {
    /// Its name in reports.
    fn name(&self) -> &'static str;

    /// What two spectra must share to score.
    fn rests_on(&self) -> RestsOn;

    /// Compares `query` with `reference`, whose peaks match within `tolerance` (both ends
    /// included; a ppm tolerance is taken at the reference peak's m/z).
    fn score(
        &self,
        query: View<'_>,
        reference: View<'_>,
        tolerance: Tolerance,
        scratch: &mut Scratch,
    ) -> Score;

    /// What each pair of peaks adds to that score; adds up to its similarity. A pair may be there
    /// twice, for its fragments and for its losses.
    fn explain(
        &self,
        query: View<'_>,
        reference: View<'_>,
        tolerance: Tolerance,
        scratch: &mut Scratch,
    ) -> Vec<Contribution>;
}

/// What two spectra must share to score above 0: what an index must look for to propose them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestsOn {
    /// Peaks at the same m/z.
    Fragments,
    /// Peaks of the same neutral loss.
    Losses,
    /// One or the other.
    Either,
    /// Both.
    Both,
}

/// Every score there is; reports and the command line know them by their names.
pub const SCORES: &[&dyn Similarity] = &[
    &SpectralEntropy { weighted: true },
    &SpectralEntropy { weighted: false },
    &TwoViewEntropy,
    &HybridEntropy,
    &Cosine::GREEDY,
    &Cosine::EXACT,
    &Cosine::MODIFIED,
    &Cosine::MODIFIED_EXACT,
    &Cosine::LOSSES,
    &Cosine::REVERSE,
    &Cosine::PENALISED_REVERSE,
    &Cosine::NIST_DOT,
    &NistComposite,
];

/// The score called `name`; `-` and `_` are the same.
pub fn score_named(name: &str) -> Option<&'static dyn Similarity> {
    let name = name.replace('-', "_");
    SCORES.iter().copied().find(|score| score.name() == name)
}

#[cfg(test)]
mod tests;
