//! Charge states and ion polarity.

use super::Invalid;
use std::fmt;
use std::num::NonZeroI8;
use std::str::FromStr;

/// Ion polarity of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Polarity {
    /// Positive ion mode.
    Positive,
    /// Negative ion mode.
    Negative,
}

impl Polarity {
    /// 1 for positive, -1 for negative.
    pub fn sign(self) -> i8 {
        match self {
            Self::Positive => 1,
            Self::Negative => -1,
        }
    }

    /// The polarity of this sign; unknown for 0.
    pub fn of_sign(sign: i8) -> Option<Self> {
        match sign {
            0 => None,
            sign if sign < 0 => Some(Self::Negative),
            _ => Some(Self::Positive),
        }
    }
}

/// A signed charge state from -100 to 100, never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Charge(NonZeroI8);

const MAX_CHARGE: i8 = 100;

impl Charge {
    /// Checks that `state` is within -100..=100 and not 0.
    pub fn new(state: i8) -> Result<Self, Invalid> {
        NonZeroI8::new(state)
            .filter(|s| s.get().unsigned_abs() <= MAX_CHARGE.unsigned_abs())
            .map(Self)
            .ok_or_else(|| Invalid::Charge(state.to_string()))
    }

    /// The signed number of charges.
    pub fn state(self) -> i8 {
        self.0.get()
    }

    /// The polarity the sign tells.
    pub fn polarity(self) -> Polarity {
        if self.0.get() > 0 {
            Polarity::Positive
        } else {
            Polarity::Negative
        }
    }
}

impl fmt::Display for Charge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Charge {
    type Err = Invalid;

    /// Reads `2`, `2+`, `+2`, `2-` and `-2`.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let invalid = || Invalid::Charge(text.to_owned());
        let trimmed = text.trim();
        let negative = trimmed.starts_with('-') || trimmed.ends_with('-');
        let signs = trimmed.matches(['+', '-']).count();
        let digits = trimmed.trim_matches(['+', '-']);
        let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) && signs <= 1;
        let state: i8 = plain
            .then(|| digits.parse().ok())
            .flatten()
            .ok_or_else(invalid)?;
        Self::new(if negative { -state } else { state }).map_err(|_| invalid())
    }
}

impl fmt::Display for Polarity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Positive => "positive",
            Self::Negative => "negative",
        })
    }
}

impl FromStr for Polarity {
    type Err = Invalid;

    /// Reads `positive`, `pos`, `p`, `+` and their negative twins, in any case.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.trim().to_ascii_lowercase().as_str() {
            "positive" | "pos" | "p" | "+" => Ok(Self::Positive),
            "negative" | "neg" | "n" | "-" => Ok(Self::Negative),
            _ => Err(Invalid::Polarity(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charge_reads_every_common_spelling() {
        for (text, state) in [
            ("2", 2),
            ("2+", 2),
            ("+2", 2),
            ("1-", -1),
            ("-1", -1),
            (" 10+ ", 10),
        ] {
            assert_eq!(text.parse::<Charge>().unwrap().state(), state, "{text}");
        }
        for bad in ["", "0", "0+", "+", "2+-", "2.5", "two", "101", "--2"] {
            assert!(bad.parse::<Charge>().is_err(), "{bad}");
        }
    }

    #[test]
    fn charge_and_polarity_round_trip() {
        for state in (-100..=100).filter(|&s| s != 0) {
            let charge = Charge::new(state).unwrap();
            assert_eq!(charge.to_string().parse::<Charge>().unwrap(), charge);
        }
        for polarity in [Polarity::Positive, Polarity::Negative] {
            assert_eq!(polarity.to_string().parse::<Polarity>().unwrap(), polarity);
        }
    }

    #[test]
    fn sign_tells_polarity() {
        assert_eq!(
            "1-".parse::<Charge>().unwrap().polarity(),
            Polarity::Negative
        );
        assert_eq!(
            "3".parse::<Charge>().unwrap().polarity(),
            Polarity::Positive
        );
    }
}
