//! Binary containers, mzMLb and Parquet, as the text they stand for.
//!
//! The libraries that read them can loop for ever or ask for any amount of memory where a file is
//! damaged or meant to harm. So another process reads them ([`child`]): it has limits, and all it can
//! do is to write mzML or a table into a pipe, which is read here like any other file.

mod child;
mod external;
mod imaging;
mod mzmlb;
mod parquet_table;

pub use child::{UnpackError, unpack};
pub(super) use imaging::Inlined;

use super::input::Bytes;
use std::ffi::OsString;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use tempfile::TempPath;

/// Exit code of a process that found nothing that is read.
const NOTHING_READ: i32 = 3;

/// Bytes of what the other process says that are repeated.
const MAX_SAID_BYTES: u64 = 2000;

static PROGRAM: OnceLock<(PathBuf, Vec<OsString>)> = OnceLock::new();

/// Names the program that unpacks: run with `words` and a path, it calls [`unpack`] with that path
/// and its standard output, exits with 3 where that finds [`UnpackError::Unknown`], and tells any
/// other error on standard error. Until one is named, containers are refused. The first call counts.
pub fn unpack_with(program: PathBuf, words: &[&str]) {
    let words = words.iter().map(OsString::from).collect();
    let _ = PROGRAM.set((program, words));
}

/// Whether there is a program that unpacks.
pub(super) fn is_possible() -> bool {
    PROGRAM.get().is_some()
}

/// A file that is there under a name, until this is dropped if it is our own.
pub(super) enum Lying {
    At(PathBuf),
    Spooled(TempPath),
}

impl Lying {
    fn path(&self) -> &Path {
        match self {
            Self::At(path) => path,
            Self::Spooled(path) => path,
        }
    }
}

/// The text that the container at `lying` stands for.
///
/// # Errors
/// There is no program that unpacks, or it cannot be run. What it fails with is an error of reading;
/// [`io::ErrorKind::Unsupported`] says that the container holds nothing that is read.
pub(super) fn unpacked(lying: Lying) -> io::Result<Bytes> {
    let Some((program, words)) = PROGRAM.get() else {
        return Err(io::ErrorKind::Unsupported.into());
    };
    let mut process = Command::new(program)
        .args(words)
        .arg(lying.path())
        // Nothing is written, and locks are lost on some file systems and inherited on others.
        .env("HDF5_USE_FILE_LOCKING", "FALSE")
        // Its end tells the process that nobody wants more.
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| {
            let text = format!("{} cannot be run to unpack it: {e}", program.display());
            io::Error::new(e.kind(), text)
        })?;
    let text = process.stdout.take();
    Ok(Box::new(Unpacking {
        process,
        text: text.ok_or_else(|| io::Error::other("no pipe to what unpacks"))?,
        _lying: lying,
        ended: false,
    }))
}

/// What another process writes. It ends with this.
struct Unpacking {
    process: Child,
    text: ChildStdout,
    _lying: Lying,
    ended: bool,
}

impl Unpacking {
    /// How the process ended, once it wrote all.
    fn verdict(&mut self) -> io::Result<()> {
        let mut said = String::new();
        if let Some(stderr) = self.process.stderr.take() {
            let mut bytes = Vec::new();
            stderr.take(MAX_SAID_BYTES).read_to_end(&mut bytes)?;
            let text = String::from_utf8_lossy(&bytes);
            let text = text.trim();
            text.strip_prefix("mzseek: ")
                .unwrap_or(text)
                .clone_into(&mut said);
        }
        let status = self.process.wait()?;
        if status.success() {
            return Ok(());
        }
        if status.code() == Some(NOTHING_READ) {
            return Err(io::ErrorKind::Unsupported.into());
        }
        if said.is_empty() {
            said = format!("it could not be unpacked ({status})");
        }
        Err(io::Error::new(io::ErrorKind::InvalidData, said))
    }
}

impl Read for Unpacking {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.ended || into.is_empty() {
            return Ok(0);
        }
        let n = self.text.read(into)?;
        if n == 0 {
            self.ended = true;
            self.verdict()?;
        }
        Ok(n)
    }
}

impl Drop for Unpacking {
    fn drop(&mut self) {
        // It may have ended; then there is nothing to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
