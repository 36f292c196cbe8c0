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
        path = .path.display(), what = .format.what, supported = .format.versions(),
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
    /// The file with a library's older entries is not there.
    #[error(
        "{path}: its older entries are in {base}, which {fault}: put that file beside it again; \
         'mzseek compact' makes one file of both",
        path = .path.display(), base = .base.display()
    )]
    NoBase {
        /// The library.
        path: PathBuf,
        /// Where its older entries should be.
        base: PathBuf,
        /// What is wrong with that.
        fault: String,
    },
    /// Libraries that cannot be searched as one.
    #[error(
        "{second} and {first} cannot be one library: {key} is {b} in {second} and {a} in {first}; \
         build one of them again with the settings of the other",
        first = .paths[0].display(), second = .paths[1].display(), a = .values[0], b = .values[1]
    )]
    Conflict {
        /// The two.
        paths: [PathBuf; 2],
        /// The setting in which they differ.
        key: String,
        /// Its value in each.
        values: [String; 2],
    },
    /// Entries are counted in 32 bits.
    #[error("{0} entries are too many for one library")]
    TooMany(usize),
    /// The library is no longer the one that was read.
    #[error(
        "{path}: was changed by another program meanwhile and is left as it is: do it again",
        path = .path.display()
    )]
    Changed {
        /// The library.
        path: PathBuf,
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
    /// More memory is needed than may be taken.
    #[error(
        "--memory {ceiling} is too little for {n_entries} entries with index {index}: {needed} are \
         needed at least, whatever is kept in files; allow more, or choose another --index"
    )]
    Ceiling {
        /// What may be taken.
        ceiling: crate::memory::Bytes,
        /// What is needed.
        needed: crate::memory::Bytes,
        /// Entries, decoys among them.
        n_entries: usize,
        /// The kind of index.
        index: String,
    },
    /// Large arrays could not be kept outside memory.
    #[error(transparent)]
    Workspace(#[from] crate::memory::WorkspaceError),
    /// The vectors could not be indexed.
    #[error("could not train the index: {0}")]
    Train(#[from] crate::index::TrainError),
}
