//! The learned model, and how well it holds.

use super::logistic::{fit, sigmoid};
use super::{Evidence, Mode, Reliability};

/// A first match of which it is known whether it is right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Case {
    /// What is seen of it.
    pub evidence: Evidence,
    /// Whether it is right.
    pub right: bool,
}

/// Probability that a first match is right, for one [`Mode`] of search.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    mode: Mode,
    /// Mean and standard deviation of each feature.
    scales: Vec<(f64, f64)>,
    /// The intercept, then one weight for each scaled feature.
    weights: Vec<f64>,
    reliability: Reliability,
}

/// Fewer cases of either kind than this teach nothing that lasts.
const LEAST_CASES: usize = 50;
/// Parts the cases are cut into for [`Model::reliability`].
const FOLDS: usize = 5;

impl Model {
    /// Learns from `cases`. Neighbouring cases of one origin should stand together, so that they
    /// are held back together. `None` where there are too few right or too few wrong ones.
    pub fn learn(mode: Mode, cases: &[Case]) -> Option<Self> {
        let n_right = cases.iter().filter(|case| case.right).count();
        if n_right.min(cases.len() - n_right) < LEAST_CASES {
            return None;
        }
        let model = Self::fitted(mode, cases.iter())?;
        let mut held_back = Vec::with_capacity(cases.len());
        let in_fold = cases.len().div_ceil(FOLDS);
        for (at, fold) in cases.chunks(in_fold).enumerate() {
            let (before, after) = (&cases[..at * in_fold], &cases[at * in_fold + fold.len()..]);
            let of_rest = Self::fitted(mode, before.iter().chain(after))?;
            let predicted = |case: &Case| (of_rest.probability(&case.evidence), case.right, 1.0);
            held_back.extend(fold.iter().map(predicted));
        }
        Some(Self {
            reliability: Reliability::of(held_back),
            ..model
        })
    }

    fn fitted<'a>(mode: Mode, cases: impl Iterator<Item = &'a Case>) -> Option<Self> {
        let (mut rows, labels): (Vec<Vec<f64>>, Vec<bool>) = cases
            .map(|case| (case.evidence.features(mode), case.right))
            .unzip();
        let scales: Vec<(f64, f64)> = (0..mode.n_features())
            .map(|feature| scale(rows.iter().map(|row| row[feature])))
            .collect();
        for row in &mut rows {
            rescale(row, &scales);
        }
        let weights = fit(&rows, &labels)?;
        Some(Self {
            mode,
            scales,
            weights,
            reliability: Reliability::default(),
        })
    }

    /// What it is for.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Probability that a match of which this is seen is right.
    pub fn probability(&self, evidence: &Evidence) -> f64 {
        let mut features = evidence.features(self.mode);
        rescale(&mut features, &self.scales);
        let weighted = features.iter().zip(&self.weights[1..]).map(|(f, w)| f * w);
        sigmoid(self.weights[0] + weighted.sum::<f64>())
    }

    /// How the probabilities held on cases that were held back while learning (five-fold cross
    /// validation).
    pub fn reliability(&self) -> &Reliability {
        &self.reliability
    }

    /// As numbers: the intercept, then mean, deviation and weight of each feature; and those of
    /// the reliability.
    pub fn to_parts(&self) -> (Vec<f64>, Vec<f64>) {
        let mut parts = vec![self.weights[0]];
        for ((mean, deviation), weight) in self.scales.iter().zip(&self.weights[1..]) {
            parts.extend([*mean, *deviation, *weight]);
        }
        (parts, self.reliability.to_parts())
    }

    /// From those numbers.
    ///
    /// # Errors
    /// Says what is wrong with them.
    pub fn from_parts(
        mode: Mode,
        parts: &[f64],
        reliability: &[f64],
    ) -> Result<Self, &'static str> {
        if parts.len() != 1 + 3 * mode.n_features() {
            return Err("does not have three numbers for each feature");
        }
        if !parts.iter().all(|x| x.is_finite()) {
            return Err("holds a number that is not finite");
        }
        let features = parts[1..].as_chunks::<3>().0.iter();
        if features.clone().any(|part| part[1] <= 0.0) {
            return Err("holds a deviation that is not above 0");
        }
        let weights = features.clone().map(|part| part[2]);
        Ok(Self {
            mode,
            weights: parts[..1].iter().copied().chain(weights).collect(),
            scales: features.map(|part| (part[0], part[1])).collect(),
            reliability: Reliability::from_parts(reliability)?,
        })
    }
}

/// Mean and standard deviation; a feature that never differs gets a deviation of 1.
fn scale(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    let variance = values.map(|v| (v - mean).powi(2)).sum::<f64>() / n;
    let deviation = variance.sqrt();
    (mean, if deviation > 1.0e-12 { deviation } else { 1.0 })
}

fn rescale(features: &mut [f64], scales: &[(f64, f64)]) {
    for (feature, (mean, deviation)) in features.iter_mut().zip(scales) {
        *feature = (*feature - mean) / deviation;
    }
}

#[cfg(test)]
mod tests {
    use super::super::evidence::tests::evidence;
    use super::*;
    use crate::index::Random;

    /// Cases that are right as often as their score says.
    fn cases(n: usize) -> Vec<Case> {
        let mut random = Random::new(7, 0);
        (0..n)
            .map(|_| {
                let similarity = random.below(1000) as f32 / 1000.0;
                let right = (random.below(1000) as f32) < 1000.0 * similarity;
                Case {
                    evidence: evidence(similarity),
                    right,
                }
            })
            .collect()
    }

    #[test]
    fn learned_probabilities_are_the_shares_that_are_right() {
        for mode in Mode::ALL {
            let model = Model::learn(mode, &cases(4000)).unwrap();
            for similarity in [0.2, 0.5, 0.8] {
                let found = model.probability(&evidence(similarity));
                assert!(
                    (found - f64::from(similarity)).abs() < 0.06,
                    "{similarity}: {found}"
                );
            }
            assert!(model.reliability().error() < 0.05);
        }
    }

    #[test]
    fn too_few_cases_teach_nothing() {
        assert_eq!(Model::learn(Mode::Open, &[]), None);
        let mut all_right = cases(500);
        for case in &mut all_right {
            case.right = true;
        }
        assert_eq!(Model::learn(Mode::Open, &all_right), None);
    }

    #[test]
    fn parts_round_trip_and_damage_is_told() {
        let model = Model::learn(Mode::Open, &cases(400)).unwrap();
        let (parts, reliability) = model.to_parts();
        let read = Model::from_parts(Mode::Open, &parts, &reliability);
        assert_eq!(read.as_ref(), Ok(&model));
        assert!(Model::from_parts(Mode::Identity, &parts, &reliability).is_err());
        let mut damaged = parts.clone();
        damaged[2] = 0.0;
        assert!(Model::from_parts(Mode::Open, &damaged, &reliability).is_err());
        damaged[2] = f64::INFINITY;
        assert!(Model::from_parts(Mode::Open, &damaged, &reliability).is_err());
    }
}
