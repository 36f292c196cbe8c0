//! What a file is, told by its content; names and extensions count for nothing.

use super::foreign::{self, Foreign};
use super::key::Key;
use super::transitions;
use memchr::memmem;

/// What the first bytes of a file look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    MzMl,
    /// mzML whose arrays lie in a second file.
    ImzMl,
    MzXml,
    Mgf,
    Msp,
    MassBank,
    /// Records of GNPS, `MoNA` or mzmine.
    Json,
    MzSpecLibText,
    MzSpecLibJson,
    /// A table with a row per fragment.
    Transitions,
    Zip,
    /// HDF5, perhaps mzMLb, or Parquet: what is in it is found by unpacking.
    Packed(Foreign),
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
    if head.starts_with(b"PK\x03\x04") {
        return Content::Zip;
    }
    if let Some(foreign) = foreign::packed(head) {
        return Content::Packed(foreign);
    }
    let head = without_bom(head).trim_ascii_start();
    let other = || Content::Other(foreign::name(head));
    match head.first() {
        Some(b'<') => return xml(head).unwrap_or_else(other),
        Some(b'{' | b'[') if !head.contains(&0) => return json(head).unwrap_or_else(other),
        // The binary formats may hold any text; no text format holds a NUL.
        _ if head.contains(&0) => return other(),
        _ => {}
    }
    let end = line_end(head);
    let lines = || head.split(move |&b| b == end).map(<[u8]>::trim_ascii);
    if lines().any(|line| line.eq_ignore_ascii_case(b"BEGIN IONS")) {
        return Content::Mgf;
    }
    let first = lines().find(|line| !line.is_empty() && !line.starts_with(b"#"));
    let Some(first) = first else { return other() };
    let has_tag = |tag: &[u8]| lines().any(|line| line.starts_with(tag));
    if first.starts_with(b"ACCESSION:") && (has_tag(b"RECORD_TITLE:") || has_tag(b"CH$NAME:")) {
        return Content::MassBank;
    }
    if transitions::columns(first, transitions::separator(first)).is_some() {
        return Content::Transitions;
    }
    let has_msp_key = lines()
        .filter_map(Key::split)
        .any(|stated| matches!(stated.key, Key::Name | Key::NumPeaks));
    if Key::split(first).is_some() && has_msp_key {
        Content::Msp
    } else {
        other()
    }
}

/// What begins with an angle bracket.
fn xml(head: &[u8]) -> Option<Content> {
    if head.starts_with(b"<mzSpecLib") {
        return Some(Content::MzSpecLibText);
    }
    let root = head
        .split(|&b| b == b'<')
        .skip(1)
        .find(|element| !element.starts_with(b"?") && !element.starts_with(b"!"))?;
    let name = root
        .split(|&b| matches!(b, b' ' | b'\t' | b'\r' | b'\n' | b'>'))
        .next();
    match name? {
        // Of the vocabulary of imaging, which its header cannot do without.
        b"mzML" | b"indexedmzML" if memmem::find(head, b"\"IMS:").is_some() => Some(Content::ImzMl),
        b"mzML" | b"indexedmzML" => Some(Content::MzMl),
        b"mzXML" | b"msRun" => Some(Content::MzXml),
        _ => None,
    }
}

fn json(head: &[u8]) -> Option<Content> {
    let has = |text: &[u8]| memmem::find(head, text).is_some();
    if head.starts_with(b"{") && (has(b"\"MS:1003186\"") || has(b"_attribute_sets\"")) {
        return Some(Content::MzSpecLibJson);
    }
    let has_peaks = [
        &b"\"peaks_json\""[..],
        b"\"peaks\"",
        b"\"signals\"",
        b"\"spectrum\"",
    ]
    .into_iter()
    .any(has);
    // A record may begin with more than we look at: a structure, for instance.
    let is_mona = has(b"\"compound\"") && has(b"\"inchiKey\"");
    let is_gnps = has(b"\"spectrum_id\"");
    (has_peaks || is_mona || is_gnps).then_some(Content::Json)
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
                b"<mzML><cvParam accession=\"IMS:1000080\"/>",
                Content::ImzMl,
            ),
            (
                b"# comment\r\nCHARGE=2+\r\n\r\nBEGIN IONS\r\n",
                Content::Mgf,
            ),
            (b"begin ions\rTITLE=a\r", Content::Mgf),
            (b"\n\nNAME: a\nNum Peaks: 0\n", Content::Msp),
            (b"### SpectraST\nName: A/2\n", Content::Msp),
            (
                b"ACCESSION: a\nRECORD_TITLE: b\nCH$NAME: c\n",
                Content::MassBank,
            ),
            (
                b"<?xml version=\"1.0\"?><mzXML xmlns=\"a\">",
                Content::MzXml,
            ),
            (b"<mzSpecLib>\nMS:1", Content::MzSpecLibText),
            (b"{\"spectrum_attribute_sets\": {}}", Content::MzSpecLibJson),
            (b"[{\"spectrum_id\": \"a\"}]", Content::Json),
            (
                b"PrecursorMz,ProductMz,LibraryIntensity,ModifiedPeptide\n",
                Content::Transitions,
            ),
            (b"PK\x03\x04...", Content::Zip),
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
            &b"<mzData>"[..],
            b"[1, 2]",
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
