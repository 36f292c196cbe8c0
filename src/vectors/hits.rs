//! Nearest rows of query vectors, as CSV.

use super::rows::matrix_of;
use super::{IndexFile, VectorMetric, Vectors, VectorsError};
use crate::index::{Effort, Filter, Filters, Neighbour, VectorIndex};
use std::io::Write;

/// Query vectors fetched and searched at a time.
const BLOCK: usize = 4096;

/// The columns of the hits, in order.
pub const COLUMNS: [&str; 5] = ["query", "rank", "row", "distance", "note"];

/// What stands in `note` where a query has no neighbour.
pub const NO_DIRECTION: &str = "no neighbour: the query is a zero vector, which has no cosine";
/// The same where the search found nothing, as it can only in an empty index.
pub const NOTHING_FOUND: &str = "no neighbour: nothing was found";

/// What a search came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Query vectors.
    pub n_queries: usize,
    /// Those without a neighbour.
    pub n_without: usize,
}

/// Searches all of `queries` and writes a row per neighbour to `out`, nearest first; a query
/// without a neighbour has one row that says so. `on_block` is told the queries done so far.
///
/// # Errors
/// Query vectors that cannot be used, or what the system said about `out`.
pub fn search(
    file: &IndexFile,
    queries: &Vectors,
    (k, effort): (usize, Effort),
    out: &mut impl Write,
    mut on_block: impl FnMut(usize),
) -> Result<Tally, VectorsError> {
    let metric = file.metric();
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(COLUMNS)?;
    let mut tally = Tally::default();
    let mut values = Vec::new();
    for start in (0..queries.n_rows()).step_by(BLOCK) {
        let block = start..(start + BLOCK).min(queries.n_rows());
        queries.read(block.clone(), &mut values)?;
        let without_direction = metric.prepare(&mut values, queries.dim());
        let view = matrix_of(&values, queries.dim());
        let found = (file.index()).search_batch(view, k, effort, Filters::Same(&Filter::ALL));
        for (at, neighbours) in found.iter().enumerate() {
            let note = if without_direction.binary_search(&at).is_ok() {
                NO_DIRECTION
            } else if neighbours.is_empty() {
                NOTHING_FOUND
            } else {
                write_hits(&mut csv, metric, start + at, neighbours)?;
                continue;
            };
            tally.n_without += 1;
            csv.write_record([&(start + at).to_string(), "", "", "", note])?;
        }
        tally.n_queries = block.end;
        on_block(block.end);
    }
    csv.flush()?;
    Ok(tally)
}

fn write_hits(
    csv: &mut csv::Writer<impl Write>,
    metric: VectorMetric,
    query: usize,
    neighbours: &[Neighbour],
) -> csv::Result<()> {
    for (idx, neighbour) in neighbours.iter().enumerate() {
        csv.write_record([
            query.to_string().as_str(),
            &(idx + 1).to_string(),
            &neighbour.row.to_string(),
            &metric.distance(neighbour.score).to_string(),
            "",
        ])?;
    }
    Ok(())
}
