//! A folder watched: each file of spectra that is finished is searched once, and its report put
//! beside it.
//!
//! ```text
//! look at the folder -> finished -> search -> journal -> report in place -> journal
//! ```
//!
//! The folder is asked again and again, which works on network drives too. A file is what it was when
//! it was looked at: its mark. Each mark is reported once, also over kills and restarts, because
//! the journal knows the checksum of a report before the report has its name. A file that is changed
//! later has another mark, and its report is replaced.

mod finished;
mod folder;
mod journal;
mod retry;
mod search;
mod status;

use crate::config::Question;
use crate::failure::Failure;
use crate::files::PendingFile;
use crate::library::Library;
use crate::report::FileStamp;
use crate::search::Searcher;
use finished::Settling;
use folder::Found;
use journal::{End, Journal};
use retry::Retry;
use search::Unsearched;
use status::Status;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What is watched, and how.
#[derive(Debug, Clone)]
pub struct Watch {
    /// The folder.
    pub folder: PathBuf,
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

/// Attempts at a file that the system fails us on, where the watch ends by itself.
const TRIES_AT_ONCE: u32 = 3;

/// Watches until `stop` is set, or, where that is asked, everything is done.
///
/// # Errors
/// A folder that cannot be looked at from the start, or a journal that cannot be read, belongs to
/// another watch or is damaged.
pub fn run(
    watch: &Watch,
    library: &Library,
    question: &Question,
    (stop, say): (&AtomicBool, &dyn Fn(&str)),
) -> Result<Ended, Failure> {
    folder::look(&watch.folder).map_err(|e| Failure::input(e.to_string()))?;
    folder::clear_leftovers(&watch.folder);
    let searcher = Searcher::new(library, question.settings(library)?);
    question.fdr().check(&searcher)?;
    let mut run = Run {
        journal: Journal::open(&watch.journal)?,
        status: Status::default(),
        settling: Settling::default(),
        failing: BTreeMap::new(),
        ended: Ended::default(),
        watch,
        searcher,
        question,
        stop,
        say,
    };
    loop {
        let more = run.round();
        run.tell_status();
        if stop.load(Ordering::Relaxed) || (watch.once && !more) {
            break;
        }
        pause(watch.poll, stop);
    }
    run.ended.failing = run.failing.len() as u64;
    Ok(run.ended)
}

/// One run of the program.
struct Run<'a> {
    watch: &'a Watch,
    searcher: Searcher<'a>,
    question: &'a Question,
    journal: Journal,
    status: Status,
    settling: Settling,
    failing: BTreeMap<String, Retry>,
    ended: Ended,
    stop: &'a AtomicBool,
    say: &'a dyn Fn(&str),
}

impl Run<'_> {
    /// Looks once and does what there is to do. Says whether there may be more without a new file.
    fn round(&mut self) -> bool {
        let found = match folder::look(&self.watch.folder) {
            Ok(found) => found,
            Err(error) => {
                // A network drive may be away for a while.
                (self.say)(&format!("{}: {error}", self.watch.folder.display()));
                self.status.trouble(&error);
                return !self.watch.once;
            }
        };
        self.failing
            .retain(|name, _| found.iter().any(|file| file.name == *name));
        let open: Vec<Found> = found
            .into_iter()
            .filter(|file| !self.journal.has(&file.name, file.mark))
            .collect();
        self.settling.look(&open, Instant::now());
        let mut more = false;
        let mut waiting = Vec::new();
        for file in open {
            if self.stop.load(Ordering::Relaxed) {
                return false;
            }
            let retry = self.failing.get(&file.name).copied();
            if retry.is_some_and(|retry| self.watch.once && retry.tries >= TRIES_AT_ONCE) {
                waiting.push((file.name, "failing"));
                continue;
            }
            if !self.settling.is_settled(&file, self.watch.settle) {
                more = true;
                waiting.push((file.name, "being written"));
            } else if retry.is_some_and(|retry| !retry.is_due()) {
                more = true;
                waiting.push((file.name, "failing"));
            } else if !finished::is_closed(&self.watch.folder.join(&file.name)) {
                waiting.push((file.name, "without its end"));
            } else if !self.settle(&file) {
                more = true;
                waiting.push((file.name, "to be done again"));
            } else if self.failing.contains_key(&file.name) {
                waiting.push((file.name, "failing"));
            }
        }
        if self.watch.once && !more {
            self.ended.refused +=
                waiting.iter().filter(|w| w.1 == "without its end").count() as u64;
        }
        self.status.waiting(waiting);
        more
    }

    /// Searches `file`. Says whether this run has nothing left to do for it.
    fn settle(&mut self, file: &Found) -> bool {
        let done = self.report(file);
        let (told, settled) = match done {
            Ok(Some(0)) => {
                self.reported(file, 0);
                (format!("{}: reported", file.name), true)
            }
            Ok(Some(skipped)) => {
                self.reported(file, skipped);
                let told = format!("{}: reported, {skipped} records skipped", file.name);
                (told, true)
            }
            // Changed or gone while it was read: it is looked at again.
            Ok(None) => (format!("{}: changed while it was read", file.name), false),
            Err(Unsearched::Bad(why)) => {
                let told = why.clone();
                match self.journal.add(&file.name, file.mark, End::Refused(why)) {
                    Ok(()) => {
                        self.ended.refused += 1;
                        self.status.refused(&file.name, &told);
                        self.failing.remove(&file.name);
                        (told, true)
                    }
                    Err(error) => (self.fails(file, &error.to_string()), false),
                }
            }
            Err(Unsearched::Fails(why)) => (self.fails(file, &why), false),
        };
        (self.say)(&told);
        if !settled && self.watch.once {
            let tries = self.failing.get(&file.name).map_or(0, |retry| retry.tries);
            return tries >= TRIES_AT_ONCE;
        }
        settled
    }

    fn reported(&mut self, file: &Found, skipped: u64) {
        self.ended.reported += 1;
        self.ended.records_skipped += skipped;
        self.status.reported(&file.name, skipped);
        self.failing.remove(&file.name);
    }

    fn fails(&mut self, file: &Found, why: &str) -> String {
        let retry = self.failing.entry(file.name.clone()).or_default();
        retry.again(self.watch.poll);
        self.status.failing(&file.name, why);
        format!("{why} (attempt {}; it is tried again)", retry.tries)
    }

    /// Puts the report of `file` beside it. `None` where the file is no longer what was found.
    fn report(&mut self, file: &Found) -> Result<Option<u64>, Unsearched> {
        let path = self.watch.folder.join(&file.name);
        let target = folder::report_of(&path);
        let fails =
            |error: std::io::Error| Unsearched::Fails(format!("{}: {error}", target.display()));
        let tell = |journal: &mut Journal, end| {
            let added = journal.add(&file.name, file.mark, end);
            added.map_err(|e| Unsearched::Fails(e.to_string()))
        };
        // Made, and cut off before that was known to be done.
        if let Some((checksum, skipped)) = self.journal.made(&file.name, file.mark)
            && FileStamp::of(&target).is_ok_and(|found| found.blake3 == checksum)
        {
            tell(&mut self.journal, End::Reported)?;
            return Ok(Some(skipped));
        }
        let mut pending = PendingFile::create(&target).map_err(fails)?;
        let searched = search::report(&path, (&self.searcher, self.question), &mut pending);
        // What was read of a file that changed says nothing, not even that it is bad.
        if folder::mark_of(&path) != Some(file.mark) {
            self.settling.forget(&file.name);
            return Ok(None);
        }
        let skipped = searched?;
        let checksum = FileStamp::of(pending.path()).map_err(fails)?.blake3;
        tell(&mut self.journal, End::Made { checksum, skipped })?;
        pending.publish().map_err(fails)?;
        tell(&mut self.journal, End::Reported)?;
        Ok(Some(skipped))
    }

    fn tell_status(&mut self) {
        if let Err(error) = self.status.write(&self.watch.status) {
            (self.say)(&format!("{}: {error}", self.watch.status.display()));
        }
    }
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
