//! The library file: reference spectra, their index, their clusters and all settings, in one HDF5.
//!
//! A library is made by [`build()`], written whole or not at all by [`write()`], and opened read-only by
//! [`Library::open`], which maps the large arrays. What must agree between library and query is read from
//! here, never from flags.

mod build;
mod condition;
mod confidence_section;
mod container;
mod decoys;
mod entries;
mod error;
mod file;
mod format;
mod index_section;
mod settings;
pub mod shelf;
mod stored;
mod text_column;
mod verify;
mod writer;

pub use build::{Draft, Stage, build};
pub use condition::{Condition, ConditionError};
pub(crate) use container::{Attributes, Container};
pub use entries::{EntryColumns, EntryColumnsBuilder, EntryText, RetentionColumns, polarity_sign};
pub use error::LibraryError;
pub use file::{Library, write};
pub use format::{FORMAT, FORMAT_VERSION, Format, LIBRARY};
pub(crate) use index_section::{IndexShape, read as read_index, write as write_index};
pub use settings::{
    ClusterMethod, ClusterSettings, DecoyMethod, EmbeddingText, IndexSettings, LibrarySettings,
    MatchingSettings, MergingText, PrecursorRemovalText, PreparationText, SettingsError, ViewsText,
};
pub use text_column::{TextColumn, TextColumnBuilder};
pub use verify::{Verified, sizes, verify};
pub(crate) use writer::Writer;
