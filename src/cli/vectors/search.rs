//! `mzseek vectors search`: the nearest rows of query vectors.

use super::skipped_share;
use crate::cli::console::Console;
use crate::cli::{Outcome, output};
use crate::failure::Failure;
use crate::index::{AnyIndex, Effort, VectorIndex};
use crate::vectors::{IndexFile, Location, Vectors, VectorsError, hits};
use clap::Args;
use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Instant;

/// Find the nearest rows of query vectors in an index
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek vectors search base.h5 queries.npy -k 10 -o hits.csv
  mzseek vectors search base.h5 queries.npy --recall-target 0.99 -o hits.csv
  mzseek vectors search base.h5 queries.npy --n-probe 16 --refine-depth 20 -o hits.csv
  mzseek vectors search sparse.h5 queries.npy --skip-below 0.08 -o hits.csv
  mzseek vectors search base.h5 more.h5:test -k 1 --threads 1 > hits.csv

Columns are query, rank, row, distance and note. The distance is the inner product under ip (higher
is nearer), the Euclidean distance under l2 and 1 - cosine under cosine; of a quantised index it is
that of the row as the index holds it, and with --skip-below that of the coordinates left. How hard a
search tries is chosen for the recall target from what was measured when the index was made, on its own
vectors and ten neighbours; queries unlike them may find less. An exact index finds all in any case. A
query without a neighbour has one row whose note says so.")]
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
    /// The share of the nearest to be found, by the calibration of the index [default: 0.95]
    #[arg(long, value_name = "SHARE", value_parser = share, conflicts_with_all = ["n_probe", "refine_depth"])]
    recall_target: Option<f64>,
    /// Inverted lists visited per query, instead of a recall target: more find more and take longer
    #[arg(long, value_name = "N")]
    n_probe: Option<NonZeroUsize>,
    /// Vectors scored again for each neighbour wanted, where the index has a second look
    /// [default: 10]
    #[arg(long, value_name = "N", requires = "n_probe")]
    refine_depth: Option<NonZeroUsize>,
    /// Leave coordinates of a query below this share of its norm out of its scores, but none of half the
    /// greatest or more, where vectors are kept as the values that are not 0: 0.05 to 0.1 saves a tenth
    /// to a third of the time [default: 0]
    #[arg(long, value_name = "SHARE", value_parser = skipped_share, conflicts_with = "recall_target")]
    skip_below: Option<f32>,
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
    let (file, effort) = settle(file, args, console)?;
    let started = Instant::now();
    let progress = console.progress("queries");
    let tally = output::fill(args.output.as_deref(), |mut out| {
        let how = (args.k.get(), effort);
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

/// The recall that is aimed at where nothing else is said.
const RECALL_TARGET: f64 = 0.95;

/// The index, set to try as hard as is asked.
fn settle(
    file: IndexFile,
    args: &SearchArgs,
    console: Console,
) -> Result<(IndexFile, Effort), Failure> {
    if let Some(effort) = by_hand(file.index(), args)? {
        let file = match args.refine_depth {
            Some(per_hit) => file.with_per_hit(per_hit.get()),
            None => file,
        };
        return Ok((file, effort));
    }
    let target = args.recall_target.unwrap_or(RECALL_TARGET);
    let setting = file.setting_for(target, &args.index.display().to_string())?;
    let Some(setting) = setting else {
        return Ok((file, Effort::visiting(1)));
    };
    let mut text = format!("n_probe {}", setting.n_probe);
    if setting.per_hit > 0 {
        let _ = write!(text, ", refine depth {}", setting.per_hit);
    }
    if setting.recall < target {
        console.say(format!(
            "note: the index finds {:.3} of the nearest at most ({text}), less than {target}: make \
             it again with more bytes per vector or a second look",
            setting.recall
        ));
    } else {
        console.say(format!(
            "{text}: recall {:.3} when measured",
            setting.recall
        ));
    }
    let effort = Effort::visiting(setting.n_probe);
    Ok((file.with_per_hit(setting.per_hit.max(1)), effort))
}

/// The effort, where it is asked for instead of a recall target.
fn by_hand(index: &AnyIndex, args: &SearchArgs) -> Result<Option<Effort>, Failure> {
    if args.skip_below.is_some() && !index.can_skip() {
        let fault = format!(
            "{}: only Sparse and IVF,Sparse indexes leave coordinates out: --skip-below is for them",
            args.index.display()
        );
        return Err(Failure::usage(fault));
    }
    let n_probe = match (args.n_probe, args.skip_below) {
        (Some(n_probe), _) => n_probe.get(),
        (None, Some(_)) if index.n_lists() == 0 => 1,
        (None, Some(_)) => {
            let text = "--skip-below needs --n-probe where an index has lists";
            return Err(Failure::usage(text));
        }
        (None, None) => return Ok(None),
    };
    Ok(Some(Effort {
        n_probe,
        skip_below: args.skip_below.unwrap_or(0.0),
    }))
}

/// Reads a share: above 0, at most 1.
fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if share > 0.0 && share <= 1.0 => Ok(share),
        _ => Err("a share lies above 0 and is at most 1, for instance 0.95".to_owned()),
    }
}
