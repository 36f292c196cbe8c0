//! Cosine of square-rooted intensities over greedily matched peaks (Stein & Scott 1994).

use super::align::{Peaks, Scratch, align};
use super::{Score, Similarity, View};
use crate::domain::Tolerance;

/// Cosine similarity with intensity to the power 0.5.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cosine;

impl Similarity for Cosine {
    fn name(&self) -> &'static str {
        "cosine"
    }

    fn score(
        &self,
        query: View<'_>,
        reference: View<'_>,
        tolerance: Tolerance,
        scratch: &mut Scratch,
    ) -> Score {
        let peaks = |view: View<'_>| -> f64 { view.intensity.iter().map(|&i| f64::from(i)).sum() };
        let pairs = align(
            Peaks {
                mz: query.mz,
                intensity: query.intensity,
            },
            Peaks {
                mz: reference.mz,
                intensity: reference.intensity,
            },
            0.0,
            tolerance,
            scratch,
        );
        let dot: f64 = pairs
            .iter()
            .map(|p| {
                let a = f64::from(query.intensity[p.query as usize]);
                let b = f64::from(reference.intensity[p.reference as usize]);
                (a * b).sqrt()
            })
            .sum();
        // The squared norm of square roots is the sum of the intensities themselves: 1 up to
        // rounding, which is taken out so that a spectrum scores 1 with itself.
        let norm = (peaks(query) * peaks(reference)).sqrt();
        Score::of(pairs, query, (dot / norm).clamp(0.0, 1.0))
    }
}
