//! `mzseek evaluate`: how right a report is.

use super::{Outcome, picture};
use crate::failure::Failure;
use crate::report::{Evaluation, FdrCheck};
use clap::Args;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Compare a report with the truth: share of right answers, false matches of absent compounds
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek evaluate report.csv truth.csv
  mzseek evaluate report.csv truth.csv --plot accuracy.svg
  mzseek evaluate report.csv truth.csv --by ion_mode --by instrument_type
  mzseek evaluate report.csv truth.csv --entrapment --plot fdr.svg

The truth has a row per query: title (or query_id), the right answer as inchikey14,
correct_library_ids or name, class (in_library or absent) and, if you like, relation.
--least-top-1 and --least-top-10 make a check of it: exit 1 where a share is lower.")]
pub(super) struct EvaluateArgs {
    /// Report of mzseek search
    #[arg(value_name = "REPORT.csv")]
    report: PathBuf,
    /// What the right answers are
    #[arg(value_name = "TRUTH.csv")]
    truth: PathBuf,
    /// Compare q-values with the share of accepted matches that is truly wrong; TRUTH.csv may then
    /// be a list of entries instead: columns `entry_id` and class (target or entrapment)
    #[arg(long)]
    entrapment: bool,
    /// Draw what is compared, as .svg or .png
    #[arg(long, value_name = "PLOT", value_parser = picture::parse)]
    plot: Option<PathBuf>,
    /// Accuracy by the values of this column of the truth; may be given again [default: relation]
    #[arg(long, value_name = "COLUMN", conflicts_with = "entrapment")]
    by: Vec<String>,
    /// Fail if fewer first matches are right, in percent
    #[arg(long, value_name = "PERCENT")]
    least_top_1: Option<f64>,
    /// Fail if fewer queries have a right match among the first ten, in percent
    #[arg(long, value_name = "PERCENT")]
    least_top_10: Option<f64>,
}

pub(super) fn run(args: &EvaluateArgs) -> Result<Outcome, Failure> {
    if args.entrapment {
        return entrapment(args);
    }
    let evaluation = Evaluation::read(&args.report, &args.truth, &args.by)?;
    draw(args, || evaluation.svg())?;
    io::stdout()
        .lock()
        .write_all(evaluation.to_string().as_bytes())
        .map_err(|e| Failure::write(Path::new("stdout"), e))?;
    for (name, found, least) in [
        ("top-1", evaluation.top_1(), args.least_top_1),
        ("top-10", evaluation.top_10(), args.least_top_10),
    ] {
        if let Some(least) = least.filter(|least| found * 100.0 < *least) {
            let text = format!(
                "{name} is {:.2} %, at least {least} % was asked for",
                found * 100.0
            );
            return Err(Failure::input(text));
        }
    }
    Ok(Outcome::Done)
}

/// Writes the picture, if one is asked for.
fn draw(args: &EvaluateArgs, svg: impl FnOnce() -> String) -> Result<(), Failure> {
    let Some(plot) = &args.plot else {
        return Ok(());
    };
    picture::write(plot, &svg())
}

/// Shows whether q-values hold.
fn entrapment(args: &EvaluateArgs) -> Result<Outcome, Failure> {
    let check = FdrCheck::read(&args.report, &args.truth)?;
    draw(args, || check.svg())?;
    io::stdout()
        .lock()
        .write_all(check.to_string().as_bytes())
        .map_err(|e| Failure::write(Path::new("stdout"), e))?;
    Ok(Outcome::Done)
}
