//! Where a number stands on a picture, and which numbers are written beside it.

/// Numbers from `from` to `to` on places from `start` to `end`.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// Number at `start`.
    pub from: f64,
    /// Number at `end`; not `from`.
    pub to: f64,
    /// Place of `from`.
    pub start: f64,
    /// Place of `to`.
    pub end: f64,
}

impl Scale {
    /// The place of `value`.
    pub fn place(&self, value: f64) -> f64 {
        self.start + (value - self.from) / (self.to - self.from) * (self.end - self.start)
    }
}

/// The smallest of 1, 2, 5, 10, 20, 50 ... (and their tenths and so on) of which at most
/// `at_most` make up `span`, which is above 0.
pub fn nice_step(span: f64, at_most: usize) -> f64 {
    let least = span / at_most.max(1) as f64;
    let power = 10.0_f64.powf(least.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    // A rounding of the logarithm may put the first step a hair below.
    let enough = |step: &&f64| **step >= least * (1.0 - 1.0e-9);
    *steps.iter().find(enough).unwrap_or(&steps[3])
}

/// Round numbers from `from` to `to`, at most `at_most` steps apart.
pub fn ticks(from: f64, to: f64, at_most: usize) -> Vec<f64> {
    let step = nice_step(to - from, at_most);
    let (first, last) = ((from / step).ceil() as i64, (to / step).floor() as i64);
    (first..=last).map(|n| n as f64 * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ticks_are_round_numbers_within() {
        assert_eq!(
            ticks(47.0, 312.0, 8),
            [50.0, 100.0, 150.0, 200.0, 250.0, 300.0]
        );
        assert_eq!(ticks(0.0, 100.0, 4), [0.0, 50.0, 100.0]);
    }

    proptest! {
        #[test]
        fn no_more_than_asked_for(from in 0.0_f64..2000.0, span in 0.1_f64..5000.0, n in 2_usize..20) {
            let found = ticks(from, from + span, n);
            prop_assert!(found.len() <= n + 1 && found.len() >= n / 4, "{found:?}");
            prop_assert!(found.iter().all(|t| *t >= from - 1e-6 && *t <= from + span + 1e-6));
        }
    }
}
