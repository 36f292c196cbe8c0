//! The composite score of Stein & Scott 1994: a dot product and the ratios of neighbouring peaks.

use super::align::{Matching, Pair, Peaks, Scratch, align};
use super::assignment::Assignment;
use super::contribution::{Contribution, MatchedAs, in_proportion};
use super::cosine::{Norm, Weighting, product};
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
                table: query.table,
            },
            Peaks {
                mz: reference.mz,
                weight: reference_weight,
                table: None,
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
        let ratios = ratio_agreements(pairs, query_weight, reference_weight).sum::<f64>();
        let (of_query, matched) = (query.mz.len() as f64, pairs.len() as f64);
        Score::of(
            pairs,
            query,
            (of_query * dot + ratios) / (of_query + matched),
        )
    }

    /// The dot product in proportion to its products; each ratio with the later of its pairs.
    fn explain(
        &self,
        query: View<'_>,
        reference: View<'_>,
        tolerance: Tolerance,
        scratch: &mut Scratch,
    ) -> Vec<Contribution> {
        let score = self.score(query, reference, tolerance, scratch);
        let (q, r) = (&scratch.query_weight, &scratch.reference_weight);
        let pairs = &scratch.pairs;
        let dot = Norm::Squared.divide(pairs, q, r);
        let products: Vec<f64> = pairs.iter().map(|p| product(*p, q, r)).collect();
        let whole: f64 = products.iter().sum();
        let ratios = std::iter::once(0.0).chain(ratio_agreements(pairs, q, r));
        let of_query = query.mz.len() as f64;
        let part = |(product, ratio): (&f64, f64)| of_query * dot * product / whole + ratio;
        let parts: Vec<f64> = products.iter().zip(ratios).map(part).collect();
        let ways = [(0.0, MatchedAs::Fragment)];
        let similarity = f64::from(score.similarity);
        in_proportion((query, reference), pairs, &parts, &ways, similarity)
    }
}

/// Of each pair but the first, ascending in m/z: min/max of the two ratios of its peaks to those of
/// the pair before.
fn ratio_agreements<'a>(
    pairs: &'a [Pair],
    query: &'a [f32],
    reference: &'a [f32],
) -> impl Iterator<Item = f64> + 'a {
    let ratio = |weights: &[f32], at: u32, before: u32| {
        f64::from(weights[at as usize]) / f64::from(weights[before as usize])
    };
    pairs.windows(2).map(move |w| {
        let a = ratio(query, w[1].query, w[0].query);
        let b = ratio(reference, w[1].reference, w[0].reference);
        a.min(b) / a.max(b)
    })
}
