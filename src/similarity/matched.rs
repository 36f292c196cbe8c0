//! Which peaks a score takes to be the same, for pictures.

use super::align::Scratch;
use super::{Cosine, RestsOn, Similarity, View};
use crate::domain::Tolerance;

/// Peaks that are the same, by position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MatchedPeaks {
    /// Position of the query peak.
    pub query: usize,
    /// Position of the reference peak.
    pub reference: usize,
    /// m/z of the reference peak less that of the query peak, as expected, in Th: 0 for the same
    /// fragment, the difference of the precursors for the same neutral loss.
    pub shift: f64,
}

/// The peaks that `score` may take to be the same, ascending in the query: those of equal m/z, and
/// those apart by the difference of the precursors where the score looks at losses too.
///
/// Rivals are settled as the cosines settle them, by the square roots of intensities; a score with
/// other weights may settle a few otherwise.
pub fn matched_peaks(
    score: &dyn Similarity,
    query: View<'_>,
    reference: View<'_>,
    tolerance: Tolerance,
) -> Vec<MatchedPeaks> {
    let cosine = match score.rests_on() {
        RestsOn::Fragments => Cosine::GREEDY,
        RestsOn::Losses => Cosine::LOSSES,
        RestsOn::Either | RestsOn::Both => Cosine::MODIFIED,
    };
    let mut scratch = Scratch::default();
    cosine.score(query, reference, tolerance, &mut scratch);
    let shift_of = |apart: f64| {
        let distance = |shift: &f64| (apart - shift).abs();
        let shifts = scratch.shifts.iter().copied();
        shifts.min_by(|a, b| distance(a).total_cmp(&distance(b)))
    };
    let mut matched: Vec<MatchedPeaks> = scratch
        .pairs
        .iter()
        .map(|pair| {
            let (at, to) = (pair.query as usize, pair.reference as usize);
            let apart = f64::from(reference.mz[to]) - f64::from(query.mz[at]);
            MatchedPeaks {
                query: at,
                reference: to,
                shift: shift_of(apart).unwrap_or(0.0),
            }
        })
        .collect();
    matched.sort_unstable_by_key(|pair| pair.query);
    matched
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Da, Mz, Precursor};
    use crate::similarity::{SpectralEntropy, TwoViewEntropy};

    fn view<'a>(precursor: f64, mz: &'a [f32], share: &'a [f32]) -> View<'a> {
        View {
            precursor: Some(Precursor {
                mz: Mz::new(precursor).unwrap(),
                charge: None,
            }),
            mz,
            intensity: share,
            weight: share,
            information: share,
        }
    }

    #[test]
    fn a_shifted_peak_is_matched_where_the_score_looks_at_losses() {
        let share = [0.5, 0.5];
        let query = view(314.0, &[100.0, 214.0], &share);
        let reference = view(300.0, &[100.0, 200.0], &share);
        let tolerance = Tolerance::Da(Da::new(0.02).unwrap());
        let same = MatchedPeaks {
            query: 0,
            reference: 0,
            shift: 0.0,
        };
        let entropy = SpectralEntropy { weighted: true };
        assert_eq!(matched_peaks(&entropy, query, reference, tolerance), [same]);
        let moved = MatchedPeaks {
            query: 1,
            reference: 1,
            shift: -14.0,
        };
        for score in [&TwoViewEntropy as &dyn Similarity, &Cosine::MODIFIED] {
            assert_eq!(
                matched_peaks(score, query, reference, tolerance),
                [same, moved]
            );
        }
        assert_eq!(
            matched_peaks(&Cosine::LOSSES, query, reference, tolerance),
            [moved]
        );
    }
}
