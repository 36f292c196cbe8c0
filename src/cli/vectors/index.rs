//! `mzseek vectors index`: a set of vectors to an index file.

use super::super::Outcome;
use super::super::console::Console;
use crate::failure::Failure;
use crate::vectors::{IndexFile, Location, Order, VectorMetric, Vectors, choose};
use clap::Args;
use std::path::PathBuf;
use std::time::Instant;

/// Make an index of a set of vectors
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek vectors index base.npy -o base.h5
  mzseek vectors index base.fvecs --index IVF4096,PQ32 --metric l2 -o base.h5
  mzseek vectors index embeddings.h5:train --index Flat --metric ip -o flat.h5")]
pub(super) struct IndexArgs {
    /// Vectors: .npy, .fvecs, .bvecs, .ivecs, .csv or FILE.h5:dataset
    #[arg(value_name = "BASE")]
    base: Location,
    /// The index file to make
    #[arg(short, long, value_name = "IDX.h5")]
    output: PathBuf,
    /// Index: auto, ivfpq, or words such as Flat, PQ32 or IVF1024,PQ32
    #[arg(long, value_name = "FACTORY", default_value = "auto")]
    index: String,
    /// What near means: ip (inner product), l2 (Euclidean distance) or cosine
    #[arg(long, value_name = "METRIC", default_value = "cosine")]
    metric: VectorMetric,
    /// Seed of everything random
    #[arg(long, value_name = "N", default_value = "0")]
    seed: u32,
}

pub(super) fn run(args: &IndexArgs, console: Console) -> Result<Outcome, Failure> {
    let started = Instant::now();
    let base = Vectors::open(&args.base)?;
    let factory = choose(&args.index, base.n_rows(), base.dim())
        .map_err(|e| Failure::usage(e.to_string()))?;
    let (rows, n_zero) = args.metric.matrix(&base)?;
    super::say_zeros(console, base.name(), n_zero);
    console.detail(format!("training {factory}"));
    let order = Order {
        metric: args.metric,
        seed: u64::from(args.seed),
    };
    let (file, notes) = IndexFile::train(&base, rows.view(), factory, order)?;
    for note in &notes {
        console.say(format!("note: {note}"));
    }
    file.write(&args.output)?;
    console.say(format!(
        "{}: {} over {} vectors of {} numbers, {}, {:.2} s",
        args.output.display(),
        file.index().factory(),
        base.n_rows(),
        base.dim(),
        args.metric,
        started.elapsed().as_secs_f64()
    ));
    Ok(Outcome::Done)
}
