//! `mzseek vectors`: the index core for any vectors; one file per sub-command.

mod add;
mod bench;
mod cluster;
mod index;
mod pca;
mod search;
mod similarity;

use super::Outcome;
use super::console::Console;
use crate::failure::Failure;
use clap::{Args, Subcommand};

/// Index, search, compare and cluster any vectors: learned embeddings, benchmarks
#[derive(Debug, Args)]
#[command(
    arg_required_else_help = true,
    after_help = "\
Examples:
  mzseek vectors index base.npy --metric l2 -o base.h5
  mzseek vectors search base.h5 queries.fvecs -k 10 --recall-target 0.95 -o hits.csv
  mzseek vectors add base.h5 more.npy -o grown.h5
  mzseek vectors bench base.npy queries.npy --index Flat IVF1024,PQ32 --n-probe 1,4,16,64

Vectors are read from .npy (two-dimensional, row by row), .fvecs, .bvecs, .ivecs, .csv, .tsv and
FILE.h5:dataset. Files are used where they lie: do not write to them meanwhile. Rows are counted
from 0."
)]
pub(super) struct VectorsArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Index(index::IndexArgs),
    Add(add::AddArgs),
    Search(search::SearchArgs),
    Bench(bench::BenchArgs),
    Pca(pca::PcaArgs),
    Cluster(cluster::ClusterArgs),
    Similarity(similarity::SimilarityArgs),
}

pub(super) fn run(args: &VectorsArgs, console: Console) -> Result<Outcome, Failure> {
    match &args.command {
        Command::Index(args) => index::run(args, console),
        Command::Add(args) => add::run(args, console),
        Command::Search(args) => search::run(args, console),
        Command::Bench(args) => bench::run(args, console),
        Command::Pca(args) => pca::run(args, console),
        Command::Cluster(args) => cluster::run(args, console),
        Command::Similarity(args) => similarity::run(args, console),
    }
}

/// Reads the share of a query's norm below which its coordinates are left out: 0 or more, below 1.
fn skipped_share(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(share) if (0.0..1.0).contains(&share) => Ok(share),
        _ => Err("a share to skip is 0 or more and below 1, for instance 0.08".to_owned()),
    }
}

/// Tells of vectors without direction.
fn say_zeros(console: Console, name: &str, n_zero: usize) {
    if n_zero > 0 {
        console.say(format!(
            "note: {name}: {n_zero} zero vectors, which have no cosine with any"
        ));
    }
}
