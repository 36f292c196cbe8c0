//! What can be wrong with a library file, said so that a person knows what to do.

use super::Format;
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
    #[error(
        "{path}: not a mzseek {what}: {found}; make one with '{made_by}'",
        path = .path.display(), what = .format.what, made_by = .format.made_by
    )]
    NotALibrary {
        /// The file concerned.
        path: PathBuf,
        /// What it should be.
        format: &'static Format,
        /// What it looks like.
        found: String,
    },
    /// The file has a format this program does not know.
    #[error(
        "{path}: {what} format {found}, this program reads {supported}; make it again with '{made_by}'",
        path = .path.display(), what = .format.what, supported = .format.version,
        made_by = .format.made_by
    )]
    Version {
        /// The file concerned.
        path: PathBuf,
        /// What it should be.
        format: &'static Format,
        /// Its version.
        found: u32,
    },
    /// A part is missing, damaged or contradicts another.
    #[error(
        "{path}: damaged {what}: {part}: {fault}; make it again or restore a copy",
        path = .path.display(), what = .format.what
    )]
    Damaged {
        /// The file concerned.
        path: PathBuf,
        /// What it should be.
        format: &'static Format,
        /// Dataset or attribute.
        part: String,
        /// What does not hold.
        fault: String,
    },
    /// HDF5 failed while writing.
    #[error("{path}: could not be written: {source}", path = .path.display())]
    Write {
        /// The file that was to be made.
        path: PathBuf,
        /// What HDF5 said.
        source: hdf5::Error,
    },
    /// There is nothing to build a library of.
    #[error("no spectrum left to build a library of: {0}")]
    Empty(String),
    /// An entry has no peptide whose residues could be shuffled.
    #[error(
        "decoys by shuffle: {n_unknown} entries are no peptide of known mass, the first is {id:?} \
         with peptide {peptide:?}; '--decoys auto' makes those decoys of other spectra's fragments"
    )]
    NoPeptide {
        /// How many.
        n_unknown: usize,
        /// Accession of the first.
        id: String,
        /// What its library says.
        peptide: String,
    },
    /// Settings that contradict themselves.
    #[error(transparent)]
    Settings(#[from] super::SettingsError),
    /// The vectors could not be indexed.
    #[error("could not train the index: {0}")]
    Train(#[from] crate::index::TrainError),
}
