//! The libraries that are served: opened once, mapped, and swapped whole when their files change.

use crate::library::{Library, open_verified};
use arc_swap::ArcSwap;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// A library that answers.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) library: Library,
    /// BLAKE3 over everything in the file: the version that answers name.
    pub(super) version: String,
    pub(super) bytes: u64,
    pub(super) loaded: SystemTime,
}

/// What is served at one moment. A request takes it once and keeps to it.
#[derive(Debug, Default)]
pub(super) struct Shelved {
    pub(super) libraries: BTreeMap<String, Arc<Held>>,
    /// Files that could not be taken up, and why. The library of that name is the older one.
    pub(super) faults: BTreeMap<String, String>,
}

/// What tells one state of a file from another.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    bytes: u64,
    modified: Option<SystemTime>,
    inode: u64,
}

/// The libraries of a folder.
#[derive(Debug)]
pub(super) struct Shelf {
    folder: PathBuf,
    shelved: ArcSwap<Shelved>,
    /// Files as they were when last looked at. Held while a reload runs, so that there is one.
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    /// Taken up, or refused, in this state.
    settled: BTreeMap<String, Mark>,
    /// Found changed in this state; taken up when it is the same at the next look.
    changing: BTreeMap<String, Mark>,
}

/// When a changed file is taken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// At once: somebody says that it is whole.
    Now,
    /// Once it looks the same twice, because it may still be copied.
    Stable,
}

impl Shelf {
    /// Opens every `.h5` file of `folder`.
    ///
    /// # Errors
    /// A folder that cannot be read. A bad file is a fault of the shelf, not an error.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        let shelf = Self {
            folder: folder.to_owned(),
            shelved: ArcSwap::default(),
            seen: Mutex::default(),
        };
        shelf.reload(When::Now)?;
        Ok(shelf)
    }

    /// What is served now.
    pub(super) fn now(&self) -> Arc<Shelved> {
        self.shelved.load_full()
    }

    /// Takes up files that are new or changed and lets go of those that are gone. What is asked
    /// meanwhile is answered from what was there; each library is swapped whole.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub(super) fn reload(&self, when: When) -> io::Result<()> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let files = self.files()?;
        let before = self.now();
        for id in before.libraries.keys().chain(before.faults.keys()) {
            if !files.contains_key(id) {
                tracing::info!(library = id, "gone");
                seen.settled.remove(id);
                self.change(|shelved| {
                    shelved.libraries.remove(id);
                    shelved.faults.remove(id);
                });
            }
        }
        let mut changing = BTreeMap::new();
        for (id, (path, mark)) in files {
            if seen.settled.get(&id) == Some(&mark) {
                continue;
            }
            if when == When::Stable && seen.changing.get(&id) != Some(&mark) {
                changing.insert(id, mark);
                continue;
            }
            self.take_up(&id, &path, mark.bytes);
            seen.settled.insert(id, mark);
        }
        seen.changing = changing;
        Ok(())
    }

    fn take_up(&self, id: &str, path: &Path, bytes: u64) {
        match open_verified(path) {
            Ok(sound) => {
                let entries = sound.library.entries().n_targets();
                tracing::info!(library = id, version = sound.checksum, entries, "loaded");
                let held = Arc::new(Held {
                    library: sound.library,
                    version: sound.checksum,
                    bytes,
                    loaded: SystemTime::now(),
                });
                self.change(|shelved| {
                    shelved.libraries.insert(id.to_owned(), Arc::clone(&held));
                    shelved.faults.remove(id);
                });
            }
            Err(error) => {
                let error = error.to_string();
                tracing::error!(library = id, error, "not loaded");
                self.change(|shelved| {
                    shelved.faults.insert(id.to_owned(), error.clone());
                });
            }
        }
    }

    /// Swaps what is served for a changed copy; only [`Self::reload`] does, under its lock.
    fn change(&self, how: impl Fn(&mut Shelved)) {
        let now = self.now();
        let mut next = Shelved {
            libraries: now.libraries.clone(),
            faults: now.faults.clone(),
        };
        how(&mut next);
        self.shelved.store(Arc::new(next));
    }

    fn files(&self) -> io::Result<BTreeMap<String, (PathBuf, Mark)>> {
        let mut files = BTreeMap::new();
        for entry in fs_err::read_dir(&self.folder)? {
            let path = entry?.path();
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            let is_library = path.extension().is_some_and(|extension| extension == "h5");
            let (Some(stem), true) = (stem, is_library) else {
                continue;
            };
            // A file may go while we look.
            if let Ok(found) = fs_err::metadata(&path)
                && found.is_file()
                && !stem.starts_with('.')
            {
                let mark = Mark {
                    bytes: found.len(),
                    modified: found.modified().ok(),
                    inode: inode(&found),
                };
                files.insert(stem.to_owned(), (path.clone(), mark));
            }
        }
        Ok(files)
    }
}

#[cfg(unix)]
fn inode(found: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(found)
}

#[cfg(not(unix))]
fn inode(_: &std::fs::Metadata) -> u64 {
    0
}
