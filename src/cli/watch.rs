//! `mzseek watch`: search what an instrument puts into a folder.

use super::Outcome;
use super::console::Console;
use crate::config::Question;
use crate::failure::Failure;
use crate::watch::{self, Watch};
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// Watch a folder: search each file of spectra once it is finished, and put its report beside it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek watch /data/runs --library library.h5
  mzseek watch /data/runs --library library.h5 --once && echo all searched
  mzseek watch /mnt/share --library library.h5 --poll 30 --settle 120 --precursor-tol 20ppm

Files are .mgf, .msp and .mzML, plain or .gz, in the folder itself or, with --recursive, below it; the
report of run.mzML is run.mzML.csv, with the bytes of `mzseek search`, and beside it run.mzML.csv.json
for `mzseek again`. Nothing is moved or changed. A file is finished once
its size and time have stayed the same for --settle seconds and, of mzML, its end tag is there. A file
that is changed later is searched again, and its report replaced.

A library that is replaced (by renaming another over it, as `mzseek build` does) is checked and searched
in from the next file on; reports that are there stay. A file that is no sound library is told, and the
old one stays.

What was done is remembered in DIR/.mzseek-watch.jsonl, so that nothing is searched twice over
restarts and kills; remove that file to search everything again. DIR/mzseek-watch.json says how
things stand. What the system refuses (a full disk, a drive that is away) is tried again, with longer
and longer waits; SIGTERM ends the watch after the file in hand.

Exit codes: 0 everything there was is searched; 3 the same, but records were skipped or files hold no
spectra or are not whole; 1 files could not be read or reports not written; 2 wrong usage.")]
pub(super) struct WatchArgs {
    /// The folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Watch the folders below too, but those with a dot before their name
    #[arg(short, long)]
    recursive: bool,
    /// The library
    #[arg(long, value_name = "LIB.h5")]
    library: PathBuf,
    /// Search what is there, wait for what is being written, and end
    #[arg(long)]
    once: bool,
    /// Seconds between looks at the folder
    #[arg(long, value_name = "S", default_value = "5", value_parser = parse_seconds)]
    poll: Duration,
    /// Seconds that a file must stay the same
    #[arg(long, value_name = "S", default_value = "10", value_parser = parse_seconds)]
    settle: Duration,
    /// What was done [default: DIR/.mzseek-watch.jsonl]
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// How things stand [default: DIR/mzseek-watch.json]
    #[arg(long, value_name = "FILE")]
    status: Option<PathBuf>,
    #[command(flatten)]
    question: Question,
}

pub(super) fn run(args: WatchArgs, console: Console) -> Result<Outcome, Failure> {
    let or_in = |path: Option<PathBuf>, default: PathBuf| path.unwrap_or(default);
    let watch = Watch {
        journal: or_in(args.journal, watch::journal_of(&args.folder)),
        status: or_in(args.status, watch::status_of(&args.folder)),
        folder: args.folder,
        recursive: args.recursive,
        library: args.library,
        poll: args.poll,
        settle: args.settle,
        once: args.once,
    };
    let stop = stop_when_told().map_err(|error| Failure::input(format!("signals: {error}")))?;
    let say = |text: &str| console.say(text);
    let ended = watch::run(&watch, &args.question, (&*stop, &say))?;
    console.say(format_args!(
        "{} files reported, {} records skipped, {} files refused, {} failing",
        ended.reported, ended.records_skipped, ended.refused, ended.failing
    ));
    if ended.failing > 0 {
        let text = format!("{} files could not be searched", ended.failing);
        return Err(Failure::input(text));
    }
    let clean = ended.records_skipped == 0 && ended.refused == 0;
    Ok(if clean {
        Outcome::Done
    } else {
        Outcome::DoneWithSkips
    })
}

/// Set by SIGTERM and SIGINT.
fn stop_when_told() -> std::io::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (mut term, mut int) = {
        let _inside = runtime.enter();
        (
            signal(SignalKind::terminate())?,
            signal(SignalKind::interrupt())?,
        )
    };
    let told = Arc::clone(&stop);
    std::thread::spawn(move || {
        runtime.block_on(async {
            tokio::select! {
                _ = term.recv() => {}
                _ = int.recv() => {}
            }
        });
        told.store(true, Ordering::Relaxed);
    });
    Ok(stop)
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds = text
        .parse()
        .ok()
        .and_then(|s| Duration::try_from_secs_f64(s).ok());
    seconds.ok_or_else(|| "write a number of seconds, as in 5 or 0.5".to_owned())
}
