//! `mzseek explain`: why a query and an entry score as they do.

use super::console::Console;
use super::intake::{Intake, ReadingFlags};
use super::{Outcome, output};
use crate::config::SearchFlags;
use crate::domain::Spectrum;
use crate::failure::Failure;
use crate::library::{EntryText, Library};
use crate::report::ExplanationReport;
use crate::search::Searcher;
use clap::{Args, ValueEnum};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Show what each peak adds to the score of a query and an entry
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek explain library.h5 run.mgf --query scan=17
  mzseek explain library.h5 run.mgf --query scan=17 --entry MSBNK-LCSB-LU023505 --format csv
  mzseek explain library.h5 run.mgf --query 4 --rank 2 --precursor-tol open --score cosine

Without --entry, the query is searched as `search` does, and its match of --rank is explained. What the
pairs of peaks add is the score: the last line is their sum. Intensities are shares of the highest
prepared peak. A pair may be there twice, as the same fragment and as the same loss.")]
pub(super) struct ExplainArgs {
    /// The library
    #[arg(value_name = "LIB.h5")]
    library: PathBuf,
    /// Files that hold the query
    #[arg(required = true, value_name = "QUERIES")]
    queries: Vec<PathBuf>,
    /// Title or native id of the query, or else its number among all spectra of its file, from 0
    #[arg(long, value_name = "ID")]
    query: String,
    /// Accession of the entry, or else its number in the library, from 0
    #[arg(long, value_name = "ID", conflicts_with = "rank")]
    entry: Option<String>,
    /// The match to explain
    #[arg(long, value_name = "N", default_value = "1")]
    rank: std::num::NonZeroUsize,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ExplanationFormat,
    /// Where to write it; stdout if not given
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    how: SearchFlags,
    #[command(flatten)]
    reading: ReadingFlags,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ExplanationFormat {
    Text,
    Csv,
    Json,
}

pub(super) fn run(args: &ExplainArgs, console: Console) -> Result<Outcome, Failure> {
    let library = Library::open(&args.library)?;
    let searcher = Searcher::new(&library, args.how.settings(&library)?);
    let query = find_query(args, console)?;
    let row = match &args.entry {
        Some(id) => find_entry(&library, id)?,
        None => matched(args, &searcher, &query)?,
    };
    let explained = searcher
        .explain(&query, row)
        .map_err(|why| Failure::input(format!("query {} cannot be compared: {why}", args.query)))?;
    let report = ExplanationReport::new(&library, &query, &explained);
    library.sound()?;
    let path = args.output.as_deref();
    output::fill(path, |out| {
        let target = path.unwrap_or(Path::new("stdout"));
        write(args.format, &report, out, target)
    })?;
    Ok(Outcome::Done)
}

fn write(
    format: ExplanationFormat,
    report: &ExplanationReport,
    out: &mut dyn Write,
    target: &Path,
) -> Result<(), Failure> {
    let failed = |e: io::Error| Failure::write(target, e);
    match format {
        ExplanationFormat::Text => out.write_all(report.text().as_bytes()).map_err(failed),
        ExplanationFormat::Csv => report.write_csv(out).map_err(|e| Failure::csv(target, e)),
        ExplanationFormat::Json => report.write_json(out).map_err(failed),
    }
}

/// The first query with that id, or else with that number.
fn find_query(args: &ExplainArgs, console: Console) -> Result<Spectrum, Failure> {
    let number: Option<usize> = args.query.parse().ok();
    let (mut of_id, mut of_number, mut n_of_id) = (None, None, 0);
    Intake::read(&args.queries, args.reading, console, |spectra, _| {
        for spectrum in spectra {
            if spectrum.id == args.query {
                n_of_id += 1;
                of_id.get_or_insert_with(|| spectrum.clone());
            } else if number == Some(spectrum.origin.index) {
                of_number.get_or_insert_with(|| spectrum.clone());
            }
        }
        Ok(())
    })?;
    if n_of_id > 1 {
        console.say(format!(
            "{n_of_id} queries are called {}; this is the first",
            args.query
        ));
    }
    of_id.or(of_number).ok_or_else(|| {
        let files: Vec<String> = args
            .queries
            .iter()
            .map(|p| p.display().to_string())
            .collect();
        Failure::input(format!(
            "there is no query {} in {}",
            args.query,
            files.join(", ")
        ))
    })
}

/// The first entry with that accession, or else with that number.
fn find_entry(library: &Library, id: &str) -> Result<u32, Failure> {
    let entries = library.entries();
    let rows = 0..entries.len() as u32;
    let number = id.parse().ok().filter(|row| rows.contains(row));
    let mut named = rows.filter(|&row| entries.text(EntryText::Id, row) == id);
    named.next().or(number).ok_or_else(|| {
        let text = format!(
            "{}: there is no entry {id}, nor one of that number",
            library.name()
        );
        Failure::input(text)
    })
}

/// The entry of the match that was asked for.
fn matched(args: &ExplainArgs, searcher: &Searcher<'_>, query: &Spectrum) -> Result<u32, Failure> {
    let answers = searcher.search(std::slice::from_ref(query));
    let answer = answers.first();
    let found = answer.and_then(|answer| answer.matches.get(args.rank.get() - 1));
    found.map(|found| found.entry).ok_or_else(|| {
        let n = answer.map_or(0, |answer| answer.matches.len());
        let plan = answer.map_or("", |answer| answer.plan.word());
        Failure::input(format!(
            "query {} has {n} matches (plan {plan}), not one of rank {}; name an entry with --entry",
            args.query, args.rank
        ))
    })
}
