//! Vectors as text: a row per line, numbers between separators, with or without a header.

use crate::vectors::VectorsError;
use std::path::Path;

/// Reads all rows. Gives rows, dimension and numbers.
pub(super) fn read(
    name: &str,
    path: &Path,
    separator: u8,
) -> Result<(usize, usize, Vec<f32>), VectorsError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .trim(csv::Trim::All)
        .from_reader(fs_err::File::open(path)?);
    let unreadable = |e: csv::Error| VectorsError::Structure {
        name: name.to_owned(),
        fault: e.to_string(),
    };
    let (mut values, mut n_rows, mut dim) = (Vec::new(), 0, 0);
    let mut record = csv::StringRecord::new();
    let mut is_first = true;
    while reader.read_record(&mut record).map_err(unreadable)? {
        let is_header = is_first && record.iter().all(|cell| cell.parse::<f32>().is_err());
        is_first = false;
        if is_header {
            continue;
        }
        for (column, cell) in record.iter().enumerate() {
            values.push(cell.parse::<f32>().map_err(|_| VectorsError::NotANumber {
                name: name.to_owned(),
                row: n_rows,
                column,
                text: cell.to_owned(),
            })?);
        }
        if n_rows > 0 && record.len() != dim {
            return Err(VectorsError::MixedDimensions {
                name: name.to_owned(),
                row: n_rows,
                found: record.len(),
                expected: dim,
            });
        }
        (n_rows, dim) = (n_rows + 1, record.len());
    }
    Ok((n_rows, dim, values))
}
