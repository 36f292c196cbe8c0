//! What can be wrong with vectors given by a user, said so that they know what to do.

use super::VectorMetric;
use crate::failure::Failure;
use crate::index::{AddError, TrainError};
use crate::library::LibraryError;
use std::io;
use std::path::Path;

/// Vectors, or a file of them, that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VectorsError {
    /// The file system refused; `fs_err` names the file.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// No format of ours.
    #[error(
        "{name}: not a format of vectors: give .npy, .fvecs, .bvecs, .ivecs, .csv or FILE.h5:dataset"
    )]
    UnknownFormat {
        /// The file.
        name: String,
    },
    /// A header or structure that does not hold.
    #[error("{name}: {fault}")]
    Structure {
        /// The file.
        name: String,
        /// What was found and expected.
        fault: String,
    },
    /// The file ends too early.
    #[error(
        "{name}: truncated: {expected} bytes are called for, the file has {found}; copy it again"
    )]
    Truncated {
        /// The file.
        name: String,
        /// The bytes its header calls for.
        expected: u64,
        /// The bytes there are.
        found: u64,
    },
    /// The file goes on too long.
    #[error(
        "{name}: {expected} bytes are called for, the file has {found}: it is not what it says"
    )]
    Surplus {
        /// The file.
        name: String,
        /// The bytes its header calls for.
        expected: u64,
        /// The bytes there are.
        found: u64,
    },
    /// Columns stored one after another.
    #[error(
        "{name}: stored in Fortran order, column by column; save it row by row: \
         np.save(path, np.ascontiguousarray(a))"
    )]
    FortranOrder {
        /// The file.
        name: String,
    },
    /// Not two-dimensional.
    #[error("{name}: has shape {found}; vectors are the rows of a two-dimensional array")]
    Shape {
        /// The file.
        name: String,
        /// For instance `(100,)`.
        found: String,
    },
    /// Numbers of a kind that is not read.
    #[error(
        "{name}: holds {found}; numbers may be little-endian floats (f2, f4, f8) or integers: \
         save it as '<f4'"
    )]
    ElementType {
        /// The file.
        name: String,
        /// For instance `'>f4'`.
        found: String,
    },
    /// A row of another length.
    #[error(
        "{name}: mixed dimensions: row {row} has {found} numbers, the rows before it {expected}"
    )]
    MixedDimensions {
        /// The file.
        name: String,
        /// The first row that differs, counted from 0.
        row: usize,
        /// Its length.
        found: usize,
        /// The length of the others.
        expected: usize,
    },
    /// Text where a number should be.
    #[error("{name}: row {row}, column {column}: {text:?} is not a number")]
    NotANumber {
        /// The file.
        name: String,
        /// Row counted from 0.
        row: usize,
        /// Column counted from 0.
        column: usize,
        /// What stands there.
        text: String,
    },
    /// NaN, infinite or beyond single precision.
    #[error("{name}: row {row} holds {value} at coordinate {coordinate}; vectors must be finite")]
    NotFinite {
        /// The file.
        name: String,
        /// Row counted from 0.
        row: usize,
        /// Coordinate counted from 0.
        coordinate: usize,
        /// The value as single precision.
        value: f32,
    },
    /// Two sets that do not go together.
    #[error(
        "mixed dimensions: {name} has vectors of {found} numbers, {other} of {expected}; \
         they must be made the same way"
    )]
    Dimension {
        /// The file.
        name: String,
        /// Its dimension.
        found: usize,
        /// What it is used with.
        other: String,
        /// The dimension of that.
        expected: usize,
    },
    /// More neighbours, clusters or components asked for than there can be.
    #[error("{what} {asked} is larger than the set: {name} has {available} {unit}")]
    TooFew {
        /// The flag.
        what: &'static str,
        /// Its value.
        asked: usize,
        /// The file.
        name: String,
        /// How many there are.
        available: usize,
        /// Of what.
        unit: &'static str,
    },
    /// A truth that does not fit its base or queries.
    #[error(
        "{name}: {fault}; a truth has the row numbers of the nearest, nearest first, per query"
    )]
    Truth {
        /// The file.
        name: String,
        /// What does not fit.
        fault: String,
    },
    /// HDF5 failed while writing.
    #[error("{name}: could not be written: {source}")]
    Write {
        /// The file.
        name: String,
        /// What HDF5 said.
        source: hdf5::Error,
    },
    /// A vector index file that cannot be made, opened or trusted.
    #[error(transparent)]
    File(#[from] LibraryError),
    /// The vectors could not be indexed.
    #[error("{name}: {source}")]
    Train {
        /// The file.
        name: String,
        /// Why.
        source: TrainError,
    },
    /// The vectors could not be added to an index.
    #[error("{name}: {source}")]
    Add {
        /// The file.
        name: String,
        /// Why.
        source: AddError,
    },
    /// An index file with another metric than asked for.
    #[error("{name} compares by {found}, not by {expected}: give --metric {found}")]
    Metric {
        /// The index file.
        name: String,
        /// Its metric.
        found: VectorMetric,
        /// The metric asked for.
        expected: VectorMetric,
    },
    /// An index file of another set.
    #[error("{name} holds {found} vectors, {other} {expected}: it is an index of another set")]
    OtherSet {
        /// The index file.
        name: String,
        /// Vectors in it.
        found: usize,
        /// The set it is used with.
        other: String,
        /// Vectors in that.
        expected: usize,
    },
    /// An index whose recall was not measured, asked for a recall.
    #[error(
        "{name} was made without calibration, so what it finds at which effort is not known: give \
         --n-probe instead of a recall target, or make it again without --no-calibration"
    )]
    NotCalibrated {
        /// The index file.
        name: String,
    },
}

impl From<VectorsError> for Failure {
    fn from(error: VectorsError) -> Self {
        match error {
            VectorsError::TooFew { .. }
            | VectorsError::Metric { .. }
            | VectorsError::NotCalibrated { .. } => Self::usage(error.to_string()),
            VectorsError::File(error) => error.into(),
            VectorsError::Io(source) if source.kind() == io::ErrorKind::BrokenPipe => {
                Self::write(Path::new("stdout"), source)
            }
            VectorsError::Io(_)
            | VectorsError::UnknownFormat { .. }
            | VectorsError::Structure { .. }
            | VectorsError::Truncated { .. }
            | VectorsError::Surplus { .. }
            | VectorsError::FortranOrder { .. }
            | VectorsError::Shape { .. }
            | VectorsError::ElementType { .. }
            | VectorsError::MixedDimensions { .. }
            | VectorsError::NotANumber { .. }
            | VectorsError::NotFinite { .. }
            | VectorsError::Dimension { .. }
            | VectorsError::Truth { .. }
            | VectorsError::Write { .. }
            | VectorsError::Add { .. }
            | VectorsError::OtherSet { .. }
            | VectorsError::Train { .. } => Self::input(error.to_string()),
        }
    }
}

impl From<csv::Error> for VectorsError {
    /// For writing; what was wrong with text that was read is told with its place.
    fn from(error: csv::Error) -> Self {
        let text = error.to_string();
        Self::Io(match error.into_kind() {
            csv::ErrorKind::Io(source) => source,
            csv::ErrorKind::Utf8 { .. }
            | csv::ErrorKind::UnequalLengths { .. }
            | csv::ErrorKind::Seek
            | csv::ErrorKind::Serialize(_)
            | csv::ErrorKind::Deserialize { .. }
            | _ => io::Error::other(text),
        })
    }
}
