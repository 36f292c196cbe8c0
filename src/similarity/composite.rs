//! The composite score of Stein & Scott 1994: a dot product and the ratios of neighbouring peaks.

use super::align::{Matching, Pair, Peaks, Scratch, align};
use super::assignment::Assignment;
use super::cosine::{Norm, Weighting};
use super::{RestsOn, Score, Similarity, View};
use crate::domain::Tolerance;

/// `(Nq Fd + Nc Fr) / (Nq + Nc)`, with `Nq` peaks of the query, `Nc` matched ones, `Fd` their dot
/// product and `Fr` the mean agreement of intensity ratios of neighbouring matched peaks.
///
/// `Fr` is a mean over `Nc` that has `Nc - 1` terms, as published, so that a spectrum of `n` peaks
/// scores `(2n - 1) / 2n` with itself.
#[derive(Debug, Clone, Copy)]
pub struct NistComposite;

impl Similarity for NistComposite {
    fn rests_on(&self) -> RestsOn {
        RestsOn::Fragments
    }

    fn name(&self) -> &'static str {
        "nist_composite"
    }

    fn score(
        &self,
        query: View<'_>,
        reference: View<'_>,
        tolerance: Tolerance,
        scratch: &mut Scratch,
    ) -> Score {
        let Scratch {
            pairs,
            used_query,
            used_reference,
            query_weight,
            reference_weight,
            ..
        } = scratch;
        Weighting::COMPOSITE.weigh(query, query_weight);
        Weighting::COMPOSITE.weigh(reference, reference_weight);
        align(
            Peaks {
                mz: query.mz,
                weight: query_weight,
            },
            Peaks {
                mz: reference.mz,
                weight: reference_weight,
            },
            Matching {
                tolerance,
                shifts: &[0.0],
                assignment: Assignment::Greedy,
            },
            pairs,
            (used_query, used_reference),
        );
        if pairs.is_empty() {
            return Score::default();
        }
        let dot = Norm::Squared.divide(pairs, query_weight, reference_weight);
        pairs.sort_unstable_by_key(|p| p.query);
        let ratios = ratio_agreement(pairs, query_weight, reference_weight);
        let (of_query, matched) = (query.mz.len() as f64, pairs.len() as f64);
        Score::of(
            pairs,
            query,
            (of_query * dot + matched * ratios) / (of_query + matched),
        )
    }
}

/// Mean over the pairs, ascending in m/z, of min/max of the two ratios of a peak to its neighbour.
fn ratio_agreement(pairs: &[Pair], query: &[f32], reference: &[f32]) -> f64 {
    let ratio = |weights: &[f32], at: u32, before: u32| {
        f64::from(weights[at as usize]) / f64::from(weights[before as usize])
    };
    let sum: f64 = pairs
        .windows(2)
        .map(|w| {
            let a = ratio(query, w[1].query, w[0].query);
            let b = ratio(reference, w[1].reference, w[0].reference);
            a.min(b) / a.max(b)
        })
        .sum();
    sum / pairs.len() as f64
}
