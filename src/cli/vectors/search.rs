//! `mzseek vectors search`: the nearest rows of query vectors.

use super::super::Outcome;
use super::super::console::Console;
use crate::failure::Failure;
use crate::index::{Effort, VectorIndex};
use crate::vectors::{IndexFile, Location, Vectors, VectorsError, hits};
use clap::Args;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Instant;

/// Find the nearest rows of query vectors in an index
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek vectors search base.h5 queries.npy -k 10 --n-probe 16 -o hits.csv
  mzseek vectors search base.h5 more.h5:test -k 1 --threads 1 > hits.csv

Columns are query, rank, row, distance and note. The distance is the inner product under ip (higher
is nearer), the Euclidean distance under l2 and 1 - cosine under cosine; of a quantised index it is
that of the row as the index holds it. A query without a neighbour has one row whose note says so.")]
pub(super) struct SearchArgs {
    /// The index
    #[arg(value_name = "IDX.h5")]
    index: PathBuf,
    /// Query vectors: .npy, .fvecs, .bvecs, .ivecs, .csv or FILE.h5:dataset
    #[arg(value_name = "QUERIES")]
    queries: Location,
    /// Neighbours per query
    #[arg(short, long, value_name = "K", default_value = "10")]
    k: NonZeroUsize,
    /// Inverted lists visited per query: more find more and take longer
    #[arg(long, value_name = "N", default_value = "16")]
    n_probe: NonZeroUsize,
    /// The hits; stdout if not given
    #[arg(short, long, value_name = "HITS.csv")]
    output: Option<PathBuf>,
}

pub(super) fn run(args: &SearchArgs, console: Console) -> Result<Outcome, Failure> {
    let file = IndexFile::open(&args.index)?;
    let queries = Vectors::open(&args.queries)?;
    let index_name = args.index.display().to_string();
    queries.expect_dim(&index_name, file.index().dim())?;
    if args.k.get() > file.index().len() {
        return Err(VectorsError::TooFew {
            what: "-k",
            asked: args.k.get(),
            name: index_name,
            available: file.index().len(),
            unit: "vectors",
        }
        .into());
    }
    let n_probe = args.n_probe.get();
    let started = Instant::now();
    let progress = console.progress("queries");
    let tally = super::write_output(args.output.as_deref(), |mut out| {
        let how = (args.k.get(), Effort { n_probe });
        let searched = hits::search(&file, &queries, how, &mut out, |done| {
            progress.set_position(done as u64);
        });
        searched.map_err(Failure::from)
    })?;
    progress.finish_and_clear();
    let elapsed = started.elapsed().as_secs_f64();
    console.say(format!(
        "{} queries in {elapsed:.2} s, {:.0} per second",
        tally.n_queries,
        tally.n_queries as f64 / elapsed
    ));
    if tally.n_without > 0 {
        console.say(format!(
            "{} queries have no neighbour; their notes say why",
            tally.n_without
        ));
    }
    Ok(Outcome::Done)
}
