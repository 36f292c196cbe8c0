//! Text of unknown encoding, and values that only look stated.

use super::limits::SNIPPET_CHARS;
use std::borrow::Cow;

/// Decodes UTF-8, or else Latin-1, which takes any byte: old exports hold umlauts and degree signs.
///
/// A text is one line: line ends in it, which JSON allows, become blanks, and so does NUL, which no
/// text file holds.
pub(super) fn decode(bytes: &[u8]) -> String {
    let bytes = bytes.trim_ascii();
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&b| char::from(b)).collect(),
    };
    match one_line(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(text) => text,
    }
}

/// `text` without what would end its line.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    if memchr::memchr3(b'\n', b'\r', 0, text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\r\n", " ").replace(['\n', '\r', '\0'], " "))
}

/// Decodes a value; what only stands for "unknown" becomes empty.
///
/// Not for names: a compound may well be called `NA`. Case matters, since `Na` is a formula.
pub(super) fn stated(bytes: &[u8]) -> String {
    match bytes.trim_ascii() {
        b"N/A" | b"n/a" | b"NA" | b"None" | b"none" | b"null" | b"NULL" | b"UNKNOWN"
        | b"Unknown" | b"unknown" | b"nan" | b"NaN" | b"-" => String::new(),
        value => decode(value),
    }
}

/// The start of a damaged text, for a message.
pub(super) fn snippet(bytes: &[u8]) -> String {
    // A character takes at most four bytes; decoding a whole overlong line would be for nothing.
    let head = &bytes[..bytes.len().min(4 * SNIPPET_CHARS)];
    decode(head).chars().take(SNIPPET_CHARS).collect()
}

/// Sets `slot` unless something is already there: the first statement of a record counts. False
/// where another one stands there.
pub(super) fn fill(slot: &mut String, value: String) -> bool {
    if slot.is_empty() {
        *slot = value;
        return true;
    }
    value.is_empty() || *slot == value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latin_1_is_read_where_utf_8_is_not() {
        assert_eq!(decode("β-Carotin".as_bytes()), "β-Carotin");
        assert_eq!(decode(b" 3\xb0 Gl\xfchwein "), "3° Glühwein");
        assert_eq!(decode(b"a\r\nb\nc\0"), "a b c ");
    }

    #[test]
    fn placeholders_are_unknown_but_sodium_is_not() {
        assert_eq!(stated(b" N/A "), "");
        assert_eq!(stated(b"Na"), "Na");
    }

    #[test]
    fn snippets_are_short() {
        assert_eq!(snippet(&[b'x'; 10_000]).len(), SNIPPET_CHARS);
    }
}
