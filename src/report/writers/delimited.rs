//! Text with a delimiter: CSV (RFC 4180), and the same with tabs.

use super::{ReportError, RowWriter};
use crate::report::columns::Column;
use crate::report::row::Row;
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

impl<W: Write> RowWriter for Delimited<W> {
    fn row(&mut self, row: &Row<'_>) -> Result<(), ReportError> {
        for column in &self.columns {
            self.cell.clear();
            // Writing to a String does not fail.
            let _ = write!(self.cell, "{}", column.value(row));
            self.writer.write_field(&self.cell)?;
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
