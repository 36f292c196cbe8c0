//! Peptide names of MSP, `SEQUENCE/charge`, and the modifications stated beside them.

use crate::formats::text::decode;

/// A peptide ion as a record's name tells it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PeptideIon {
    /// ProForma text, as `AC[Carbamidomethyl]DK`.
    pub(super) peptide: String,
    pub(super) charge: i8,
}

/// Reads a name such as `AAC[339]K/2` or `AACK/2_1(2,C,CAM)_46eV`; `None` for any other name.
///
/// Where `mods` (or the name's own suffix) lists modifications that fit the sequence, they take
/// the place of what stands in brackets in the name, which may be bare masses.
pub(super) fn read(name: &str, mods: Option<&[u8]>) -> Option<PeptideIon> {
    let (sequence, behind) = split_at_slash(name)?;
    let n_digits = behind.bytes().take_while(u8::is_ascii_digit).count();
    let charge = behind[..n_digits].parse().ok()?;
    let suffix = &behind[n_digits..];
    if !(suffix.is_empty() || suffix.starts_with(['_', ' '])) {
        return None;
    }
    let residues = residues(sequence)?;
    let stated = mods.map(decode).unwrap_or_default();
    let stated = if stated.is_empty() {
        suffix.trim_start_matches('_')
    } else {
        &stated
    };
    let peptide = with_mods(&residues, stated).unwrap_or_else(|| sequence.to_owned());
    Some(PeptideIon { peptide, charge })
}

/// Splits at the first slash outside brackets.
fn split_at_slash(name: &str) -> Option<(&str, &str)> {
    let mut depth = 0_u32;
    let at = name.bytes().position(|b| {
        match b {
            b'[' | b'(' => depth += 1,
            b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        b == b'/' && depth == 0
    })?;
    Some((&name[..at], &name[at + 1..]))
}

/// The bare residues of a sequence; `None` where it is no sequence of amino acids.
fn residues(sequence: &str) -> Option<String> {
    let mut bare = String::with_capacity(sequence.len());
    let mut depth = 0_u32;
    let mut letters = sequence.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '[' | '(' => depth += 1,
            ']' | ')' => depth = depth.checked_sub(1)?,
            _ if depth > 0 => {}
            'A'..='Z' => bare.push(letter),
            // SpectraST marks the ends of the chain.
            'n' | 'c' if letters.peek() == Some(&'[') => {}
            '-' | '.' => {}
            _ => return None,
        }
    }
    (depth == 0 && !bare.is_empty()).then_some(bare)
}

/// Puts modifications into a bare sequence. Two spellings: `2(0,C,CAM)(3,C,CAM)` and
/// `2/0,C,CAM/3,C,CAM`; positions count from 0, -1 is the N-terminus and -2 the C-terminus.
fn with_mods(residues: &str, stated: &str) -> Option<String> {
    let digits = stated.bytes().take_while(u8::is_ascii_digit).count();
    let count: usize = stated[..digits].parse().ok()?;
    if count == 0 {
        return Some(residues.to_owned());
    }
    let list = stated[digits..].split('_').next().unwrap_or_default();
    let parts: Vec<&str> = match list.strip_prefix('(') {
        Some(list) => list.strip_suffix(')')?.split(")(").collect(),
        None => list.strip_prefix('/')?.split('/').collect(),
    };
    if parts.len() != count {
        return None;
    }
    let mut behind = vec![String::new(); residues.len()];
    let (mut n_term, mut c_term) = (String::new(), String::new());
    for part in parts {
        let mut fields = part.splitn(3, ',');
        let position: i64 = fields.next()?.parse().ok()?;
        let residue = fields.next()?;
        let name = full_name(fields.next()?);
        match position {
            -1 => n_term = format!("[{name}]-"),
            -2 => c_term = format!("-[{name}]"),
            position => {
                let at = usize::try_from(position).ok()?;
                if residues.get(at..=at)? != residue {
                    return None;
                }
                behind[at] = format!("[{name}]");
            }
        }
    }
    let chain = residues
        .chars()
        .zip(behind)
        .map(|(letter, modification)| format!("{letter}{modification}"));
    Some(n_term + &chain.collect::<String>() + &c_term)
}

/// NIST's short name for the commonest modification; others are Unimod names already.
fn full_name(name: &str) -> &str {
    match name {
        "CAM" => "Carbamidomethyl",
        name => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peptide(name: &str, mods: &str) -> Option<(String, i8)> {
        let mods = (!mods.is_empty()).then_some(mods.as_bytes());
        read(name, mods).map(|ion| (ion.peptide, ion.charge))
    }

    #[test]
    fn names_and_modifications() {
        for (name, mods, expected, charge) in [
            ("DLGHPK/1", "", "DLGHPK", 1),
            ("DLGHPK/1", "0", "DLGHPK", 1),
            (
                "AAAACALTR/2_1(4,C,CAM)_46eV",
                "1(4,C,CAM)",
                "AAAAC[Carbamidomethyl]ALTR",
                2,
            ),
            (
                "AAAACALTR/2_1(4,C,CAM)_46eV",
                "",
                "AAAAC[Carbamidomethyl]ALTR",
                2,
            ),
            (
                "CTSCR/3",
                "2/0,C,CAM/3,C,CAM",
                "C[Carbamidomethyl]TSC[Carbamidomethyl]R",
                3,
            ),
            (
                "n[43]AC[339]K/2",
                "2/-1,A,Acetyl/1,C,ICAT-C:13C(9)",
                "[Acetyl]-AC[ICAT-C:13C(9)]K",
                2,
            ),
            ("AAFIC[339]PR/2", "", "AAFIC[339]PR", 2),
            (
                "LTC[Common Fixed:Carbamidomethyl on C]LR/3",
                "",
                "LTC[Common Fixed:Carbamidomethyl on C]LR",
                3,
            ),
            // A list that does not fit the sequence is not believed.
            ("ACK/2", "1(0,C,CAM)", "ACK", 2),
        ] {
            assert_eq!(
                peptide(name, mods),
                Some((expected.to_owned(), charge)),
                "{name}"
            );
        }
    }

    #[test]
    fn compounds_are_no_peptides() {
        for name in [
            "Glucose/2",
            "Kojic acid",
            "/3",
            "PC/12:0",
            "A/",
            "A)/2",
            "A/999",
            "2-(x)/1",
            "é/2",
            "A[/2",
        ] {
            assert_eq!(peptide(name, ""), None, "{name}");
        }
    }
}
