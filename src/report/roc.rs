//! How well scores tell two kinds of queries apart.

/// The area under the receiver operating characteristic: the share of pairs of one of `higher` and
/// one of `lower` in which the first scores higher, ties counted half (Mann & Whitney 1947; Bamber
/// 1975). `None` without pairs.
pub(super) fn area_under_curve(higher: &[f64], lower: &[f64]) -> Option<f64> {
    if higher.is_empty() || lower.is_empty() {
        return None;
    }
    let mut sorted = lower.to_vec();
    sorted.sort_by(f64::total_cmp);
    let won: f64 = higher
        .iter()
        .map(|score| {
            let below = sorted.partition_point(|other| other < score);
            let not_above = sorted.partition_point(|other| other <= score);
            below as f64 + 0.5 * (not_above - below) as f64
        })
        .sum();
    Some(won / (higher.len() as f64 * lower.len() as f64))
}

/// The curve itself: for each least score, from the highest to none, the share of `lower` and the
/// share of `higher` that reach it. It starts at (0, 0) and ends at (1, 1).
pub(super) fn curve(higher: &[f64], lower: &[f64]) -> Vec<(f64, f64)> {
    let mut all: Vec<(f64, bool)> = (higher.iter().map(|&score| (score, true)))
        .chain(lower.iter().map(|&score| (score, false)))
        .collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut n_higher, mut n_lower) = (0, 0);
    let mut points = vec![(0.0, 0.0)];
    for tied in all.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        n_higher += tied.iter().filter(|(_, is_higher)| *is_higher).count();
        n_lower += tied.iter().filter(|(_, is_higher)| !is_higher).count();
        let share = |part: usize, of: &[f64]| part as f64 / of.len().max(1) as f64;
        points.push((share(n_lower, lower), share(n_higher, higher)));
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn it_counts_the_pairs_in_order() {
        assert_eq!(area_under_curve(&[3.0, 4.0], &[1.0, 2.0]), Some(1.0));
        assert_eq!(area_under_curve(&[1.0, 3.0], &[2.0]), Some(0.5));
        assert_eq!(area_under_curve(&[2.0], &[2.0]), Some(0.5));
        assert_eq!(area_under_curve(&[], &[2.0]), None);
    }

    #[test]
    fn the_curve_takes_ties_together() {
        let found = curve(&[0.9, 0.5], &[0.5, 0.1]);
        assert_eq!(found, [(0.0, 0.0), (0.0, 0.5), (0.5, 1.0), (1.0, 1.0)]);
    }

    proptest! {
        #[test]
        fn the_area_is_that_under_the_curve(
            a in prop::collection::vec(0_u8..9, 1..30), b in prop::collection::vec(0_u8..9, 1..30),
        ) {
            let [a, b] = [a, b].map(|v| v.into_iter().map(f64::from).collect::<Vec<f64>>());
            let trapezium = |w: &[(f64, f64)]| (w[1].0 - w[0].0) * (w[0].1 + w[1].1) / 2.0;
            let under: f64 = curve(&a, &b).windows(2).map(trapezium).sum();
            prop_assert!((under - area_under_curve(&a, &b).unwrap()).abs() < 1e-12);
        }

        #[test]
        fn turned_round_it_is_what_is_missing_to_one(
            a in prop::collection::vec(0_u8..9, 1..30), b in prop::collection::vec(0_u8..9, 1..30),
        ) {
            let [a, b] = [a, b].map(|v| v.into_iter().map(f64::from).collect::<Vec<f64>>());
            let there = area_under_curve(&a, &b).unwrap();
            let back = area_under_curve(&b, &a).unwrap();
            prop_assert!((there + back - 1.0).abs() < 1e-12);
        }
    }
}
