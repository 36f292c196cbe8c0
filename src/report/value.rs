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
                if let Some(whole) = scaled(*value, *decimals) {
                    return write_scaled(f, whole, *decimals);
                }
                let text = format!("{value:.*}", usize::from(*decimals));
                let is_zero = text.bytes().all(|byte| b"-0.".contains(&byte));
                f.write_str(&text[usize::from(is_zero && text.starts_with('-'))..])
            }
        }
    }
}

/// Powers of ten, for as many decimals as a column has at most.
const SCALES: [f64; 10] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/// `value` with so many decimals as a whole number of the last of them, where that is certain: far
/// quicker to write than any number is. `None` at a tie, or near one, and for great numbers.
fn scaled(value: f64, decimals: u8) -> Option<i64> {
    const GREATEST: f64 = 1.0e15;
    let scale = *SCALES.get(usize::from(decimals))?;
    let whole = (value * scale).round();
    // What the product is off the whole number, rounded but once.
    let off = value.mul_add(scale, -whole);
    (whole.abs() < GREATEST && off.abs() < 0.499_999).then_some(whole as i64)
}

/// Writes a whole number of the last of so many decimals. 0 has no sign.
fn write_scaled(f: &mut fmt::Formatter<'_>, whole: i64, decimals: u8) -> fmt::Result {
    // A sign, 16 digits and a point.
    let mut text = [b'0'; 18];
    let mut at = text.len();
    let mut rest = whole.unsigned_abs();
    let mut n_digits = 0;
    while rest > 0 || n_digits <= decimals {
        if n_digits == decimals && decimals > 0 {
            at -= 1;
            text[at] = b'.';
        }
        at -= 1;
        text[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        n_digits += 1;
    }
    if whole < 0 {
        at -= 1;
        text[at] = b'-';
    }
    // Digits, a point and a sign are ASCII.
    f.write_str(std::str::from_utf8(&text[at..]).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_are_written_as_the_standard_library_writes_them(
            value in prop_oneof![-1.0e4_f64..1.0e4, -1.0..1.0, any::<i32>().prop_map(|n| f64::from(n) / 2000.0), any::<f64>()],
            decimals in 0_u8..12,
        ) {
            prop_assume!(value.is_finite());
            let written = Value::Number { value, decimals }.to_string();
            let expected = format!("{value:.*}", usize::from(decimals));
            let is_zero = expected.bytes().all(|b| b"-0.".contains(&b));
            prop_assert_eq!(written, if is_zero { expected.replace('-', "") } else { expected });
        }
    }

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
