//! JSON lines: an object per row, its keys the columns, `null` where nothing is known.

use super::{ReportError, RowByRow};
use crate::report::columns::Column;
use crate::report::row::Row;
use crate::report::value::Value;
use std::io::Write;

/// Numbers have the decimals they have in CSV.
pub(super) struct JsonLines<W: Write> {
    out: std::io::BufWriter<W>,
    columns: Vec<Column>,
}

impl<W: Write> JsonLines<W> {
    pub(super) fn begin(out: W, columns: &[Column]) -> Self {
        Self {
            out: std::io::BufWriter::new(out),
            columns: columns.to_vec(),
        }
    }
}

impl<W: Write> RowByRow for JsonLines<W> {
    fn row(&mut self, row: &Row<'_>) -> Result<(), ReportError> {
        for (idx, column) in self.columns.iter().enumerate() {
            self.out.write_all(if idx == 0 { b"{" } else { b"," })?;
            serde_json::to_writer(&mut self.out, column.name).map_err(std::io::Error::from)?;
            match column.value(row) {
                Value::Absent => self.out.write_all(b":null")?,
                Value::Text(text) => {
                    self.out.write_all(b":")?;
                    serde_json::to_writer(&mut self.out, &text).map_err(std::io::Error::from)?;
                }
                number @ (Value::Whole(_) | Value::Number { .. }) => {
                    write!(self.out, ":{number}")?;
                }
            }
        }
        Ok(self.out.write_all(b"}\n")?)
    }

    fn end(mut self: Box<Self>) -> Result<(), ReportError> {
        Ok(self.out.flush()?)
    }
}

impl<W: Write> std::fmt::Debug for JsonLines<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JsonLines").finish_non_exhaustive()
    }
}
