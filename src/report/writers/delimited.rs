//! Text with a delimiter: CSV (RFC 4180), and the same with tabs.
//!
//! [`CsvReport`] is for those who want their output back: a service that answers in CSV.

use super::{ReportError, RowWriter, Wanted};
use crate::domain::Spectrum;
use crate::library::Library;
use crate::report::columns::{COLUMNS, Column};
use crate::report::value::Value;
use crate::search::Answer;
use rayon::prelude::*;
use std::fmt::Write as _;
use std::io::Write;

/// Queries whose rows one thread makes into text at a time.
const AT_ONCE: usize = 128;

/// Room for the text of most queries, so that it is copied once.
const QUERY_BYTES: usize = 512;

/// A row per match, a cell per column, header first.
pub(super) struct Delimited<W: Write> {
    out: W,
    shape: Shape,
    /// Text that is written while the next is made.
    made: Vec<Vec<u8>>,
}

/// How rows become text.
#[derive(Debug)]
struct Shape {
    delimiter: u8,
    columns: Vec<Column>,
}

impl Shape {
    fn new(delimiter: u8, columns: &[Column]) -> Self {
        Self {
            delimiter,
            columns: columns.to_vec(),
        }
    }

    fn writer(&self, n_queries: usize) -> csv::Writer<Vec<u8>> {
        let mut builder = csv::WriterBuilder::new();
        builder
            .delimiter(self.delimiter)
            .buffer_capacity(n_queries * QUERY_BYTES)
            .from_writer(Vec::new())
    }

    fn header(&self) -> Result<Vec<u8>, ReportError> {
        let mut writer = self.writer(1);
        writer.write_record(self.columns.iter().map(|column| column.name))?;
        text_of(writer)
    }

    fn rows(&self, wanted: Wanted<'_>) -> Result<Vec<u8>, ReportError> {
        let mut writer = self.writer(wanted.answered.len());
        // One after another in the same memory.
        let (mut record, mut cell) = (csv::ByteRecord::new(), String::new());
        for row in wanted.rows() {
            record.clear();
            for column in &self.columns {
                match column.value(&row) {
                    Value::Absent => record.push_field(b""),
                    Value::Text(text) => record.push_field(text.as_bytes()),
                    number @ (Value::Whole(_) | Value::Number { .. }) => {
                        cell.clear();
                        // Writing to a String does not fail.
                        let _ = write!(cell, "{number}");
                        record.push_field(cell.as_bytes());
                    }
                }
            }
            writer.write_byte_record(&record)?;
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
        let shape = Shape::new(delimiter, columns);
        out.write_all(&shape.header()?)?;
        Ok(Self {
            out,
            shape,
            made: Vec::new(),
        })
    }
}

fn write_all(out: &mut impl Write, texts: &[Vec<u8>]) -> std::io::Result<()> {
    texts.iter().try_for_each(|text| out.write_all(text))
}

/// All columns as CSV, one query after another, over an output that is given back in the end.
#[derive(Debug)]
pub struct CsvReport<W: Write> {
    out: W,
    shape: Shape,
    only_matched: bool,
}

impl<W: Write> CsvReport<W> {
    /// Starts a report with its header. With `only_matched`, queries without a match have no row.
    ///
    /// # Errors
    /// What the output refuses.
    pub fn begin(mut out: W, only_matched: bool) -> Result<Self, ReportError> {
        let shape = Shape::new(b',', COLUMNS);
        out.write_all(&shape.header()?)?;
        Ok(Self {
            out,
            shape,
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
        let text = self.shape.rows(Wanted {
            library,
            answered: &[(query, answer)],
            only_matched: self.only_matched,
        })?;
        Ok(self.out.write_all(&text)?)
    }

    /// Flushes what is buffered and gives the output back.
    ///
    /// # Errors
    /// What the output refuses.
    pub fn end(mut self) -> Result<W, ReportError> {
        self.out.flush()?;
        Ok(self.out)
    }
}

impl<W: Write + Send> RowWriter for Delimited<W> {
    /// Text of many queries is made on all threads.
    fn rows(&mut self, wanted: Wanted<'_>) -> Result<(), ReportError> {
        let Self { out, shape, made } = self;
        let chunks = wanted.answered.par_chunks(AT_ONCE);
        let texts = chunks.map(|answered| shape.rows(Wanted { answered, ..wanted }));
        let (written, texts) =
            rayon::join(|| write_all(out, made), || texts.collect::<Result<_, _>>());
        written?;
        *made = texts?;
        Ok(())
    }

    fn end(mut self: Box<Self>) -> Result<(), ReportError> {
        write_all(&mut self.out, &self.made)?;
        // The error of this keeps its kind: a closed pipe is told from a full disk by it.
        Ok(self.out.flush()?)
    }
}

impl<W: Write> std::fmt::Debug for Delimited<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delimited").finish_non_exhaustive()
    }
}
