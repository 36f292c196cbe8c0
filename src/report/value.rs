//! What stands in a cell, and how it is written as text: what is absent is empty, never 0.

use std::borrow::Cow;
use std::fmt;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// Nothing is known.
    Absent,
    /// Text, not empty.
    Text(Cow<'a, str>),
    /// A whole number.
    Whole(i64),
    /// A number, finite, written with so many decimals where text is written.
    Number {
        /// The number itself.
        value: f64,
        /// Digits after the point.
        decimals: u8,
    },
}

impl<'a> Value<'a> {
    /// `text`, absent where it is empty.
    pub fn text(text: Cow<'a, str>) -> Self {
        if text.is_empty() {
            Self::Absent
        } else {
            Self::Text(text)
        }
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => Ok(()),
            Self::Text(text) => f.write_str(text),
            Self::Whole(number) => number.fmt(f),
            Self::Number { value, decimals } => {
                let (scale, decimals) = (10_f64.powi((*decimals).into()), usize::from(*decimals));
                // A number that rounds to -0 is written without its sign.
                let tidy = if (value * scale).abs() < 0.5 {
                    0.0
                } else {
                    *value
                };
                write!(f, "{tidy:.decimals$}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_fixed_decimals_and_no_negative_zero() {
        let text = |value| Value::Number { value, decimals: 3 }.to_string();
        assert_eq!(text(1.0), "1.000");
        assert_eq!(text(-0.0004), "0.000");
        assert_eq!(text(-0.0006), "-0.001");
        assert_eq!(Value::Absent.to_string(), "");
        assert_eq!(Value::text(Cow::Borrowed("")), Value::Absent);
    }
}
