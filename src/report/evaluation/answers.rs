//! What a report says of each query.

use super::truth::{Columns, EvaluationError, RecognisedBy};
use std::collections::HashMap;
use std::path::Path;

/// One match of a report.
#[derive(Debug, Clone)]
pub(super) struct Reported {
    pub(super) rank: usize,
    pub(super) score: f64,
    pub(super) probability: Option<f64>,
    /// The cell by which a right answer is recognised.
    pub(super) identity: String,
}

/// The matches of each query id.
pub(super) type Answers = HashMap<String, Vec<Reported>>;

pub(super) fn read_report(path: &Path, key: RecognisedBy) -> Result<Answers, EvaluationError> {
    const WHAT: &str = "report of mzseek search";
    let columns = Columns::open(path)?;
    let (query, rank) = (columns.need("query_id", WHAT)?, columns.need("rank", WHAT)?);
    let similarity = columns.need("similarity", WHAT)?;
    let probability = columns.find("probability");
    let identity = match key {
        RecognisedBy::InchiKey => columns.need("inchikey", WHAT)?,
        RecognisedBy::EntryId => columns.need("entry_id", WHAT)?,
        RecognisedBy::Name => columns.need("name", WHAT)?,
    };
    let mut answers = Answers::new();
    for row in columns.rows() {
        let row = row?;
        let matches = answers.entry(row[query].to_owned()).or_default();
        if let (Ok(rank), Ok(score)) = (row[rank].parse(), row[similarity].parse()) {
            matches.push(Reported {
                rank,
                score,
                probability: probability.and_then(|column| row[column].parse().ok()),
                identity: row[identity].to_owned(),
            });
        }
    }
    Ok(answers)
}
