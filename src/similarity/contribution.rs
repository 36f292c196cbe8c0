//! What each pair of peaks adds to a score, for people who ask why.

use super::View;
use super::align::Pair;

/// Why two peaks count as the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchedAs {
    /// They have the same m/z.
    Fragment,
    /// They are apart by the difference of the precursors: the same neutral loss.
    Loss,
    /// They are apart by the difference of the precursors at another charge.
    Shifted,
}

impl MatchedAs {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fragment => "fragment",
            Self::Loss => "loss",
            Self::Shifted => "shifted",
        }
    }
}

/// What one pair of peaks adds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contribution {
    /// The peaks.
    pub pair: Pair,
    /// Why they are the same.
    pub matched_as: MatchedAs,
    /// What was added to the query's m/z before comparing, in Da.
    pub shift: f64,
    /// Its part of the similarity. Parts add up to it.
    pub amount: f64,
}

/// A difference reference minus query in Da that counts as the same peak, and why.
pub(super) type Way = (f64, MatchedAs);

/// Contributions in proportion to `parts`, one for each of `pairs`, that add up to `similarity`.
/// Each pair is given the one of `ways` that brings its peaks closest.
pub(super) fn in_proportion(
    (query, reference): (View<'_>, View<'_>),
    pairs: &[Pair],
    parts: &[f64],
    ways: &[Way],
    similarity: f64,
) -> Vec<Contribution> {
    let whole: f64 = parts.iter().sum();
    let of_one = if whole > 0.0 { similarity / whole } else { 0.0 };
    let contribution = |(pair, part): (&Pair, &f64)| {
        let apart = f64::from(reference.mz[pair.reference as usize])
            - f64::from(query.mz[pair.query as usize]);
        let closest = |a: &Way, b: &Way| (apart - a.0).abs().total_cmp(&(apart - b.0).abs());
        let (shift, matched_as) = ways.iter().copied().min_by(closest)?;
        Some(Contribution {
            pair: *pair,
            matched_as,
            shift,
            amount: part * of_one,
        })
    };
    pairs.iter().zip(parts).filter_map(contribution).collect()
}

impl Contribution {
    /// How far the peaks are apart once shifted, query minus reference: in Da, and in ppm of the
    /// reference.
    pub fn error(&self, query: View<'_>, reference: View<'_>) -> (f64, f64) {
        let at = f64::from(reference.mz[self.pair.reference as usize]);
        let shifted = f64::from(query.mz[self.pair.query as usize]) + self.shift;
        (shifted - at, (shifted - at) / at * 1.0e6)
    }
}
