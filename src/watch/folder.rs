//! What lies in the folder: files of spectra, and what tells one state of a file from another.

use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Endings of files that are searched, without case; `.gz` may follow.
const ENDINGS: [&str; 3] = [".mgf", ".msp", ".mzml"];
/// Reports in the making that a kill left behind are older than this.
const LEFTOVER: Duration = Duration::from_secs(3600);

/// The state of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Mark {
    /// When it was last written, in nanoseconds since 1970.
    pub(super) modified: u64,
    pub(super) bytes: u64,
}

impl Mark {
    fn of(found: &Metadata) -> Self {
        let modified = found.modified().unwrap_or(UNIX_EPOCH);
        let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            modified: since.as_nanos() as u64,
            bytes: found.len(),
        }
    }
}

/// A file of spectra.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) name: String,
    pub(super) mark: Mark,
}

/// The files of spectra in `folder`, those first that were written first.
pub(super) fn look(folder: &Path) -> io::Result<Vec<Found>> {
    let mut files = Vec::new();
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        // A file may go while we look.
        let found = fs_err::metadata(entry.path()).ok();
        if let Some(found) = found.filter(|found| found.is_file() && is_of_spectra(&name)) {
            let mark = Mark::of(&found);
            files.push(Found { name, mark });
        }
    }
    files.sort_by(|a, b| (a.mark.modified, &a.name).cmp(&(b.mark.modified, &b.name)));
    Ok(files)
}

/// The state of `path` now; none where it is gone.
pub(super) fn mark_of(path: &Path) -> Option<Mark> {
    fs_err::metadata(path).ok().map(|found| Mark::of(&found))
}

/// What the report of `path` is called: the whole name goes into it, because `a.mgf` and `a.mzML` are
/// two files.
pub(super) fn report_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".csv");
    name.into()
}

fn is_of_spectra(name: &str) -> bool {
    let lower = name.to_lowercase();
    let plain = lower.strip_suffix(".gz").unwrap_or(&lower);
    !name.starts_with('.') && ENDINGS.iter().any(|ending| plain.ends_with(ending))
}

/// Removes reports in the making that a kill left behind.
pub(super) fn clear_leftovers(folder: &Path) {
    let old = |path: &Path| {
        let modified = fs_err::metadata(path)
            .and_then(|found| found.modified())
            .ok();
        modified.is_some_and(|at| {
            SystemTime::now()
                .duration_since(at)
                .is_ok_and(|age| age > LEFTOVER)
        })
    };
    for entry in fs_err::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let ours = name.to_str();
        let ours = ours
            .and_then(|name| name.strip_prefix(".mzseek-")?.strip_suffix(".tmp"))
            .is_some();
        if ours && old(&entry.path()) {
            // It does no harm where it stays.
            let _ = fs_err::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_spectra_are_known_by_name() {
        for name in ["a.mgf", "a.mzML", "A.MSP", "a.mzML.gz"] {
            assert!(is_of_spectra(name), "{name}");
        }
        for name in [".a.mgf", "a.mgf.csv", "a.mgf.part", "a.raw", "mgf", "a.gz"] {
            assert!(!is_of_spectra(name), "{name}");
        }
        assert_eq!(
            report_of("d/a.mzML.gz".as_ref()),
            Path::new("d/a.mzML.gz.csv")
        );
    }
}
