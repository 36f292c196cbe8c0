//! q-values of one group of matches.

/// A score that won a query, and whether it is a decoy's.
pub(super) type Won = (f32, bool);

/// The q-value of a target, by its score.
///
/// At a threshold s the share of wrong targets is estimated as (D(s) + 1) / T(s), with T and D the
/// targets and decoys that score at least s; the 1 makes it hold in expectation (Levitsky et al.
/// 2017). The q-value of a match is the least estimate over all thresholds that accept it, and at
/// most 1.
#[derive(Debug)]
pub(super) struct QValues {
    /// From which score on a q-value holds; scores ascend, q-values fall. Below the first it is 1.
    steps: Vec<(f32, f64)>,
}

impl QValues {
    /// Those of the group that won these.
    pub(super) fn of(mut won: Vec<Won>) -> Self {
        won.sort_unstable_by(|(a, _), (b, _)| a.total_cmp(b));
        let mut decoys = won.iter().filter(|(_, is_decoy)| *is_decoy).count();
        let mut targets = won.len() - decoys;
        let mut steps = Vec::new();
        let mut least = 1.0;
        // Thresholds by rising score; equal scores are accepted together.
        for equal in won.chunk_by(|(a, _), (b, _)| a == b) {
            let estimate = (decoys as f64 + 1.0) / f64::max(targets as f64, 1.0);
            if estimate < least {
                least = estimate;
                steps.push((equal[0].0, least));
            }
            let n_decoys = equal.iter().filter(|(_, is_decoy)| *is_decoy).count();
            decoys -= n_decoys;
            targets -= equal.len() - n_decoys;
        }
        Self { steps }
    }

    /// That of a target of this score.
    pub(super) fn at(&self, score: f32) -> f64 {
        let n_reached = self.steps.partition_point(|&(from, _)| from <= score);
        let reached = self.steps[..n_reached].last();
        reached.map_or(1.0, |&(_, q_value)| q_value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The q-value of each, 1 for decoys.
    fn q_values(won: &[Won]) -> Vec<f64> {
        let q_values = QValues::of(won.to_vec());
        let each = won.iter();
        each.map(|&(score, is_decoy)| if is_decoy { 1.0 } else { q_values.at(score) })
            .collect()
    }

    fn winners(text: &str) -> Vec<Won> {
        // A letter per match by falling score: t or d; = before a letter: the score of the last.
        let mut score = 1.0;
        let mut equal = false;
        let mut winners = Vec::new();
        for letter in text.chars() {
            if letter == '=' {
                equal = true;
                continue;
            }
            if !equal {
                score -= 0.01;
            }
            equal = false;
            winners.push((score, letter == 'd'));
        }
        winners
    }

    #[test]
    fn q_values_follow_hand_arithmetic() {
        // T 1 2 3 3 4 5, D 0 0 0 1 1 1: estimates 1, 1/2, 1/3, 2/3, 2/4, 2/5.
        let found = q_values(&winners("tttdtt"));
        let expected = [1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0, 1.0, 0.4, 0.4];
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
    }

    #[test]
    fn equal_scores_share_a_q_value() {
        let found = q_values(&winners("tt=d=tt"));
        // Only the thresholds after 1, after 4 and after 5 exist: 1/1, 2/3, 2/4.
        assert_eq!(found, [0.5, 0.5, 1.0, 0.5, 0.5]);
    }

    #[test]
    fn decoys_alone_and_nothing_at_all() {
        assert_eq!(q_values(&winners("ddd")), [1.0; 3]);
        assert!(q_values(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn a_higher_score_never_has_a_higher_q_value(raw in prop::collection::vec((0_u8..20, any::<bool>()), 0..60)) {
            let all: Vec<Won> = raw.iter().map(|&(score, is_decoy)| (f32::from(score), is_decoy)).collect();
            let q = q_values(&all);
            for (a, qa) in all.iter().zip(&q).filter(|(w, _)| !w.1) {
                prop_assert!(*qa > 0.0 && *qa <= 1.0);
                for (b, qb) in all.iter().zip(&q).filter(|(w, _)| !w.1) {
                    prop_assert!(a.0 < b.0 || qa <= qb);
                }
                // By definition, over every threshold at or below this score.
                let estimate = |s: f32| {
                    let n = |decoy: bool| all.iter().filter(|w| w.1 == decoy && w.0 >= s).count() as f64;
                    (n(true) + 1.0) / n(false).max(1.0)
                };
                let least = all.iter().filter(|w| w.0 <= a.0).map(|w| estimate(w.0)).fold(1.0, f64::min);
                prop_assert!((qa - least).abs() < 1e-12);
            }
        }
    }
}
