//! Cosine-like scores: a normalised sum of products over matched peaks.
//!
//! They differ in how peaks are weighted, which peaks count as the same, who gets whom where peaks
//! compete, and what the sum is divided by.

use super::align::{Matching, Pair, Peaks, Scratch, align};
use super::assignment::Assignment;
use super::contribution::{Contribution, MatchedAs, Way, in_proportion};
use super::view::precursor_shift;
use super::{RestsOn, Score, Similarity, View};
use crate::domain::{Charge, Tolerance};

/// Powers of m/z and intensity that weight a peak.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighting {
    /// Power of m/z.
    pub mz: f64,
    /// Power of the intensity.
    pub intensity: f64,
}

impl Weighting {
    /// Square root of the intensity, the usual choice for MS/MS.
    pub const SQRT: Self = Self {
        mz: 0.0,
        intensity: 0.5,
    };
    /// The intensity itself.
    pub const PLAIN: Self = Self {
        mz: 0.0,
        intensity: 1.0,
    };
    /// Stein & Scott 1994, for electron ionisation.
    pub const NIST_EI: Self = Self {
        mz: 3.0,
        intensity: 0.6,
    };
    /// NIST 11 (Kim et al. 2012).
    pub const NIST_11: Self = Self {
        mz: 1.3,
        intensity: 0.53,
    };
    /// MassBank (Horai et al. 2010).
    pub const MASSBANK: Self = Self {
        mz: 2.0,
        intensity: 0.5,
    };
    /// The dot product within the composite score of Stein & Scott 1994.
    pub const COMPOSITE: Self = Self {
        mz: 1.0,
        intensity: 0.5,
    };

    /// Weights of the peaks of `view`, into `weights`.
    pub(super) fn weigh(self, view: View<'_>, weights: &mut Vec<f32>) {
        weights.clear();
        if self == Self::SQRT {
            // The usual case, an order of magnitude faster than two powers.
            weights.extend(view.intensity.iter().map(|i| i.sqrt()));
            return;
        }
        weights.extend(view.mz.iter().zip(view.intensity).map(|(&mz, &intensity)| {
            let (mz, intensity) = (f64::from(mz), f64::from(intensity));
            (mz.powf(self.mz) * intensity.powf(self.intensity)) as f32
        }));
    }
}

/// Which peaks count as the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Those of equal m/z.
    Fragments,
    /// Those of equal m/z, or apart by the difference of the precursors at any charge up to that
    /// of the precursor (Watrous et al. 2012); of equal m/z where a precursor is unknown.
    Modified,
    /// Those of equal neutral loss, below the precursors (Aisporna et al. 2022); none where a
    /// precursor is unknown.
    Losses,
}

/// What the sum of products is divided by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Norm {
    /// The norms of both spectra.
    Cosine,
    /// The same, squared: the dot product of NIST (Stein & Scott 1994).
    Squared,
    /// The norm of the reference and of the query peaks with a partner: foreign peaks of the query
    /// do not count ("reverse match").
    Reverse,
    /// The same, with query peaks without a partner counted at this share of their weight less:
    /// 1 is `Reverse`, 0 is `Cosine`.
    Penalised(f64),
}

/// One member of the family.
#[derive(Debug, Clone, Copy)]
pub struct Cosine {
    /// What reports call it.
    pub name: &'static str,
    /// How peaks are weighted.
    pub weighting: Weighting,
    /// Which peaks count as the same.
    pub reach: Reach,
    /// Who gets whom where peaks compete.
    pub assignment: Assignment,
    /// What the sum is divided by.
    pub norm: Norm,
}

impl Cosine {
    /// Square-root cosine over greedily matched fragments.
    pub const GREEDY: Self = Self {
        name: "cosine",
        weighting: Weighting::SQRT,
        reach: Reach::Fragments,
        assignment: Assignment::Greedy,
        norm: Norm::Cosine,
    };
    /// The same with the best assignment.
    pub const EXACT: Self = Self {
        name: "cosine_exact",
        assignment: Assignment::Exact,
        ..Self::GREEDY
    };
    /// Modified cosine, greedy.
    pub const MODIFIED: Self = Self {
        name: "modified_cosine",
        reach: Reach::Modified,
        ..Self::GREEDY
    };
    /// Modified cosine with the best assignment.
    pub const MODIFIED_EXACT: Self = Self {
        name: "modified_cosine_exact",
        assignment: Assignment::Exact,
        ..Self::MODIFIED
    };
    /// Cosine of neutral losses.
    pub const LOSSES: Self = Self {
        name: "neutral_loss_cosine",
        reach: Reach::Losses,
        ..Self::GREEDY
    };
    /// Dot product of NIST with its weighting for electron ionisation.
    pub const NIST_DOT: Self = Self {
        name: "nist_dot",
        weighting: Weighting::NIST_EI,
        norm: Norm::Squared,
        ..Self::GREEDY
    };
    /// Square-root cosine that ignores query peaks without a partner.
    pub const REVERSE: Self = Self {
        name: "reverse_cosine",
        norm: Norm::Reverse,
        ..Self::GREEDY
    };
    /// The same with such peaks counted at 0.4 of their weight, as GNPS does.
    pub const PENALISED_REVERSE: Self = Self {
        name: "penalised_reverse_cosine",
        norm: Norm::Penalised(0.6),
        ..Self::GREEDY
    };

    /// The shifts under which peaks count as the same, into `shifts`.
    fn shifts(
        &self,
        query: View<'_>,
        reference: View<'_>,
        tolerance: Tolerance,
        shifts: &mut Vec<f64>,
    ) {
        shifts.clear();
        let shift = precursor_shift(query, reference);
        if self.reach == Reach::Losses {
            shifts.extend(shift);
            return;
        }
        shifts.push(0.0);
        let mz = reference.precursor.map_or(0.0, |p| p.mz.value());
        let apart = shift.filter(|shift| shift.abs() > tolerance.half_width(mz));
        if let (Reach::Modified, Some(shift)) = (self.reach, apart) {
            let charge = |view: View<'_>| view.precursor.and_then(|p| p.charge);
            let charge = charge(query).or(charge(reference)).map_or(1, Charge::state);
            let charge = charge.unsigned_abs();
            shifts.extend((1..=charge).map(|c| shift * f64::from(charge) / f64::from(c)));
        }
    }
}

impl Similarity for Cosine {
    fn rests_on(&self) -> RestsOn {
        match self.reach {
            Reach::Fragments => RestsOn::Fragments,
            Reach::Modified => RestsOn::Either,
            Reach::Losses => RestsOn::Losses,
        }
    }

    fn name(&self) -> &'static str {
        self.name
    }

    fn score(
        &self,
        query: View<'_>,
        reference: View<'_>,
        tolerance: Tolerance,
        scratch: &mut Scratch,
    ) -> Score {
        self.shifts(query, reference, tolerance, &mut scratch.shifts);
        let (query, reference) = match self.reach {
            Reach::Losses => (below_precursor(query), below_precursor(reference)),
            Reach::Fragments | Reach::Modified => (query, reference),
        };
        let Scratch {
            pairs,
            used_query,
            used_reference,
            query_weight,
            reference_weight,
            shifts,
        } = scratch;
        self.weighting.weigh(query, query_weight);
        self.weighting.weigh(reference, reference_weight);
        let how = Matching {
            tolerance,
            shifts,
            assignment: self.assignment,
        };
        let query_peaks = Peaks {
            mz: query.mz,
            weight: query_weight,
            table: query.table,
        };
        let reference_peaks = Peaks {
            mz: reference.mz,
            weight: reference_weight,
            table: None,
        };
        align(
            query_peaks,
            reference_peaks,
            how,
            pairs,
            (used_query, used_reference),
        );
        let similarity = self.norm.divide(pairs, query_weight, reference_weight);
        Score::of(pairs, query, similarity)
    }

    /// In proportion to the products. Where the sum is squared, that shares it out as fairly as
    /// any other way.
    fn explain(
        &self,
        query: View<'_>,
        reference: View<'_>,
        tolerance: Tolerance,
        scratch: &mut Scratch,
    ) -> Vec<Contribution> {
        let score = self.score(query, reference, tolerance, scratch);
        let loss = precursor_shift(query, reference);
        let way = |&shift: &f64| -> Way {
            match self.reach {
                Reach::Losses => (shift, MatchedAs::Loss),
                _ if shift == 0.0 => (shift, MatchedAs::Fragment),
                _ if loss == Some(shift) => (shift, MatchedAs::Loss),
                Reach::Fragments | Reach::Modified => (shift, MatchedAs::Shifted),
            }
        };
        let ways: Vec<Way> = scratch.shifts.iter().map(way).collect();
        let parts: Vec<f64> = (scratch.pairs.iter())
            .map(|p| product(*p, &scratch.query_weight, &scratch.reference_weight))
            .collect();
        let similarity = f64::from(score.similarity);
        in_proportion(
            (query, reference),
            &scratch.pairs,
            &parts,
            &ways,
            similarity,
        )
    }
}

/// Product of the weights of a pair.
pub(super) fn product(pair: Pair, query: &[f32], reference: &[f32]) -> f64 {
    f64::from(query[pair.query as usize]) * f64::from(reference[pair.reference as usize])
}

impl Norm {
    /// The sum of products over `pairs`, divided as this norm says; 0 without a pair.
    pub(super) fn divide(self, pairs: &[Pair], query: &[f32], reference: &[f32]) -> f64 {
        if pairs.is_empty() {
            return 0.0;
        }
        let square = |w: &f32| f64::from(*w).powi(2);
        let sum: f64 = pairs.iter().map(|p| product(*p, query, reference)).sum();
        let of_reference: f64 = reference.iter().map(square).sum();
        let of_query: f64 = query.iter().map(square).sum();
        let matched: f64 = pairs.iter().map(|p| square(&query[p.query as usize])).sum();
        let (of_query, power) = match self {
            Self::Cosine => (of_query, 1),
            Self::Squared => (of_query, 2),
            Self::Reverse => (matched, 1),
            Self::Penalised(share) => (
                matched + (of_query - matched).max(0.0) * (1.0 - share).powi(2),
                1,
            ),
        };
        (sum / (of_query * of_reference).sqrt())
            .clamp(0.0, 1.0)
            .powi(power)
    }
}

/// The peaks below the precursor, whose loss is above 0; all where the precursor is unknown.
fn below_precursor(view: View<'_>) -> View<'_> {
    let n = match view.precursor {
        Some(p) => view.mz.partition_point(|&mz| f64::from(mz) < p.mz.value()),
        None => view.mz.len(),
    };
    view.first(n)
}
