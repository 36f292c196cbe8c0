//! `mzseek vectors similarity`: all pairwise cosines.

use super::super::Outcome;
use super::super::console::Console;
use crate::failure::Failure;
use crate::vectors::similarity::{SIMILARITY, similarity};
use crate::vectors::{Location, MatrixFile, Vectors};
use clap::Args;
use std::path::PathBuf;
use std::time::Instant;

/// Write the cosine of every vector with every other
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek vectors similarity base.npy -o similarity.h5
  mzseek vectors similarity queries.npy base.npy -o similarity.npy

The matrix is the dataset 'similarity' of an HDF5 file, or a .npy file if OUT ends so; it has a row
per vector of A and a column per vector of B, or of A again. It is computed in tiles and need not
fit in memory. A zero vector has cosine 0 with every other and with itself, and is counted.")]
pub(super) struct SimilarityArgs {
    /// Vectors of the rows: .npy, .fvecs, .bvecs, .ivecs, .csv or FILE.h5:dataset
    #[arg(value_name = "A")]
    a: Location,
    /// Vectors of the columns; those of A if not given
    #[arg(value_name = "B")]
    b: Option<Location>,
    /// The matrix to write: .h5 or .npy
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
}

pub(super) fn run(args: &SimilarityArgs, console: Console) -> Result<Outcome, Failure> {
    let started = Instant::now();
    let a = Vectors::open(&args.a)?;
    let b = args.b.as_ref().map(Vectors::open).transpose()?;
    let shape = (a.n_rows(), b.as_ref().unwrap_or(&a).n_rows());
    b.as_ref().unwrap_or(&a).expect_dim(a.name(), a.dim())?;
    let mut out = MatrixFile::create(&args.output, SIMILARITY, shape)?;
    let progress = console.progress("tiles");
    let tally = similarity(&a, b.as_ref(), &mut out, |done, total| {
        progress.set_length(total as u64);
        progress.set_position(done as u64);
    })?;
    progress.finish_and_clear();
    out.publish(&[tally.n_zero_rows as u64, tally.n_zero_columns as u64])?;
    super::say_zeros(console, a.name(), tally.n_zero_rows);
    if let Some(b) = &b {
        super::say_zeros(console, b.name(), tally.n_zero_columns);
    }
    console.say(format!(
        "{}: {} x {} cosines in {:.2} s",
        args.output.display(),
        shape.0,
        shape.1,
        started.elapsed().as_secs_f64()
    ));
    Ok(Outcome::Done)
}
