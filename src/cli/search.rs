//! `mzseek search`: query spectra to a report.

use super::Outcome;
use super::console::Console;
use super::intake::{self, Intake};
use crate::config::Question;
use crate::failure::Failure;
use crate::files::PendingFile;
use crate::library::Library;
use crate::report::{CsvReport, RunSummary};
use crate::search::{Plan, RunAnswers, Searcher};
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
  mzseek search ours.h5 theirs.h5 run.mgf > report.csv   (searched as one library)

Columns for --where: precursor_mz, charge, polarity, adduct, instrument, collision_energy,
formula, name, inchikey, smiles, peptide, id, library, retention_time (s), retention_index.
Operators: = != < <= > >= between..and, in (..), contains, is known, is unknown, and, or, not.

A query without a match has one row whose plan says why: no_peaks, no_candidate,
below_threshold or above_fdr. How spectra are cleaned is read from the library.")]
pub(super) struct SearchArgs {
    /// The library
    #[arg(value_name = "LIB.h5")]
    library: PathBuf,
    /// Query spectra: MSP, MGF or mzML, plain or .gz; before them, more libraries to be searched as
    /// one with the first
    #[arg(required = true, value_name = "QUERIES")]
    queries: Vec<PathBuf>,
    /// The report to make; stdout if not given
    #[arg(short, long, value_name = "REPORT.csv")]
    output: Option<PathBuf>,
    #[command(flatten)]
    question: Question,
}

impl SearchArgs {
    /// The libraries and the queries.
    ///
    /// # Errors
    /// If there are no queries.
    fn inputs(&self) -> Result<(Vec<&Path>, &[PathBuf]), Failure> {
        // Where the first is no library, opening it says what it is.
        let is_library = |path: &&PathBuf| Library::is_at(&self.library) && Library::is_at(path);
        let n_more = self.queries.iter().take_while(is_library).count();
        let (more, queries) = self.queries.split_at(n_more);
        if queries.is_empty() {
            let text = "no query spectra: name their files after the libraries";
            return Err(Failure::usage(text));
        }
        let libraries = [&self.library].into_iter().chain(more);
        Ok((libraries.map(PathBuf::as_path).collect(), queries))
    }
}

pub(super) fn run(args: &SearchArgs, console: Console) -> Result<Outcome, Failure> {
    if let Some(output) = &args.output {
        intake::refuse_as_output(args.queries.iter().chain([&args.library]), output)?;
    }
    let started = Instant::now();
    let (libraries, queries) = args.inputs()?;
    let library = Library::open_all(&libraries)?;
    let opening = started.elapsed();
    let searcher = Searcher::new(&library, args.question.settings(&library)?);
    if let Some(n_met) = searcher.n_met() {
        let n = library.entries().n_targets();
        console.say(format_args!("{n_met} of {n} entries meet the condition"));
    }
    let (outcome, mut summary) = if let Some(path) = &args.output {
        let failed = |e: io::Error| Failure::write(path, e);
        let mut out = BufWriter::new(PendingFile::create(path).map_err(failed)?);
        let done = report((args, queries), &searcher, &mut out, console)?;
        let pending = out.into_inner().map_err(|e| failed(e.into_error()))?;
        pending.publish().map_err(failed)?;
        done
    } else {
        let mut out = BufWriter::new(io::stdout().lock());
        let done = report((args, queries), &searcher, &mut out, console)?;
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
    (args, queries): (&SearchArgs, &[PathBuf]),
    searcher: &Searcher<'_>,
    out: &mut impl Write,
    console: Console,
) -> Result<(Outcome, RunSummary), Failure> {
    let target = args.output.as_deref().unwrap_or(Path::new("stdout"));
    let mut tally = Tally::default();
    let mut run = RunAnswers::new(args.question.fdr(), searcher)?;
    let mut csv =
        CsvReport::begin(out, args.question.only_matched).map_err(|e| Failure::csv(target, e))?;
    let intake = Intake::read(queries, console, |queries, _| {
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
