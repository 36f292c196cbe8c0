//! One writer per target.
//!
//! The claim to `NAME` is a locked file `.NAME.mzseek-lock` beside it. The system lets go of the lock
//! when the process ends, however it ends: a lock file that was left behind holds nobody up, and the
//! next to claim the target removes it, with all else that was left.

use super::{N_RANDOM, Passing, SUFFIX, folder_of, passing, place_of, prefix_of, short_name};
use std::fs::{File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The right to write a target, for as long as this lives.
#[derive(Debug)]
pub struct Claim {
    path: PathBuf,
    /// Closed, and so unlocked, after the file was removed.
    lock: File,
    _listed: Passing,
}

impl Claim {
    /// Claims `target`, or what it links to, and removes what a run left behind that was to write it
    /// and was ended by force.
    ///
    /// # Errors
    /// If another process has claimed it, or no file can be made beside it.
    pub fn take(target: &Path) -> io::Result<Self> {
        let place = place_of(target)?;
        let path = lock_of(&place);
        let claim = loop {
            let lock = File::options()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)?;
            match lock.try_lock() {
                // Without locks on this file system, two writers are kept apart by renaming alone.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                    break Self::listed(path, lock);
                }
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) => return Err(taken(lock)),
                // Whoever held it may have removed it between the opening and the locking.
                Ok(()) if !is_at(&lock, &path) => {}
                Ok(()) => {
                    let claim = Self::listed(path, lock);
                    remove_left_overs(&place);
                    break claim;
                }
            }
        };
        // Only told to others; without it they are told less.
        let _ = claim.lock.set_len(0);
        let _ = write!(&claim.lock, "{}", std::process::id());
        Ok(claim)
    }

    fn listed(path: PathBuf, lock: File) -> Self {
        passing().insert(path.clone());
        Self {
            _listed: Passing(path.clone()),
            path,
            lock,
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // A lock file that stays holds nobody up.
        let _ = fs_err::remove_file(&self.path);
    }
}

/// Removes temporary files of `target`, which nobody else may be writing.
pub fn remove_left_overs(target: &Path) {
    let prefix = prefix_of(target);
    let Ok(listed) = fs_err::read_dir(folder_of(target)) else {
        return;
    };
    for entry in listed.flatten() {
        if is_temporary(&entry.file_name().to_string_lossy(), &prefix) {
            // It is in nobody's way, and the next tries again.
            let _ = fs_err::remove_file(entry.path());
        }
    }
}

fn is_temporary(name: &str, prefix: &str) -> bool {
    let random = name
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_suffix(SUFFIX));
    random.is_some_and(|r| r.len() == N_RANDOM && r.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn lock_of(place: &Path) -> PathBuf {
    place.with_file_name(format!(".{}.mzseek-lock", short_name(place)))
}

fn taken(mut lock: File) -> io::Error {
    let mut process = String::new();
    // Only told.
    let _ = lock.read_to_string(&mut process);
    let process = match process.parse::<u32>() {
        Ok(process) => format!("process {process}"),
        Err(_) => "another process".to_owned(),
    };
    let text = format!("is being written by {process}: wait until that is done");
    io::Error::new(io::ErrorKind::ResourceBusy, text)
}

/// Whether `path` names the opened `file`.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |found: std::fs::Metadata| (found.dev(), found.ino());
    let opened = file.metadata().map(id).ok();
    opened.is_some() && opened == path.metadata().map(id).ok()
}

/// Files that are open are not removed elsewhere.
#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::super::PendingFile;
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let listed = fs_err::read_dir(folder).unwrap();
        let name = |entry: io::Result<fs_err::DirEntry>| entry.unwrap().file_name();
        let mut names: Vec<String> = listed
            .map(|entry| name(entry).to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_target_is_claimed_once() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("out.h5");
        let claim = Claim::take(&target).unwrap();
        let refused = Claim::take(&target).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ResourceBusy);
        let told = format!("is being written by process {}", std::process::id());
        assert!(refused.to_string().contains(&told), "{refused}");
        let other = Claim::take(&folder.path().join("other.h5")).unwrap();
        drop((claim, other));
        assert!(names(folder.path()).is_empty());
        Claim::take(&target).unwrap();
    }

    #[test]
    fn left_overs_of_this_target_go_and_no_others() {
        let folder = tempfile::tempdir().unwrap();
        let others = [
            ".mzseek-a-b.h5-000000.tmp",
            ".mzseek-a.h5-00000.tmp",
            ".mzseek-a.h5-000/00.tmp",
            "a.h5",
        ];
        let kept: Vec<String> = others.iter().map(|name| name.replace('/', "_")).collect();
        for name in kept.iter().map(String::as_str).chain([
            ".mzseek-a.h5-aB3dE6.tmp",
            ".mzseek-a.h5-000000.tmp",
            ".a.h5.mzseek-lock",
        ]) {
            fs_err::write(folder.path().join(name), "left").unwrap();
        }
        drop(Claim::take(&folder.path().join("a.h5")).unwrap());
        let mut kept = kept;
        kept.sort();
        assert_eq!(names(folder.path()), kept);
    }

    #[test]
    fn names_of_any_length_and_script_can_be_claimed() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "ü ≥ 質量 🧪.h5".to_owned(),
            "x".repeat(255),
            "é".repeat(127),
        ] {
            let target = folder.path().join(name);
            let claim = Claim::take(&target).unwrap();
            PendingFile::create(&target).unwrap().publish().unwrap();
            assert_eq!(
                Claim::take(&target).unwrap_err().kind(),
                io::ErrorKind::ResourceBusy
            );
            drop(claim);
            fs_err::remove_file(&target).unwrap();
            assert!(names(folder.path()).is_empty());
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_and_its_target_are_one() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("a"), folder.path().join("b"));
        fs_err::write(&target, "old").unwrap();
        fs_err::os::unix::fs::symlink(&target, &link).unwrap();
        let claim = Claim::take(&link).unwrap();
        assert!(Claim::take(&target).is_err());
        drop(claim);
    }
}
