//! One run of a watch: look by look, file by file.

use super::finished::{self, Settling};
use super::folder::{self, Found};
use super::journal::{End, Journal};
use super::kept::Kept;
use super::retry::Retry;
use super::search::{self, Unsearched};
use super::status::Status;
use super::{Ended, Watch};
use crate::config::Question;
use crate::failure::Failure;
use crate::files::PendingFile;
use crate::report::{FileStamp, LibraryStamp, Provenance, ReportFormat};
use crate::search::Searcher;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Attempts at a file that the system fails us on, where the watch ends by itself.
const TRIES_AT_ONCE: u32 = 3;

/// One run of the program.
pub(super) struct Run<'a> {
    watch: &'a Watch,
    kept: Kept,
    question: &'a Question,
    journal: Journal,
    status: Status,
    settling: Settling,
    failing: BTreeMap<String, Retry>,
    ended: Ended,
    /// Folders below that could not be looked into last time.
    n_unread: u64,
    stop: &'a AtomicBool,
    say: &'a dyn Fn(&str),
}

impl<'a> Run<'a> {
    /// # Errors
    /// See [`super::run()`].
    pub(super) fn open(
        watch: &'a Watch,
        question: &'a Question,
        (stop, say): (&'a AtomicBool, &'a dyn Fn(&str)),
    ) -> Result<Self, Failure> {
        let kept = Kept::open(&watch.library, question)?;
        folder::look(&watch.folder, false).map_err(|e| Failure::input(e.to_string()))?;
        folder::clear_leftovers(&watch.folder, watch.recursive);
        let mut status = Status::default();
        status.library(kept.path(), kept.version());
        Ok(Self {
            journal: Journal::open(&watch.journal)?,
            status,
            settling: Settling::default(),
            failing: BTreeMap::new(),
            ended: Ended::default(),
            n_unread: 0,
            kept,
            watch,
            question,
            stop,
            say,
        })
    }

    /// What was done so far.
    pub(super) fn ended(&self) -> Ended {
        Ended {
            failing: self.failing.len() as u64 + self.n_unread,
            ..self.ended
        }
    }

    /// Looks at library and folder once, does what there is to do, and tells how things stand. Says
    /// whether there may be more without a new file.
    ///
    /// # Errors
    /// A question that cannot be asked of the library.
    pub(super) fn round(&mut self) -> Result<bool, Failure> {
        self.look_at_library();
        let more = self.look()?;
        self.tell_status();
        Ok(more)
    }

    /// Takes up the library where its file is another.
    fn look_at_library(&mut self) {
        let Some(taken) = self.kept.look(self.question) else {
            return;
        };
        let path = self.watch.library.display();
        match taken {
            Ok(()) => {
                self.status.library(self.kept.path(), self.kept.version());
                (self.say)(&format!("{path}: version {} now", self.kept.version()));
            }
            Err(error) => {
                self.status.library_fault(&error);
                (self.say)(&format!("{error}: the library stays as it was"));
            }
        }
    }

    /// Looks at the folder once and does what there is to do. Says whether there may be more.
    fn look(&mut self) -> Result<bool, Failure> {
        let looked = match folder::look(&self.watch.folder, self.watch.recursive) {
            Ok(looked) => looked,
            Err(error) => {
                // A network drive may be away for a while.
                let text = format!("{}: {error}", self.watch.folder.display());
                if self.status.trouble(&text) {
                    (self.say)(&text);
                }
                return Ok(!self.watch.once);
            }
        };
        let found = looked.files;
        self.n_unread = looked.unread.len() as u64;
        if looked.unread.is_empty() {
            self.status.no_trouble();
        } else {
            let text = looked.unread.join("; ");
            if self.status.trouble(&text) {
                (self.say)(&text);
            }
        }
        self.failing
            .retain(|name, _| found.iter().any(|file| file.name == *name));
        let open: Vec<Found> = found
            .into_iter()
            .filter(|file| !self.journal.has(&file.name, file.mark))
            .collect();
        self.settling.look(&open, Instant::now());
        let mut more = false;
        let mut waiting = Vec::new();
        let library = self.kept.library();
        // Made when the first file is ready: most looks find none.
        let mut searcher = None;
        for file in open {
            if self.stop.load(Ordering::Relaxed) {
                return Ok(false);
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
            } else {
                let searcher = match &mut searcher {
                    Some(searcher) => searcher,
                    none => none.insert(Searcher::new(&library, self.question.settings(&library)?)),
                };
                if !self.settle(&file, searcher) {
                    more = true;
                    waiting.push((file.name, "to be done again"));
                } else if self.failing.contains_key(&file.name) {
                    waiting.push((file.name, "failing"));
                }
            }
        }
        if self.watch.once && !more {
            self.ended.refused +=
                waiting.iter().filter(|w| w.1 == "without its end").count() as u64;
        }
        self.status.waiting(waiting);
        Ok(more)
    }

    /// Searches `file`. Says whether this run has nothing left to do for it.
    fn settle(&mut self, file: &Found, searcher: &Searcher<'_>) -> bool {
        let done = self.report(file, searcher);
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
    fn report(&mut self, file: &Found, searcher: &Searcher<'_>) -> Result<Option<u64>, Unsearched> {
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
        let searched = search::report(&path, (searcher, self.question), &mut pending);
        let input = FileStamp::of(&path);
        // What was read of a file that changed says nothing, not even that it is bad.
        if folder::mark_of(&path) != Some(file.mark) {
            self.settling.forget(&file.name);
            return Ok(None);
        }
        let searched = searched?;
        let skipped = searched.skipped;
        let made = FileStamp::of(pending.path())
            .map_err(fails)?
            .called(&target);
        let checksum = made.blake3.clone();
        let counts = searched.summary.counts().iter().cloned().collect();
        let told = Provenance {
            counts,
            report: made,
            inputs: vec![input.map_err(fails)?],
            ..self.provenance(searcher).map_err(Unsearched::Fails)?
        };
        tell(&mut self.journal, End::Made { checksum, skipped })?;
        // Before the report has its name: whoever finds a report finds what it took to make it.
        told.write()
            .map_err(|error| Unsearched::Fails(error.to_string()))?;
        pending.publish().map_err(fails)?;
        tell(&mut self.journal, End::Reported)?;
        Ok(Some(skipped))
    }

    /// What is the same for every report: library and settings.
    fn provenance(&self, searcher: &Searcher<'_>) -> Result<Provenance, String> {
        let library = searcher.library();
        let settings = self.question.words(library);
        let mut settings = settings.map_err(|error| error.to_string())?;
        settings.insert("format".to_owned(), ReportFormat::Csv.to_string());
        settings.insert("columns".to_owned(), "all".to_owned());
        let members = library.members().iter();
        let libraries = members.map(|member| LibraryStamp {
            path: self.watch.library.clone(),
            checksum: member.checksum.clone(),
            n_entries: member.rows.len() as u64,
        });
        Ok(Provenance {
            settings,
            libraries: libraries.collect(),
            ..Provenance::default()
        })
    }

    fn tell_status(&mut self) {
        if let Err(error) = self.status.write(&self.watch.status) {
            (self.say)(&format!("{}: {error}", self.watch.status.display()));
        }
    }
}
