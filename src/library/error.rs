//! What can be wrong with a library file, said so that a person knows what to do.

use std::path::PathBuf;

/// A library that cannot be written, opened or trusted.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The file system refused.
    #[error("{path}: {source}", path = .path.display())]
    Io {
        /// The file concerned.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not HDF5.
    #[error("{path}: not a mzseek library: {found}; make one with 'mzseek build'", path = .path.display())]
    NotALibrary {
        /// The file concerned.
        path: PathBuf,
        /// What it looks like.
        found: String,
    },
    /// The file has a format this program does not know.
    #[error(
        "{path}: library format {found}, this program reads {supported}; build it again with 'mzseek build'",
        path = .path.display()
    )]
    Version {
        /// The file concerned.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The version this program reads.
        supported: u32,
    },
    /// A part is missing, damaged or contradicts another.
    #[error("{path}: damaged library: {part}: {fault}; build it again or restore a copy", path = .path.display())]
    Damaged {
        /// The file concerned.
        path: PathBuf,
        /// Dataset or attribute.
        part: String,
        /// What does not hold.
        fault: String,
    },
    /// HDF5 failed while writing.
    #[error("{path}: could not write the library: {source}", path = .path.display())]
    Write {
        /// The file that was to be made.
        path: PathBuf,
        /// What HDF5 said.
        source: hdf5::Error,
    },
    /// There is nothing to build a library of.
    #[error("no spectrum left to build a library of: {0}")]
    Empty(String),
    /// Settings that contradict themselves.
    #[error(transparent)]
    Settings(#[from] super::SettingsError),
    /// The vectors could not be indexed.
    #[error("could not train the index: {0}")]
    Train(#[from] crate::index::TrainError),
}
