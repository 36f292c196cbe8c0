//! How the watch stands, in a file that others may read at any time.

use crate::files::PendingFile;
use serde::Serialize;
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Files told by name of each kind; the others are counted.
const TOLD: usize = 100;

/// The state of a watch, since it was started.
#[derive(Debug, Default, Serialize)]
pub(super) struct Status {
    /// Seconds since 1970.
    written: u64,
    process: u32,
    /// The library searched in.
    library: String,
    /// BLAKE3 over everything in it.
    library_version: String,
    /// Why another file of that name was not taken up.
    #[serde(skip_serializing_if = "Option::is_none")]
    library_fault: Option<String>,
    /// Files reported.
    n_reported: u64,
    /// Records of them that could not be used.
    records_skipped: u64,
    /// Files that are no spectra or not whole.
    n_refused: u64,
    n_waiting: usize,
    /// Files reported last, newest last.
    reported: VecDeque<String>,
    /// Files refused last, and why.
    refused: VecDeque<(String, String)>,
    /// Files that are waited for, and why.
    waiting: BTreeMap<String, &'static str>,
    /// What the system said of files that it fails us on.
    failing: BTreeMap<String, String>,
    /// Why the folder, or one below, could not be looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<String>,
}

impl Status {
    /// What is searched in from now on.
    pub(super) fn library(&mut self, path: &Path, version: &str) {
        self.library = path.display().to_string();
        version.clone_into(&mut self.library_version);
        self.library_fault = None;
    }

    pub(super) fn library_fault(&mut self, why: impl Display) {
        self.library_fault = Some(why.to_string());
    }

    pub(super) fn reported(&mut self, name: &str, skipped: u64) {
        self.n_reported += 1;
        self.records_skipped += skipped;
        self.failing.remove(name);
        keep(&mut self.reported, name.to_owned());
    }

    pub(super) fn refused(&mut self, name: &str, why: &str) {
        self.n_refused += 1;
        self.failing.remove(name);
        keep(&mut self.refused, (name.to_owned(), why.to_owned()));
    }

    pub(super) fn failing(&mut self, name: &str, why: &str) {
        self.failing.insert(name.to_owned(), why.to_owned());
    }

    /// What is waited for after a look; files that fail and are gone are forgotten.
    pub(super) fn waiting(&mut self, waiting: Vec<(String, &'static str)>) {
        self.n_waiting = waiting.len();
        self.failing
            .retain(|name, _| waiting.iter().any(|(known, _)| known == name));
        self.waiting = waiting.into_iter().take(TOLD).collect();
    }

    /// What could not be looked at. Says whether that is news.
    pub(super) fn trouble(&mut self, why: &str) -> bool {
        let news = self.trouble.as_deref() != Some(why);
        self.trouble = Some(why.to_owned());
        news
    }

    /// Everything could be looked at.
    pub(super) fn no_trouble(&mut self) {
        self.trouble = None;
    }

    /// Writes `path`, whole or not at all.
    pub(super) fn write(&mut self, path: &Path) -> io::Result<()> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        self.written = since.unwrap_or_default().as_secs();
        self.process = std::process::id();
        let mut file = PendingFile::create(path)?;
        serde_json::to_writer_pretty(&mut file, self)?;
        file.write_all(b"\n")?;
        file.publish()
    }
}

fn keep<T>(last: &mut VecDeque<T>, next: T) {
    if last.len() == TOLD {
        last.pop_front();
    }
    last.push_back(next);
}
