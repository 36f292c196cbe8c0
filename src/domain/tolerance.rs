//! How far two m/z values may lie apart and still be the same.

use super::{Da, Invalid, MassRange, Mz, Ppm};
use std::fmt;
use std::str::FromStr;

/// A symmetric width, inclusive at both ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tolerance {
    /// The same width everywhere.
    Da(Da),
    /// A width that grows with m/z.
    Ppm(Ppm),
}

/// Which library precursors a query may be compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PrecursorWindow {
    /// Any precursor.
    Open,
    /// Only precursors this close to the query's.
    Within(Tolerance),
    /// Only precursors of this much less mass than the query's, for analogues.
    Range(MassRange),
}

impl Tolerance {
    /// Half the window's width in Da around `mz`.
    pub fn half_width(self, mz: f64) -> f64 {
        match self {
            Self::Da(da) => da.value(),
            Self::Ppm(ppm) => ppm.at(mz),
        }
    }

    /// The lowest and highest m/z that count as equal to `mz`, both included.
    pub fn window(self, mz: Mz) -> (f64, f64) {
        let half = self.half_width(mz.value());
        (mz.value() - half, mz.value() + half)
    }
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Da(da) => write!(f, "{da}Da"),
            Self::Ppm(ppm) => write!(f, "{ppm}ppm"),
        }
    }
}

impl FromStr for Tolerance {
    type Err = Invalid;

    /// Reads a number and a unit: `10ppm`, `0.02 Da`, `20 PPM`.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let invalid = || Invalid::Tolerance(text.to_owned());
        let lower = text.trim().to_ascii_lowercase();
        if let Some(number) = lower.strip_suffix("ppm") {
            number.parse().map(Self::Ppm).map_err(|_| invalid())
        } else if let Some(number) = lower.strip_suffix("da") {
            number.parse().map(Self::Da).map_err(|_| invalid())
        } else {
            Err(invalid())
        }
    }
}

impl fmt::Display for PrecursorWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("open"),
            Self::Within(tolerance) => tolerance.fmt(f),
            Self::Range(range) => range.fmt(f),
        }
    }
}

impl FromStr for PrecursorWindow {
    type Err = Invalid;

    /// Reads `open` or a [`Tolerance`].
    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.trim().eq_ignore_ascii_case("open") {
            Ok(Self::Open)
        } else {
            text.parse().map(Self::Within)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn window_is_inclusive_and_symmetric() {
        let tolerance: Tolerance = "10ppm".parse().unwrap();
        let (low, high) = tolerance.window(Mz::new(500.0).unwrap());
        assert!((low - 499.995).abs() < 1e-9 && (high - 500.005).abs() < 1e-9);
    }

    #[test]
    fn a_bare_number_is_refused() {
        for bad in ["10", "", "ppm", "-5ppm", "nanDa", "10 mmu"] {
            assert!(bad.parse::<Tolerance>().is_err(), "{bad}");
        }
        assert_eq!(
            "OPEN".parse::<PrecursorWindow>().unwrap(),
            PrecursorWindow::Open
        );
    }

    proptest! {
        #[test]
        fn text_round_trips(value in 0.0_f64..1000.0) {
            for tolerance in [Tolerance::Da(Da::new(value).unwrap()), Tolerance::Ppm(Ppm::new(value).unwrap())] {
                prop_assert_eq!(tolerance.to_string().parse::<Tolerance>().unwrap(), tolerance);
                let window = PrecursorWindow::Within(tolerance);
                prop_assert_eq!(window.to_string().parse::<PrecursorWindow>().unwrap(), window);
            }
        }
    }
}
