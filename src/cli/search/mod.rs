//! `mzseek search`: query spectra to a report.

mod outputs;
mod stamps;
mod tally;

use super::console::Console;
use super::intake::{self, Intake, ReadingFlags};
use super::memory::{SearchMemoryFlag, tell_overrun};
use super::{Outcome, output};
use crate::config::Question;
use crate::domain::Spectrum;
use crate::failure::Failure;
use crate::files::{PendingFile, folder_beside};
use crate::library::Library;
use crate::memory::WorkspaceError;
use crate::report::{
    ColumnSet, FileStamp, HtmlReport, LibraryStamp, Provenance, Report, ReportFormat, ReportTarget,
    RunSummary, Stamped,
};
use crate::search::{Answer, RunAnswers, Searcher};
use clap::Args;
use outputs::Outputs;
use stamps::Stamping;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::{Duration, Instant};
use tally::Tally;

/// Say what spectra are: search them in a library
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek search library.h5 run.mzML -o report.csv --precursor-tol 10ppm
  mzseek search library.h5 a.mgf b.mgf.gz --top-k 3 --only-matched > report.csv
  mzseek search library.h5 unknowns.msp --precursor-tol open --group-by compound
  mzseek search library.h5 run.mzML -o report.parquet          (or .tsv .jsonl .mztab .sqlite)
  mzseek search library.h5 run.mzML --columns gnps -o report.tsv
  mzseek search library.h5 run.mzML -o report.csv --html report.html
  mzseek search peptides.h5 run.mzML --precursor-tol 20ppm --cascade --fdr 0.01 > report.csv
  mzseek search library.h5 run.mgf --where \"charge = 1 and instrument contains 'orbitrap'\"
  mzseek search library.h5 run.mgf --precursor-range=-20..300Da   (analogues)
  mzseek search ours.h5 theirs.h5 run.mgf > report.csv   (searched as one library)

Columns for --where: precursor_mz, charge, polarity, adduct, instrument, collision_energy,
formula, name, inchikey, smiles, peptide, id, library, retention_time (s), retention_index.
Operators: = != < <= > >= between..and, in (..), contains, is known, is unknown, and, or, not.

A query without a match has one row whose plan says why: no_peaks, no_candidate,
below_threshold or above_fdr. How spectra are cleaned is read from the library.

Beside a report lies REPORT.json: versions, settings, checksums and counts. `mzseek again
REPORT.json` makes the same report, byte for byte.")]
pub(super) struct SearchArgs {
    /// The library
    #[arg(value_name = "LIB.h5")]
    library: PathBuf,
    /// Query spectra: files, folders, patterns or - for standard input (docs/formats.md lists what
    /// is read); before them, more libraries to be searched as one with the first
    #[arg(required = true, value_name = "QUERIES")]
    queries: Vec<PathBuf>,
    /// The report to make; its extension chooses the format; CSV on stdout if not given
    #[arg(short, long, value_name = "REPORT")]
    output: Option<PathBuf>,
    /// Format of the report: csv, tsv, jsonl, mztab, mztab-m, parquet or sqlite
    #[arg(long, value_name = "FORMAT")]
    format: Option<ReportFormat>,
    /// Columns of the report: all, gnps, mzmine, or names with commas between
    #[arg(long, value_name = "COLUMNS", default_value = "all")]
    columns: ColumnsFlag,
    /// A page to look at beside the report: table, mirror plots, histograms
    #[arg(long, value_name = "PAGE.html")]
    html: Option<PathBuf>,
    #[command(flatten)]
    memory: SearchMemoryFlag,
    #[command(flatten)]
    reading: ReadingFlags,
    #[command(flatten)]
    question: Question,
}

/// Columns, with the words that chose them.
#[derive(Debug, Clone)]
struct ColumnsFlag {
    words: String,
    set: ColumnSet,
}

impl FromStr for ColumnsFlag {
    type Err = String;

    fn from_str(words: &str) -> Result<Self, String> {
        Ok(Self {
            words: words.to_owned(),
            set: words.parse()?,
        })
    }
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

    /// The format asked for: by its word, else by the report's name, else CSV.
    fn report_format(&self) -> Result<ReportFormat, Failure> {
        let by_name = self.output.as_deref().and_then(ReportFormat::of_name);
        let format = self.format.or(by_name).unwrap_or(ReportFormat::Csv);
        if format == ReportFormat::Sqlite && self.output.is_none() {
            let text = "--format sqlite needs a file: give -o REPORT.sqlite";
            return Err(Failure::usage(text));
        }
        if !format.has_free_columns() && self.columns.words != "all" {
            let text = format!("--columns does not go with {format}, whose columns are given");
            return Err(Failure::usage(text));
        }
        Ok(format)
    }

    /// Refuses outputs that would replace an input or one another.
    fn check_outputs(&self) -> Result<(), Failure> {
        let beside = self.output.as_deref().map(Provenance::path_of);
        let outputs = [&self.output, &beside, &self.html].into_iter().flatten();
        for output in outputs {
            intake::refuse_as_output(self.queries.iter().chain([&self.library]), output)?;
        }
        if self.html.is_some() && (self.html == self.output || self.html == beside) {
            return Err(Failure::usage("--html and --output name the same file"));
        }
        Ok(())
    }

    /// What it took to make the report `made`; that is not known of one on stdout.
    fn provenance(
        &self,
        searcher: &Searcher<'_>,
        (format, made): (ReportFormat, Option<FileStamp>),
        (summary, inputs): (&RunSummary, Vec<FileStamp>),
    ) -> Result<Provenance, Failure> {
        let (libraries, _) = self.inputs()?;
        let members = searcher.library().members();
        let libraries = libraries
            .iter()
            .zip(members)
            .map(|(path, member)| LibraryStamp {
                path: path.to_path_buf(),
                checksum: member.checksum.clone(),
                n_entries: member.rows.len() as u64,
            });
        let mut settings = self.question.words(searcher.library())?;
        settings.insert("format".to_owned(), format.to_string());
        if format.has_free_columns() {
            settings.insert("columns".to_owned(), self.columns.words.clone());
        }
        Ok(Provenance {
            settings,
            libraries: libraries.collect(),
            inputs,
            counts: summary.counts().iter().cloned().collect(),
            report: made.unwrap_or_default(),
            ..Provenance::default()
        })
    }
}

pub(super) fn run(args: &SearchArgs, console: Console) -> Result<Outcome, Failure> {
    args.check_outputs()?;
    let format = args.report_format()?;
    let workspace = args.memory.keep()?;
    let started = Instant::now();
    let (libraries, queries) = args.inputs()?;
    let library = Library::open_all(&libraries)?;
    let opening = started.elapsed();
    let searcher = Searcher::new(&library, args.question.settings(&library)?);
    if let Some(n_met) = searcher.n_met() {
        let n = library.entries().n_targets();
        console.say(format_args!("{n_met} of {n} entries meet the condition"));
    }
    let mut page = args.html.as_ref().map(|_| HtmlReport::begin());
    let is_told = args.output.is_some() || page.is_some();
    let stamping = is_told.then(|| Stamping::start(queries)).transpose()?;
    let mut made = |target| {
        report(
            (args, queries),
            &searcher,
            (format, target),
            page.as_mut(),
            console,
        )
    };
    let (stamp, (outcome, mut summary, files)) = if let Some(path) = &args.output {
        let failed = |e: io::Error| Failure::write(path, e);
        let mut pending = PendingFile::create(path).map_err(failed)?;
        let place = pending.path().to_owned();
        let (stamp, done) = if format == ReportFormat::Sqlite {
            let done = made(ReportTarget::File(&place))?;
            (FileStamp::of(&place).map_err(failed)?.called(path), done)
        } else {
            let mut out = Stamped::new(&mut pending);
            let done = made(ReportTarget::Stream(Box::new(BufWriter::new(&mut out))))?;
            (out.stamp(path), done)
        };
        pending.publish().map_err(failed)?;
        (Some(stamp), done)
    } else {
        let stdout = BufWriter::new(io::stdout());
        (None, made(ReportTarget::Stream(Box::new(stdout)))?)
    };
    if let Some(stamping) = stamping {
        let is_file = stamp.is_some();
        let inputs = stamping.of(&files)?;
        let told = args.provenance(&searcher, (format, stamp), (&summary, inputs))?;
        if let (Some(path), Some(page)) = (&args.html, &page) {
            write_page(path, page, &told)?;
        }
        if is_file {
            told.write()?;
        }
    }
    summary.stage("opening", opening);
    console.say(&summary);
    tell_overrun(&workspace, console);
    Ok(outcome)
}

fn write_page(path: &Path, page: &HtmlReport, told: &Provenance) -> Result<(), Failure> {
    let failed = |e: io::Error| Failure::write(path, e);
    let text = page
        .page(told)
        .map_err(|e| failed(io::Error::other(e.to_string())))?;
    output::put(path, text.as_bytes())
}

fn report(
    (args, queries): (&SearchArgs, &[PathBuf]),
    searcher: &Searcher<'_>,
    (format, target): (ReportFormat, ReportTarget<'_>),
    page: Option<&mut HtmlReport>,
    console: Console,
) -> Result<(Outcome, RunSummary, Vec<PathBuf>), Failure> {
    let name = args.output.as_deref().unwrap_or(Path::new("stdout"));
    let mut run = RunAnswers::new(args.question.fdr(), searcher)?.keeping_peaks(page.is_some());
    if let Some(path) = &args.output {
        let folder = folder_beside(path).map_err(|e| Failure::write(path, e))?;
        run = run.waiting_in(&folder);
    }
    let report = Report::begin(
        format,
        &args.columns.set,
        target,
        args.question.only_matched,
    );
    let mut outputs = Outputs {
        searcher,
        name,
        report: report.map_err(|e| Failure::report(name, e))?,
        page,
        tally: Tally::default(),
    };
    // While a block is searched, the one before it is written.
    let mut answered: (Vec<Spectrum>, Vec<Answer>) = Default::default();
    let mut searching = Duration::ZERO;
    let intake = Intake::read_blocks(queries, args.reading, console, |block, _| {
        let (answers, written) = rayon::join(
            || {
                let started = Instant::now();
                let answers = run.search(&block.spectra);
                searching += started.elapsed();
                answers
            },
            || outputs.write(answered.0.iter().zip(&answered.1)),
        );
        answered = (block.spectra, answers?);
        written
    });
    outputs.write(answered.0.iter().zip(&answered.1))?;
    let intake = intake?;
    // While a block is written, the next of those that had to wait is read again.
    let mut waiting = run.finish()?;
    let mut read = || -> Result<Vec<(Spectrum, Answer)>, WorkspaceError> {
        waiting.by_ref().take(intake::BLOCK).collect()
    };
    let mut block = read()?;
    while !block.is_empty() {
        let pairs = block.iter().map(|(query, answer)| (query, answer));
        let (next, written) = rayon::join(&mut read, || outputs.write(pairs));
        written?;
        block = next?;
    }
    let mut tally = outputs.end()?;
    tally.searching = searching;
    if intake.n_damaged > 0 && intake.n_damaged == intake.n_records() {
        intake.finish(console);
        let text = format!("none of {} query records could be read", intake.n_damaged);
        return Err(Failure::input(text));
    }
    let summary = tally.summary(&intake);
    Ok((intake.finish(console), summary, intake.files))
}
