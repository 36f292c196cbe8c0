//! `mzseek add`: more reference spectra in a library.

use super::Outcome;
use super::console::Console;
use super::intake::{self, Intake, ReadingFlags};
use crate::failure::Failure;
use crate::library::{Draft, Library, append};
use crate::report::RunSummary;
use clap::Args;
use std::path::PathBuf;
use std::time::Instant;

/// Add reference spectra to a library
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek add library.h5 new.msp
  mzseek add library.h5 a.mgf b.msp.gz && mzseek info library.h5 --history

How spectra are cleaned, decoys and clusters are those of the library. The first time, its file is
kept beside it as LIB.h5.base-CHECKSUM, and the library becomes a small file that names it: the two
belong together. Added entries come last and keep that place. They are indexed by themselves, so
that the trained index never holds what it was not trained for; when they are more than a tenth of
all, 'mzseek compact' makes one file and one index of both. Searches that have the library open keep
what they opened.")]
pub(super) struct AddArgs {
    /// The library
    #[arg(value_name = "LIB.h5")]
    library: PathBuf,
    /// Reference spectra: files, folders, patterns or - for standard input; docs/formats.md lists
    /// what is read
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    #[command(flatten)]
    reading: ReadingFlags,
}

pub(super) fn run(args: &AddArgs, console: Console) -> Result<Outcome, Failure> {
    intake::refuse_as_output(&args.inputs, &args.library)?;
    let _claim = intake::claim(&args.library)?;
    let mut summary = RunSummary::default();
    let started = Instant::now();
    let library = Library::open(&args.library)?;
    let mut draft = Draft::appending_to(&library)?;
    summary.stage("opening", started.elapsed());
    let n_before = draft.len();
    let intake = Intake::read(&args.inputs, args.reading, console, |spectra, skipped| {
        intake::extend(&mut draft, spectra, skipped);
        Ok(())
    })?;
    summary.stage("reading", intake.reading);
    if draft.len() == n_before {
        intake.finish(console);
        let text = format!("none of {} records could be used", intake.n_records());
        return Err(Failure::input(text));
    }
    let started = Instant::now();
    let done = append(&library, &args.library, draft, |stage| {
        console.detail(stage.text());
    })?;
    summary.stage("adding", started.elapsed());
    for note in &done.notes {
        console.say(format!("note: {note}"));
    }
    let outcome = intake.finish(console);
    let share = 100.0 * done.n_appended as f64 / done.n_entries as f64;
    console.say(format!(
        "{}: version {}; {} of {} entries ({share:.1} %) stand beside the trained index",
        args.library.display(),
        done.version,
        done.n_appended,
        done.n_entries
    ));
    if done.calls_for_compacting() {
        console.say("note: 'mzseek compact' makes one index of all, which is searched faster");
    }
    summary
        .count("added", done.n_added as u64)
        .count("in clusters of older entries", done.n_joined as u64);
    console.say(&summary);
    Ok(outcome)
}
