//! Text with a delimiter: CSV (RFC 4180), and the same with tabs.
//!
//! [`CsvReport`] is for those who want their output back: a service that answers in CSV.

use super::{Answered, ReportError, RowWriter, rows_of};
use crate::domain::Spectrum;
use crate::library::Library;
use crate::report::columns::{COLUMNS, Column};
use crate::report::row::Row;
use crate::report::value::Value;
use crate::search::Answer;
use rayon::prelude::*;
use std::fmt::Write as _;
use std::io::Write;

/// Queries whose rows one thread makes into text at a time.
const AT_ONCE: usize = 128;

/// A row per match, a cell per column, header first.
pub(super) struct Delimited<W: Write> {
    out: W,
    shape: Shape,
}

/// How rows become text.
struct Shape {
    delimiter: u8,
    columns: Vec<Column>,
}

impl Shape {
    fn writer(&self) -> csv::Writer<Vec<u8>> {
        let mut builder = csv::WriterBuilder::new();
        builder.delimiter(self.delimiter).from_writer(Vec::new())
    }

    fn header(&self) -> Result<Vec<u8>, ReportError> {
        let mut writer = self.writer();
        writer.write_record(self.columns.iter().map(|column| column.name))?;
        text_of(writer)
    }

    fn rows<'a>(&self, rows: impl Iterator<Item = Row<'a>>) -> Result<Vec<u8>, ReportError> {
        let mut writer = self.writer();
        let mut cell = String::new();
        for row in rows {
            for column in &self.columns {
                match column.value(&row) {
                    Value::Absent => writer.write_field("")?,
                    Value::Text(text) => writer.write_field(text.as_bytes())?,
                    number @ (Value::Whole(_) | Value::Number { .. }) => {
                        cell.clear();
                        // Writing to a String does not fail.
                        let _ = write!(cell, "{number}");
                        writer.write_field(&cell)?;
                    }
                }
            }
            writer.write_record(None::<&[u8]>)?;
        }
        text_of(writer)
    }
}

fn text_of(writer: csv::Writer<Vec<u8>>) -> Result<Vec<u8>, ReportError> {
    let text = writer.into_inner();
    Ok(text.map_err(|e| std::io::Error::other(e.to_string()))?)
}

impl<W: Write> Delimited<W> {
    pub(super) fn begin(
        mut out: W,
        delimiter: u8,
        columns: &[Column],
    ) -> Result<Self, ReportError> {
        let shape = Shape {
            delimiter,
            columns: columns.to_vec(),
        };
        out.write_all(&shape.header()?)?;
        Ok(Self { out, shape })
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
        let answered = [(query, answer)];
        self.rows.answers(library, &answered, self.only_matched)
    }

    /// Flushes what is buffered and gives the output back.
    ///
    /// # Errors
    /// What the output refuses.
    pub fn end(mut self) -> Result<W, ReportError> {
        self.rows.out.flush()?;
        Ok(self.rows.out)
    }
}

impl<W: Write> RowWriter for Delimited<W> {
    fn row(&mut self, row: &Row<'_>) -> Result<(), ReportError> {
        let text = self.shape.rows(std::iter::once(*row))?;
        Ok(self.out.write_all(&text)?)
    }

    /// Text of many queries is made on all threads.
    fn answers(
        &mut self,
        library: &Library,
        answered: &[Answered<'_>],
        only_matched: bool,
    ) -> Result<(), ReportError> {
        let text =
            |answered: &[Answered<'_>]| self.shape.rows(rows_of(library, answered, only_matched));
        let texts: Vec<Result<Vec<u8>, ReportError>> = if answered.len() <= AT_ONCE {
            vec![text(answered)]
        } else {
            answered.par_chunks(AT_ONCE).map(text).collect()
        };
        for text in texts {
            self.out.write_all(&text?)?;
        }
        Ok(())
    }

    fn end(mut self: Box<Self>) -> Result<(), ReportError> {
        // The error of this keeps its kind: a closed pipe is told from a full disk by it.
        Ok(self.out.flush()?)
    }
}

impl<W: Write> std::fmt::Debug for Delimited<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delimited").finish_non_exhaustive()
    }
}
