//! `mzseek search`: query spectra to a report.

use super::Outcome;
use super::console::Console;
use super::intake::{self, Intake};
use super::run_fdr::{FdrFlags, RunAnswers};
use crate::domain::{MassRange, PrecursorWindow, Seconds, Tolerance};
use crate::failure::Failure;
use crate::files::PendingFile;
use crate::library::{Condition, Library};
use crate::report::{CsvReport, RunSummary};
use crate::search::{Amount, GroupBy, Plan, ScoreChoice, SearchSettings, Searcher};
use clap::Args;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Say what spectra are: search them in a library
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek search library.h5 run.mzML -o report.csv --precursor-tol 10ppm
  mzseek search library.h5 a.mgf b.mgf.gz --top-k 3 --only-matched > report.csv
  mzseek search library.h5 unknowns.msp --precursor-tol open --group-by compound
  mzseek search peptides.h5 run.mzML --precursor-tol 20ppm --cascade --fdr 0.01 > report.csv
  mzseek search library.h5 run.mgf --where \"charge = 1 and instrument contains 'orbitrap'\"
  mzseek search library.h5 run.mgf --precursor-range=-20..300Da   (analogues)

Columns for --where: precursor_mz, charge, polarity, adduct, instrument, collision_energy,
formula, name, inchikey, smiles, peptide, id, library, retention_time (s), retention_index.
Operators: = != < <= > >= between..and, in (..), contains, is known, is unknown, and, or, not.

A query without a match has one row whose plan says why: no_peaks, no_candidate,
below_threshold or above_fdr. How spectra are cleaned is read from the library.")]
pub(super) struct SearchArgs {
    /// The library
    #[arg(value_name = "LIB.h5")]
    library: PathBuf,
    /// Query spectra: files, folders, patterns or - for standard input; docs/formats.md lists what
    /// is read
    #[arg(required = true, value_name = "QUERIES")]
    queries: Vec<PathBuf>,
    /// The report to make; stdout if not given
    #[arg(short, long, value_name = "REPORT.csv")]
    output: Option<PathBuf>,
    #[command(flatten)]
    how: SearchFlags,
    #[command(flatten)]
    fdr: FdrFlags,
    /// Leave out queries without a match
    #[arg(long)]
    only_matched: bool,
    /// Fail at the first record that cannot be used
    #[arg(long)]
    strict: bool,
}

/// Flags that decide the answer.
#[derive(Debug, Clone, Args)]
pub(super) struct SearchFlags {
    /// Matches reported per query, at most
    #[arg(short = 'k', long, value_name = "K", default_value = "10")]
    top_k: std::num::NonZeroUsize,
    /// What counts as one match: cluster, compound or entry
    #[arg(long, value_name = "WHAT", default_value = "cluster")]
    group_by: GroupBy,
    /// How far the precursor may lie from the library's: 10ppm, 0.5Da or open
    #[arg(long, value_name = "TOL", default_value = "10ppm")]
    precursor_tol: PrecursorWindow,
    /// Search analogues: query mass minus library mass within this range, as in -20..300Da
    #[arg(
        long,
        value_name = "LOW..HIGHDa",
        allow_hyphen_values = true,
        conflicts_with = "precursor_tol"
    )]
    precursor_range: Option<MassRange>,
    /// Only entries that meet this condition
    #[arg(long = "where", value_name = "EXPR")]
    condition: Option<Condition>,
    /// How far the retention time may lie from the library's, as in 30s or 0.5min; where both are known
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    rt_tol: Option<Seconds>,
    /// How far the retention index may lie from the library's; where both are known
    #[arg(long, value_name = "N", value_parser = parse_index)]
    ri_tol: Option<f64>,
    /// How far apart matching fragments may lie [default: the library's]
    #[arg(long, value_name = "TOL")]
    fragment_tol: Option<Tolerance>,
    /// Score that ranks: auto, entropy, two-view-entropy, cosine, modified-cosine and others
    #[arg(long, value_name = "SCORE", default_value = "auto")]
    score: ScoreChoice,
    /// Inverted lists visited per query
    #[arg(long, value_name = "N|auto", default_value = "auto")]
    n_probe: Amount,
    /// Entries the index proposes per query; all scores every one, without the index
    #[arg(long, value_name = "N|auto|all", default_value = "auto")]
    n_candidates: Amount,
    /// Least score reported, 0 to 1
    #[arg(long, value_name = "S", default_value = "0", value_parser = parse_share)]
    min_score: f32,
    /// Least number of matched peaks reported
    #[arg(long, value_name = "N", default_value = "1")]
    min_matched: u32,
    /// Matches with scores this close are one ambiguity group
    #[arg(long, value_name = "S", default_value = "0.02", value_parser = parse_share)]
    ambiguity_margin: f32,
}

impl SearchFlags {
    /// The settings of a search in `library`.
    pub(super) fn settings(&self, library: &Library) -> Result<SearchSettings, Failure> {
        Ok(SearchSettings {
            top_k: self.top_k.get(),
            group_by: self.group_by,
            precursor: self
                .precursor_range
                .map_or(self.precursor_tol, PrecursorWindow::Range),
            retention_time: self.rt_tol,
            retention_index: self.ri_tol,
            condition: self.condition.clone(),
            fragment_tolerance: match self.fragment_tol {
                Some(tolerance) => tolerance,
                None => library.settings().fragment_tolerance()?,
            },
            score: self.score,
            n_probe: self.n_probe,
            n_candidates: self.n_candidates,
            min_score: self.min_score,
            min_matched: self.min_matched,
            ambiguity_margin: self.ambiguity_margin,
        })
    }
}

fn parse_share(text: &str) -> Result<f32, String> {
    let number = text.parse().ok().filter(|n| (0.0..=1.0).contains(n));
    number.ok_or_else(|| "write a number from 0 to 1".to_owned())
}

fn parse_time(text: &str) -> Result<Seconds, String> {
    let lower = text.trim().to_ascii_lowercase();
    let (number, seconds) = match (lower.strip_suffix("min"), lower.strip_suffix('s')) {
        (Some(number), _) => (number, 60.0),
        (None, Some(number)) => (number, 1.0),
        (None, None) => return Err("write a number and a unit, as in 30s or 0.5min".to_owned()),
    };
    let number = number.trim().parse().ok().filter(|n: &f64| *n >= 0.0);
    let time = number.and_then(|n| Seconds::new(n * seconds).ok());
    time.ok_or_else(|| "write a number and a unit, as in 30s or 0.5min".to_owned())
}

fn parse_index(text: &str) -> Result<f64, String> {
    let number = text
        .parse()
        .ok()
        .filter(|n: &f64| n.is_finite() && *n >= 0.0);
    number.ok_or_else(|| "write a number of at least 0".to_owned())
}

pub(super) fn run(args: &SearchArgs, console: Console) -> Result<Outcome, Failure> {
    if let Some(output) = &args.output {
        intake::refuse_as_output(args.queries.iter().chain([&args.library]), output)?;
    }
    let started = Instant::now();
    let library = Library::open(&args.library)?;
    let opening = started.elapsed();
    let searcher = Searcher::new(&library, args.how.settings(&library)?);
    if let Some(n_met) = searcher.n_met() {
        let n = library.entries().n_targets();
        console.say(format_args!("{n_met} of {n} entries meet the condition"));
    }
    let (outcome, mut summary) = if let Some(path) = &args.output {
        let failed = |e: io::Error| Failure::write(path, e);
        let mut out = BufWriter::new(PendingFile::create(path).map_err(failed)?);
        let done = report(args, &searcher, &mut out, console)?;
        let pending = out.into_inner().map_err(|e| failed(e.into_error()))?;
        pending.publish().map_err(failed)?;
        done
    } else {
        let mut out = BufWriter::new(io::stdout().lock());
        let done = report(args, &searcher, &mut out, console)?;
        out.flush()
            .map_err(|e| Failure::write(Path::new("stdout"), e))?;
        done
    };
    summary.stage("opening", opening);
    console.say(&summary);
    Ok(outcome)
}

/// Counts of how queries were answered.
#[derive(Debug, Default)]
struct Tally {
    matched: u64,
    unmatched: [(&'static str, u64); 4],
    searching: Duration,
    writing: Duration,
}

impl Tally {
    fn add(&mut self, plan: &Plan) {
        let place = match plan {
            Plan::Window | Plan::Condition | Plan::Exhaustive | Plan::Index(_) => {
                self.matched += 1;
                return;
            }
            Plan::NoPeaks(_) => 0,
            Plan::NoCandidate => 1,
            Plan::BelowThreshold => 2,
            Plan::AboveFdr => 3,
        };
        self.unmatched[place] = (plan.word(), self.unmatched[place].1 + 1);
    }
}

fn report(
    args: &SearchArgs,
    searcher: &Searcher<'_>,
    out: &mut impl Write,
    console: Console,
) -> Result<(Outcome, RunSummary), Failure> {
    let target = args.output.as_deref().unwrap_or(Path::new("stdout"));
    let mut tally = Tally::default();
    let mut run = RunAnswers::new(args.fdr, searcher)?;
    let mut csv = CsvReport::begin(out, args.only_matched).map_err(|e| Failure::csv(target, e))?;
    let intake = Intake::read(&args.queries, args.strict, console, |queries, _| {
        let started = Instant::now();
        let answers = run.search(queries);
        tally.searching += started.elapsed();
        let started = Instant::now();
        for (query, answer) in queries.iter().zip(&answers) {
            tally.add(&answer.plan);
            csv.answer(searcher.library(), query, answer)
                .map_err(|e| Failure::csv(target, e))?;
        }
        tally.writing += started.elapsed();
        Ok(())
    })?;
    let started = Instant::now();
    for (query, answer) in run.finish() {
        tally.add(&answer.plan);
        csv.answer(searcher.library(), &query, &answer)
            .map_err(|e| Failure::csv(target, e))?;
    }
    tally.writing += started.elapsed();
    csv.end().map_err(|e| Failure::csv(target, e))?;
    if intake.n_damaged > 0 && intake.n_damaged == intake.n_records() {
        intake.finish(console);
        let text = format!("none of {} query records could be read", intake.n_damaged);
        return Err(Failure::input(text));
    }
    let mut summary = RunSummary::default();
    summary
        .count("queries", intake.n_spectra)
        .count("matched", tally.matched);
    for (why, n) in tally.unmatched.iter().filter(|(_, n)| *n > 0) {
        summary.count(why, *n);
    }
    summary.count("records skipped", intake.skipped.total());
    summary.stage("reading", intake.reading);
    summary
        .stage("searching", tally.searching)
        .stage("writing", tally.writing);
    summary.rate("queries", intake.n_spectra, tally.searching);
    Ok((intake.finish(console), summary))
}
