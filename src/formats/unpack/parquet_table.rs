//! Parquet tables with a row per fragment, as DIA-NN 1.9 and later writes libraries: the same columns
//! as in tab-separated tables, which is what they are written as.

use super::child::UnpackError;
use crate::formats::transitions;
use parquet::basic::Repetition;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use std::io::Write;
use std::path::Path;

impl From<ParquetError> for UnpackError {
    fn from(error: ParquetError) -> Self {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default();
        Self::Damaged(format!("it cannot be read as Parquet: {first}"))
    }
}

/// Writes the table at `path` as tab-separated text.
pub(super) fn unpack(path: &Path, out: &mut impl Write) -> Result<(), UnpackError> {
    let reader = SerializedFileReader::new(fs_err::File::open(path)?.into_parts().0)?;
    let schema = reader.metadata().file_metadata().schema().clone();
    let columns = schema.get_fields().iter();
    let is_cell = |column: &&parquet::schema::types::TypePtr| {
        column.is_primitive() && column.get_basic_info().repetition() != Repetition::REPEATED
    };
    let names: Vec<&str> = columns
        .clone()
        .filter(is_cell)
        .map(|column| column.name())
        .collect();
    let header = names
        .iter()
        .map(|name| cell(name))
        .collect::<Vec<_>>()
        .join("\t");
    if transitions::columns(header.as_bytes(), b'\t').is_none() {
        return Err(UnpackError::Unknown);
    }
    writeln!(out, "{header}")?;
    let wanted = schema
        .get_fields()
        .iter()
        .filter(is_cell)
        .cloned()
        .collect();
    let wanted = parquet::schema::types::Type::group_type_builder(schema.name())
        .with_fields(wanted)
        .build()?;
    for row in reader.get_row_iter(Some(wanted))? {
        let row = row?;
        for (at, (_, field)) in row.get_column_iter().enumerate() {
            if at > 0 {
                out.write_all(b"\t")?;
            }
            write_field(out, field)?;
        }
        out.write_all(b"\n")?;
    }
    Ok(())
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "times and the like are not asked for, and written as the crate shows them"
)]
fn write_field(out: &mut impl Write, field: &Field) -> Result<(), UnpackError> {
    match field {
        Field::Null => Ok(()),
        Field::Str(text) => write!(out, "{}", cell(text)),
        Field::Bytes(bytes) => write!(out, "{}", cell(&String::from_utf8_lossy(bytes.data()))),
        Field::Bool(is) => write!(out, "{}", u8::from(*is)),
        // The number that is stored, not the shortest one that would be stored the same.
        Field::Float(number) => write!(out, "{}", f64::from(*number)),
        Field::Double(number) => write!(out, "{number}"),
        other => write!(out, "{}", cell(&other.to_string())),
    }?;
    Ok(())
}

/// Text as it can stand in a cell.
fn cell(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], " ")
}
