//! The report as CSV (RFC 4180): one row per match, in query order.

use super::columns::{COLUMNS, Row};
use crate::domain::Spectrum;
use crate::library::Library;
use crate::search::Answer;
use std::io::{self, Write};

/// Writes answers as they come.
pub struct CsvReport<W: Write> {
    writer: csv::Writer<W>,
    only_matched: bool,
    cell: String,
}

impl<W: Write> CsvReport<W> {
    /// Starts a report with its header. With `only_matched`, queries without a match have no row.
    pub fn begin(out: W, only_matched: bool) -> io::Result<Self> {
        let mut writer = csv::Writer::from_writer(out);
        let names = COLUMNS.iter().map(|column| column.name);
        writer.write_record(names).map_err(plain)?;
        Ok(Self {
            writer,
            only_matched,
            cell: String::new(),
        })
    }

    /// Appends the rows of one query.
    pub fn answer(
        &mut self,
        library: &Library,
        query: &Spectrum,
        answer: &Answer,
    ) -> io::Result<()> {
        let row = Row {
            library,
            query,
            answer,
            ranked: None,
        };
        if answer.matches.is_empty() && !self.only_matched {
            self.row(&row)?;
        }
        for (idx, matched) in answer.matches.iter().enumerate() {
            self.row(&Row {
                ranked: Some((idx + 1, matched)),
                ..row
            })?;
        }
        Ok(())
    }

    /// Flushes what is buffered and gives the output back.
    pub fn end(mut self) -> io::Result<W> {
        self.writer.flush()?;
        self.writer
            .into_inner()
            .map_err(|e| io::Error::other(e.to_string()))
    }

    fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        for column in COLUMNS {
            self.cell.clear();
            (column.write)(row, &mut self.cell);
            self.writer.write_field(&self.cell).map_err(plain)?;
        }
        self.writer.write_record(None::<&[u8]>).map_err(plain)
    }
}

/// The system's error as it was: a closed pipe is told from a full disk by its kind, which the
/// conversion of `csv` loses.
fn plain(error: csv::Error) -> io::Error {
    let text = error.to_string();
    if let csv::ErrorKind::Io(error) = error.into_kind() {
        error
    } else {
        io::Error::other(text)
    }
}

impl<W: Write> std::fmt::Debug for CsvReport<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CsvReport")
            .field("only_matched", &self.only_matched)
            .finish_non_exhaustive()
    }
}
