//! What ends a command, and the exit code that tells scripts why.

use crate::config::ConfigError;
use crate::formats::ReadError;
use crate::library::{LibraryError, SettingsError};
use crate::memory::WorkspaceError;
use crate::plot::PngError;
use crate::report::{EvaluationError, ProvenanceError, ReportError, TruthError};
use crate::search::RunFdrError;
use std::io;
use std::path::Path;

/// What kind of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The command was called wrongly.
    Usage,
    /// An input cannot be used.
    Input,
    /// The system refused to read or write.
    Io,
    /// Whoever read our output has closed it, as `head` does.
    Closed,
}

/// A command's end, with a message for a person.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    kind: Kind,
    message: String,
}

impl Failure {
    /// The command was called wrongly.
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            kind: Kind::Usage,
            message: message.into(),
        }
    }

    /// An input cannot be used.
    pub fn input(message: impl Into<String>) -> Self {
        Self {
            kind: Kind::Input,
            message: message.into(),
        }
    }

    /// The system refused to write `path`.
    pub fn write(path: &Path, source: impl Into<io::Error>) -> Self {
        let source = source.into();
        let kind = if source.kind() == io::ErrorKind::BrokenPipe {
            Kind::Closed
        } else {
            Kind::Io
        };
        Self {
            kind,
            message: format!("{}: {source}", path.display()),
        }
    }

    /// The CSV writer could not write `path`.
    pub fn csv(path: &Path, error: csv::Error) -> Self {
        Self::report(path, error.into())
    }

    /// The report `path` could not be written.
    pub fn report(path: &Path, error: ReportError) -> Self {
        Self::write(path, error)
    }

    /// What kind of thing went wrong.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// 2 for wrong usage, 1 for everything else.
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            Kind::Usage => 2,
            Kind::Input | Kind::Io | Kind::Closed => 1,
        }
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self::input(error.to_string())
    }
}

impl From<LibraryError> for Failure {
    fn from(error: LibraryError) -> Self {
        let kind = match &error {
            LibraryError::Settings(_)
            | LibraryError::NoPeptide { .. }
            | LibraryError::Ceiling { .. } => Kind::Usage,
            LibraryError::Io { .. }
            | LibraryError::Write { .. }
            | LibraryError::NoBase { .. }
            | LibraryError::Changed { .. }
            | LibraryError::Workspace(_) => Kind::Io,
            LibraryError::NotALibrary { .. }
            | LibraryError::Version { .. }
            | LibraryError::Damaged { .. }
            | LibraryError::Conflict { .. }
            | LibraryError::TooMany(_)
            | LibraryError::Empty(_)
            | LibraryError::Train(_) => Kind::Input,
        };
        Self {
            kind,
            message: error.to_string(),
        }
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<RunFdrError> for Failure {
    fn from(error: RunFdrError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<WorkspaceError> for Failure {
    fn from(error: WorkspaceError) -> Self {
        Self {
            kind: Kind::Io,
            message: error.to_string(),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<TruthError> for Failure {
    fn from(error: TruthError) -> Self {
        Self::input(error.to_string())
    }
}

impl From<EvaluationError> for Failure {
    fn from(error: EvaluationError) -> Self {
        Self::input(error.to_string())
    }
}

impl From<PngError> for Failure {
    fn from(error: PngError) -> Self {
        Self::input(error.to_string())
    }
}

impl From<ProvenanceError> for Failure {
    fn from(error: ProvenanceError) -> Self {
        match error {
            ProvenanceError::Io { path, source } => Self::write(&path, source),
            ProvenanceError::Json { .. } | ProvenanceError::Version { .. } => {
                Self::input(error.to_string())
            }
        }
    }
}
