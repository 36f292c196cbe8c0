//! `mzseek vectors bench`: recall beside speed and bytes.

use super::skipped_share;
use crate::cli::console::Console;
use crate::cli::{Outcome, output};
use crate::failure::Failure;
use crate::index::{Factory, RefineKind, RowShape, UnknownFactory, Wish};
use crate::vectors::bench::{
    Bench, COLUMNS, Judge, Plan, Row, Subject, exact_truth, mixture, plot, table,
};
use crate::vectors::{Location, Order, RowIds, VectorMetric, Vectors, VectorsError};
use clap::Args;
use ndarray::{ArrayView2, s};
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Measure indexes of a set: recall, queries per second, latency, bytes per vector, memory
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek vectors bench base.npy query.npy --truth truth.npy --metric l2 --index IVF1024,PQ32
  mzseek vectors bench base.npy query.npy --index Flat IVF256,PQ16 base.h5 \\
      --n-probe 1,4,16,64 --threads 1,2 -o bench.csv --plot curve.svg
  mzseek vectors bench base.npy query.npy --metric l2 --table
  mzseek vectors bench --synthetic 500000x128 --metric l2 --table

Without --truth the exact nearest rows are computed first. A row that is as near as the one asked
for counts as found. Speed is the median of the rounds; latency is the median of 200 single queries
on one thread; bytes are those of the index file. train_s is the time to learn maps, centres and
codewords, add_s that to put every vector in its place. peak_mb contains the base.

--table without --index measures what tutorials compare: Flat, PQ, IVF-PQ, and IVF-PQ whose best rows
are scored again, with a byte for sixteen numbers and --n-probe 48.")]
pub(super) struct BenchArgs {
    /// Vectors to index
    #[arg(value_name = "BASE", required_unless_present = "synthetic")]
    base: Option<Location>,
    /// Query vectors
    #[arg(value_name = "QUERIES", required_unless_present = "synthetic")]
    queries: Option<Location>,
    /// Make the vectors instead: so many, of so many numbers, around 2,000 centres on a bent surface
    #[arg(long, value_name = "NxDIM", conflicts_with_all = ["base", "queries", "truth"])]
    synthetic: Option<Size>,
    /// Row numbers of the nearest per query, nearest first: .npy, .ivecs, .csv or FILE.h5:dataset
    #[arg(long, value_name = "T")]
    truth: Option<Location>,
    /// Indexes to measure: auto, words such as Flat, PQ32 or IVF1024,PQ32, or index files of BASE
    #[arg(long, value_name = "FACTORY", num_args = 1..)]
    index: Vec<String>,
    /// What near means: ip (inner product), l2 (Euclidean distance) or cosine
    #[arg(long, value_name = "METRIC", default_value = "cosine")]
    metric: VectorMetric,
    /// Inverted lists visited per query [default: 1,4,16,64; with --table 48]
    #[arg(long, value_name = "N,...", value_delimiter = ',')]
    n_probe: Vec<NonZeroUsize>,
    /// Vectors scored again for each neighbour, where the index has a second look
    #[arg(
        long,
        value_name = "N,...",
        value_delimiter = ',',
        default_value = "10"
    )]
    refine_depth: Vec<NonZeroUsize>,
    /// Shares of a query's norm below which its coordinates are left out of its scores, where vectors
    /// are kept as the values that are not 0
    #[arg(
        long,
        value_name = "SHARE,...",
        value_delimiter = ',',
        default_value = "0",
        value_parser = skipped_share
    )]
    skip_below: Vec<f32>,
    /// Threads of the batch; training takes the most of them
    // The same id as the flag of all commands, which it replaces here.
    #[arg(long, value_name = "N,...", value_delimiter = ',', default_value = "1")]
    threads: Vec<NonZeroUsize>,
    /// Times each batch is run
    #[arg(long, value_name = "N", default_value = "3")]
    rounds: NonZeroUsize,
    /// Queries used, at most
    #[arg(long, value_name = "N", default_value = "1000")]
    n_queries: NonZeroUsize,
    /// Neighbours per query; other than 10 only with --table
    #[arg(short, long, value_name = "K", default_value = "10")]
    k: NonZeroUsize,
    /// Seed of everything random
    #[arg(long, value_name = "N", default_value = "0")]
    seed: u32,
    /// A table for people instead of CSV: recall, milliseconds per query, MB
    #[arg(long)]
    table: bool,
    /// The CSV or table; stdout if not given
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Draw speed against recall
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
}

pub(super) fn run(args: &BenchArgs, console: Console) -> Result<Outcome, Failure> {
    if args.k.get() != 10 && !args.table {
        let text = "the CSV has columns for 10 neighbours: -k needs --table";
        return Err(Failure::usage(text));
    }
    let wishes = wishes(args)?;
    let (set, query_set) = sets(args)?;
    query_set.expect_dim(set.name(), set.dim())?;
    let k = args.k.get();
    if k > set.n_rows() {
        let (name, available) = (set.name().to_owned(), set.n_rows());
        let (what, unit) = ("-k", "vectors");
        return Err(VectorsError::TooFew {
            what,
            asked: k,
            name,
            available,
            unit,
        }
        .into());
    }
    let (base, n_zero) = args.metric.matrix(&set)?;
    super::say_zeros(console, set.name(), n_zero);
    let (queries, n_zero) = args.metric.matrix(&query_set)?;
    super::say_zeros(console, query_set.name(), n_zero);
    let n_queries = query_set.n_rows().min(args.n_queries.get());
    let queries = queries.slice(s![..n_queries, ..]);
    let truth = truth(args, (base.view(), queries), &set, console)?;
    let metric = args.metric.core();
    let seed = u64::from(args.seed);
    let bench = Bench {
        set: &set,
        base: base.view(),
        queries,
        order: Order {
            metric: args.metric,
            seed,
        },
        judge: Judge::new(metric, (base.view(), queries), k, &truth),
    };
    let plan = plan(args);
    let shape = RowShape::of(base.view());
    let subjects = wishes.into_iter().map(|wish| match wish {
        Wished::File(path) => Subject::File(path),
        Wished::Wish(wish, refine) => {
            let factory = wish.settle(shape);
            let refine = refine.or(factory.refine);
            Subject::Trained(Factory { refine, ..factory })
        }
    });
    let rows = output::fill(args.output.as_deref(), |out| {
        measure(&bench, &plan, subjects.collect(), args, (out, console))
    })?;
    if let Some(path) = &args.plot {
        output::fill_file(path, |out| {
            let written = out.write_all(plot::svg(&rows, k).as_bytes());
            written.map_err(|e| Failure::write(path, e))
        })?;
    }
    Ok(Outcome::Done)
}

/// What is varied, and how often it is measured.
fn plan(args: &BenchArgs) -> Plan {
    let counts = |given: &[NonZeroUsize]| given.iter().map(|n| n.get()).collect();
    Plan {
        n_probe: match &args.n_probe[..] {
            [] if args.table => vec![48],
            [] => vec![1, 4, 16, 64],
            given => counts(given),
        },
        per_hit: counts(&args.refine_depth),
        skip_below: args.skip_below.clone(),
        threads: counts(&args.threads),
        k: args.k.get(),
        rounds: args.rounds.get(),
    }
}

/// Measures one index after another, and writes each as soon as it is done.
fn measure(
    bench: &Bench<'_>,
    plan: &Plan,
    subjects: Vec<Subject>,
    args: &BenchArgs,
    (out, console): (&mut dyn Write, Console),
) -> Result<Vec<Row>, Failure> {
    let written = |e: csv::Error| Failure::from(VectorsError::from(e));
    let mut rows = Vec::new();
    let mut csv = csv::Writer::from_writer(out);
    if !args.table {
        csv.write_record(COLUMNS.map(|(name, _)| name))
            .map_err(written)?;
    }
    for subject in subjects {
        let name = match &subject {
            Subject::Trained(factory) => factory.to_string(),
            Subject::File(path) => path.display().to_string(),
        };
        console.detail(format!("measuring {name}"));
        let (found, notes) = bench.run(&subject, plan)?;
        for note in notes {
            console.say(format!("note: {name}: {note}"));
        }
        for row in found.iter().filter(|_| !args.table) {
            csv.write_record(COLUMNS.map(|(_, cell)| cell(row)))
                .map_err(written)?;
        }
        csv.flush().map_err(VectorsError::from)?;
        rows.extend(found);
    }
    if args.table {
        let out = csv
            .into_inner()
            .map_err(|e| VectorsError::Io(e.into_error()))?;
        out.write_all(table(&rows, plan.k).as_bytes())
            .map_err(VectorsError::from)?;
    }
    Ok(rows)
}

/// What is to be measured, before the set is known: an order, perhaps with a second look, or a file.
enum Wished {
    Wish(Wish, Option<RefineKind>),
    File(PathBuf),
}

/// The indexes ordered, all understood before anything is read.
fn wishes(args: &BenchArgs) -> Result<Vec<Wished>, Failure> {
    let plain = |wish| Wished::Wish(wish, None);
    if args.index.is_empty() {
        return Ok(if args.table {
            vec![
                plain(Wish::Exactly(Factory::FLAT)),
                plain(Wish::Pq),
                plain(Wish::IvfPq),
                Wished::Wish(Wish::IvfPq, Some(RefineKind::F16)),
            ]
        } else {
            vec![plain(Wish::Auto)]
        });
    }
    let understood = args.index.iter().map(|words| {
        if Path::new(words).extension().is_some_and(|end| end == "h5") {
            return Ok(Wished::File(PathBuf::from(words)));
        }
        let wish: Result<Wish, UnknownFactory> = words.parse();
        wish.map(plain).map_err(|e| Failure::usage(e.to_string()))
    });
    understood.collect()
}

/// The base and the queries.
fn sets(args: &BenchArgs) -> Result<(Vectors, Vectors), Failure> {
    if let Some(Size { n, dim }) = args.synthetic {
        let n_queries = args.n_queries.get();
        return Ok(mixture(n.get(), dim.get(), n_queries, u64::from(args.seed)));
    }
    let (Some(base), Some(queries)) = (&args.base, &args.queries) else {
        return Err(Failure::usage(
            "BASE and QUERIES are needed, or --synthetic",
        ));
    };
    Ok((Vectors::open(base)?, Vectors::open(queries)?))
}

/// The size of a set to be made.
#[derive(Debug, Clone, Copy)]
struct Size {
    n: NonZeroUsize,
    dim: NonZeroUsize,
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (n, dim) = text.split_once('x')?;
            Some(Self {
                n: n.parse().ok()?,
                dim: dim.parse().ok()?,
            })
        };
        parse().ok_or_else(|| "write vectors x numbers, for instance 500000x128".to_owned())
    }
}

fn truth(
    args: &BenchArgs,
    (base, queries): (ArrayView2<'_, f32>, ArrayView2<'_, f32>),
    set: &Vectors,
    console: Console,
) -> Result<RowIds, VectorsError> {
    let (k, n_queries) = (args.k.get(), queries.nrows());
    let Some(location) = &args.truth else {
        console.detail("scoring all rows for the exact truth");
        let truth = exact_truth(args.metric.core(), base, queries, k);
        return truth.map_err(|source| VectorsError::Train {
            name: set.name().to_owned(),
            source,
        });
    };
    let truth = RowIds::open(location, base.nrows())?;
    if truth.k < k || truth.n_queries() < n_queries {
        let fault = format!(
            "has {} rows for {} queries, {k} for {n_queries} are needed",
            truth.k,
            truth.n_queries()
        );
        return Err(VectorsError::Truth {
            name: location.to_string(),
            fault,
        });
    }
    Ok(truth)
}
