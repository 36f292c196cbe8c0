//! From reference spectra to a library in memory.

use super::decoys::{self, Donor};
use super::opened::{Held, Opened};
use super::{
    ClusterMethod, EntryColumns, EntryColumnsBuilder, FORMAT_VERSION, Library, LibraryError,
    LibrarySettings, Lineage, index_section, needed, vectors,
};
use crate::cluster::{
    Clusters, Distinct, Entries, LinkSettings, Nearest, Spectra, by_identity, distinct, group,
    links, singletons,
};
use crate::domain::Spectrum;
use crate::index::{Metric, RowOrder, SparseRows, TrainSettings, train_within};
use crate::memory::Workspace;
use crate::prepare::{LeftOut, Preparation, prepare};
use crate::similarity::{OwnedView, PeakColumnsBuilder, SpectralEntropy};
use rayon::prelude::*;

/// Reference spectra on their way into a library.
#[derive(Debug)]
pub struct Draft {
    pub(super) settings: LibrarySettings,
    preparation: Preparation,
    workspace: Workspace,
    pub(super) entries: EntryColumnsBuilder,
    pub(super) peaks: PeakColumnsBuilder,
}

/// What [`build`] is doing, for a progress display.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Making decoys.
    Decoys,
    /// Making vectors.
    Embedding,
    /// Training and filling the index.
    Indexing,
    /// Linking entries.
    Clustering,
}

impl Stage {
    /// What to show a person.
    pub fn text(self) -> &'static str {
        match self {
            Self::Decoys => "making decoys",
            Self::Embedding => "making vectors",
            Self::Indexing => "training the index",
            Self::Clustering => "clustering",
        }
    }
}

impl Draft {
    /// An empty draft with these settings, in memory.
    pub fn new(settings: LibrarySettings) -> Result<Self, LibraryError> {
        Self::within(&Workspace::in_memory(), settings)
    }

    /// An empty draft with these settings. What it becomes is kept in `workspace`.
    pub fn within(
        workspace: &Workspace,
        mut settings: LibrarySettings,
    ) -> Result<Self, LibraryError> {
        let preparation = settings.preparation()?;
        if settings.embedding.dim == 0 {
            settings.embedding.dim = index_section::choose_dim(&settings.index.kind)?;
        }
        settings.embedding()?;
        settings.fragment_tolerance()?;
        settings.cluster_tolerance()?;
        index_section::parse_kind(&settings.index.kind)?;
        Ok(Self {
            settings,
            preparation,
            workspace: workspace.clone(),
            entries: EntryColumnsBuilder::within(workspace),
            peaks: PeakColumnsBuilder::within(workspace),
        })
    }

    /// Number of entries so far.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry yet.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Prepares `spectra` on all threads and appends those that can be compared, in their order.
    /// Gives back the others, each with its position in `spectra` and the reason.
    pub fn extend(&mut self, spectra: &[Spectrum]) -> Vec<(usize, LeftOut)> {
        let prepared: Vec<_> = spectra
            .par_iter()
            .map(|spectrum| {
                let prepared = prepare(spectrum, &self.preparation)?;
                Ok(OwnedView::new(&prepared))
            })
            .collect();
        let mut left_out = Vec::new();
        for (idx, (spectrum, prepared)) in spectra.iter().zip(prepared).enumerate() {
            match prepared {
                Ok(peaks) => {
                    self.entries.push(spectrum);
                    self.peaks.push(&peaks);
                }
                Err(reason) => left_out.push((idx, reason)),
            }
        }
        left_out
    }
}

/// Embeds, indexes and clusters the draft. `name` is what reports call the library; `on_stage` is
/// told of each stage before it starts. Notes are what the index adjusted for want of data.
pub fn build(
    draft: Draft,
    name: &str,
    mut on_stage: impl FnMut(Stage),
) -> Result<(Library, Vec<String>), LibraryError> {
    let made = draft.make(Vec::new(), &mut on_stage)?;
    on_stage(Stage::Clustering);
    let Made {
        held,
        settings,
        vectors,
        distinct,
        notes,
    } = made;
    let clusters = cluster(&settings, &held, (&vectors, &distinct))?;
    let opened = Opened {
        name: name.to_owned(),
        format_version: FORMAT_VERSION,
        checksum: String::new(),
        lineage: Lineage::first("build", held.entries.n_targets(), Vec::new()),
        settings,
        held: vec![held],
        clusters,
        models: Vec::new(),
    };
    Ok((Library::of(vec![opened])?, notes))
}

/// A draft that was indexed.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) held: Held,
    /// Those of the draft, with the index that was made.
    pub(super) settings: LibrarySettings,
    /// By position of the order.
    pub(super) vectors: SparseRows,
    /// Which entries are copies of others.
    pub(super) distinct: Distinct,
    pub(super) notes: Vec<String>,
}

impl Draft {
    /// Makes decoys, embeds and indexes; `donors` are older entries that decoys may take from.
    pub(super) fn make(
        self,
        donors: Vec<Donor<'_>>,
        on_stage: &mut impl FnMut(Stage),
    ) -> Result<Made, LibraryError> {
        if self.is_empty() {
            return Err(LibraryError::Empty("none could be used".into()));
        }
        let Self {
            mut settings,
            preparation,
            workspace,
            mut entries,
            mut peaks,
        } = self;
        if let Some(ceiling) = workspace.ceiling() {
            needed::check(ceiling, &settings, (entries.len(), peaks.n_peaks()))?;
        }
        if !settings.decoys.is_none() {
            on_stage(Stage::Decoys);
        }
        let mut notes = decoys::append(
            (&settings, &preparation),
            &mut entries,
            (&mut peaks, donors),
            &workspace,
        )?;
        let (entries, peaks) = (entries.finish()?, peaks.finish()?);
        let (precursor_mz, _, polarity, _) = entries.parts();
        let order = RowOrder::by_sign_and_key(polarity, precursor_mz);
        let embedding = settings.embedding()?;
        on_stage(Stage::Embedding);
        let vectors = vectors::in_order(&embedding, (&entries, &peaks), &order, &workspace)?;
        let of_row = |row| {
            let view = peaks.view(row, None);
            (view.mz, view.intensity)
        };
        let distinct = distinct(entries.len(), |row| entries.ion(row), of_row);
        on_stage(Stage::Indexing);
        let factory = index_section::choose(&settings.index.kind, order.len(), embedding.dim())?;
        let how = TrainSettings {
            halves_apart: embedding.has_losses(),
            ..TrainSettings::default()
        };
        let trained = train_within(
            &workspace,
            factory,
            Metric::InnerProduct,
            &vectors,
            (settings.seed, how),
        )?;
        settings.index.wish = settings.index.kind;
        settings.index.kind = trained.index.factory().to_string();
        notes.extend(trained.notes);
        Ok(Made {
            held: Held {
                entries,
                order,
                peaks,
                index: trained.index,
                file: None,
            },
            settings,
            vectors,
            distinct,
            notes,
        })
    }
}

/// When two entries are alike.
pub(super) fn link_settings(settings: &LibrarySettings) -> Result<LinkSettings, LibraryError> {
    Ok(LinkSettings {
        threshold: settings.clusters.threshold,
        precursor: settings.cluster_tolerance()?,
        fragment: settings.fragment_tolerance()?,
        score: &SpectralEntropy { weighted: true },
    })
}

fn cluster(
    settings: &LibrarySettings,
    held: &Held,
    (vectors, distinct): (&SparseRows, &Distinct),
) -> Result<Clusters, LibraryError> {
    let entries = &held.entries;
    let identities = || -> Vec<Option<String>> {
        let rows = (0..entries.len() as u32).into_par_iter();
        rows.map(|row| entries.identity(row)).collect()
    };
    let (labels, linked) = match settings.clusters.method {
        ClusterMethod::None => (singletons(entries.len()), Vec::new()),
        ClusterMethod::Identity => (by_identity(&identities()), Vec::new()),
        ClusterMethod::Spectral => {
            let (precursor_mz, charge, polarity, _) = entries.parts();
            let spectra = Spectra {
                peaks: &held.peaks,
                precursor_mz,
                charge,
                polarity,
            };
            let nearest = Nearest {
                vectors: vectors.view(),
                index: &held.index,
            };
            let copies = Copies::new(distinct, entries);
            let linked = Entries {
                spectra,
                order: &held.order,
                nearest: Some(nearest),
                linkable: &|row| copies.first[row as usize] == row && !entries.is_decoy(row),
                wanted: &|_| true,
            };
            let how = link_settings(settings)?;
            let found = links(&linked, how);
            let grouping = settings.clusters.grouping.resolve();
            let groups = group(spectra, &copies.weight, &found, (how, grouping));
            let of_copy = copies.first.iter();
            let labels = of_copy.map(|&row| groups.labels[row as usize]).collect();
            (labels, found)
        }
    };
    Ok(Clusters::new(&labels, &linked, &identities()))
}

/// Which entries are copies of one another. Decoys are copies of none: each is alone.
struct Copies {
    /// The first entry that each is a copy of.
    first: Vec<u32>,
    /// How many entries each first one stands for.
    weight: Vec<u32>,
}

impl Copies {
    fn new(distinct: &Distinct, entries: &EntryColumns) -> Self {
        let mut first: Vec<u32> = (0..entries.len() as u32).collect();
        let mut weight = vec![0; first.len()];
        for row in 0..entries.len() as u32 {
            if !entries.is_decoy(row) {
                // Decoys are the last rows, so the first copy of another entry is none.
                let of = distinct.of_row[row as usize];
                first[row as usize] = distinct.first[of as usize];
            }
            weight[first[row as usize] as usize] += 1;
        }
        Self { first, weight }
    }
}
