//! The library file: reference spectra, their index, their clusters and all settings, in one HDF5.
//!
//! A library is made by [`build()`], written whole or not at all by [`write()`], and opened read-only by
//! [`Library::open`], which maps the large arrays. Every change, [`append()`] among them, makes a new
//! file and puts it in the place of the old one. What must agree between library and query is read from
//! here, never from flags.

mod append;
mod attributes;
mod base;
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
mod lineage;
mod needed;
mod opened;
mod rebuild;
mod repair;
mod seal;
mod sections;
mod settings;
pub mod shelf;
mod sink;
mod stored;
mod tables;
mod text_column;
mod vectors;
mod verify;
mod write;
mod writer;

pub use append::{Appended, append};
pub(crate) use attributes::Attributes;
pub use base::tidy;
pub use build::{Draft, Stage, build};
pub use condition::{Condition, ConditionError};
pub(crate) use container::Container;
pub use entries::{
    EntryColumns, EntryColumnsBuilder, EntryText, RetentionColumns, identity_of, polarity_sign,
};
pub use error::LibraryError;
pub use file::{Library, Member, Segment};
pub use format::{FORMAT, FORMAT_VERSION, Format, LIBRARY};
pub(crate) use index_section::{IndexShape, read as read_index, write as write_index};
pub use lineage::{Base, Lineage, Version};
pub use rebuild::{Change, change, merge, restore};
pub use repair::repair;
pub use settings::{
    ClusterMethod, ClusterSettings, DecoyMethod, EmbeddingText, GroupingText, IndexSettings,
    LibrarySettings, MatchingSettings, MergingText, PrecursorRemovalText, PreparationText,
    SettingsError, ViewsText,
};
pub(crate) use sink::ArraySink;
pub use tables::{EntryTable, PeakTable};
pub use text_column::{TextColumn, TextColumnBuilder};
pub use verify::{Sound, Verified, open_verified, sizes, verify};
pub use write::{replace, write};
pub(crate) use writer::Writer;
