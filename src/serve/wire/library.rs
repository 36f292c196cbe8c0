//! A library and what is in it, in JSON. What is unknown is left out.

use super::{Peak, short};
use crate::domain::Charge;
use crate::library::{EntryText, Library};
use serde::Serialize;
use std::time::UNIX_EPOCH;
use utoipa::ToSchema;

use super::super::shelf::Held;

/// What is served.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct Libraries {
    /// The libraries, by name.
    pub(in super::super) libraries: Vec<LibraryDetail>,
    /// Files that could not be taken up. An older library of that name, if there is one, is served.
    pub(in super::super) faults: Vec<FaultDetail>,
}

/// A file that could not be taken up.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct FaultDetail {
    /// Name of the library it would be.
    pub(in super::super) library: String,
    /// What is wrong with it.
    pub(in super::super) message: String,
}

/// A library.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct LibraryDetail {
    /// Its name: the file name without `.h5`.
    id: String,
    /// Its version: BLAKE3 of its contents. Every answer names it.
    version: String,
    /// Entries that may be an answer.
    entries: usize,
    /// Decoys; with some, reports have q-values.
    decoys: usize,
    /// Clusters of entries, decoys apart.
    clusters: usize,
    /// Peaks of all entries.
    peaks: usize,
    /// Bytes of the file.
    bytes: u64,
    /// The profile it was built with.
    profile: String,
    /// The index it has.
    index: &'static str,
    /// How far apart matching fragments may lie where nothing else is asked for.
    fragment_tolerance: String,
    /// When it was taken up, in seconds since 1970.
    loaded: u64,
}

/// What an entry is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in super::super) struct EntryHead {
    /// Position in its library, from 0.
    entry_index: u32,
    /// Accession.
    entry_id: String,
    /// Compound name.
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    /// Molecular formula.
    #[serde(skip_serializing_if = "String::is_empty")]
    formula: String,
    /// Adduct.
    #[serde(skip_serializing_if = "String::is_empty")]
    adduct: String,
    /// InChIKey.
    #[serde(skip_serializing_if = "String::is_empty")]
    inchikey: String,
    /// SMILES.
    #[serde(skip_serializing_if = "String::is_empty")]
    smiles: String,
    /// Peptidoform.
    #[serde(skip_serializing_if = "String::is_empty")]
    peptide: String,
    /// Precursor m/z.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry_precursor_mz: Option<f64>,
    /// Charge with sign.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry_charge: Option<i8>,
    /// Collision energy with its unit.
    #[serde(skip_serializing_if = "String::is_empty")]
    collision_energy: String,
    /// Instrument.
    #[serde(skip_serializing_if = "String::is_empty")]
    instrument: String,
}

/// An entry with its spectrum.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct EntryDetail {
    /// Name of the library.
    library: String,
    /// Its version.
    version: String,
    /// What the entry is.
    #[serde(flatten)]
    head: EntryHead,
    /// Its cluster.
    cluster_id: u32,
    /// Whether it is a decoy: never an answer.
    decoy: bool,
    /// Retention time in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    retention_time: Option<f64>,
    /// Retention index.
    #[serde(skip_serializing_if = "Option::is_none")]
    retention_index: Option<f64>,
    /// Its peaks as they are compared, cleaned: m/z and intensity, which sum to 1.
    #[schema(value_type = Vec<[f64; 2]>)]
    peaks: Vec<Peak>,
}

/// A cluster.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct ClusterDetail {
    /// Name of the library.
    library: String,
    /// Its version.
    version: String,
    /// Number of the cluster.
    cluster_id: u32,
    /// Entries in it.
    size: usize,
    /// Share of its identified entries that have its identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    purity: Option<f64>,
    /// The entry that stands for it.
    medoid: u32,
    /// Its members, from `offset` on.
    members: Vec<EntryHead>,
}

impl LibraryDetail {
    pub(in super::super) fn new(id: &str, held: &Held) -> Self {
        let library = &held.library;
        let entries = library.entries();
        let settings = library.settings();
        let loaded = held.loaded.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            id: id.to_owned(),
            version: held.version.clone(),
            entries: entries.n_targets(),
            decoys: entries.n_decoys(),
            // A decoy is a cluster of its own.
            clusters: library.clusters().len() - entries.n_decoys(),
            peaks: library.peaks().n_peaks(),
            bytes: held.bytes,
            profile: settings.profile.clone(),
            index: library.segments()[0].index().kind(),
            fragment_tolerance: settings.matching.fragment_tolerance.clone(),
            loaded: loaded.as_secs(),
        }
    }
}

/// What the entry at `row` is.
pub(in super::super) fn entry_head(library: &Library, row: u32) -> EntryHead {
    let entries = library.entries();
    let text = |text| entries.text(text, row).into_owned();
    EntryHead {
        entry_index: row,
        entry_id: text(EntryText::Id),
        name: text(EntryText::Name),
        formula: text(EntryText::Formula),
        adduct: text(EntryText::Adduct),
        inchikey: text(EntryText::InchiKey),
        smiles: text(EntryText::Smiles),
        peptide: text(EntryText::Peptide),
        entry_precursor_mz: entries.precursor_mz(row),
        entry_charge: entries.charge(row).map(Charge::state),
        collision_energy: text(EntryText::CollisionEnergy),
        instrument: text(EntryText::Instrument),
    }
}

/// The entry at `row` with its spectrum.
pub(in super::super) fn entry_detail(held: &Held, row: u32) -> EntryDetail {
    let library = &held.library;
    let entries = library.entries();
    let view = library.peaks().view(row, None);
    let peaks = view.mz.iter().zip(view.intensity);
    EntryDetail {
        library: library.name(),
        version: held.version.clone(),
        head: entry_head(library, row),
        cluster_id: library.clusters().cluster_of(row),
        decoy: entries.is_decoy(row),
        retention_time: entries.retention_time(row),
        retention_index: entries.retention_index(row),
        peaks: peaks
            .map(|(&mz, &share)| [short(mz), short(share)])
            .collect(),
    }
}

impl ClusterDetail {
    /// Up to `limit` members of `cluster`, from `offset` on.
    pub(in super::super) fn new(held: &Held, cluster: u32, offset: usize, limit: usize) -> Self {
        let library = &held.library;
        let clusters = library.clusters();
        let members = clusters.members(cluster);
        let shown = members.iter().skip(offset).take(limit);
        Self {
            library: library.name(),
            version: held.version.clone(),
            cluster_id: cluster,
            size: members.len(),
            purity: clusters.purity(cluster).map(short),
            medoid: clusters.medoid(cluster),
            members: shown.map(|&row| entry_head(library, row)).collect(),
        }
    }
}
