//! The library that a watch searches in: opened at the start, and again once its file is another.

use super::folder::{Mark, mark_of};
use crate::config::Question;
use crate::failure::Failure;
use crate::library::{Library, open_verified};
use crate::search::Searcher;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The library.
#[derive(Debug)]
pub(super) struct Kept {
    path: PathBuf,
    library: Arc<Library>,
    /// The file that was opened, or refused.
    mark: Option<Mark>,
    /// Another file that was there at the last look; taken up when it is the same at the next.
    changing: Option<Mark>,
}

impl Kept {
    /// Opens the library at `path` for `question`.
    ///
    /// # Errors
    /// A file that is no library, or one in which that cannot be asked.
    pub(super) fn open(path: &Path, question: &Question) -> Result<Self, Failure> {
        // Before it is opened: one that is replaced meanwhile is another.
        let mark = mark_of(path);
        let library = Library::open(path)?;
        suits(&library, question)?;
        Ok(Self {
            path: path.to_owned(),
            library: Arc::new(library),
            mark,
            changing: None,
        })
    }

    pub(super) fn library(&self) -> Arc<Library> {
        Arc::clone(&self.library)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The checksum over everything in it.
    pub(super) fn version(&self) -> &str {
        &self.library.members()[0].checksum
    }

    /// Takes up another file of that name once it is the same at two looks and all of it is checked.
    /// `None` where there is nothing new; else whether it was taken up. One that is gone, or not
    /// sound, leaves the library as it was.
    pub(super) fn look(&mut self, question: &Question) -> Option<Result<(), Failure>> {
        let found = mark_of(&self.path)?;
        if self.mark == Some(found) {
            self.changing = None;
            return None;
        }
        if self.changing.replace(found) != Some(found) {
            return None;
        }
        self.changing = None;
        self.mark = Some(found);
        let opened = open_verified(&self.path).map_err(Failure::from);
        let checked = opened.and_then(|sound| suits(&sound.library, question).map(|()| sound));
        Some(checked.map(|sound| self.library = Arc::new(sound.library)))
    }
}

/// Whether `question` can be asked of `library`.
fn suits(library: &Library, question: &Question) -> Result<(), Failure> {
    let searcher = Searcher::new(library, question.settings(library)?);
    Ok(question.fdr().check(&searcher)?)
}
