//! How many wrong targets to expect where so many decoys were counted.

/// Lowest and highest number of wrong targets, 2.5 % of the cases beyond either, above a threshold
/// where `decoys_and_one` decoys less one stand.
///
/// Each wrong match is a decoy or a target as a coin falls, so the wrong targets before the next
/// decoy are negative binomial: of mean `decoys_and_one`, and twice that variance (Levitsky et al.
/// 2017).
pub(super) fn wrong_targets(decoys_and_one: usize) -> (f64, f64) {
    /// From here on the normal distribution is as good, and 0.5^n is not yet 0.
    const MANY: usize = 500;
    const TAIL: f64 = 0.025;
    /// Of the normal distribution beyond which [`TAIL`] lies.
    const DEVIATIONS: f64 = 1.959_964;
    if decoys_and_one == 0 {
        return (0.0, 0.0);
    }
    let r = decoys_and_one as f64;
    if decoys_and_one > MANY {
        let width = DEVIATIONS * (2.0 * r).sqrt();
        return (r - width, r + width);
    }
    // P(k + 1) / P(k) = (k + r) / (2 (k + 1)).
    let (mut k, mut probability) = (0.0, 0.5_f64.powf(r));
    let (mut below, mut low) = (probability, None);
    loop {
        if low.is_none() && below > TAIL {
            low = Some(k);
        }
        if below >= 1.0 - TAIL {
            return (low.unwrap_or(k), k);
        }
        probability *= (k + r) / (2.0 * (k + 1.0));
        k += 1.0;
        below += probability;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_negative_binomial() {
        // R: qnbinom(c(.025, .975), r, .5)
        assert_eq!(wrong_targets(1), (0.0, 5.0));
        assert_eq!(wrong_targets(3), (0.0, 9.0));
        assert_eq!(wrong_targets(10), (3.0, 20.0));
        assert_eq!(wrong_targets(0), (0.0, 0.0));
    }

    #[test]
    fn the_two_ways_meet() {
        let (a, b) = (wrong_targets(500), wrong_targets(501));
        assert!(
            (a.0 - b.0).abs() < 3.0 && (a.1 - b.1).abs() < 3.0,
            "{a:?} {b:?}"
        );
    }
}
