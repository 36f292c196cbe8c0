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

    proptest! {
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
