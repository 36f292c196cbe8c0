//! The columns a condition may name, and what they hold.

use super::ConditionError;
use super::grammar::Value;
use crate::library::{EntryColumns, EntryText};
use std::borrow::Cow;

/// What can be asked of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    PrecursorMz,
    Charge,
    RetentionTime,
    RetentionIndex,
    Polarity,
    /// A text that may be asked for its first number too.
    CollisionEnergy,
    Text(EntryText),
    Library,
}

/// What an entry holds in a column, or what it is compared with.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell<'a> {
    Number(f64),
    Text(Cow<'a, str>),
    /// 1 or -1.
    Polarity(i8),
}

const COLUMNS: [(&str, Column); 15] = [
    ("precursor_mz", Column::PrecursorMz),
    ("charge", Column::Charge),
    ("polarity", Column::Polarity),
    ("adduct", Column::Text(EntryText::Adduct)),
    ("instrument", Column::Text(EntryText::Instrument)),
    ("collision_energy", Column::CollisionEnergy),
    ("formula", Column::Text(EntryText::Formula)),
    ("name", Column::Text(EntryText::Name)),
    ("inchikey", Column::Text(EntryText::InchiKey)),
    ("smiles", Column::Text(EntryText::Smiles)),
    ("peptide", Column::Text(EntryText::Peptide)),
    ("id", Column::Text(EntryText::Id)),
    ("library", Column::Library),
    ("retention_time", Column::RetentionTime),
    ("retention_index", Column::RetentionIndex),
];

impl Column {
    /// The column of that name, in any case.
    pub(super) fn named(name: &str) -> Result<Self, ConditionError> {
        let found = COLUMNS
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found
            .map(|(_, column)| *column)
            .ok_or_else(|| ConditionError::Column(name.to_owned()))
    }

    /// The names of all columns.
    pub(super) fn names() -> String {
        COLUMNS.map(|(name, _)| name).join(", ")
    }

    fn name(self) -> &'static str {
        let place = COLUMNS.iter().find(|(_, column)| *column == self);
        place.map_or("", |(name, _)| name)
    }

    /// Names are written in any case; in a formula, an adduct or a structure the case has meaning.
    pub(super) fn ignores_case(self) -> bool {
        let Self::Text(text) = self else {
            return true;
        };
        matches!(
            text,
            EntryText::Id | EntryText::Name | EntryText::Instrument
        )
    }

    /// What the entry at `row` holds; none where it states nothing.
    pub(super) fn cell<'a>(
        self,
        entries: &'a EntryColumns,
        library: &'a str,
        row: u32,
    ) -> Option<Cell<'a>> {
        let text = |text| {
            Some(entries.text(text, row))
                .filter(|t| !t.is_empty())
                .map(Cell::Text)
        };
        match self {
            Self::PrecursorMz => entries.precursor_mz(row).map(Cell::Number),
            Self::Charge => entries
                .charge(row)
                .map(|c| Cell::Number(f64::from(c.state()))),
            Self::RetentionTime => entries.retention_time(row).map(Cell::Number),
            Self::RetentionIndex => entries.retention_index(row).map(Cell::Number),
            Self::Polarity => Some(entries.polarity_sign(row))
                .filter(|s| *s != 0)
                .map(Cell::Polarity),
            Self::CollisionEnergy => text(EntryText::CollisionEnergy),
            Self::Text(wanted) => text(wanted),
            Self::Library => Some(Cell::Text(library.into())),
        }
    }

    /// What entries are compared with for equality.
    pub(super) fn value(self, value: &Value<'_>) -> Result<Cell<'static>, ConditionError> {
        match (self, value) {
            (Self::Polarity, Value::Text(text)) => match text.to_ascii_lowercase().as_str() {
                "+" | "positive" | "pos" => Ok(Cell::Polarity(1)),
                "-" | "negative" | "neg" => Ok(Cell::Polarity(-1)),
                _ => Err(self.refuse("'+' or '-'", value)),
            },
            (Self::Polarity, Value::Number(_)) => Err(self.refuse("'+' or '-'", value)),
            (Self::CollisionEnergy | Self::Text(_) | Self::Library, Value::Text(text)) => {
                Ok(Cell::Text(Cow::Owned((*text).to_owned())))
            }
            (Self::Text(_) | Self::Library, Value::Number(_)) => {
                Err(self.refuse("text in quotes", value))
            }
            (_, Value::Number(number)) => Ok(Cell::Number(*number)),
            (_, Value::Text(_)) => Err(self.refuse("a number", value)),
        }
    }

    /// A number that entries are compared with.
    pub(super) fn limit(self, value: &Value<'_>) -> Result<f64, ConditionError> {
        match self.value(value)? {
            Cell::Number(number) => Ok(number),
            Cell::Polarity(_) => Err(self.refuse("= and !=", value)),
            Cell::Text(_) if self == Self::CollisionEnergy => {
                Err(self.refuse("a number here", value))
            }
            Cell::Text(_) => Err(self.refuse("=, !=, in and contains", value)),
        }
    }

    /// A part of a text.
    pub(super) fn part(self, value: &Value<'_>) -> Result<String, ConditionError> {
        match self.value(value)? {
            Cell::Text(text) => Ok(text.into_owned()),
            Cell::Number(_) | Cell::Polarity(_) => Err(self.refuse("no part of a text", value)),
        }
    }

    fn refuse(self, takes: &'static str, value: &Value<'_>) -> ConditionError {
        ConditionError::Value {
            column: self.name(),
            takes,
            found: value.to_string(),
        }
    }
}

impl Cell<'_> {
    /// The number, or the first number in the text.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => first_number(text),
            Self::Polarity(_) => None,
        }
    }

    pub(super) fn equals(&self, wanted: &Cell<'_>, ignoring_case: bool) -> bool {
        match (self, wanted) {
            (Self::Polarity(a), Cell::Polarity(b)) => a == b,
            (Self::Text(a), Cell::Text(b)) if ignoring_case => a.to_lowercase() == b.to_lowercase(),
            (Self::Text(a), Cell::Text(b)) => a == b,
            // Numbers are written by people, to fewer places than they are stored to.
            (_, Cell::Number(b)) => self
                .number()
                .is_some_and(|a| (a - b).abs() <= 1.0e-9 * b.abs().max(1.0)),
            _ => false,
        }
    }

    pub(super) fn contains(&self, part: &str, ignoring_case: bool) -> bool {
        match self {
            Self::Text(text) if ignoring_case => text.to_lowercase().contains(&part.to_lowercase()),
            Self::Text(text) => text.contains(part),
            Self::Number(_) | Self::Polarity(_) => false,
        }
    }
}

/// The first number in a text like `HCD 35 (NCE)` or `20 eV`.
fn first_number(text: &str) -> Option<f64> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let rest = &text[start..];
    let end = rest
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(rest.len());
    rest[..end].trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collision_energies_have_a_first_number() {
        for (text, expected) in [
            ("20 eV", Some(20.0)),
            ("HCD 35.5% (NCE)", Some(35.5)),
            ("35.", Some(35.0)),
            ("10-40 V", Some(10.0)),
            ("ramp", None),
            ("", None),
        ] {
            assert_eq!(first_number(text), expected, "{text}");
        }
    }
}
