//! `mzseek vectors index`: a set of vectors to an index file.

use super::super::Outcome;
use super::super::console::Console;
use crate::failure::Failure;
use crate::index::{Calibration, RowShape, UnknownFactory, Wish};
use crate::report::Table;
use crate::vectors::{IndexFile, Location, Made, Order, VectorMetric, Vectors};
use clap::Args;
use std::path::PathBuf;
use std::time::Instant;

/// Make an index of a set of vectors
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek vectors index base.npy -o base.h5
  mzseek vectors index base.fvecs --index IVF4096,PQ32 --metric l2 -o base.h5
  mzseek vectors index embeddings.h5:train --index PCA128,IVF4096,PQ64 --metric ip -o base.h5

--index takes
  Flat, Sparse, PQ32      how vectors are kept: whole, as the values that are not 0, in 32 bytes
  IVF1024,                before it: in so many lists, of which a search visits some
  PCA128, or OPQ64,       before all: as so many principal components, or turned so that codes of
                          64 bytes lose least; queries are mapped alike
  PCA95%,                 before all: as the principal components that explain so much of the variance
  ,Refine(F16)            behind it: the best are scored again from rows kept as half-precision
                          numbers; also Refine(Flat) and Refine(SQ8)
  auto                    Sparse where most values are 0 (in lists beyond 200,000 vectors); else Flat
                          below 10,000 vectors, and IVF,PQ,Refine(F16) with sizes chosen beyond
  pq, ivfpq               these, with sizes chosen

Unless the index is exact, what it finds at which effort is then measured, stored with it and told:
the share of the ten nearest found, and bytes read per query as a share of those of scoring every
vector whole. `vectors search --recall-target` uses it. It is measured on --queries, or else on 256 of
its own vectors, each blind to itself; vectors that come in near copies of one another are found more
easily than queries from elsewhere, so give queries where you have some.")]
pub(super) struct IndexArgs {
    /// Vectors: .npy, .fvecs, .bvecs, .ivecs, .csv or FILE.h5:dataset
    #[arg(value_name = "BASE")]
    base: Location,
    /// The index file to make
    #[arg(short, long, value_name = "IDX.h5")]
    output: PathBuf,
    /// Index: auto, or words such as Flat, PQ32 or IVF1024,PQ32 (see below)
    #[arg(long, value_name = "FACTORY", default_value = "auto")]
    index: String,
    /// What near means: ip (inner product), l2 (Euclidean distance) or cosine
    #[arg(long, value_name = "METRIC", default_value = "cosine")]
    metric: VectorMetric,
    /// Seed of everything random
    #[arg(long, value_name = "N", default_value = "0")]
    seed: u32,
    /// Queries to measure what the index finds at which effort
    #[arg(long, value_name = "QUERIES", conflicts_with = "no_calibration")]
    queries: Option<Location>,
    /// Do not measure what the index finds at which effort
    #[arg(long)]
    no_calibration: bool,
}

pub(super) fn run(args: &IndexArgs, console: Console) -> Result<Outcome, Failure> {
    let started = Instant::now();
    let base = Vectors::open(&args.base)?;
    let wish: Wish =
        (args.index.parse()).map_err(|e: UnknownFactory| Failure::usage(e.to_string()))?;
    let queries = args.queries.as_ref().map(Vectors::open).transpose()?;
    if let Some(queries) = &queries {
        queries.expect_dim(base.name(), base.dim())?;
    }
    let (rows, n_zero) = args.metric.matrix(&base)?;
    super::say_zeros(console, base.name(), n_zero);
    let factory = wish.settle(RowShape::of(rows.view()));
    console.detail(format!("training {factory}"));
    let order = Order {
        metric: args.metric,
        seed: u64::from(args.seed),
    };
    let Made {
        mut file, notes, ..
    } = IndexFile::train(&base, rows.view(), factory, order)?;
    for note in &notes {
        console.say(format!("note: {note}"));
    }
    file.measure_fit(rows.view());
    if !args.no_calibration {
        console.detail("measuring what it finds at which effort");
        let queries = queries.as_ref().map(|set| args.metric.matrix(set));
        let queries = queries.transpose()?;
        let queries = queries.as_ref().map(|(queries, _)| queries.view());
        file.calibrate(&base, rows.view(), queries)?;
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
    if !file.calibration().settings().is_empty() {
        console.say(table(file.calibration()));
    }
    Ok(Outcome::Done)
}

/// The settings worth having, as people read them.
fn table(calibration: &Calibration) -> Table {
    let mut table = Table::new(&["n_probe", "refine_depth", "recall@10", "bytes read %"]);
    for setting in calibration.settings() {
        table.row(vec![
            setting.n_probe.to_string(),
            match setting.per_hit {
                0 => String::new(),
                per_hit => per_hit.to_string(),
            },
            format!("{:.3}", setting.recall),
            format!("{:.3}", setting.cost * 100.0),
        ]);
    }
    table
}
