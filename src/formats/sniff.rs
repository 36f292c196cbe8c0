//! What a file is, told by its content; names and extensions count for nothing.

use super::foreign::{self, Foreign};
use super::key::Key;

/// What the first bytes of a file look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    MzMl,
    Mgf,
    Msp,
    Other(Foreign),
}

/// The mark some editors put before UTF-8 text.
const UTF8_BOM: &[u8] = b"\xef\xbb\xbf";

/// `head` without the byte-order mark.
pub(super) fn without_bom(head: &[u8]) -> &[u8] {
    head.strip_prefix(UTF8_BOM).unwrap_or(head)
}

/// The byte that ends lines: LF unless only CR occurs.
pub(super) fn line_end(head: &[u8]) -> u8 {
    if head.contains(&b'\r') && !head.contains(&b'\n') {
        b'\r'
    } else {
        b'\n'
    }
}

/// Looks at the decompressed first bytes.
pub(super) fn identify(head: &[u8]) -> Content {
    let head = without_bom(head).trim_ascii_start();
    if head.starts_with(b"<") {
        return if is_mzml(head) {
            Content::MzMl
        } else {
            Content::Other(foreign::name(head))
        };
    }
    // The binary formats may hold any text; no text format holds a NUL.
    if head.contains(&0) {
        return Content::Other(foreign::name(head));
    }
    let end = line_end(head);
    let lines = || head.split(move |&b| b == end).map(<[u8]>::trim_ascii);
    if lines().any(|line| line.eq_ignore_ascii_case(b"BEGIN IONS")) {
        return Content::Mgf;
    }
    let first = lines().find(|line| !line.is_empty() && !line.starts_with(b"#"));
    let starts_with_key = first.is_some_and(|line| Key::split(line).is_some());
    let has_msp_key = lines()
        .filter_map(Key::split)
        .any(|(key, _)| matches!(key, Key::Name | Key::NumPeaks));
    if starts_with_key && has_msp_key {
        Content::Msp
    } else {
        Content::Other(foreign::name(head))
    }
}

/// Whether the root element is `mzML` or `indexedmzML`; imzML, which is mzML by name, is not ours.
fn is_mzml(head: &[u8]) -> bool {
    let root = head
        .split(|&b| b == b'<')
        .skip(1)
        .find(|element| !element.starts_with(b"?") && !element.starts_with(b"!"));
    root.is_some_and(|root| {
        let name = root
            .split(|&b| matches!(b, b' ' | b'\t' | b'\r' | b'\n' | b'>'))
            .next();
        matches!(name, Some(b"mzML" | b"indexedmzML"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        for (head, expected) in [
            (
                &b"\xef\xbb\xbf<?xml version=\"1.0\"?>\n<!-- x -->\n<indexedmzML xmlns=\"a\">"[..],
                Content::MzMl,
            ),
            (b"<mzML>", Content::MzMl),
            (
                b"# comment\r\nCHARGE=2+\r\n\r\nBEGIN IONS\r\n",
                Content::Mgf,
            ),
            (b"begin ions\rTITLE=a\r", Content::Mgf),
            (b"\n\nNAME: a\nNum Peaks: 0\n", Content::Msp),
            (b"### SpectraST\nName: A/2\n", Content::Msp),
            (
                b"INCHIKEY: XTWYTFMLZFPYCI-UHFFFAOYSA-N\nNAME: ADP\n",
                Content::Msp,
            ),
        ] {
            assert_eq!(
                identify(head),
                expected,
                "{}",
                String::from_utf8_lossy(head)
            );
        }
        for head in [
            &b"ACCESSION: a\nRECORD_TITLE: b\nCH$NAME: c\n"[..],
            b"<mzXML>",
            b"name,mass\na,1\n",
            b"BEGIN IONS\n\0\0",
        ] {
            assert!(
                matches!(identify(head), Content::Other(_)),
                "{}",
                String::from_utf8_lossy(head)
            );
        }
    }
}
