//! From reference spectra to a library in memory.

use super::{
    ClusterMethod, EntryColumns, EntryColumnsBuilder, Library, LibraryError, LibrarySettings,
    decoys, index_section,
};
use crate::cluster::{Clusters, Entries, LinkSettings, by_identity, components, links, singletons};
use crate::domain::Spectrum;
use crate::embed::Embedding;
use crate::index::{AnyIndex, Metric, RowOrder, SparseRows, TrainSettings, train};
use crate::prepare::{LeftOut, Preparation, PreparedSpectrum, prepare};
use crate::similarity::{OwnedView, PeakColumns, PeakColumnsBuilder};
use rayon::prelude::*;

/// Reference spectra on their way into a library.
#[derive(Debug)]
pub struct Draft {
    settings: LibrarySettings,
    preparation: Preparation,
    entries: EntryColumnsBuilder,
    prepared: Vec<PreparedSpectrum>,
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
    /// An empty draft with these settings.
    pub fn new(mut settings: LibrarySettings) -> Result<Self, LibraryError> {
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
            entries: EntryColumnsBuilder::default(),
            prepared: Vec::new(),
        })
    }

    /// Number of entries so far.
    pub fn len(&self) -> usize {
        self.prepared.len()
    }

    /// Whether there is no entry yet.
    pub fn is_empty(&self) -> bool {
        self.prepared.is_empty()
    }

    /// Prepares `spectra` on all threads and appends those that can be compared, in their order.
    /// Gives back the others, each with its position in `spectra` and the reason.
    pub fn extend(&mut self, spectra: &[Spectrum]) -> Vec<(usize, LeftOut)> {
        let prepared: Vec<_> = spectra
            .par_iter()
            .map(|spectrum| prepare(spectrum, &self.preparation))
            .collect();
        let mut left_out = Vec::new();
        for (idx, (spectrum, prepared)) in spectra.iter().zip(prepared).enumerate() {
            match prepared {
                Ok(prepared) => {
                    self.entries.push(spectrum);
                    self.prepared.push(prepared);
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
    if draft.is_empty() {
        return Err(LibraryError::Empty("none could be used".into()));
    }
    let Draft {
        mut settings,
        preparation,
        mut entries,
        mut prepared,
    } = draft;
    if !settings.decoys.is_none() {
        on_stage(Stage::Decoys);
    }
    let mut notes = decoys::append(&settings, &preparation, &mut entries, &mut prepared)?;
    let entries = entries.finish();
    let order = RowOrder::by_key(entries.parts().0);
    let embedding = settings.embedding()?;
    on_stage(Stage::Embedding);
    let vectors = embed_in_order(&embedding, &prepared, &order);
    let peaks = peak_columns(&prepared);
    drop(prepared);
    on_stage(Stage::Indexing);
    let factory = index_section::choose(&settings.index.kind, order.len(), embedding.dim())?;
    let trained = train(
        factory,
        Metric::InnerProduct,
        &vectors,
        settings.seed,
        TrainSettings::default(),
    )?;
    settings.index.kind = trained.index.factory().to_string();
    on_stage(Stage::Clustering);
    let clusters = cluster(
        &settings,
        &entries,
        &order,
        &peaks,
        (&trained.index, &vectors),
    )?;
    let library = Library {
        name: name.to_owned(),
        settings,
        preparation,
        embedding,
        entries,
        order,
        peaks,
        index: trained.index,
        clusters,
        models: Vec::new(),
    };
    notes.extend(trained.notes);
    Ok((library, notes))
}

/// Spectra that are embedded before their vectors are put behind one another.
const EMBEDDED_AT_ONCE: usize = 1 << 14;

/// The vectors in precursor order, without their zeros: a million of them are some hundred
/// megabytes, where whole rows would be sixteen gigabytes.
fn embed_in_order(
    embedding: &Embedding,
    prepared: &[PreparedSpectrum],
    order: &RowOrder,
) -> SparseRows {
    let n_values = prepared.iter().map(|s| embedding.most_values(s)).sum();
    let mut vectors = SparseRows::with_room(embedding.dim(), prepared.len(), n_values);
    for rows in order.parts().0.chunks(EMBEDDED_AT_ONCE) {
        let embedded: Vec<Vec<(u32, f32)>> = rows
            .par_iter()
            .map(|&row| embedding.embed(&prepared[row as usize]))
            .collect();
        for vector in &embedded {
            vectors.push(vector);
        }
    }
    vectors
}

fn peak_columns(prepared: &[PreparedSpectrum]) -> PeakColumns {
    let n_peaks = prepared.iter().map(|spectrum| spectrum.mz().len()).sum();
    let mut builder = PeakColumnsBuilder::with_room(prepared.len(), n_peaks);
    for spectrum in prepared {
        builder.push(&OwnedView::new(spectrum));
    }
    builder.finish()
}

fn cluster(
    settings: &LibrarySettings,
    entries: &EntryColumns,
    order: &RowOrder,
    peaks: &PeakColumns,
    (index, vectors): (&AnyIndex, &SparseRows),
) -> Result<Clusters, LibraryError> {
    let rows = 0..entries.len() as u32;
    let identities: Vec<Option<String>> = rows
        .into_par_iter()
        .map(|row| entries.identity(row))
        .collect();
    let how = LinkSettings {
        threshold: settings.clusters.threshold,
        precursor: settings.cluster_tolerance()?,
        fragment: settings.fragment_tolerance()?,
    };
    let (labels, linked) = match settings.clusters.method {
        ClusterMethod::None => (singletons(entries.len()), Vec::new()),
        ClusterMethod::Identity => (by_identity(&identities), Vec::new()),
        ClusterMethod::Spectral => {
            let vectors = vectors.view();
            let polarity = entries.parts().2;
            let found = links(
                &Entries {
                    peaks,
                    polarity,
                    order,
                    vectors,
                    index,
                    linkable: &|row| !entries.is_decoy(row),
                },
                how,
            );
            (components(entries.len(), &found), found)
        }
    };
    Ok(Clusters::new(&labels, &linked, &identities))
}
