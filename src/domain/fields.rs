//! What a file states beside the things that have a place of their own.

use std::fmt::Write;

/// Keys and values as a file writes them, in its order; a key may come more than once.
///
/// Nothing here is understood. It is kept so that it can be looked up, and written again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(String);

/// Ends a key and a value in the text form, or the line or the text that either is written to;
/// neither may hold one of them.
const MARKS: [char; 4] = ['\t', '\n', '\r', '\0'];

impl Fields {
    /// Appends a field. Tabs, line ends and NUL in it become blanks; a value without anything in it is
    /// no statement.
    pub fn push(&mut self, key: &str, value: &str) {
        let value = value.replace(MARKS, " ");
        let value = value.trim();
        if key.is_empty() || value.is_empty() {
            return;
        }
        // Writing to a String does not fail.
        let _ = writeln!(self.0, "{}\t{value}", key.replace(MARKS, " "));
    }

    /// Keys with their values, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.lines().filter_map(|line| line.split_once('\t'))
    }

    /// The first value of `key`, in any case.
    pub fn get(&self, key: &str) -> Option<&str> {
        let found = self
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(key));
        found.map(|(_, value)| value)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One line per field, a tab between key and value.
    pub fn as_text(&self) -> &str {
        &self.0
    }

    /// Reads [`Fields::as_text`]; lines without a tab are left out.
    pub fn from_text(text: &str) -> Self {
        let mut fields = Self::default();
        for (key, value) in text.lines().filter_map(|line| line.split_once('\t')) {
            fields.push(key, value);
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn order_and_repetition_are_kept() {
        let mut fields = Fields::default();
        fields.push("Synon", "a");
        fields.push("INCHI", "");
        fields.push("Synon", "b\nc\td");
        let all: Vec<_> = fields.iter().collect();
        assert_eq!(all, [("Synon", "a"), ("Synon", "b c d")]);
        assert_eq!(fields.get("synon"), Some("a"));
        assert_eq!(fields.get("inchi"), None);
    }

    proptest! {
        #[test]
        fn text_round_trips(pairs in prop::collection::vec((".{0,9}", ".{0,9}"), 0..6)) {
            let mut fields = Fields::default();
            for (key, value) in &pairs {
                fields.push(key, value);
            }
            prop_assert_eq!(Fields::from_text(fields.as_text()), fields);
        }
    }
}
