//! q-values of one group of matches.

use super::Winner;

/// The q-value of each winner that is a target, 1 for decoys.
///
/// At a threshold s the share of wrong targets is estimated as (D(s) + 1) / T(s), with T and D the
/// targets and decoys that score at least s; the 1 makes it hold in expectation (Levitsky et al.
/// 2017). The q-value of a match is the least estimate over all thresholds that accept it, and at
/// most 1.
pub(super) fn q_values(winners: &[Winner]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..winners.len()).collect();
    order.sort_by(|&a, &b| winners[b].score.total_cmp(&winners[a].score));
    let (mut targets, mut decoys) = (0.0, 0.0);
    // Estimates by falling score; equal scores are accepted together.
    let mut estimates: Vec<(usize, f64)> = Vec::new();
    for (at, &idx) in order.iter().enumerate() {
        if winners[idx].is_decoy {
            decoys += 1.0;
        } else {
            targets += 1.0;
        }
        let next = order.get(at + 1).map(|&next| winners[next].score);
        if next != Some(winners[idx].score) {
            estimates.push((at + 1, (decoys + 1.0) / f64::max(targets, 1.0)));
        }
    }
    let mut q_values = vec![1.0; winners.len()];
    let mut least = 1.0_f64;
    let mut end = order.len();
    for at in (0..estimates.len()).rev() {
        least = least.min(estimates[at].1);
        let start = if at == 0 { 0 } else { estimates[at - 1].0 };
        for &idx in &order[start..end] {
            if !winners[idx].is_decoy {
                q_values[idx] = least;
            }
        }
        end = start;
    }
    q_values
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn winners(text: &str) -> Vec<Winner> {
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
            winners.push(Winner {
                score,
                is_decoy: letter == 'd',
                mass_difference: None,
            });
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
            let all: Vec<Winner> = raw.iter().map(|&(score, is_decoy)| Winner {
                score: f32::from(score), is_decoy, mass_difference: None,
            }).collect();
            let q = q_values(&all);
            for (a, qa) in all.iter().zip(&q).filter(|(w, _)| !w.is_decoy) {
                prop_assert!(*qa > 0.0 && *qa <= 1.0);
                for (b, qb) in all.iter().zip(&q).filter(|(w, _)| !w.is_decoy) {
                    prop_assert!(a.score < b.score || qa <= qb);
                }
                // By definition, over every threshold at or below this score.
                let estimate = |s: f32| {
                    let n = |decoy: bool| all.iter().filter(|w| w.is_decoy == decoy && w.score >= s).count() as f64;
                    (n(true) + 1.0) / n(false).max(1.0)
                };
                let least = all.iter().filter(|w| w.score <= a.score).map(|w| estimate(w.score)).fold(1.0, f64::min);
                prop_assert!((qa - least).abs() < 1e-12);
            }
        }
    }
}
