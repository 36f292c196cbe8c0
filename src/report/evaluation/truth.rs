//! The truth that a report is held against: a CSV with a row per query.

use crate::domain::first_block;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A report or truth that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    /// The file cannot be read or is not CSV.
    #[error("{path}: {source}", path = .path.display())]
    Csv {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: csv::Error,
    },
    /// A column is missing.
    #[error("{path}: there is no column {column}; is it a {what}?", path = .path.display())]
    Column {
        /// The file.
        path: PathBuf,
        /// What is missing.
        column: &'static str,
        /// What the file should be.
        what: &'static str,
    },
    /// Queries cannot be told apart by this column.
    #[error("{path}: there is no column {column}; there are {known}", path = .path.display())]
    Group {
        /// The file.
        path: PathBuf,
        /// What was asked for.
        column: String,
        /// What there is.
        known: String,
    },
    /// The truth has no query.
    #[error("{path}: no {what}", path = .path.display())]
    Empty {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        what: &'static str,
    },
}

/// What a truth row says.
#[derive(Debug, Clone)]
pub(in crate::report) struct Expected {
    pub(in crate::report) answerable: bool,
    /// What queries are told apart by: a value for each column asked for.
    pub(in crate::report) groups: Vec<String>,
    right: Vec<String>,
}

/// How right answers are recognised, and the report column that shows it.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) enum RecognisedBy {
    InchiKey,
    EntryId,
    Name,
}

/// A CSV file and where its columns are.
pub(in crate::report) struct Columns {
    path: PathBuf,
    reader: csv::Reader<fs_err::File>,
    header: csv::StringRecord,
}

impl Columns {
    pub(in crate::report) fn open(path: &Path) -> Result<Self, EvaluationError> {
        let failed = |source| EvaluationError::Csv {
            path: path.to_owned(),
            source,
        };
        let file = fs_err::File::open(path).map_err(|e| failed(e.into()))?;
        let mut reader = csv::Reader::from_reader(file);
        let header = reader.headers().map_err(failed)?.clone();
        Ok(Self {
            path: path.to_owned(),
            reader,
            header,
        })
    }

    pub(in crate::report) fn find(&self, column: &str) -> Option<usize> {
        self.header.iter().position(|name| name == column)
    }

    pub(in crate::report) fn need(
        &self,
        column: &'static str,
        what: &'static str,
    ) -> Result<usize, EvaluationError> {
        self.find(column).ok_or_else(|| EvaluationError::Column {
            path: self.path.clone(),
            column,
            what,
        })
    }

    pub(in crate::report) fn rows(
        self,
    ) -> impl Iterator<Item = Result<csv::StringRecord, EvaluationError>> {
        let path = self.path;
        self.reader.into_records().map(move |row| {
            row.map_err(|source| EvaluationError::Csv {
                path: path.clone(),
                source,
            })
        })
    }
}

/// How right answers are recognised, and what is expected of each query.
///
/// # Errors
/// Names the file and the column, `by` ones included, or line that is wrong.
pub(in crate::report) fn read_truth(
    path: &Path,
    by: &[String],
) -> Result<(RecognisedBy, BTreeMap<String, Expected>), EvaluationError> {
    const WHAT: &str = "truth with title and inchikey14, correct_library_ids or name";
    let columns = Columns::open(path)?;
    let title = match columns.find("title") {
        Some(title) => title,
        None => columns.need("query_id", WHAT)?,
    };
    let (key, right) = match (
        columns.find("inchikey14"),
        columns.find("correct_library_ids"),
    ) {
        (Some(column), _) => (RecognisedBy::InchiKey, column),
        (None, Some(column)) => (RecognisedBy::EntryId, column),
        (None, None) => (RecognisedBy::Name, columns.need("name", WHAT)?),
    };
    let (class, flag) = (columns.find("class"), columns.find("in_library"));
    let groups = by.iter().map(|column| {
        let unknown = || EvaluationError::Group {
            path: path.to_owned(),
            column: column.clone(),
            known: columns.header.iter().collect::<Vec<_>>().join(", "),
        };
        columns.find(column).ok_or_else(unknown)
    });
    let groups: Vec<usize> = groups.collect::<Result<_, _>>()?;
    // Entries that are as right: where libraries disagree on what a spectrum is.
    let as_right = columns
        .find("lookalike_library_ids")
        .filter(|_| matches!(key, RecognisedBy::EntryId));
    let mut expected = BTreeMap::new();
    for row in columns.rows() {
        let row = row?;
        let cell = |column: Option<usize>| column.and_then(|c| row.get(c)).unwrap_or_default();
        let answerable = match (class, flag) {
            (Some(_), _) => cell(class) != "absent",
            (None, Some(_)) => cell(flag) == "1",
            (None, None) => true,
        };
        let right = [cell(Some(right)), cell(as_right)]
            .into_iter()
            .flat_map(|ids| {
                let ids = ids.split([';', '|']).map(|text| text.trim().to_owned());
                ids.filter(|text| !text.is_empty()).collect::<Vec<_>>()
            });
        expected.insert(
            cell(Some(title)).to_owned(),
            Expected {
                answerable,
                groups: groups.iter().map(|&g| cell(Some(g)).to_owned()).collect(),
                right: right.collect(),
            },
        );
    }
    if expected.is_empty() {
        return Err(EvaluationError::Empty {
            path: path.to_owned(),
            what: "query in the truth",
        });
    }
    Ok((key, expected))
}

/// Whether `identity`, a cell of the report, is a right answer.
pub(in crate::report) fn is_right(key: RecognisedBy, expected: &Expected, identity: &str) -> bool {
    let identity = recognised(key, identity);
    expected.right.iter().any(|right| right == identity)
}

/// The part of a cell of the report that is compared.
pub(super) fn recognised(key: RecognisedBy, identity: &str) -> &str {
    match key {
        RecognisedBy::InchiKey => first_block(identity).unwrap_or_default(),
        RecognisedBy::EntryId | RecognisedBy::Name => identity,
    }
}
