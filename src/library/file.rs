//! A library as it is searched, from its file or several.

use super::container::Container;
use super::opened::{Files, INDEX, Opened};
use super::{EntryTable, LIBRARY, LibraryError, LibrarySettings, Lineage, PeakTable};
use crate::cluster::Clusters;
use crate::confidence::{Mode, Model};
use crate::embed::Embedding;
use crate::index::{AnyIndex, RowOrder};
use crate::prepare::Preparation;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Once};

/// Reference spectra, indexed and clustered; read-only.
///
/// Rows count the entries of all files it was opened from, in their order. They stand in segments,
/// each with an index of its own: one for a library that was built, two for one that was added to,
/// and those of each where several libraries are searched as one.
#[derive(Debug)]
pub struct Library {
    pub(super) settings: LibrarySettings,
    pub(super) preparation: Preparation,
    pub(super) embedding: Embedding,
    pub(super) entries: EntryTable,
    pub(super) peaks: PeakTable,
    pub(super) segments: Vec<Segment>,
    pub(super) members: Vec<Member>,
    pub(super) clusters: Clusters,
    pub(super) models: Vec<Model>,
}

/// Entries that were indexed together.
#[derive(Debug)]
pub struct Segment {
    /// Its rows in the library.
    pub(super) rows: Range<u32>,
    pub(super) order: RowOrder,
    pub(super) index: AnyIndex,
    /// Where all of it is mapped from, unless it was just made.
    pub(super) file: Option<Arc<Container>>,
    /// Whether the index was compared with its checksums.
    pub(super) asked: Once,
}

/// One library among those that are searched as one.
#[derive(Debug)]
pub struct Member {
    /// What reports call it: the file name without its extension.
    pub name: String,
    /// Version of the format of its file.
    pub format_version: u32,
    /// Checksum over its file; empty where it was just built.
    pub checksum: String,
    /// Where it comes from.
    pub lineage: Lineage,
    /// Its rows.
    pub rows: Range<u32>,
    /// Its clusters.
    pub clusters: Range<u32>,
}

impl Segment {
    /// Its rows in the library; position `p` of its order is `rows().start + order().row(p)`.
    pub fn rows(&self) -> Range<u32> {
        self.rows.clone()
    }

    /// Its rows by polarity (since format 5) and precursor m/z, from 0; positions are the rows of
    /// [`Segment::index`].
    pub fn order(&self) -> &RowOrder {
        &self.order
    }

    /// The vector index, by position in [`Segment::order`], to learn what kind it is.
    pub fn index(&self) -> &AnyIndex {
        &self.index
    }

    /// The vector index, to be searched: it is compared with its checksums first, once.
    pub fn index_to_ask(&self) -> &AnyIndex {
        self.asked.call_once(|| {
            if let Some(file) = &self.file {
                file.read(INDEX);
            }
        });
        &self.index
    }

    /// The row of the library at `position` of the order.
    pub fn row(&self, position: u32) -> u32 {
        self.rows.start + self.order.row(position)
    }
}

impl Library {
    /// Whether the file at `path` says that it is a library.
    pub fn is_at(path: &Path) -> bool {
        Container::is(path, &LIBRARY)
    }

    /// Opens a library read-only. Large arrays are mapped, not read.
    ///
    /// # Errors
    /// Says what the file is instead, which format version it has, or which part is damaged.
    pub fn open(path: &Path) -> Result<Self, LibraryError> {
        Self::open_all(&[path])
    }

    /// Opens libraries to be searched as one: rows are those of the first, then of the second, and
    /// so on. Settings other than those that must agree are those of the first.
    ///
    /// # Errors
    /// As [`Library::open`]; or names the setting in which two libraries differ that must agree.
    pub fn open_all(paths: &[&Path]) -> Result<Self, LibraryError> {
        let opened = paths.iter().map(|path| Files::open(path)?.load());
        let opened: Vec<Opened> = opened.collect::<Result<_, _>>()?;
        for (path, other) in paths.iter().zip(&opened) {
            if let Some((key, values)) = opened[0].settings.conflict(&other.settings) {
                return Err(LibraryError::Conflict {
                    paths: [paths[0].to_owned(), path.to_path_buf()],
                    key,
                    values,
                });
            }
        }
        Self::of(opened)
    }

    pub(super) fn of(opened: Vec<Opened>) -> Result<Self, LibraryError> {
        let settings = match opened.first() {
            Some(first) => first.settings.clone(),
            None => return Err(LibraryError::Empty("no library is named".to_owned())),
        };
        let held = opened.iter().flat_map(|opened| &opened.held);
        let n_all: usize = held.map(|held| held.entries.len()).sum();
        if n_all > u32::MAX as usize {
            return Err(LibraryError::TooMany(n_all));
        }
        let (mut entries, mut peaks, mut segments) = (Vec::new(), Vec::new(), Vec::new());
        let (mut members, mut clusters) = (Vec::new(), Vec::new());
        let (mut n_rows, mut n_clusters) = (0, 0);
        // What one library taught does not hold for several.
        let models = match opened.as_slice() {
            [only] => only.models.clone(),
            _ => Vec::new(),
        };
        for opened in opened {
            let first_row = n_rows;
            for held in opened.held {
                let end = n_rows + held.entries.len() as u32;
                segments.push(Segment {
                    rows: n_rows..end,
                    order: held.order,
                    index: held.index,
                    file: held.file,
                    asked: Once::new(),
                });
                entries.push(held.entries);
                peaks.push(held.peaks);
                n_rows = end;
            }
            let first_cluster = n_clusters;
            n_clusters += opened.clusters.len() as u32;
            members.push(Member {
                name: opened.name,
                format_version: opened.format_version,
                checksum: opened.checksum,
                lineage: opened.lineage,
                rows: first_row..n_rows,
                clusters: first_cluster..n_clusters,
            });
            clusters.push(opened.clusters);
        }
        Ok(Self {
            preparation: settings.preparation()?,
            embedding: settings.embedding()?,
            settings,
            entries: EntryTable::new(entries),
            peaks: PeakTable::new(peaks),
            segments,
            members,
            clusters: Clusters::side_by_side(clusters),
            models,
        })
    }

    /// What to call it: the names of all its members.
    pub fn name(&self) -> String {
        let names: Vec<&str> = self.members.iter().map(|m| m.name.as_str()).collect();
        names.join(", ")
    }

    /// The libraries that are searched as this one, in order.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The library that `row` comes from.
    pub fn member(&self, row: u32) -> &Member {
        let at = self
            .members
            .partition_point(|member| member.rows.end <= row);
        &self.members[at]
    }

    /// Whether all that was read so far is as it was written. Arrays of which a search reads a part
    /// are compared with their checksums as they are read, block by block; what is made of them is to
    /// be kept back until this was asked. (Of libraries before format 4, see
    /// [`verify`](super::verify()).)
    ///
    /// # Errors
    /// Names the damaged part.
    pub fn sound(&self) -> Result<(), LibraryError> {
        let mut files = self.segments.iter().filter_map(|s| s.file.as_ref());
        files.try_for_each(|file| file.sound())
    }

    /// What it was made with.
    pub fn settings(&self) -> &LibrarySettings {
        &self.settings
    }

    /// How queries must be cleaned.
    pub fn preparation(&self) -> &Preparation {
        &self.preparation
    }

    /// How queries become vectors.
    pub fn embedding(&self) -> &Embedding {
        &self.embedding
    }

    /// Metadata by entry row.
    pub fn entries(&self) -> &EntryTable {
        &self.entries
    }

    /// Peaks by entry row.
    pub fn peaks(&self) -> &PeakTable {
        &self.peaks
    }

    /// Runs of rows with an index each.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The clusters of entries.
    pub fn clusters(&self) -> &Clusters {
        &self.clusters
    }

    /// How likely first matches are right in searches of this kind; `None` where the library
    /// could not teach it, and where several are searched as one.
    pub fn model(&self, mode: Mode) -> Option<&Model> {
        self.models.iter().find(|model| model.mode() == mode)
    }

    /// Keeps what was learned from this library.
    pub fn set_models(&mut self, models: Vec<Model>) {
        self.models = models;
    }
}
