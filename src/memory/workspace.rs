//! Where the large arrays of a job are kept.

use super::Column;
use super::ceiling::{Ceiling, most_held};
use super::size::Bytes;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Memory alone, or little of it and files. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Workspace(Option<Arc<Scratch>>);

#[derive(Debug)]
struct Scratch {
    folder: PathBuf,
    ceiling: Arc<Ceiling>,
}

/// Something that could not be kept outside memory.
#[derive(Debug, thiserror::Error)]
#[error("temporary file in {folder}: {source}{hint}", folder = .folder.display(), hint = self.hint())]
pub struct WorkspaceError {
    /// Where the file is.
    pub folder: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl WorkspaceError {
    /// What to do, where the folder was not chosen by a target.
    fn hint(&self) -> &'static str {
        if cfg!(unix) && self.folder == std::env::temp_dir() {
            " (TMPDIR may name another folder)"
        } else {
            ""
        }
    }
}

impl Workspace {
    /// Everything in memory.
    pub fn in_memory() -> Self {
        Self(None)
    }

    /// Arrays that grow large in files of `folder`; as long as it or any of them lives, pages of maps
    /// are given back whenever the process comes near `ceiling`. The files have no name, so that
    /// nothing is left of them when the process ends, however it ends.
    ///
    /// # Errors
    /// If there is no thread to watch over the ceiling.
    pub fn below(ceiling: Bytes, folder: &Path) -> Result<Self, WorkspaceError> {
        let ceiling = Ceiling::keep(ceiling).map_err(|source| WorkspaceError {
            folder: folder.to_owned(),
            source,
        })?;
        Ok(Self(Some(Arc::new(Scratch {
            folder: folder.to_owned(),
            ceiling,
        }))))
    }

    /// An empty array.
    pub fn column<T: bytemuck::Pod>(&self) -> Column<T> {
        Column::within(self.clone())
    }

    /// The ceiling, where there is one.
    pub fn ceiling(&self) -> Option<Bytes> {
        Some(self.0.as_ref()?.ceiling.height())
    }

    /// The folder of its files, where it has any.
    pub fn folder(&self) -> Option<&Path> {
        Some(&self.0.as_ref()?.folder)
    }

    /// What the process held at most so far, where that is more than its ceiling.
    pub fn overrun(&self) -> Option<Bytes> {
        let ceiling = self.ceiling()?;
        most_held().filter(|&most| most > ceiling)
    }

    /// A new file, if arrays are to be kept in files.
    pub(super) fn file(&self) -> Option<io::Result<File>> {
        let scratch = self.0.as_ref()?;
        Some(tempfile::tempfile_in(&scratch.folder))
    }

    pub(super) fn is_in_memory(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn refused(&self, source: io::Error) -> WorkspaceError {
        let folder = self.0.as_ref().map(|scratch| scratch.folder.clone());
        WorkspaceError {
            folder: folder.unwrap_or_default(),
            source,
        }
    }
}
