//! `mzseek plot`: a query and what it was found to be, as a picture.

use super::console::Console;
use super::intake::{self, Intake, ReadingFlags};
use super::{Outcome, picture};
use crate::config::SearchFlags;
use crate::domain::Spectrum;
use crate::failure::Failure;
use crate::library::Library;
use crate::report::mirror_plot;
use crate::search::Searcher;
use clap::Args;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// Draw a query above a match of its (mirror plot)
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek plot library.h5 run.mgf --query scan=1742 -o mirror.svg
  mzseek plot library.h5 run.mgf --query-index 0 --rank 2 -o second.png
  mzseek plot library.h5 run.mgf --query Q1 --precursor-tol open --where \"id = 'MSBNK-AAFC-AC000001'\" > one.svg
  mzseek plot library.h5 run.mgf --query Q1 --score modified-cosine --precursor-range=-20..300Da -o shifted.png

The query is searched as `mzseek search` would, with the same flags. Drawn are the peaks that were
compared: the query upwards, the library downwards, each in percent of its highest. Blue peaks match,
with m/z and error in ppm; vermilion ones match once moved by the difference of the precursors.")]
pub(super) struct PlotArgs {
    /// The library
    #[arg(value_name = "LIB.h5")]
    library: PathBuf,
    /// Query spectra: files, folders, patterns or - for standard input
    #[arg(required = true, value_name = "QUERIES")]
    queries: Vec<PathBuf>,
    /// Title or native id of the query
    #[arg(long, value_name = "ID")]
    query: Option<String>,
    /// Position of the query in its file, from 0: `query_index` of the report
    #[arg(long, value_name = "N")]
    query_index: Option<usize>,
    /// Which match is drawn: 1 is the best
    #[arg(long, value_name = "N", default_value = "1")]
    rank: NonZeroUsize,
    /// The picture to make, .svg or .png; SVG on stdout if not given
    #[arg(short, long, value_name = "PLOT", value_parser = picture::parse)]
    output: Option<PathBuf>,
    #[command(flatten)]
    how: SearchFlags,
    #[command(flatten)]
    reading: ReadingFlags,
}

pub(super) fn run(args: &PlotArgs, console: Console) -> Result<Outcome, Failure> {
    if let Some(output) = &args.output {
        intake::refuse_as_output(args.queries.iter().chain([&args.library]), output)?;
    }
    let library = Library::open(&args.library)?;
    let (query, outcome) = find_query(args, console)?;
    let mut settings = args.how.settings(&library)?;
    settings.top_k = settings.top_k.max(args.rank.get());
    let searcher = Searcher::new(&library, settings);
    let answers = searcher.search(std::slice::from_ref(&query));
    let answer = answers.first().map(|a| (a.plan, a.matches.as_slice()));
    let (plan, matches) = answer.ok_or_else(|| Failure::input("the query was not answered"))?;
    let Some(matched) = matches.get(args.rank.get() - 1) else {
        let text = format!(
            "{}: {} matches, plan {}; there is none of rank {} to draw",
            name_of(&query),
            matches.len(),
            plan.word(),
            args.rank
        );
        return Err(Failure::input(text));
    };
    let tolerance = searcher.settings().fragment_tolerance;
    let svg = mirror_plot(&library, &query, matched.into(), tolerance, None)
        .map_err(|why| Failure::input(format!("{}: {why}", name_of(&query))))?;
    library.sound()?;
    match &args.output {
        Some(path) => picture::write(path, &svg)?,
        None => io::stdout()
            .lock()
            .write_all(svg.as_bytes())
            .map_err(|e| Failure::write(Path::new("stdout"), e))?,
    }
    Ok(outcome)
}

/// The one spectrum that the flags name.
fn find_query(args: &PlotArgs, console: Console) -> Result<(Spectrum, Outcome), Failure> {
    let mut found: Vec<Spectrum> = Vec::new();
    let mut n_found = 0_u64;
    let intake = Intake::read(&args.queries, args.reading, console, |spectra, _| {
        for spectrum in spectra {
            let named = args.query.as_ref().is_none_or(|id| *id == spectrum.id);
            let at = args
                .query_index
                .is_none_or(|at| at == spectrum.origin.index);
            if named && at {
                n_found += 1;
                if found.is_empty() {
                    found.push(spectrum.clone());
                }
            }
        }
        Ok(())
    })?;
    let outcome = intake.finish(console);
    match (found.pop(), n_found) {
        (Some(query), 1) => Ok((query, outcome)),
        (None, _) => Err(Failure::input(format!(
            "none of {} query spectra is the one asked for",
            intake.n_spectra
        ))),
        (Some(_), n) => Err(Failure::usage(format!(
            "{n} spectra are the one asked for: name it by --query and --query-index, in one file"
        ))),
    }
}

fn name_of(query: &Spectrum) -> String {
    let (file, index) = (query.origin.file.display(), query.origin.index);
    format!("{file}: spectrum {index} {}", query.id)
}
