//! Checksums of the queries, made while they are searched.

use crate::failure::Failure;
use crate::formats;
use crate::report::FileStamp;
use std::collections::HashMap;
use std::io;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

type Made = HashMap<PathBuf, io::Result<FileStamp>>;

/// Reads the query files beside the search, on a thread of its own; nobody waits for it where the
/// search fails.
pub(super) struct Stamping(JoinHandle<Made>);

impl Stamping {
    /// Starts on the files that `queries` name.
    ///
    /// # Errors
    /// A name behind which there is no file.
    pub(super) fn start(queries: &[PathBuf]) -> Result<Self, Failure> {
        let mut files = formats::list(queries)?;
        Ok(Self(thread::spawn(move || {
            step_back();
            // A folder may hold large files that are no spectra.
            files.retain(|file| !file.is_found || formats::open(&file.path).is_ok());
            let stamp = |path: PathBuf| {
                let made = if path == Path::new(formats::STDIN) {
                    // Gone once read: the report cannot be made again from it.
                    Ok(FileStamp::default().called(&path))
                } else {
                    FileStamp::of(&path)
                };
                (path, made)
            };
            files.into_iter().map(|file| stamp(file.path)).collect()
        })))
    }

    /// Those of the files that were read, in their order.
    ///
    /// # Errors
    /// A file that could not be read again.
    pub(super) fn of(self, files: &[PathBuf]) -> Result<Vec<FileStamp>, Failure> {
        let mut made = self.0.join().unwrap_or_else(|panic| resume_unwind(panic));
        let stamp = |path: &PathBuf| {
            let made = made.remove(path).unwrap_or_else(|| FileStamp::of(path));
            made.map_err(|e| Failure::write(path, e))
        };
        files.iter().map(stamp).collect()
    }
}

/// Lets the thread that reads the spectra go first, where there are few cores: all others wait for it.
fn step_back() {
    // On Linux this is the priority of the thread alone; elsewhere it would be that of the process.
    #[cfg(target_os = "linux")]
    {
        const LOWEST: i32 = 19;
        // Refused, it goes on as any thread.
        let _ = rustix::process::setpriority_process(None, LOWEST);
    }
}
