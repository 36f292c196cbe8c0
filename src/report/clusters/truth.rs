//! What spectra are, from a table.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// A table that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TruthError {
    /// The file cannot be read or is no CSV.
    #[error("{path}: {source}", path = .path.display())]
    Csv {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: csv::Error,
    },
    /// A column is not there.
    #[error("{path}: there is no column {column:?}; a truth has the columns id and identity", path = .path.display())]
    Column {
        /// The file.
        path: PathBuf,
        /// The column.
        column: &'static str,
    },
}

/// Identities by what files call their spectra: columns `id` and `identity` of a CSV. Empty
/// identities are unknown; of an id listed twice the last row counts.
///
/// # Errors
/// Names the file, and the line or column that is wrong.
pub fn read_truth_of_spectra(path: &Path) -> Result<HashMap<String, String>, TruthError> {
    let failed = |source| TruthError::Csv {
        path: path.to_owned(),
        source,
    };
    let mut reader = csv::Reader::from_path(path).map_err(failed)?;
    let header = reader.headers().map_err(failed)?.clone();
    let place = |column: &'static str| {
        let found = header.iter().position(|name| name.trim() == column);
        found.ok_or_else(|| TruthError::Column {
            path: path.to_owned(),
            column,
        })
    };
    let (id, identity) = (place("id")?, place("identity")?);
    let mut truth = HashMap::new();
    for row in reader.records() {
        let row = row.map_err(failed)?;
        // The reader refuses rows of other lengths than the header.
        let cell = |at: usize| row.get(at).unwrap_or_default().trim().to_owned();
        if !cell(identity).is_empty() {
            truth.insert(cell(id), cell(identity));
        }
    }
    Ok(truth)
}
