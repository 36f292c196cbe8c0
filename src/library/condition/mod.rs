//! Conditions on what a library knows of an entry: `polarity = '-' and precursor_mz < 500`.
//!
//! A condition is read (`grammar`), then checked against the columns there are (`column`), so that
//! a slip is told before any work is done. A comparison with what an entry does not state is not
//! met, whichever way it is put; `is known` and `is unknown` ask for just that.

mod column;
mod grammar;

use super::{EntryColumns, Library};
use column::{Cell, Column};
use grammar::{Operator, Raw, Value};
use std::fmt;
use std::str::FromStr;

/// A condition that entries meet or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    text: String,
    root: Node,
}

/// Why a text is no condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConditionError {
    /// It cannot be read.
    #[error("at character {at}: expected {expected}")]
    Syntax {
        /// Position from 1.
        at: usize,
        /// What could stand there.
        expected: String,
    },
    /// It is longer or deeper than any person writes.
    #[error("a condition has {MAX_CHARACTERS} characters and {MAX_DEPTH} open brackets at most")]
    TooLong,
    /// It names a column there is not.
    #[error("there is no column {0:?}; columns are {columns}", columns = Column::names())]
    Column(String),
    /// A value does not suit its column.
    #[error("{column} takes {takes}, not {found}")]
    Value {
        /// The column.
        column: &'static str,
        /// What it takes.
        takes: &'static str,
        /// What was written.
        found: String,
    },
}

const MAX_CHARACTERS: usize = 2000;
const MAX_DEPTH: usize = 32;

#[derive(Debug, Clone, PartialEq)]
enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Known(Column),
    Test(Column, Test),
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    Equal(Cell<'static>),
    Unequal(Cell<'static>),
    Below(f64),
    AtMost(f64),
    Above(f64),
    AtLeast(f64),
    Between(f64, f64),
    OneOf(Vec<Cell<'static>>),
    Contains(String),
}

impl Condition {
    /// Whether the entry at `row` of the library called `library` meets it.
    pub fn holds(&self, entries: &EntryColumns, library: &str, row: u32) -> bool {
        self.root
            .holds(&|column| column.cell(entries, library, row))
    }
}

impl Library {
    /// Whether the entry at `row` meets `condition`.
    pub fn meets(&self, condition: &Condition, row: u32) -> bool {
        let (entries, at) = self.entries().locate(row);
        condition.holds(entries, &self.member(row).name, at)
    }
}

impl Node {
    fn holds<'a>(&self, cell: &dyn Fn(Column) -> Option<Cell<'a>>) -> bool {
        match self {
            Self::All(of) => of.iter().all(|node| node.holds(cell)),
            Self::Any(of) => of.iter().any(|node| node.holds(cell)),
            Self::Not(a) => !a.holds(cell),
            Self::Known(column) => cell(*column).is_some(),
            Self::Test(column, test) => {
                cell(*column).is_some_and(|found| test.passes(*column, &found))
            }
        }
    }
}

impl Test {
    fn passes(&self, column: Column, found: &Cell<'_>) -> bool {
        let number = found.number();
        let is = |wanted: &Cell<'_>| found.equals(wanted, column.ignores_case());
        match self {
            Self::Equal(wanted) => is(wanted),
            Self::Unequal(wanted) => !is(wanted),
            Self::OneOf(wanted) => wanted.iter().any(is),
            Self::Contains(part) => found.contains(part, column.ignores_case()),
            Self::Below(limit) => number.is_some_and(|n| n < *limit),
            Self::AtMost(limit) => number.is_some_and(|n| n <= *limit),
            Self::Above(limit) => number.is_some_and(|n| n > *limit),
            Self::AtLeast(limit) => number.is_some_and(|n| n >= *limit),
            Self::Between(low, high) => number.is_some_and(|n| (*low..=*high).contains(&n)),
        }
    }
}

impl FromStr for Condition {
    type Err = ConditionError;

    fn from_str(text: &str) -> Result<Self, ConditionError> {
        let depth = text.bytes().filter(|&b| b == b'(').count();
        if text.len() > MAX_CHARACTERS || depth > MAX_DEPTH {
            return Err(ConditionError::TooLong);
        }
        let raw = grammar::expression::condition(text).map_err(|e| ConditionError::Syntax {
            at: text[..e.location.offset].chars().count() + 1,
            expected: e.expected.to_string(),
        })?;
        Ok(Self {
            text: text.trim().to_owned(),
            root: resolve(raw)?,
        })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Puts columns for their names and values of the right type for what was written.
fn resolve(raw: Raw) -> Result<Node, ConditionError> {
    let each = |of: Vec<Raw>| of.into_iter().map(resolve).collect::<Result<Vec<_>, _>>();
    Ok(match raw {
        Raw::All(of) => Node::All(each(of)?),
        Raw::Any(of) => Node::Any(each(of)?),
        Raw::Not(a) => Node::Not(Box::new(resolve(*a)?)),
        Raw::Known(name, known) => {
            let node = Node::Known(Column::named(name)?);
            if known {
                node
            } else {
                Node::Not(Box::new(node))
            }
        }
        Raw::Compare(name, operator, value) => {
            let column = Column::named(name)?;
            let test = match operator {
                Operator::Equal => Test::Equal(column.value(&value)?),
                Operator::Unequal => Test::Unequal(column.value(&value)?),
                Operator::Below => Test::Below(column.limit(&value)?),
                Operator::AtMost => Test::AtMost(column.limit(&value)?),
                Operator::Above => Test::Above(column.limit(&value)?),
                Operator::AtLeast => Test::AtLeast(column.limit(&value)?),
            };
            Node::Test(column, test)
        }
        Raw::Between(name, low, high) => {
            let column = Column::named(name)?;
            Node::Test(
                column,
                Test::Between(column.limit(&low)?, column.limit(&high)?),
            )
        }
        Raw::In(name, values) => {
            let column = Column::named(name)?;
            let values = values
                .iter()
                .map(|v| column.value(v))
                .collect::<Result<_, _>>()?;
            Node::Test(column, Test::OneOf(values))
        }
        Raw::Contains(name, value) => {
            let column = Column::named(name)?;
            Node::Test(column, Test::Contains(column.part(&value)?))
        }
    })
}

/// A value as a person wrote it, for messages.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => write!(f, "'{text}'"),
        }
    }
}

#[cfg(test)]
mod tests;
