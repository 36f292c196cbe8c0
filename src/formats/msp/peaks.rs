//! Peak lines of MSP: one peak or several, with or without an annotation behind each.

use crate::formats::draft::Draft;

/// Whether a line holds peaks rather than a key.
pub(super) fn starts_peak(line: &[u8]) -> bool {
    matches!(
        line.first(),
        Some(b'0'..=b'9' | b'.' | b'+' | b'-' | b'(' | b'[' | b'{')
    )
}

/// Reads all peaks of `line`.
///
/// `;` or a closing bracket ends a peak. Text or a quotation behind a peak annotates it. Bare
/// numbers behind a peak are further peaks where they come in pairs, and columns otherwise.
pub(super) fn read_line(draft: &mut Draft, number: u64, line: &[u8]) {
    let mut rest = line;
    loop {
        rest = skip_marks(rest);
        if rest.is_empty() {
            return;
        }
        let Some(behind) = draft.read_peak(number, rest) else {
            return;
        };
        let tail = behind.trim_ascii_start();
        rest = match tail.first() {
            None => return,
            Some(b'0'..=b'9' | b'.' | b'+' | b'-') if !comes_in_pairs(tail) => return,
            Some(b'0'..=b'9' | b'.' | b'+' | b'-' | b';' | b',' | b')' | b']' | b'}') => tail,
            Some(b'"') => behind_next(&tail[1..], b'"').map_or(&[], after_semicolon),
            Some(_) => after_semicolon(tail),
        };
    }
}

fn skip_marks(bytes: &[u8]) -> &[u8] {
    let marks = bytes
        .iter()
        .take_while(|b| b" \t;,()[]{}".contains(b))
        .count();
    &bytes[marks..]
}

fn comes_in_pairs(tail: &[u8]) -> bool {
    let parts = tail.split(|b| matches!(b, b' ' | b'\t' | b':' | b';' | b','));
    let n_numbers = parts
        .filter(|part| !part.is_empty())
        .take_while(|part| part[0].is_ascii_digit() || part[0] == b'.')
        .count();
    n_numbers % 2 == 0
}

fn behind_next(bytes: &[u8], mark: u8) -> Option<&[u8]> {
    let at = bytes.iter().position(|&b| b == mark)?;
    Some(&bytes[at + 1..])
}

fn after_semicolon(bytes: &[u8]) -> &[u8] {
    behind_next(bytes, b';').unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peaks(line: &str) -> Vec<(f64, f32)> {
        let mut draft = Draft::default();
        assert!(starts_peak(line.trim_start().as_bytes()));
        read_line(&mut draft, 1, line.trim_start().as_bytes());
        assert!(!draft.is_faulty(), "{line}");
        draft.peaks.iter().map(|p| (p.mz, p.intensity)).collect()
    }

    #[test]
    fn one_peak_with_anything_behind_it() {
        for line in [
            "135 83",
            "135\t83\t\"y1/2.0ppm,IRJ/2.0ppm\"",
            "135\t83\tb1/0.0",
            "135 83 ? 12/13 0.5",
            "135 83 999",
            "135 83;",
            "(135 83)",
            "135 83 \"a 1 2; 3\"",
        ] {
            assert_eq!(peaks(line), [(135.0, 83.0)], "{line}");
        }
    }

    #[test]
    fn several_peaks_on_a_line() {
        for line in [
            "28 69; 29 250; 30 7; ",
            "  28   69;  29  250;   30    7;",
            "28:69 29:250 30:7 ",
            "28 69 29 250 30 7",
            "28 69, 29 250, 30 7",
            "(28 69) (29 250) (30 7)",
            "28 69 \"a\"; 29 250 \"b; c\"; 30 7",
        ] {
            assert_eq!(
                peaks(line),
                [(28.0, 69.0), (29.0, 250.0), (30.0, 7.0)],
                "{line}"
            );
        }
    }
}
