//! A field in a line of its own, whatever its key: `KEY=VALUE`.
//!
//! Metadata that nobody understands keeps the key of the format it came from. Where a line with that
//! key would mean something else, or nothing, in the format that is written, this stands there.

use std::borrow::Cow;
use std::fmt::Write;

/// Writes `key` so that it holds no `=` and no blank at its ends: `%3D`, `%20`.
pub(super) fn write(key: &str, value: &str) -> String {
    let mut text = String::with_capacity(key.len() + value.len() + 1);
    let last = key.len() - key.chars().next_back().map_or(0, char::len_utf8);
    for (at, letter) in key.char_indices() {
        let is_end = at == 0 || at == last;
        if letter == '%' || letter == '=' || (is_end && letter.is_ascii_whitespace()) {
            // Writing to a String does not fail.
            let _ = write!(text, "%{:02X}", u32::from(letter));
        } else {
            text.push(letter);
        }
    }
    text.push('=');
    text.push_str(value);
    text
}

/// Reads what [`write()`] wrote; `None` where there is no `=`.
pub(super) fn read(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let (key, value) = text.split_once('=')?;
    if !key.contains('%') {
        return Some((Cow::Borrowed(key), value));
    }
    let mut plain = String::with_capacity(key.len());
    let mut rest = key;
    while let Some((before, behind)) = rest.split_once('%') {
        plain.push_str(before);
        let code = behind
            .get(..2)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        if let Some(code) = code.filter(u8::is_ascii) {
            plain.push(char::from(code));
            rest = &behind[2..];
        } else {
            plain.push('%');
            rest = behind;
        }
    }
    plain.push_str(rest);
    Some((Cow::Owned(plain), value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_of_other_formats() {
        for (key, text) in [
            ("CH$LINK", "CH$LINK=a=b"),
            ("Analyte=1 MS:1|x", "Analyte%3D1 MS:1|x=a=b"),
            (" %", "%20%25=a=b"),
        ] {
            assert_eq!(write(key, "a=b"), text);
            assert_eq!(read(text), Some((Cow::Borrowed(key), "a=b")));
        }
        assert_eq!(read("100% é%=1").unwrap().0, "100% é%");
        assert_eq!(read("nothing"), None);
    }

    proptest! {
        #[test]
        fn any_key_comes_back(key in ".{1,12}", value in ".{0,12}") {
            let text = write(&key, &value);
            let (read_key, read_value) = read(&text).unwrap();
            prop_assert_eq!((read_key.as_ref(), read_value), (key.as_str(), value.as_str()));
        }
    }
}
