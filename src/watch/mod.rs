//! A folder watched: each file of spectra that is finished is searched once, and its report put
//! beside it.
//!
//! ```text
//! look at the folder -> finished -> search -> journal -> provenance and report in place -> journal
//! ```
//!
//! The folder is asked again and again, which works on network drives too. A file is what it was when
//! it was looked at: its mark. Each mark is reported once, also over kills and restarts, because
//! the journal knows the checksum of a report before the report has its name. A file that is changed
//! later has another mark, and its report is replaced.

mod finished;
mod folder;
mod journal;
mod kept;
mod retry;
mod run;
mod search;
mod status;

use crate::config::Question;
use crate::failure::Failure;
use run::Run;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What is watched, and how.
#[derive(Debug, Clone)]
pub struct Watch {
    /// The folder.
    pub folder: PathBuf,
    /// Whether the folders below are watched too.
    pub recursive: bool,
    /// The library; taken up again when its file is replaced.
    pub library: PathBuf,
    /// What is remembered, between runs too.
    pub journal: PathBuf,
    /// How things stand, for others to read.
    pub status: PathBuf,
    /// Time between looks at the folder.
    pub poll: Duration,
    /// How long a file must stay as it is before it counts as finished.
    pub settle: Duration,
    /// End once every file of the folder is done or cannot be.
    pub once: bool,
}

/// How a watch ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ended {
    /// Files reported by this run.
    pub reported: u64,
    /// Records of them that could not be used.
    pub records_skipped: u64,
    /// Files that hold no spectra, or are not whole; told in the journal, searched again once changed.
    pub refused: u64,
    /// Files that the system would not read, or whose report it would not write.
    pub failing: u64,
}

/// Watches until `stop` is set, or, where that is asked, everything is done.
///
/// # Errors
/// A folder that cannot be looked at from the start, or a journal that cannot be read, belongs to
/// another watch or is damaged.
pub fn run(
    watch: &Watch,
    question: &Question,
    (stop, say): (&AtomicBool, &dyn Fn(&str)),
) -> Result<Ended, Failure> {
    let mut run = Run::open(watch, question, (stop, say))?;
    loop {
        let more = run.round()?;
        if stop.load(Ordering::Relaxed) || (watch.once && !more) {
            break;
        }
        pause(watch.poll, stop);
    }
    Ok(run.ended())
}

/// Waits, but not on when told to stop.
fn pause(time: Duration, stop: &AtomicBool) {
    let until = Instant::now() + time;
    while !stop.load(Ordering::Relaxed) {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        std::thread::sleep(left.min(Duration::from_millis(100)));
    }
}

/// Where the journal of `folder` lies where nobody says.
pub fn journal_of(folder: &Path) -> PathBuf {
    folder.join(".mzseek-watch.jsonl")
}

/// Where the status of `folder` lies where nobody says.
pub fn status_of(folder: &Path) -> PathBuf {
    folder.join("mzseek-watch.json")
}
