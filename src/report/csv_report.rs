//! The report as CSV (RFC 4180): one row per match, in query order.

use super::columns::{COLUMNS, Row};
use crate::domain::Spectrum;
use crate::library::Library;
use crate::search::Answer;
use std::io::Write;

/// Writes answers as they come.
pub struct CsvReport<W: Write> {
    writer: csv::Writer<W>,
    only_matched: bool,
    cell: String,
}

impl<W: Write> CsvReport<W> {
    /// Starts a report with its header. With `only_matched`, queries without a match have no row.
    pub fn begin(out: W, only_matched: bool) -> csv::Result<Self> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(COLUMNS.iter().map(|column| column.name))?;
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
    ) -> csv::Result<()> {
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
    pub fn end(mut self) -> csv::Result<W> {
        // The error of this keeps its kind: a closed pipe is told from a full disk by it.
        self.writer.flush()?;
        self.writer
            .into_inner()
            .map_err(|e| csv::Error::from(std::io::Error::other(e.to_string())))
    }

    fn row(&mut self, row: &Row<'_>) -> csv::Result<()> {
        for column in COLUMNS {
            self.cell.clear();
            (column.write)(row, &mut self.cell);
            self.writer.write_field(&self.cell)?;
        }
        self.writer.write_record(None::<&[u8]>)
    }
}

impl<W: Write> std::fmt::Debug for CsvReport<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CsvReport")
            .field("only_matched", &self.only_matched)
            .finish_non_exhaustive()
    }
}
