//! How much memory a command takes that makes a library, or searches one.

use super::console::Console;
use crate::failure::Failure;
use crate::files::folder_beside;
use crate::library::LibraryError;
use crate::memory::{Bytes, Workspace};
use clap::Args;
use std::path::Path;

/// The program itself and what it reads ahead take some of it.
const LEAST: Bytes = Bytes(64_000_000);

#[derive(Debug, Clone, Copy, Default, Args)]
pub(super) struct MemoryFlag {
    /// Most memory to take, 64MB or more: large arrays are then kept in temporary files in the folder
    /// of the library, of which nothing is left, however the command ends. The library is the same to
    /// the byte [default: as much as it takes]
    #[arg(long, value_name = "SIZE", value_parser = parse_ceiling)]
    memory: Option<Bytes>,
}

#[derive(Debug, Clone, Copy, Default, Args)]
pub(super) struct SearchMemoryFlag {
    /// Most memory to take, 64MB or more: of libraries, which are mapped, no more is held at a time.
    /// The report is the same to the byte, but takes longer [default: as much as it takes]
    #[arg(long, value_name = "SIZE", value_parser = parse_ceiling)]
    memory: Option<Bytes>,
}

impl SearchMemoryFlag {
    /// Keeps the process below the ceiling for as long as this lives.
    ///
    /// # Errors
    /// If nothing can watch over it.
    pub(super) fn keep(self) -> Result<Workspace, Failure> {
        let Some(ceiling) = self.memory else {
            return Ok(Workspace::in_memory());
        };
        let kept = Workspace::below(ceiling, &std::env::temp_dir());
        Ok(kept.map_err(LibraryError::from)?)
    }
}

fn parse_ceiling(text: &str) -> Result<Bytes, String> {
    let size: Bytes = text.parse().map_err(|e| format!("{e}"))?;
    if size < LEAST {
        return Err(format!("{size} is too little to work in: {LEAST} at least"));
    }
    Ok(size)
}

impl MemoryFlag {
    /// Where a library is made that is to be written to `output`.
    ///
    /// # Errors
    /// If nothing can be kept beside `output`.
    pub(super) fn workspace(self, output: &Path) -> Result<Workspace, Failure> {
        let Some(ceiling) = self.memory else {
            return Ok(Workspace::in_memory());
        };
        let folder = folder_beside(output).map_err(|error| Failure::write(output, error))?;
        Ok(Workspace::below(ceiling, &folder).map_err(LibraryError::from)?)
    }
}

/// Tells if more memory was taken than there should have been.
pub(super) fn tell_overrun(workspace: &Workspace, console: Console) {
    if let (Some(most), Some(ceiling)) = (workspace.overrun(), workspace.ceiling()) {
        console.say(format!(
            "note: {most} of memory were taken, above --memory {ceiling}"
        ));
    }
}
