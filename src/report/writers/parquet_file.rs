//! Apache Parquet: text, 64-bit whole numbers and 64-bit floats, each absent where nothing is known.

use super::{ReportError, RowByRow};
use crate::report::columns::{Cell, Column};
use crate::report::row::Row;
use crate::report::value::Value;
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::Type;
use std::io::Write;
use std::sync::Arc;

/// Rows held back until they are written as one group: some 30 MB.
const GROUP: usize = 1 << 16;

/// The values of a column that are there, and a level per row: 1 there, 0 absent.
#[derive(Debug)]
struct Held {
    column: Column,
    values: Values,
    levels: Vec<i16>,
}

#[derive(Debug)]
enum Values {
    Text(Vec<ByteArray>),
    Whole(Vec<i64>),
    Number(Vec<f64>),
}

/// Numbers are not rounded.
pub(super) struct ParquetFile<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    columns: Vec<Held>,
    n_held: usize,
}

impl<W: Write + Send> ParquetFile<W> {
    pub(super) fn begin(out: W, columns: &[Column]) -> Result<Self, ReportError> {
        let fields: Result<Vec<_>, _> = columns.iter().map(|c| field(c).map(Arc::new)).collect();
        let schema = Type::group_type_builder("matches")
            .with_fields(fields?)
            .build()?;
        let created_by = concat!("mzseek version ", env!("CARGO_PKG_VERSION"));
        let properties = WriterProperties::builder()
            .set_created_by(created_by.to_owned())
            .set_compression(Compression::SNAPPY)
            .build();
        let writer = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))?;
        let columns = columns.iter().map(|column| Held {
            column: *column,
            values: Values::none(column.cell),
            levels: Vec::new(),
        });
        Ok(Self {
            writer,
            columns: columns.collect(),
            n_held: 0,
        })
    }

    fn write_group(&mut self) -> Result<(), ReportError> {
        if self.n_held == 0 {
            return Ok(());
        }
        self.n_held = 0;
        let mut group = self.writer.next_row_group()?;
        let mut columns = self.columns.iter_mut();
        while let (Some(mut out), Some(column)) = (group.next_column()?, columns.next()) {
            column.write(&mut out)?;
            out.close()?;
        }
        group.close()?;
        Ok(())
    }
}

impl<W: Write + Send> RowByRow for ParquetFile<W> {
    fn row(&mut self, row: &Row<'_>) -> Result<(), ReportError> {
        for column in &mut self.columns {
            column.push(column.column.value(row));
        }
        self.n_held += 1;
        if self.n_held == GROUP {
            self.write_group()?;
        }
        Ok(())
    }

    fn end(mut self: Box<Self>) -> Result<(), ReportError> {
        self.write_group()?;
        let mut out = self.writer.into_inner()?;
        Ok(out.flush()?)
    }
}

fn field(column: &Column) -> Result<Type, ReportError> {
    let (physical, logical) = match column.cell {
        Cell::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Cell::Whole(_) => (Physical::INT64, None),
        Cell::Number(..) => (Physical::DOUBLE, None),
    };
    let field = Type::primitive_type_builder(column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical);
    Ok(field.build()?)
}

impl Values {
    fn none(cell: Cell) -> Self {
        match cell {
            Cell::Text(_) => Self::Text(Vec::new()),
            Cell::Whole(_) => Self::Whole(Vec::new()),
            Cell::Number(..) => Self::Number(Vec::new()),
        }
    }
}

impl Held {
    fn push(&mut self, value: Value<'_>) {
        let level = match (&mut self.values, value) {
            (Values::Text(all), Value::Text(text)) => {
                all.push(ByteArray::from(text.into_owned().into_bytes()));
                1
            }
            (Values::Whole(all), Value::Whole(number)) => {
                all.push(number);
                1
            }
            (Values::Number(all), Value::Number { value, .. }) => {
                all.push(value);
                1
            }
            // A column has one type, so what is left is what is absent.
            _ => 0,
        };
        self.levels.push(level);
    }

    fn write(&mut self, out: &mut SerializedColumnWriter<'_>) -> Result<(), ReportError> {
        let levels = Some(self.levels.as_slice());
        match &mut self.values {
            Values::Text(all) => {
                out.typed::<ByteArrayType>()
                    .write_batch(all, levels, None)?;
                all.clear();
            }
            Values::Whole(all) => {
                out.typed::<Int64Type>().write_batch(all, levels, None)?;
                all.clear();
            }
            Values::Number(all) => {
                out.typed::<DoubleType>().write_batch(all, levels, None)?;
                all.clear();
            }
        }
        self.levels.clear();
        Ok(())
    }
}

impl<W: Write + Send> std::fmt::Debug for ParquetFile<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParquetFile").finish_non_exhaustive()
    }
}
