//! The report in every shape it can have: one trait, one file per shape, all over the same columns.

mod delimited;
mod json_lines;
mod mztab;
mod parquet_file;
mod sqlite;

use super::column_sets::ColumnSet;
use super::row::Row;
use crate::domain::Spectrum;
use crate::library::Library;
use crate::search::Answer;
pub use delimited::CsvReport;
use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::str::FromStr;

/// A shape of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    /// Comma-separated values (RFC 4180).
    Csv,
    /// The same with tabs.
    Tsv,
    /// A JSON object per line.
    JsonLines,
    /// mzTab 1.0, for identifications of peptides and small molecules.
    MzTab,
    /// mzTab-M 2.0, for metabolomics.
    MzTabM,
    /// Apache Parquet.
    Parquet,
    /// A `SQLite` database with a table `matches`.
    Sqlite,
}

/// A report that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The Parquet writer could not.
    #[error("Parquet: {0}")]
    Parquet(#[from] ::parquet::errors::ParquetError),
    /// The database could not.
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

impl From<ReportError> for io::Error {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Io(source) => source,
            other @ (ReportError::Parquet(_) | ReportError::Sqlite(_)) => {
                Self::other(other.to_string())
            }
        }
    }
}

impl From<csv::Error> for ReportError {
    fn from(error: csv::Error) -> Self {
        if let csv::ErrorKind::Io(source) = error.into_kind() {
            Self::Io(source)
        } else {
            // The other kinds concern reading, or rows of unequal length, which we do not write.
            Self::Io(io::Error::other("rows of unequal length"))
        }
    }
}

/// A query and its answer.
pub type Answered<'a> = (&'a Spectrum, &'a Answer);

/// Some queries, whose rows are wanted; with `only_matched`, none of a query without a match.
#[derive(Debug, Clone, Copy)]
struct Wanted<'a> {
    library: &'a Library,
    answered: &'a [Answered<'a>],
    only_matched: bool,
}

impl<'a> Wanted<'a> {
    fn rows(self) -> impl Iterator<Item = Row<'a>> {
        let Self {
            library,
            answered,
            only_matched,
        } = self;
        let wanted = answered
            .iter()
            .filter(move |(_, answer)| !(only_matched && answer.matches.is_empty()));
        wanted.flat_map(move |(query, answer)| {
            for matched in &answer.matches {
                library.entries().prefetch_texts(matched.entry);
            }
            Row::of(library, query, answer)
        })
    }
}

/// Takes answers in the order of the queries.
trait RowWriter: fmt::Debug {
    /// Appends rows.
    fn rows(&mut self, wanted: Wanted<'_>) -> Result<(), ReportError>;

    /// Writes what only the end tells, and everything that is still held back.
    fn end(self: Box<Self>) -> Result<(), ReportError>;
}

/// A [`RowWriter`] that takes one row after another.
trait RowByRow: fmt::Debug {
    /// Appends a row.
    fn row(&mut self, row: &Row<'_>) -> Result<(), ReportError>;

    /// As [`RowWriter::end`].
    fn end(self: Box<Self>) -> Result<(), ReportError>;
}

impl<T: RowByRow> RowWriter for T {
    fn rows(&mut self, wanted: Wanted<'_>) -> Result<(), ReportError> {
        wanted.rows().try_for_each(|row| self.row(&row))
    }

    fn end(self: Box<Self>) -> Result<(), ReportError> {
        RowByRow::end(self)
    }
}

/// Where a report goes.
pub enum ReportTarget<'a> {
    /// Bytes one after another.
    Stream(Box<dyn Write + Send + 'a>),
    /// An empty file of this name, which a database needs.
    File(&'a Path),
}

/// A report in the making.
#[derive(Debug)]
pub struct Report<'a> {
    writer: Box<dyn RowWriter + Send + 'a>,
    only_matched: bool,
}

impl<'a> Report<'a> {
    /// Starts a report of `columns`. With `only_matched`, queries without a match have no row.
    ///
    /// mzTab has columns of its own.
    ///
    /// # Errors
    /// What the target refuses; a database on a stream.
    pub fn begin(
        format: ReportFormat,
        columns: &ColumnSet,
        target: ReportTarget<'a>,
        only_matched: bool,
    ) -> Result<Self, ReportError> {
        let columns = columns.columns();
        let writer: Box<dyn RowWriter + Send + 'a> = match (format, target) {
            (ReportFormat::Sqlite, ReportTarget::File(path)) => {
                Box::new(sqlite::Database::begin(path, columns)?)
            }
            (ReportFormat::Sqlite, ReportTarget::Stream(_)) => {
                let text = "a database cannot be written to a stream: name a file";
                return Err(io::Error::new(io::ErrorKind::InvalidInput, text).into());
            }
            (format, target) => {
                let out = target.stream()?;
                match format {
                    ReportFormat::Csv => Box::new(delimited::Delimited::begin(out, b',', columns)?),
                    ReportFormat::JsonLines => Box::new(json_lines::JsonLines::begin(out, columns)),
                    ReportFormat::Parquet => {
                        Box::new(parquet_file::ParquetFile::begin(out, columns)?)
                    }
                    ReportFormat::MzTab => Box::new(mztab::MzTab::begin(out)),
                    ReportFormat::MzTabM => Box::new(mztab::MzTabM::begin(out)),
                    ReportFormat::Tsv | ReportFormat::Sqlite => {
                        Box::new(delimited::Delimited::begin(out, b'\t', columns)?)
                    }
                }
            }
        };
        Ok(Self {
            writer,
            only_matched,
        })
    }

    /// Appends the rows of some queries.
    ///
    /// # Errors
    /// What the target refuses.
    pub fn answers(
        &mut self,
        library: &Library,
        answered: &[Answered<'_>],
    ) -> Result<(), ReportError> {
        self.writer.rows(Wanted {
            library,
            answered,
            only_matched: self.only_matched,
        })
    }

    /// Completes the report.
    ///
    /// # Errors
    /// What the target refuses.
    pub fn end(self) -> Result<(), ReportError> {
        self.writer.end()
    }
}

impl<'a> ReportTarget<'a> {
    fn stream(self) -> io::Result<Box<dyn Write + Send + 'a>> {
        match self {
            Self::Stream(out) => Ok(out),
            Self::File(path) => Ok(Box::new(fs_err::File::create(path)?)),
        }
    }
}

impl ReportFormat {
    /// Words on the command line, and the file extensions that choose the format.
    const WORDS: [(Self, &'static str, &'static [&'static str]); 7] = [
        (Self::Csv, "csv", &["csv"]),
        (Self::Tsv, "tsv", &["tsv", "txt"]),
        (Self::JsonLines, "jsonl", &["jsonl", "ndjson"]),
        (Self::MzTab, "mztab", &["mztab"]),
        (Self::MzTabM, "mztab-m", &["mztabm"]),
        (Self::Parquet, "parquet", &["parquet"]),
        (Self::Sqlite, "sqlite", &["sqlite", "db", "sqlite3"]),
    ];

    /// The format that the name of a report asks for; none where it asks for none we know.
    pub fn of_name(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        let known = Self::WORDS.iter();
        let found = known
            .clone()
            .find(|(_, _, all)| all.contains(&extension.as_str()));
        found.map(|(format, _, _)| *format)
    }

    /// Whether the format leaves the choice of columns to the user.
    pub fn has_free_columns(self) -> bool {
        !matches!(self, Self::MzTab | Self::MzTabM)
    }
}

impl fmt::Display for ReportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Self::WORDS.iter().find(|(format, _, _)| format == self);
        f.write_str(word.map_or("", |(_, word, _)| word))
    }
}

impl FromStr for ReportFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::WORDS.iter().find(|(_, word, _)| *word == text);
        found.map(|(format, _, _)| *format).ok_or_else(|| {
            let words: Vec<&str> = Self::WORDS.iter().map(|(_, word, _)| *word).collect();
            format!("{text:?} is not one of: {}", words.join(", "))
        })
    }
}

impl fmt::Debug for ReportTarget<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stream(_) => "Stream",
            Self::File(_) => "File",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip_and_names_choose() {
        for (format, word, extensions) in ReportFormat::WORDS {
            assert_eq!(word.parse(), Ok(format));
            assert_eq!(format.to_string(), word);
            for extension in extensions {
                let name = format!("a.b.{}", extension.to_uppercase());
                assert_eq!(ReportFormat::of_name(Path::new(&name)), Some(format));
            }
        }
        assert_eq!(ReportFormat::of_name(Path::new("report")), None);
        assert!("xlsx".parse::<ReportFormat>().is_err());
    }
}
