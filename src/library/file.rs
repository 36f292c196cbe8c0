//! A library as it is searched, to and from its file.

use super::container::{Attributes, Container, Element};
use super::index_section::IndexShape;
use super::writer::Writer;
use super::{
    EntryColumns, EntryText, LIBRARY, LibraryError, LibrarySettings, RetentionColumns, TextColumn,
    confidence_section, index_section,
};
use crate::cluster::{ClusterPart, Clusters};
use crate::confidence::{Mode, Model};
use crate::embed::Embedding;
use crate::index::{AnyIndex, Metric, RowOrder, Slab, VectorIndex};
use crate::prepare::Preparation;
use crate::similarity::PeakColumns;
use std::path::Path;

/// Reference spectra, indexed and clustered; read-only.
#[derive(Debug)]
pub struct Library {
    pub(super) name: String,
    pub(super) settings: LibrarySettings,
    pub(super) preparation: Preparation,
    pub(super) embedding: Embedding,
    pub(super) entries: EntryColumns,
    pub(super) order: RowOrder,
    pub(super) peaks: PeakColumns,
    pub(super) index: AnyIndex,
    pub(super) clusters: Clusters,
    pub(super) models: Vec<Model>,
}

/// Libraries whose arrays are at most this many bytes together are checked whole on opening, which
/// takes some 10 ms; of larger ones, the arrays named in [`BULK`] are left to `verify`.
const CHECKED_WHOLE: usize = 64 << 20;
/// Arrays that grow with the number of peaks or vectors. A damaged number in them can spoil a
/// score, but never crash: what is used as a position is checked on opening in any case.
const BULK: [&str; 3] = ["peaks/", "index/", "entries/"];

/// Array of flags by entry, left out where no entry has any.
const FLAGS: &str = "entries/flags";

impl Library {
    /// Opens a library file read-only. Large arrays are mapped, not read.
    ///
    /// # Errors
    /// Says what the file is instead, which format version it has, or which part is damaged.
    pub fn open(path: &Path) -> Result<Self, LibraryError> {
        let container = Container::open(path, &LIBRARY)?;
        let total: usize = container.section_bytes().map(|(_, bytes)| bytes).sum();
        for section in container.sections() {
            let bulk = BULK.iter().any(|prefix| section.name.starts_with(prefix));
            if total <= CHECKED_WHOLE || !bulk {
                container.check(&section.name)?;
            }
        }
        Self::load(&container)
    }

    pub(super) fn load(container: &Container) -> Result<Self, LibraryError> {
        let settings = read_settings(container)?;
        let entries = read_entries(container)?;
        let n = entries.len();
        let part = |name: &str, fault: &str| container.damaged(name, fault);
        let order = RowOrder::from_parts(
            container.slab("precursor/rows")?,
            container.slab("precursor/mz")?,
        )
        .map_err(|fault| part("precursor", fault))?;
        let peaks = PeakColumns::from_parts(
            container.slab("peaks/offsets")?,
            container.slab("peaks/mz")?,
            container.slab("peaks/intensity")?,
            (
                container.slab("peaks/entropy_weight")?,
                container.slab("peaks/entropy_information")?,
            ),
        )
        .map_err(|fault| part("peaks", fault))?;
        let clusters = read_clusters(container)?;
        let shape = IndexShape {
            metric: Metric::InnerProduct,
            n_rows: n,
            dim: settings.embedding.dim,
        };
        let index = index_section::read(container, &settings.index.kind, shape)?;
        let counts = [order.len(), peaks.len(), clusters.n_entries(), index.len()];
        if counts.iter().any(|&count| count != n) {
            return Err(part(
                "entries",
                "number of entries differs from part to part",
            ));
        }
        if index.dim() != settings.embedding.dim {
            return Err(part(
                "index",
                "its dimension is not the one in the settings",
            ));
        }
        let stem = container.path().file_stem().unwrap_or_default();
        Ok(Self {
            name: stem.to_string_lossy().into_owned(),
            preparation: settings.preparation()?,
            embedding: settings.embedding()?,
            settings,
            entries,
            order,
            peaks,
            index,
            clusters,
            models: confidence_section::read(container)?,
        })
    }

    /// What reports call it: the file name without its extension.
    pub fn name(&self) -> &str {
        &self.name
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
    pub fn entries(&self) -> &EntryColumns {
        &self.entries
    }

    /// Entry rows in precursor order; positions in it are the rows of [`Library::index`].
    pub fn order(&self) -> &RowOrder {
        &self.order
    }

    /// Peaks by entry row.
    pub fn peaks(&self) -> &PeakColumns {
        &self.peaks
    }

    /// The vector index, by position in [`Library::order`].
    pub fn index(&self) -> &AnyIndex {
        &self.index
    }

    /// The clusters of entries.
    pub fn clusters(&self) -> &Clusters {
        &self.clusters
    }

    /// How likely first matches are right in searches of this kind; `None` where the library
    /// could not teach it.
    pub fn model(&self, mode: Mode) -> Option<&Model> {
        self.models.iter().find(|model| model.mode() == mode)
    }

    /// Keeps what was learned from this library.
    pub fn set_models(&mut self, models: Vec<Model>) {
        self.models = models;
    }
}

/// Writes `library` to `path`, whole or not at all.
///
/// # Errors
/// Says what could not be written; the target is then as it was.
pub fn write(library: &Library, path: &Path) -> Result<(), LibraryError> {
    let mut writer = Writer::create(path, &LIBRARY)?;
    let (precursor_mz, charge, polarity, texts) = library.entries.parts();
    writer.put("entries/precursor_mz", precursor_mz)?;
    writer.put("entries/charge", charge)?;
    writer.put("entries/polarity", polarity)?;
    if !library.entries.flags().is_empty() {
        writer.put(FLAGS, library.entries.flags())?;
    }
    let retention = library.entries.retention();
    writer.put("entries/retention_time", &retention.time)?;
    writer.put("entries/retention_index", &retention.index)?;
    for (text, column) in EntryText::ALL.iter().zip(texts) {
        let (offsets, bytes) = column.parts();
        let (offsets_name, bytes_name) = text_sections(*text);
        writer.put(&offsets_name, offsets)?;
        writer.put(&bytes_name, bytes)?;
    }
    let (rows, keys) = library.order.parts();
    writer.put("precursor/rows", rows)?;
    writer.put("precursor/mz", keys)?;
    let (offsets, [mz, intensity, weight, information]) = library.peaks.parts();
    writer.put("peaks/offsets", offsets)?;
    writer.put("peaks/mz", mz)?;
    writer.put("peaks/intensity", intensity)?;
    writer.put("peaks/entropy_weight", weight)?;
    writer.put("peaks/entropy_information", information)?;
    index_section::write(&library.index, &mut writer)?;
    let clusters = library.clusters.parts();
    writer.put("clusters/cluster_of", &clusters.cluster_of)?;
    writer.put("clusters/offsets", &clusters.offsets)?;
    writer.put("clusters/members", &clusters.members)?;
    writer.put("clusters/medoid", &clusters.medoid)?;
    writer.put("clusters/identity", &clusters.identity)?;
    writer.put("clusters/purity", &clusters.purity)?;
    confidence_section::write(&library.models, &mut writer)?;
    writer.finish(&Attributes {
        mzseek_version: env!("CARGO_PKG_VERSION").to_owned(),
        settings: library.settings.to_toml(),
        fingerprint: library.settings.fingerprint(),
    })
}

fn text_sections(text: EntryText) -> (String, String) {
    let name = text.column();
    (
        format!("entries/{name}/offsets"),
        format!("entries/{name}/utf8"),
    )
}

fn read_settings(container: &Container) -> Result<LibrarySettings, LibraryError> {
    let attributes = container.attributes();
    let settings = LibrarySettings::from_toml(&attributes.settings)
        .map_err(|e| container.damaged("settings", &e.to_string()))?;
    if settings.fingerprint() != attributes.fingerprint {
        return Err(container.damaged("fingerprint", "does not match the settings"));
    }
    Ok(settings)
}

fn read_entries(container: &Container) -> Result<EntryColumns, LibraryError> {
    let mut texts = Vec::with_capacity(EntryText::ALL.len());
    for text in EntryText::ALL {
        let (offsets, bytes) = text_sections(text);
        let column = TextColumn::from_parts(container.slab(&offsets)?, container.slab(&bytes)?)
            .map_err(|fault| container.damaged(&offsets, fault))?;
        texts.push(column);
    }
    let entries = EntryColumns::from_parts(
        container.slab("entries/precursor_mz")?,
        container.slab("entries/charge")?,
        container.slab("entries/polarity")?,
        RetentionColumns {
            time: container.slab("entries/retention_time")?,
            index: container.slab("entries/retention_index")?,
        },
        texts,
    )
    .map_err(|fault| container.damaged("entries", fault))?;
    if container.sections().all(|section| section.name != FLAGS) {
        return Ok(entries);
    }
    entries
        .with_flags(container.slab(FLAGS)?)
        .map_err(|fault| container.damaged(FLAGS, fault))
}

fn read_clusters(container: &Container) -> Result<Clusters, LibraryError> {
    fn slab<T: Element>(container: &Container, name: &str) -> Result<Slab<T>, LibraryError> {
        container.slab(&format!("clusters/{name}"))
    }
    Clusters::from_parts(ClusterPart {
        cluster_of: slab(container, "cluster_of")?,
        offsets: slab(container, "offsets")?,
        members: slab(container, "members")?,
        medoid: slab(container, "medoid")?,
        identity: slab(container, "identity")?,
        purity: slab(container, "purity")?,
    })
    .map_err(|fault| container.damaged("clusters", fault))
}
