//! One peak from the start of a line: what MGF and MSP have in common.

use super::Fault;
use super::number::parse_prefix;
use super::text::snippet;
use crate::domain::{Mz, Peak};

/// Reads m/z and intensity at the start of `line`; gives the peak and what follows it.
///
/// Between the two stand blanks, or one of `,` and `:` with or without blanks. A comma counts as
/// a separator only where it cannot be a decimal comma.
pub(super) fn first_peak(line: &[u8]) -> Result<(Peak, &[u8]), Fault> {
    let bad = || Fault::PeakLine(snippet(line));
    let (mz, used) = parse_prefix(line).ok_or_else(bad)?;
    let (gap, mark) = separator(&line[used..]);
    if gap == 0 {
        return Err(bad());
    }
    let second = &line[used + gap..];
    let (intensity, used) = parse_prefix(second).ok_or_else(bad)?;
    let rest = &second[used..];
    // `100,5 12,7` is a decimal comma, and reading it as 100 and 5 would be silently wrong.
    let tight_comma = gap == 1 && mark == Some(b',');
    let digit_after = |skipped: &[u8]| skipped.first().is_some_and(u8::is_ascii_digit);
    let decimal_comma = if tight_comma {
        rest.first().is_some_and(u8::is_ascii_whitespace) && digit_after(rest.trim_ascii_start())
    } else {
        mark.is_none() && rest.strip_prefix(b",").is_some_and(digit_after)
    };
    if decimal_comma {
        return Err(bad());
    }
    checked(mz, intensity).map(|peak| (peak, rest))
}

/// A peak whose numbers can be measured.
#[inline]
pub(super) fn checked(mz: f64, intensity: f64) -> Result<Peak, Fault> {
    let peak = Peak {
        mz,
        intensity: intensity as f32,
    };
    // A tiny negative number is not when it is narrow.
    if peak.is_sound() && intensity >= 0.0 {
        Ok(peak)
    } else {
        Err(refused(mz, intensity))
    }
}

#[cold]
fn refused(mz: f64, intensity: f64) -> Fault {
    if Mz::new(mz).is_err() {
        Fault::Mz(mz.to_string())
    } else {
        Fault::Intensity(intensity.to_string())
    }
}

/// Length of what separates two numbers, and the mark in it.
fn separator(bytes: &[u8]) -> (usize, Option<u8>) {
    // Nearly always it is one blank or tab.
    if let [b' ' | b'\t', b'0'..=b'9', ..] = bytes {
        return (1, None);
    }
    let mut mark = None;
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b' ' | b'\t' => {}
            b',' | b':' if mark.is_none() => mark = Some(byte),
            _ => return (at, mark),
        }
    }
    (bytes.len(), mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_separators_are_read() {
        for line in [
            "100.5 20",
            "100.5\t20",
            "100.5, 20",
            "100.5,20",
            "100.5,20,1",
            "100.5:20",
            "100.5   20 1+",
        ] {
            let (peak, _) = first_peak(line.as_bytes()).unwrap();
            assert_eq!((peak.mz, peak.intensity), (100.5, 20.0), "{line}");
        }
        assert_eq!(first_peak(b"1.5 2 1+").unwrap().1, b" 1+");
    }

    #[test]
    fn damaged_lines_are_named() {
        for (line, kind) in [
            ("100.5", "bad peak line"),
            ("100.5 x", "bad peak line"),
            ("100,5 12,7", "bad peak line"),
            ("100,5 12", "bad peak line"),
            ("100.5 12,7", "bad peak line"),
            ("100.5;20", "bad peak line"),
            ("1e400 5", "invalid m/z"),
            ("nan 5", "invalid m/z"),
            ("-1 5", "invalid m/z"),
            ("0 5", "invalid m/z"),
            ("100 -5", "invalid intensity"),
            ("100 nan", "invalid intensity"),
            ("100 1e39", "invalid intensity"),
        ] {
            assert_eq!(
                first_peak(line.as_bytes()).unwrap_err().kind(),
                kind,
                "{line}"
            );
        }
    }
}
