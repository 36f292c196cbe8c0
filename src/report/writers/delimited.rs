//! Text with a delimiter: CSV (RFC 4180), and the same with tabs.
//!
//! [`CsvReport`] is for those who want their output back: a service that answers in CSV.

use super::{ReportError, RowWriter};
use crate::domain::Spectrum;
use crate::library::Library;
use crate::report::columns::{COLUMNS, Column};
use crate::report::row::Row;
use crate::report::value::Value;
use crate::search::Answer;
use std::fmt::Write as _;
use std::io::Write;

/// A row per match, a cell per column, header first.
pub(super) struct Delimited<W: Write> {
    writer: csv::Writer<W>,
    columns: Vec<Column>,
    cell: String,
}

impl<W: Write> Delimited<W> {
    pub(super) fn begin(out: W, delimiter: u8, columns: &[Column]) -> Result<Self, ReportError> {
        let mut builder = csv::WriterBuilder::new();
        let mut writer = builder.delimiter(delimiter).from_writer(out);
        writer.write_record(columns.iter().map(|column| column.name))?;
        Ok(Self {
            writer,
            columns: columns.to_vec(),
            cell: String::new(),
        })
    }
}

/// All columns as CSV, over an output that is given back in the end.
#[derive(Debug)]
pub struct CsvReport<W: Write> {
    rows: Delimited<W>,
    only_matched: bool,
}

impl<W: Write> CsvReport<W> {
    /// Starts a report with its header. With `only_matched`, queries without a match have no row.
    ///
    /// # Errors
    /// What the output refuses.
    pub fn begin(out: W, only_matched: bool) -> Result<Self, ReportError> {
        Ok(Self {
            rows: Delimited::begin(out, b',', COLUMNS)?,
            only_matched,
        })
    }

    /// Appends the rows of one query.
    ///
    /// # Errors
    /// What the output refuses.
    pub fn answer(
        &mut self,
        library: &Library,
        query: &Spectrum,
        answer: &Answer,
    ) -> Result<(), ReportError> {
        self.rows.rows((library, query, answer), self.only_matched)
    }

    /// Flushes what is buffered and gives the output back.
    ///
    /// # Errors
    /// What the output refuses.
    pub fn end(mut self) -> Result<W, ReportError> {
        self.rows.writer.flush()?;
        let out = self.rows.writer.into_inner();
        Ok(out.map_err(|e| std::io::Error::other(e.to_string()))?)
    }
}

impl<W: Write> RowWriter for Delimited<W> {
    fn row(&mut self, row: &Row<'_>) -> Result<(), ReportError> {
        for column in &self.columns {
            match column.value(row) {
                Value::Absent => self.writer.write_field("")?,
                Value::Text(text) => self.writer.write_field(text.as_bytes())?,
                number @ (Value::Whole(_) | Value::Number { .. }) => {
                    self.cell.clear();
                    // Writing to a String does not fail.
                    let _ = write!(self.cell, "{number}");
                    self.writer.write_field(&self.cell)?;
                }
            }
        }
        Ok(self.writer.write_record(None::<&[u8]>)?)
    }

    fn end(mut self: Box<Self>) -> Result<(), ReportError> {
        // The error of this keeps its kind: a closed pipe is told from a full disk by it.
        Ok(self.writer.flush()?)
    }
}

impl<W: Write> std::fmt::Debug for Delimited<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delimited").finish_non_exhaustive()
    }
}
