//! Spectral entropy similarity (Li et al. 2021, Nat. Methods 18, 1524) on fragments, on fragments
//! or neutral losses (Li & Fiehn 2023, Nat. Methods 20, 1475), and on both as two views.

use super::align::{Matching, Pair, Peaks, Scratch, align};
use super::assignment::Assignment;
use super::view::precursor_shift;
use super::{RestsOn, Score, Similarity, View};
use crate::domain::Tolerance;

/// Spectral entropy similarity of the fragments.
#[derive(Debug, Clone, Copy)]
pub struct SpectralEntropy {
    /// Whether intensities are weighted where their entropy is low.
    pub weighted: bool,
}

/// Weighted spectral entropy similarity where a peak may match at its m/z or at its neutral loss;
/// that of the fragments alone where either spectrum has no precursor.
#[derive(Debug, Clone, Copy)]
pub struct HybridEntropy;

/// Geometric mean of the weighted spectral entropy similarities of the fragments and of the
/// neutral losses (precursor m/z minus fragment m/z); 0 where either spectrum has no precursor.
///
/// Losses bring the precursor into an open search without a window: among methods tried on
/// exhaustive search of the MassBank development set it ranks the right molecule first most often.
#[derive(Debug, Clone, Copy)]
pub struct TwoViewEntropy;

/// `x log2 x`, 0 for 0: what a share of `x` adds to an entropy in bits.
pub(super) fn information(x: f32) -> f64 {
    let x = f64::from(x);
    if x > 0.0 { x * x.log2() } else { 0.0 }
}

/// Peaks with the weights to compare, and `w log2 w` of each where it is known.
#[derive(Clone, Copy)]
struct Weighed<'a> {
    peaks: Peaks<'a>,
    information: Option<&'a [f32]>,
}

impl<'a> Weighed<'a> {
    fn weighted(view: View<'a>) -> Self {
        let peaks = Peaks {
            mz: view.mz,
            weight: view.weight,
        };
        Self {
            peaks,
            information: Some(view.information),
        }
    }

    fn unweighted(view: View<'a>) -> Self {
        let peaks = Peaks {
            mz: view.mz,
            weight: view.intensity,
        };
        Self {
            peaks,
            information: None,
        }
    }

    fn information(&self, at: u32) -> f64 {
        match self.information {
            Some(known) => f64::from(known[at as usize]),
            None => information(self.peaks.weight[at as usize]),
        }
    }
}

/// Pairs peaks by `shifts`; gives the pairs and 1 minus the Jensen-Shannon divergence in bits: half
/// the sum of `(a+b) log2(a+b) - a log2 a - b log2 b`.
fn compare<'s>(
    query: Weighed<'_>,
    reference: Weighed<'_>,
    shifts: &[f64],
    tolerance: Tolerance,
    scratch: &'s mut Scratch,
) -> (&'s [Pair], f64) {
    let Scratch {
        pairs,
        used_query,
        used_reference,
        ..
    } = scratch;
    let how = Matching {
        tolerance,
        shifts,
        assignment: Assignment::Greedy,
    };
    align(
        query.peaks,
        reference.peaks,
        how,
        pairs,
        (used_query, used_reference),
    );
    let shared = |p: &Pair| {
        let both =
            query.peaks.weight[p.query as usize] + reference.peaks.weight[p.reference as usize];
        information(both) - query.information(p.query) - reference.information(p.reference)
    };
    let sum: f64 = pairs.iter().map(shared).sum();
    (pairs, (0.5 * sum).clamp(0.0, 1.0))
}

impl Similarity for SpectralEntropy {
    fn rests_on(&self) -> RestsOn {
        RestsOn::Fragments
    }

    fn name(&self) -> &'static str {
        if self.weighted {
            "entropy"
        } else {
            "unweighted_entropy"
        }
    }

    fn score(
        &self,
        query: View<'_>,
        reference: View<'_>,
        tolerance: Tolerance,
        scratch: &mut Scratch,
    ) -> Score {
        let peaks = if self.weighted {
            Weighed::weighted
        } else {
            Weighed::unweighted
        };
        let (a, b) = (peaks(query), peaks(reference));
        let (pairs, similarity) = compare(a, b, &[0.0], tolerance, scratch);
        Score::of(pairs, query, similarity)
    }
}

impl Similarity for HybridEntropy {
    fn rests_on(&self) -> RestsOn {
        RestsOn::Either
    }

    fn name(&self) -> &'static str {
        "hybrid_entropy"
    }

    fn score(
        &self,
        query: View<'_>,
        reference: View<'_>,
        tolerance: Tolerance,
        scratch: &mut Scratch,
    ) -> Score {
        let both = [0.0, precursor_shift(query, reference).unwrap_or(0.0)];
        // Equal precursors leave one way to match.
        let mz = reference.precursor.map_or(0.0, |p| p.mz.value());
        let equal = both[1].abs() <= tolerance.half_width(mz);
        let shifts = if equal { &both[..1] } else { &both[..] };
        let (pairs, similarity) = compare(
            Weighed::weighted(query),
            Weighed::weighted(reference),
            shifts,
            tolerance,
            scratch,
        );
        Score::of(pairs, query, similarity)
    }
}

impl Similarity for TwoViewEntropy {
    fn rests_on(&self) -> RestsOn {
        RestsOn::Both
    }

    fn name(&self) -> &'static str {
        "two_view_entropy"
    }

    fn score(
        &self,
        query: View<'_>,
        reference: View<'_>,
        tolerance: Tolerance,
        scratch: &mut Scratch,
    ) -> Score {
        let entropy = SpectralEntropy { weighted: true };
        let fragments = entropy.score(query, reference, tolerance, scratch);
        let Some(shift) = precursor_shift(query, reference) else {
            return Score {
                similarity: 0.0,
                ..fragments
            };
        };
        if fragments.similarity == 0.0 {
            return fragments;
        }
        // Equal losses are fragments apart by the difference of the precursors.
        let (_, losses) = compare(
            Weighed::weighted(query),
            Weighed::weighted(reference),
            &[shift],
            tolerance,
            scratch,
        );
        let both = (f64::from(fragments.similarity) * losses).sqrt();
        Score {
            similarity: both as f32,
            ..fragments
        }
    }
}
