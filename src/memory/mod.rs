//! Where large arrays live: in memory, in a mapped file, or in a file of their own that has no name.
//!
//! A [`Slab`] is an array that is read, a [`Column`] one that grows. Who fills and reads them does not
//! know where they are: that is up to the [`Workspace`]. One with a ceiling has its columns grow in
//! files and maps them. Pages of a map count as memory of the process for as long as they are held,
//! though nothing is lost by giving them back; so a [`Workspace`] with a ceiling gives back those of
//! all maps whenever the process comes near it. Numbers and their order are the same either way.
//!
//! A [`Spool`] is for records that are read once, in the order they were written.

mod ceiling;
mod column;
mod map;
mod size;
mod slab;
mod spool;
mod workspace;

pub use ceiling::mind_ceiling;
pub use column::Column;
pub use map::FileMap;
pub use size::{Bytes, NoSize};
pub use slab::{Lender, Slab};
pub use spool::Spool;
pub use workspace::{Workspace, WorkspaceError};
