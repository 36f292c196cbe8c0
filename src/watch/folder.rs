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

/// What a look at a folder gives.
#[derive(Debug, Default)]
pub(super) struct Looked {
    /// The files of spectra, those first that were written first.
    pub(super) files: Vec<Found>,
    /// Folders below that could not be looked into, and why.
    pub(super) unread: Vec<String>,
}

/// The files of spectra in `folder`, and in those below where `deep`.
///
/// # Errors
/// `folder` itself cannot be looked into.
pub(super) fn look(folder: &Path, deep: bool) -> io::Result<Looked> {
    let mut files = Vec::new();
    let unread = walk(folder, deep, |path, name| {
        // A file may go while we look.
        let found = fs_err::metadata(path).ok();
        if let Some(found) = found.filter(|found| found.is_file() && is_of_spectra(&name)) {
            let mark = Mark::of(&found);
            files.push(Found { name, mark });
        }
    })?;
    files.sort_by(|a, b| (a.mark.modified, &a.name).cmp(&(b.mark.modified, &b.name)));
    Ok(Looked { files, unread })
}

/// Gives `each` the path of everything in `folder` and what it is called from there. Names with a dot
/// before them are passed over but for files; links to folders are not followed.
fn walk(folder: &Path, deep: bool, mut each: impl FnMut(&Path, String)) -> io::Result<Vec<String>> {
    let mut unread = Vec::new();
    let mut inside = vec![String::new()];
    while let Some(prefix) = inside.pop() {
        let entries = match fs_err::read_dir(folder.join(&prefix)) {
            Ok(entries) => entries,
            Err(error) if prefix.is_empty() => return Err(error),
            // It went while we looked.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => {
                unread.push(error.to_string());
                continue;
            }
        };
        for entry in entries {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let name = format!("{prefix}{name}");
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && deep && !own_name(&name).starts_with('.') {
                inside.push(name + "/");
            } else if !is_folder {
                each(&entry.path(), name);
            }
        }
    }
    Ok(unread)
}

/// The last part of `name`.
fn own_name(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
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
    !own_name(name).starts_with('.') && ENDINGS.iter().any(|ending| plain.ends_with(ending))
}

/// Removes reports in the making that a kill left behind.
pub(super) fn clear_leftovers(folder: &Path, deep: bool) {
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
    // They do no harm where they stay.
    let _ = walk(folder, deep, |path, name| {
        let part = own_name(&name).strip_prefix(".mzseek-");
        let ours = part.is_some_and(|part| part.strip_suffix(".tmp").is_some());
        if ours && old(path) {
            let _ = fs_err::remove_file(path);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_spectra_are_known_by_name() {
        for name in ["a.mgf", "a.mzML", "A.MSP", "a.mzML.gz", "d.1/a.mgf"] {
            assert!(is_of_spectra(name), "{name}");
        }
        for name in [
            ".a.mgf",
            "d/.a.mgf",
            "a.mgf.csv",
            "a.mgf.part",
            "a.raw",
            "mgf",
            "a.gz",
        ] {
            assert!(!is_of_spectra(name), "{name}");
        }
        assert_eq!(
            report_of("d/a.mzML.gz".as_ref()),
            Path::new("d/a.mzML.gz.csv")
        );
    }

    #[test]
    fn folders_below_are_looked_into_where_asked() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for name in ["a.mgf", "one/b.mgf", "one/two/c.mgf", ".old/d.mgf"] {
            let path = root.join(name);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, name).unwrap();
        }
        // A link back would make a folder without end.
        std::os::unix::fs::symlink(root, root.join("one/again")).unwrap();
        let names = |deep| {
            let looked = look(root, deep).unwrap();
            assert_eq!(looked.unread, Vec::<String>::new());
            let mut names: Vec<String> = looked.files.into_iter().map(|file| file.name).collect();
            names.sort();
            names
        };
        assert_eq!(names(false), ["a.mgf"]);
        assert_eq!(names(true), ["a.mgf", "one/b.mgf", "one/two/c.mgf"]);
        assert!(look(&root.join("nowhere"), true).is_err());
    }
}
