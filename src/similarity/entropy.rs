//! Spectral entropy similarity (Li et al. 2021, Nat. Methods 18, 1524) on fragments, on fragments
//! or neutral losses (Li & Fiehn 2023, Nat. Methods 20, 1475), and on both as two views.

use super::align::{Matching, Pair, Peaks, Scratch, align};
use super::assignment::Assignment;
use super::contribution::{Contribution, MatchedAs, Way, in_proportion};
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
            table: view.table,
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
            table: view.table,
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
    let sum: f64 = pairs.iter().map(|p| shared(query, reference, *p)).sum();
    (pairs, (0.5 * sum).clamp(0.0, 1.0))
}

/// What one pair takes from the divergence, in bits times two.
fn shared(query: Weighed<'_>, reference: Weighed<'_>, p: Pair) -> f64 {
    let both = query.peaks.weight[p.query as usize] + reference.peaks.weight[p.reference as usize];
    information(both) - query.information(p.query) - reference.information(p.reference)
}

/// What each pair adds to the similarity that [`compare`] gives, and that similarity.
fn contributions(
    views: (View<'_>, View<'_>),
    (query, reference): (Weighed<'_>, Weighed<'_>),
    ways: &[Way],
    tolerance: Tolerance,
    scratch: &mut Scratch,
) -> (Vec<Contribution>, f64) {
    let shifts: Vec<f64> = ways.iter().map(|way| way.0).collect();
    let (pairs, similarity) = compare(query, reference, &shifts, tolerance, scratch);
    let parts: Vec<f64> = pairs.iter().map(|p| shared(query, reference, *p)).collect();
    let found = in_proportion(views, pairs, &parts, ways, similarity);
    (found, similarity)
}

impl SpectralEntropy {
    fn weigh(self, view: View<'_>) -> Weighed<'_> {
        if self.weighted {
            Weighed::weighted(view)
        } else {
            Weighed::unweighted(view)
        }
    }
}

impl HybridEntropy {
    /// At their m/z, or at their losses; equal precursors leave one way to match.
    fn ways(query: View<'_>, reference: View<'_>, tolerance: Tolerance) -> ([Way; 2], usize) {
        let shift = precursor_shift(query, reference).unwrap_or(0.0);
        let mz = reference.precursor.map_or(0.0, |p| p.mz.value());
        let equal = shift.abs() <= tolerance.half_width(mz);
        let ways = [(0.0, MatchedAs::Fragment), (shift, MatchedAs::Loss)];
        (ways, if equal { 1 } else { 2 })
    }
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
        let (a, b) = (self.weigh(query), self.weigh(reference));
        let (pairs, similarity) = compare(a, b, &[0.0], tolerance, scratch);
        Score::of(pairs, query, similarity)
    }

    fn explain(
        &self,
        query: View<'_>,
        reference: View<'_>,
        tolerance: Tolerance,
        scratch: &mut Scratch,
    ) -> Vec<Contribution> {
        let peaks = (self.weigh(query), self.weigh(reference));
        let ways = [(0.0, MatchedAs::Fragment)];
        contributions((query, reference), peaks, &ways, tolerance, scratch).0
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
        let (ways, n_ways) = Self::ways(query, reference, tolerance);
        let (pairs, similarity) = compare(
            Weighed::weighted(query),
            Weighed::weighted(reference),
            &ways.map(|way| way.0)[..n_ways],
            tolerance,
            scratch,
        );
        Score::of(pairs, query, similarity)
    }

    fn explain(
        &self,
        query: View<'_>,
        reference: View<'_>,
        tolerance: Tolerance,
        scratch: &mut Scratch,
    ) -> Vec<Contribution> {
        let (ways, n_ways) = Self::ways(query, reference, tolerance);
        let peaks = (Weighed::weighted(query), Weighed::weighted(reference));
        contributions(
            (query, reference),
            peaks,
            &ways[..n_ways],
            tolerance,
            scratch,
        )
        .0
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

    /// The mean is homogeneous of degree 1, so by Euler's theorem each view adds its similarity
    /// times the slope of the mean, which is half of the mean for either.
    fn explain(
        &self,
        query: View<'_>,
        reference: View<'_>,
        tolerance: Tolerance,
        scratch: &mut Scratch,
    ) -> Vec<Contribution> {
        let Some(shift) = precursor_shift(query, reference) else {
            return Vec::new();
        };
        let both = (query, reference);
        let peaks = (Weighed::weighted(query), Weighed::weighted(reference));
        let mut view = |way: Way| contributions(both, peaks, &[way], tolerance, scratch);
        let (mut found, fragments) = view((0.0, MatchedAs::Fragment));
        let (of_losses, losses) = view((shift, MatchedAs::Loss));
        let half = 0.5 * (fragments * losses).sqrt();
        let scale = |similarity: f64| {
            if similarity > 0.0 {
                half / similarity
            } else {
                0.0
            }
        };
        for contribution in &mut found {
            contribution.amount *= scale(fragments);
        }
        found.extend(of_losses.into_iter().map(|contribution| Contribution {
            amount: contribution.amount * scale(losses),
            ..contribution
        }));
        found
    }
}
