//! Numbers with a unit. m/z and mass differences are `f64`, since 1 ppm of 1000 is 0.001.

use super::Invalid;
use std::fmt;
use std::str::FromStr;

/// Mass-to-charge ratio in Th (numerically Da per elementary charge): finite and above 0.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Mz(f64);

/// A mass, mass difference or width in dalton: finite and at least 0.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Da(f64);

/// A relative width in parts per million: finite and at least 0.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Ppm(f64);

/// A time in seconds: finite, may be negative (some instruments start before zero).
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Seconds(f64);

/// Largest m/z accepted; above it a number is a slip of the file, not a measurement.
const MAX_MZ: f64 = 1.0e6;

impl Mz {
    /// Checks that `value` is finite, above 0 and at most one million.
    pub fn new(value: f64) -> Result<Self, Invalid> {
        Self::is_mz(value)
            .then_some(Self(value))
            .ok_or(Invalid::Mz(value))
    }

    /// Whether [`Mz::new`] takes `value`.
    #[inline]
    pub(super) fn is_mz(value: f64) -> bool {
        value > 0.0 && value <= MAX_MZ
    }

    /// The number in Th.
    pub fn value(self) -> f64 {
        self.0
    }
}

impl Da {
    /// No mass, no difference.
    pub const ZERO: Self = Self(0.0);

    /// Checks that `value` is finite and at least 0.
    pub fn new(value: f64) -> Result<Self, Invalid> {
        (value >= 0.0 && value.is_finite())
            .then_some(Self(value))
            .ok_or(Invalid::Da(value))
    }

    /// The number in Da.
    pub fn value(self) -> f64 {
        self.0
    }
}

impl Ppm {
    /// Checks that `value` is finite and at least 0.
    pub fn new(value: f64) -> Result<Self, Invalid> {
        (value >= 0.0 && value.is_finite())
            .then_some(Self(value))
            .ok_or(Invalid::Ppm(value))
    }

    /// The number in ppm.
    pub fn value(self) -> f64 {
        self.0
    }

    /// The width in Da at `mz`.
    pub fn at(self, mz: f64) -> f64 {
        mz * self.0 * 1.0e-6
    }
}

impl Seconds {
    /// Checks that `value` is finite.
    pub fn new(value: f64) -> Result<Self, Invalid> {
        value
            .is_finite()
            .then_some(Self(value))
            .ok_or(Invalid::Seconds(value))
    }

    /// The number in seconds.
    pub fn value(self) -> f64 {
        self.0
    }
}

macro_rules! text_of_number {
    ($type:ident, $make:expr) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $type {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                // A text that is no number is reported as NaN is: not a finite number.
                $make(text.trim().parse::<f64>().unwrap_or(f64::NAN))
            }
        }
    };
}

text_of_number!(Mz, Mz::new);
text_of_number!(Da, Da::new);
text_of_number!(Ppm, Ppm::new);
text_of_number!(Seconds, Seconds::new);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn mz_refuses_what_no_instrument_measures() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 1.1e6] {
            assert!(Mz::new(bad).is_err(), "{bad}");
        }
        assert_eq!(Mz::new(150.1278).unwrap().value(), 150.1278);
    }

    #[test]
    fn ppm_is_relative() {
        assert!((Ppm::new(10.0).unwrap().at(500.0) - 0.005).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn text_round_trips(value in 1e-3_f64..1e6) {
            let mz = Mz::new(value).unwrap();
            prop_assert_eq!(mz.to_string().parse::<Mz>().unwrap(), mz);
            let da = Da::new(value).unwrap();
            prop_assert_eq!(da.to_string().parse::<Da>().unwrap(), da);
            let ppm = Ppm::new(value).unwrap();
            prop_assert_eq!(ppm.to_string().parse::<Ppm>().unwrap(), ppm);
            let seconds = Seconds::new(-value).unwrap();
            prop_assert_eq!(seconds.to_string().parse::<Seconds>().unwrap(), seconds);
        }
    }
}
