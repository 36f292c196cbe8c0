//! Decimal numbers at the start of bytes: peak lists are millions of them.

/// Powers of ten that `f64` holds exactly.
const EXACT_POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// Digits that cannot overflow 64 bits; more may not be exact anyway.
const MOST_DIGITS: usize = 18;

/// Reads a number at the start of `bytes`; gives it with the number of bytes it takes.
///
/// It ends where a blank, a separator, a quote or a bracket stands. The result is the nearest
/// `f64`: digits below 2^53 over an exact power of ten need one rounding only (Clinger 1990);
/// everything else, `nan` and `inf` included, goes to the standard library.
pub(super) fn parse_prefix(bytes: &[u8]) -> Option<(f64, usize)> {
    let (whole, mut at) = digits(bytes, 0);
    let (mut mantissa, mut n_digits, mut n_decimals) = (whole, at, 0);
    if bytes.get(at) == Some(&b'.') {
        let (both, n) = digits(&bytes[at + 1..], whole);
        (mantissa, n_digits, n_decimals) = (both, n_digits + n, n);
        at += n + 1;
    }
    let simple = (1..=MOST_DIGITS).contains(&n_digits)
        && mantissa < (1 << 53)
        && bytes.get(at).is_none_or(|&b| ends_number(b));
    if simple {
        return Some((mantissa as f64 / EXACT_POWERS[n_decimals], at));
    }
    let end = bytes
        .iter()
        .position(|&b| ends_number(b))
        .unwrap_or(bytes.len());
    let value = std::str::from_utf8(&bytes[..end]).ok()?.parse().ok()?;
    Some((value, end))
}

/// Appends the digits at the start of `bytes` to `number`, and counts them. Of too many digits the
/// number is wrong; the count tells.
fn digits(bytes: &[u8], mut number: u64) -> (u64, usize) {
    for (at, &byte) in bytes.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return (number, at);
        }
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
    }
    (number, bytes.len())
}

/// Reads `bytes` as one number with nothing but blanks around it.
pub(super) fn parse_whole(bytes: &[u8]) -> Option<f64> {
    std::str::from_utf8(bytes.trim_ascii()).ok()?.parse().ok()
}

fn ends_number(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'\r' | b',' | b';' | b':' | b'"' | b'(' | b')' | b'[' | b']' | b'{' | b'}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_end_at_separators() {
        for (text, value, end) in [
            ("100.5 2", 100.5, 5),
            ("12\t3", 12.0, 2),
            ("70:10", 70.0, 2),
            ("5.", 5.0, 2),
            (".5;", 0.5, 2),
            ("+1.5e3,", 1500.0, 6),
            ("-2", -2.0, 2),
            (
                "123456789012345678901234567890 1",
                123_456_789_012_345_678_901_234_567_890.0,
                30,
            ),
        ] {
            assert_eq!(parse_prefix(text.as_bytes()), Some((value, end)), "{text}");
        }
        for bad in ["", ".", "abc", "1.2.3", "1e", "--1", "12x"] {
            assert_eq!(parse_prefix(bad.as_bytes()), None, "{bad}");
        }
        assert!(parse_prefix(b"nan 1").unwrap().0.is_nan());
    }

    proptest! {
        #[test]
        fn agrees_with_the_standard_library(text in "[0-9]{0,20}\\.?[0-9]{0,25}(e-?[0-9]{1,2})?") {
            let ours = parse_prefix(text.as_bytes()).map(|(value, _)| value);
            prop_assert_eq!(ours, text.parse::<f64>().ok());
        }
    }
}
