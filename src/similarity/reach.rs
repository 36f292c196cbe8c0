//! Which reference m/z lie within tolerance of a query's, as one interval.

use crate::domain::Tolerance;

/// A tolerance solved for the reference: `r` is within reach of `t` when
/// `|r - t| <= da + relative r`, which is `(t - da) / (1 + relative) <= r <= (t + da) / (1 - relative)`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach {
    da: f64,
    down: f64,
    up: f64,
}

/// m/z is stored as `f32`; this much of it may be rounding, and must not shut out a pair that lies
/// on the edge of the tolerance.
const ROUNDING: f64 = 1.2e-7;

impl Reach {
    pub(super) fn new(tolerance: Tolerance) -> Self {
        let (da, relative) = match tolerance {
            Tolerance::Da(da) => (da.value(), 0.0),
            Tolerance::Ppm(ppm) => (0.0, ppm.at(1.0)),
        };
        // A reach of 100 % and more has no upper end.
        let relative = (relative + ROUNDING).min(1.0 - f64::EPSILON);
        Self {
            da,
            down: 1.0 / (1.0 + relative),
            up: 1.0 / (1.0 - relative),
        }
    }

    /// How far a target may lie at most from a reference at `mz` or below, in Da.
    pub(super) fn half_width(self, mz: f64) -> f64 {
        // `up - 1` is no less than the relative tolerance.
        self.da + mz * (self.up - 1.0)
    }

    /// The lowest and the highest reference within reach of `target`.
    pub(super) fn of(self, target: f64) -> (f64, f64) {
        ((target - self.da) * self.down, (target + self.da) * self.up)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Da, Ppm};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn interval_is_the_tolerance(target in 50.0_f64..2000.0, apart in -0.1_f64..0.1, width in 0.0_f64..0.1) {
            let reference = target + apart;
            for tolerance in [Tolerance::Da(Da::new(width).unwrap()), Tolerance::Ppm(Ppm::new(width * 1e3).unwrap())] {
                let (low, high) = Reach::new(tolerance).of(target);
                let half = tolerance.half_width(reference);
                // Away from the edge, where rounding decides.
                if (apart.abs() - half).abs() > 2e-7 * target {
                    prop_assert_eq!(low <= reference && reference <= high, apart.abs() <= half);
                }
            }
        }
    }
}
