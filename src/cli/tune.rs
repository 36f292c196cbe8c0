//! `mzseek tune`: how hard the index must try.

use super::Outcome;
use super::console::Console;
use super::intake::{Intake, ReadingFlags};
use crate::domain::{PrecursorWindow, Tolerance};
use crate::failure::Failure;
use crate::library::Library;
use crate::report::Table;
use crate::search::{Amount, ScoreChoice, SearchSettings, Tuned, Tuning, cheapest};
use clap::Args;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Measure what the index finds at which effort, and recommend settings
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek tune library.h5
  mzseek tune library.h5 run.mgf --target-recall 0.995
  mzseek tune library.h5 run.mgf --score cosine --csv > effort.csv

Every entry is scored exactly for every query, without the index; then the index is asked with more
and more effort. Recall is the share of the best entry, and of the ten best, that it proposed. Without
QUERIES, entries of the library are searched, each without itself. Only searches that ask the index are
tuned: open ones, and windows so wide that they hold more than 20,000 entries.")]
pub(super) struct TuneArgs {
    /// The library
    #[arg(value_name = "LIB.h5")]
    library: PathBuf,
    /// Query spectra such as will be searched
    #[arg(value_name = "QUERIES")]
    queries: Vec<PathBuf>,
    /// Share of the ten best entries that should be proposed
    #[arg(long, value_name = "SHARE", default_value = "0.99", value_parser = parse_share)]
    target_recall: f64,
    /// Queries used, at most; the first ones
    #[arg(long, value_name = "N", default_value = "300")]
    sample: std::num::NonZeroUsize,
    /// Score that ranks
    #[arg(long, value_name = "SCORE", default_value = "auto")]
    score: ScoreChoice,
    /// How far apart matching fragments may lie [default: the library's]
    #[arg(long, value_name = "TOL")]
    fragment_tol: Option<Tolerance>,
    /// The table as CSV
    #[arg(long)]
    csv: bool,
    #[command(flatten)]
    reading: ReadingFlags,
}

fn parse_share(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|n| *n > 0.0 && *n <= 1.0);
    number.ok_or_else(|| "write a number above 0 and up to 1, as in 0.99".to_owned())
}

pub(super) fn run(args: &TuneArgs, console: Console) -> Result<Outcome, Failure> {
    let library = Library::open(&args.library)?;
    let fragment_tolerance = match args.fragment_tol {
        Some(tolerance) => tolerance,
        None => library.settings().fragment_tolerance()?,
    };
    let settings = SearchSettings {
        precursor: PrecursorWindow::Open,
        score: args.score,
        ..SearchSettings::new(fragment_tolerance)
    };
    let n = args.sample.get();
    let mut outcome = Outcome::Done;
    console.say("scoring every entry");
    let tuning = if args.queries.is_empty() {
        Tuning::of_entries(&library, &settings, n)
    } else {
        let mut queries = Vec::new();
        let intake = Intake::read(&args.queries, args.reading, console, |spectra, _| {
            queries.extend(spectra.iter().take(n - queries.len()).cloned());
            Ok(())
        })?;
        outcome = intake.finish(console);
        Tuning::new(&library, &settings, queries)
    };
    if tuning.n_queries() == 0 {
        return Err(Failure::input("no query has a match to tune by".to_owned()));
    }
    let efforts = tuning.efforts();
    let progress = console.progress("settings measured");
    let measured: Vec<Tuned> = efforts
        .into_iter()
        .map(|(n_probe, n_candidates)| {
            progress.inc(1);
            tuning.measure(n_probe, n_candidates)
        })
        .collect();
    progress.finish_and_clear();
    library.sound()?;
    let text = if args.csv {
        csv_text(&measured).map_err(|e| Failure::csv(Path::new("stdout"), e))?
    } else {
        tell(&tuning, &measured, args.target_recall)
    };
    io::stdout()
        .lock()
        .write_all(text.as_bytes())
        .map_err(|e| Failure::write(Path::new("stdout"), e))?;
    Ok(outcome)
}

const HEADER: [&str; 5] = [
    "n_probe",
    "n_candidates",
    "recall_at_1",
    "recall_at_10",
    "seconds",
];

fn cells(tuned: &Tuned) -> Vec<String> {
    vec![
        tuned.n_probe.to_string(),
        tuned.n_candidates.to_string(),
        format!("{:.4}", tuned.recall_at_1),
        format!("{:.4}", tuned.recall_at_10),
        format!("{:.4}", tuned.time.as_secs_f64()),
    ]
}

fn csv_text(measured: &[Tuned]) -> Result<String, csv::Error> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(HEADER)?;
    for tuned in measured {
        csv.write_record(cells(tuned))?;
    }
    let bytes = csv
        .into_inner()
        .map_err(|e| csv::Error::from(e.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn tell(tuning: &Tuning<'_>, measured: &[Tuned], target: f64) -> String {
    let mut table = Table::new(&HEADER);
    for tuned in measured {
        table.row(cells(tuned));
    }
    let words = |amount: Amount, flag: &str| match amount {
        Amount::Auto => String::new(),
        Amount::All | Amount::Exactly(_) => format!(" --{flag} {amount}"),
    };
    let advice = match (measured.first(), cheapest(measured, target)) {
        (Some(auto), _) if auto.recall_at_10 >= target => {
            "the default finds enough: no flags are needed\n".to_owned()
        }
        (_, Some(best)) => format!(
            "cheapest with {target}:{}{}\n",
            words(best.n_probe, "n-probe"),
            words(best.n_candidates, "n-candidates")
        ),
        (_, None) => {
            format!("none of these finds {target}; --n-candidates all scores every entry\n")
        }
    };
    format!(
        "{} queries; scoring every entry took {:.2} s\n\n{table}\n{advice}",
        tuning.n_queries(),
        tuning.exhaustive().as_secs_f64(),
    )
}
