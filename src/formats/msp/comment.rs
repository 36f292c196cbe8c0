//! The comment of an MSP record: `Key=value Key="quoted value" "MoNA key=value" key=value; ...`.
//!
//! What it states counts only where the record's own lines say nothing, and what cannot be read
//! is passed over: comments are free text.

use crate::formats::draft::{Draft, StatedCharge};
use crate::formats::key::Key;
use crate::formats::number::parse_whole;

/// Takes in what a comment states; gives the value of `Mods=`.
pub(super) fn read<'a>(comment: &'a [u8], draft: &mut Draft) -> Option<&'a [u8]> {
    let mut mods = None;
    for (key, value) in statements(comment) {
        if key.eq_ignore_ascii_case(b"Mods") {
            mods = Some(value);
            continue;
        }
        let key = Key::of(key);
        let applies = match key {
            Key::PrecursorMz => draft.precursor_mz.is_none() && parse_whole(value).is_some(),
            Key::Charge => {
                draft.charge == StatedCharge::Silent && StatedCharge::read(value).is_ok()
            }
            Key::Accession
            | Key::Adduct
            | Key::Polarity
            | Key::CollisionEnergy
            | Key::RtInSeconds
            | Key::Instrument
            | Key::InstrumentType
            | Key::Ionization
            | Key::Smiles
            | Key::HashedInchi
            | Key::Peptide => true,
            // `Name`, `Scan`, `RT` and the like mean other things in comments, or no unit is known.
            Key::Title
            | Key::Scans
            | Key::Name
            | Key::PepMass
            | Key::Formula
            | Key::RetentionTime
            | Key::RetentionIndex
            | Key::MsLevel
            | Key::Comment
            | Key::NumPeaks
            | Key::Field
            | Key::Other => false,
        };
        if applies {
            // The comment is kept whole, so what does not count is not lost.
            draft.take(key, 0, value);
        }
    }
    mods
}

/// The statements of a comment, in order.
fn statements(comment: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = comment;
    std::iter::from_fn(move || {
        loop {
            rest = rest.trim_ascii_start();
            let first = *rest.first()?;
            let (part, behind) = if first == b'"' {
                split_once(&rest[1..], |b| b == b'"')
            } else {
                unquoted(rest)
            };
            rest = behind;
            let (key, value) = split_once(part, |b| b == b'=');
            if !key.is_empty() && key.len() < part.len() {
                let value = value.strip_prefix(b"\"").unwrap_or(value);
                return Some((key, value.strip_suffix(b"\"").unwrap_or(value)));
            }
        }
    })
}

/// A statement that does not start with a quote; its value may be quoted all the same.
fn unquoted(rest: &[u8]) -> (&[u8], &[u8]) {
    let end = rest
        .iter()
        .position(|b| matches!(b, b' ' | b'\t' | b'"'))
        .unwrap_or(rest.len());
    if end > 0 && rest.get(end) == Some(&b'"') && rest[end - 1] == b'=' {
        let (value, behind) = split_once(&rest[end + 1..], |b| b == b'"');
        return (&rest[..end + 1 + value.len()], behind);
    }
    let end = rest
        .iter()
        .position(u8::is_ascii_whitespace)
        .unwrap_or(rest.len());
    let part = &rest[..end];
    (part.strip_suffix(b";").unwrap_or(part), &rest[end..])
}

/// What stands before and behind the first byte that `is_mark`; all and nothing without one.
fn split_once(bytes: &[u8], is_mark: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    match bytes.iter().position(|&b| is_mark(b)) {
        Some(at) => (&bytes[..at], &bytes[at + 1..]),
        None => (bytes, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Mz;

    #[test]
    fn all_three_styles_are_split() {
        let comment = b"Single Pep=Tryptic Fullname=\"R.AA A.L\" \"accession=JP1\" \"author=A, B\" DB#=x; y=\"\"  ";
        let found: Vec<(&str, &str)> = statements(comment)
            .map(|(k, v)| {
                (
                    std::str::from_utf8(k).unwrap(),
                    std::str::from_utf8(v).unwrap(),
                )
            })
            .collect();
        let expected = [
            ("Pep", "Tryptic"),
            ("Fullname", "R.AA A.L"),
            ("accession", "JP1"),
            ("author", "A, B"),
            ("DB#", "x"),
            ("y", ""),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn own_lines_come_first() {
        let mut draft = Draft::default();
        draft.take(Key::PrecursorMz, 1, b"100");
        let mods = read(b"Parent=200 Charge=2 HCD=46eV Mods=1(4,C,CAM)", &mut draft);
        assert_eq!(draft.precursor_mz, Mz::new(100.0).ok());
        assert_eq!(draft.stated_charge().unwrap().state(), 2);
        assert_eq!(draft.collision_energy, "46 eV");
        assert_eq!(mods, Some(&b"1(4,C,CAM)"[..]));
    }

    #[test]
    fn free_text_states_nothing() {
        let mut draft = Draft::default();
        for text in [
            "Parent=unknown",
            "theoretical MS2 = none",
            "\"",
            "= a",
            "a=",
            "\"a",
        ] {
            assert_eq!(read(text.as_bytes(), &mut draft), None);
        }
        assert!(!draft.is_faulty() && draft.precursor_mz.is_none());
    }
}
