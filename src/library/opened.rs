//! The arrays of a library, from its file and the one with its older entries.

use super::container::Container;
use super::index_section::IndexShape;
use super::sections::Element;
use super::{
    EntryColumns, EntryText, LIBRARY, LibraryError, LibrarySettings, Lineage, RetentionColumns,
    TextColumn, confidence_section, index_section,
};
use crate::cluster::{ClusterPart, Clusters};
use crate::confidence::Model;
use crate::index::{AnyIndex, Metric, RowOrder, VectorIndex};
use crate::memory::Slab;
use crate::similarity::PeakColumns;
use std::path::Path;
use std::sync::Arc;

/// Arrays of which a search reads a part: they are compared with their checksums when they are read,
/// see [`Library::sound`](super::Library::sound). All others are on opening.
const READ_IN_PART: [&str; 5] = [
    INDEX,
    "peaks/mz",
    "peaks/intensity",
    "peaks/entropy_weight",
    "peaks/entropy_information",
];
/// The end of the names of texts, of which a search reads a part as well.
const TEXT: &str = "/utf8";
/// Arrays of the index, which are compared all at once when it is first asked.
pub(super) const INDEX: &str = "index/";
/// Before format 4, libraries whose arrays are at most this many bytes together are checked whole on
/// opening, which takes some 10 ms; of larger ones, the arrays named in [`BULK`] are left to `verify`.
const CHECKED_WHOLE: usize = 64 << 20;
/// Arrays that grow with the number of peaks or vectors. A damaged number in them can spoil a
/// score, but never crash: what is used as a position is checked on opening in any case.
const BULK: [&str; 3] = ["peaks/", "index/", "entries/"];
/// Array of flags by entry, left out where no entry has any.
pub(super) const FLAGS: &str = "entries/flags";
/// The first format whose entries are ordered by polarity, and then by precursor m/z.
const ORDERED_BY_POLARITY: u32 = 5;
/// A library may be replaced, and its old base removed, between the two being opened.
const ATTEMPTS: usize = 3;

/// The entries of one file, indexed together.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) entries: EntryColumns,
    pub(super) order: RowOrder,
    pub(super) peaks: PeakColumns,
    pub(super) index: AnyIndex,
    /// Where all of it is mapped from, unless it was just made.
    pub(super) file: Option<Arc<Container>>,
}

/// A library before it takes its place among others.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) name: String,
    pub(super) format_version: u32,
    pub(super) checksum: String,
    pub(super) settings: LibrarySettings,
    pub(super) lineage: Lineage,
    /// Older entries first.
    pub(super) held: Vec<Held>,
    /// Of the entries of all of them.
    pub(super) clusters: Clusters,
    pub(super) models: Vec<Model>,
}

/// The file of a library, and the one with its older entries, where there is one.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) base: Option<Arc<Container>>,
    pub(super) head: Arc<Container>,
    lineage: Option<Lineage>,
}

impl Files {
    pub(super) fn open(path: &Path) -> Result<Self, LibraryError> {
        let mut attempt = 1;
        loop {
            match Self::try_open(path) {
                Err(LibraryError::NoBase { .. }) if attempt < ATTEMPTS => attempt += 1,
                done => return done,
            }
        }
    }

    fn try_open(path: &Path) -> Result<Self, LibraryError> {
        let head = Arc::new(Container::open(path, &LIBRARY)?);
        let lineage = Lineage::read(&head)?;
        let base = match lineage.as_ref().and_then(|lineage| lineage.base.as_ref()) {
            None => None,
            Some(base) => {
                // A link to the library may lie elsewhere.
                let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
                let place = place.with_file_name(&base.file);
                let absent = |fault: &str| LibraryError::NoBase {
                    path: path.to_owned(),
                    base: place.clone(),
                    fault: fault.to_owned(),
                };
                if !place.exists() {
                    return Err(absent("is missing"));
                }
                let opened = Container::open(&place, &LIBRARY)?;
                if opened.overall() != base.checksum {
                    return Err(absent("is another file than the one it was made with"));
                }
                Some(Arc::new(opened))
            }
        };
        Ok(Self {
            base,
            head,
            lineage,
        })
    }

    /// Older entries first.
    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Container>> {
        self.base.iter().chain([&self.head])
    }

    /// Reads the library, after a check of what is to be checked on opening.
    pub(super) fn load(&self) -> Result<Opened, LibraryError> {
        let sizes = self.all().flat_map(|container| container.section_bytes());
        let total: usize = sizes.map(|(_, bytes)| bytes).sum();
        for container in self.all() {
            for section in container.sections() {
                let is = |part: &&str| section.name.starts_with(*part);
                if container.is_watched() {
                    let later = READ_IN_PART.iter().any(is) || section.name.ends_with(TEXT);
                    if !later {
                        container.read(&section.name);
                    }
                } else if total <= CHECKED_WHOLE || !BULK.iter().any(is) {
                    container.check(&section.name)?;
                }
            }
            container.sound()?;
        }
        self.load_unchecked()
    }

    /// The settings it was built with.
    pub(super) fn settings(&self) -> Result<LibrarySettings, LibraryError> {
        let head = &self.head;
        let settings = read_settings(self.base.as_ref().unwrap_or(head))?;
        let own = read_settings(head)?;
        if own.fingerprint() != settings.fingerprint() {
            return Err(head.damaged("settings", "are not those of its base"));
        }
        Ok(settings)
    }

    /// What the file says of its versions; of format 1, which says nothing, that it was built with
    /// `n_targets` entries.
    pub(super) fn lineage(&self, n_targets: usize) -> Lineage {
        let said = self.lineage.clone();
        said.unwrap_or_else(|| built_before_lineages(&self.head, n_targets))
    }

    /// What reports call it.
    pub(super) fn name(&self) -> String {
        let stem = self.head.path().file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    }

    pub(super) fn load_unchecked(&self) -> Result<Opened, LibraryError> {
        let head = &self.head;
        let settings = self.settings()?;
        let held = self.all().map(|container| {
            let settings = read_settings(container)?;
            read_held(container, &settings)
        });
        let held: Vec<Held> = held.collect::<Result<_, _>>()?;
        let clusters = read_clusters(head)?;
        let n_rows: usize = held.iter().map(|held| held.entries.len()).sum();
        if clusters.n_entries() != n_rows {
            return Err(head.damaged("clusters", "are not those of these entries"));
        }
        let n_targets = held.iter().map(|held| held.entries.n_targets()).sum();
        Ok(Opened {
            name: self.name(),
            format_version: head.version(),
            checksum: head.overall().to_owned(),
            settings,
            lineage: self.lineage(n_targets),
            held,
            clusters,
            models: confidence_section::read(head)?,
        })
    }
}

/// The lineage of a library of format 1.
fn built_before_lineages(container: &Container, n_targets: usize) -> Lineage {
    let mut lineage = Lineage::first("build", n_targets, Vec::new());
    lineage.versions[0]
        .mzseek
        .clone_from(&container.attributes().mzseek_version);
    lineage
}

fn read_held(container: &Arc<Container>, settings: &LibrarySettings) -> Result<Held, LibraryError> {
    let entries = read_entries(container)?;
    let n = entries.len();
    let part = |name: &str, fault: &str| container.damaged(name, fault);
    let (_, _, polarity, _) = entries.parts();
    let order = RowOrder::from_parts(
        container.slab("precursor/rows")?,
        container.slab("precursor/mz")?,
        (container.version() >= ORDERED_BY_POLARITY).then_some(polarity),
    )
    .map_err(|fault| part("precursor", fault))?;
    let peaks = read_peaks(container)?;
    let shape = IndexShape {
        metric: Metric::InnerProduct,
        n_rows: n,
        dim: settings.embedding.dim,
    };
    let index = index_section::read(container, &settings.index.kind, shape)?;
    let counts = [order.len(), peaks.len(), index.len()];
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
    Ok(Held {
        entries,
        order,
        peaks,
        index,
        file: Some(Arc::clone(container)),
    })
}

pub(super) fn read_peaks(container: &Container) -> Result<PeakColumns, LibraryError> {
    PeakColumns::from_parts(
        container.slab("peaks/offsets")?,
        container.slab("peaks/mz")?,
        container.slab("peaks/intensity")?,
        (
            container.slab("peaks/entropy_weight")?,
            container.slab("peaks/entropy_information")?,
        ),
    )
    .map_err(|fault| container.damaged("peaks", fault))
}

pub(super) fn text_sections(text: EntryText) -> (String, String) {
    let name = text.column();
    (
        format!("entries/{name}/offsets"),
        format!("entries/{name}{TEXT}"),
    )
}

pub(super) fn read_settings(container: &Container) -> Result<LibrarySettings, LibraryError> {
    let attributes = container.attributes();
    let settings = LibrarySettings::from_toml(&attributes.settings)
        .map_err(|e| container.damaged("settings", &e.to_string()))?;
    if settings.fingerprint() != attributes.fingerprint {
        return Err(container.damaged("fingerprint", "does not match the settings"));
    }
    Ok(settings)
}

pub(super) fn read_entries(container: &Container) -> Result<EntryColumns, LibraryError> {
    let mut texts = Vec::with_capacity(EntryText::ALL.len());
    let precursor_mz: Slab<f64> = container.slab("entries/precursor_mz")?;
    for text in EntryText::ALL {
        let (offsets, bytes) = text_sections(text);
        // Format 1 does not have it.
        if text == EntryText::Fields && container.sections().all(|section| section.name != offsets)
        {
            texts.push(TextColumn::empty(precursor_mz.len()));
            continue;
        }
        let column = TextColumn::from_parts(container.slab(&offsets)?, container.slab(&bytes)?)
            .map_err(|fault| container.damaged(&offsets, fault))?;
        texts.push(column);
    }
    let entries = EntryColumns::from_parts(
        precursor_mz,
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
