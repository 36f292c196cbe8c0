//! Entries put behind those of a library, at the cost of the entries appended so far.
//!
//! The file as it was becomes the [base]; the new one holds the appended entries with
//! an index of their own, and the clusters of all. The base keeps the index that was trained on it,
//! and appended entries have one that suits their number: exact while they are few. So no index ever
//! holds rows it was not made for, and what grows is only the time to search two.

use super::build::{Made, link_settings};
use super::decoys::Donor;
use super::lineage::Base;
use super::write::{Arrays, unchanged, write_file};
use super::{ClusterMethod, Draft, Library, LibraryError, LibrarySettings, Stage, base};
use crate::cluster::{
    AddedEntries, Clusters, Grouping, Grown, Link, Stretch, best_of_added, links_of_added,
};
use crate::decoy::Fragments;
use crate::similarity::View;
use rayon::prelude::*;
use std::collections::HashMap;
use std::path::Path;

/// What [`append`] did.
#[derive(Debug, Clone, PartialEq)]
pub struct Appended {
    /// Entries added.
    pub n_added: usize,
    /// Those of them that are now in a cluster with older ones.
    pub n_joined: usize,
    /// Entries that stand beside the trained index, these included.
    pub n_appended: usize,
    /// Entries of the library, decoys apart.
    pub n_entries: usize,
    /// The version it has now.
    pub version: u32,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// Older entries that decoys take fragments from, at most.
const MOST_DONORS: usize = 100_000;
/// Share of appended entries from which a new training pays.
const MANY: f64 = 0.1;

impl Appended {
    /// Whether so many entries stand beside the trained index that `mzseek compact` pays.
    pub fn calls_for_compacting(&self) -> bool {
        self.n_appended as f64 > MANY * self.n_entries as f64
    }
}

impl Draft {
    /// A draft for entries to be appended to `library`. It holds those appended before.
    ///
    /// # Errors
    /// If `library` is several.
    pub fn appending_to(library: &Library) -> Result<Self, LibraryError> {
        let mut draft = Self::new(appended_settings(library.settings()))?;
        if let [_, appended] = library.segments() {
            let entries = library.entries();
            let rows = appended.rows().filter(|&row| !entries.is_decoy(row));
            draft.restore(entries, &library.peaks, &rows.collect::<Vec<_>>());
        }
        Ok(draft)
    }
}

/// What appended entries are indexed with.
fn appended_settings(settings: &LibrarySettings) -> LibrarySettings {
    let mut settings = settings.clone();
    "auto".clone_into(&mut settings.index.kind);
    settings.index.wish.clear();
    settings
}

/// Puts `draft`, which began as [`Draft::appending_to`] `library`, in the place of what was appended
/// to it so far. `path` is the file that `library` was opened from.
///
/// # Errors
/// What could not be made or written, or that the library was replaced meanwhile; it is then as it
/// was.
pub fn append(
    library: &Library,
    path: &Path,
    draft: Draft,
    mut on_stage: impl FnMut(Stage),
) -> Result<Appended, LibraryError> {
    let member = &library.members[0];
    let trained = &library.segments[0];
    let n_held = library.entries.n_targets() - library.entries.segments()[0].n_targets();
    let n_added = draft.len() - n_held;
    let made = draft.make(donors(library), &mut on_stage)?;
    on_stage(Stage::Clustering);
    let first = trained.rows.end;
    let n_kept = first + n_held as u32;
    let clusters = clusters(library, &made, n_kept)?;
    let added = n_kept..n_kept + n_added as u32;
    let older = |row: u32| clusters.members(clusters.cluster_of(row))[0] < n_kept;
    let n_entries = library.entries.segments()[0].n_targets() + n_held + n_added;
    let mut lineage = (member.lineage).next("add", n_entries, &member.checksum);
    lineage.base = Some(match &member.lineage.base {
        Some(base) => base.clone(),
        None => Base {
            file: base::keep(path, &member.checksum)?,
            checksum: member.checksum.clone(),
        },
    });
    library.sound()?;
    unchanged(&member.checksum, path)?;
    let version = lineage.versions.last().map_or(1, |version| version.number);
    write_file(
        path,
        Arrays::from(&made.held),
        // Those of the base, until a new training.
        (&clusters, &library.models),
        (&made.settings, &lineage),
    )?;
    Ok(Appended {
        n_added,
        n_joined: added.filter(|&row| older(row)).count(),
        n_appended: n_held + n_added,
        n_entries,
        version,
        notes: made.notes,
    })
}

/// Entries of the base, evenly spread.
fn donors(library: &Library) -> Vec<Donor<'_>> {
    let base = &library.entries.segments()[0];
    if library.settings.decoys.is_none() {
        return Vec::new();
    }
    let step = base.n_targets().div_ceil(MOST_DONORS).max(1);
    let rows = (0..base.n_targets() as u32).step_by(step);
    let donor = |row| {
        let peaks = library.peaks.view(row, base.precursor(row));
        Donor {
            fragments: Fragments {
                precursor: peaks.precursor,
                mz: peaks.mz,
                intensity: peaks.intensity,
            },
            identity: base.identity(row),
        }
    };
    rows.map(donor).collect()
}

/// The clusters of the base, of the appended entries kept, and of those added, which have the rows
/// from `n_kept`.
fn clusters(library: &Library, made: &Made, n_kept: u32) -> Result<Clusters, LibraryError> {
    let first = library.segments[0].rows.end;
    let held = &made.held;
    let identity = |row: u32| match row.checked_sub(first) {
        None => library.entries.identity(row),
        Some(row) => held.entries.identity(row),
    };
    let added: Vec<u32> = (n_kept..first + held.entries.n_targets() as u32).collect();
    let links = match library.settings.clusters.method {
        ClusterMethod::None => Vec::new(),
        ClusterMethod::Identity => same_identity(&added, n_kept, &identity),
        ClusterMethod::Spectral => {
            let alike = alike(library, made, &added)?;
            match library.settings.clusters.grouping.resolve() {
                Grouping::Components => alike,
                Grouping::Dbscan { .. } | Grouping::Linkage(_) | Grouping::Medoids => {
                    best_of_added(&alike, &added)
                }
            }
        }
    };
    let grown = Grown {
        before: &library.clusters,
        n_kept,
        n_rows: first + held.entries.len() as u32,
    };
    Ok(grown.clusters(&links, identity))
}

/// Joins each added row to the first of its identity, and that one to those there were.
fn same_identity(
    added: &[u32],
    n_kept: u32,
    identity: &(impl Fn(u32) -> Option<String> + Sync),
) -> Vec<Link> {
    let mut first: HashMap<String, u32> = HashMap::new();
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    for &row in added {
        if let Some(identity) = identity(row) {
            pairs.push((*first.entry(identity).or_insert(row), row));
        }
    }
    let older = (0..n_kept).into_par_iter();
    let of_older: Vec<(u32, u32)> = older
        .filter_map(|row| Some((row, *first.get(&identity(row)?)?)))
        .collect();
    pairs.extend(of_older);
    let link = |(a, b)| Link {
        a,
        b,
        similarity: 1.0,
    };
    pairs.into_iter().map(link).collect()
}

/// Links added rows to all that are alike.
fn alike(library: &Library, made: &Made, added: &[u32]) -> Result<Vec<Link>, LibraryError> {
    let base = &library.segments[0];
    let (first, held) = (base.rows.end, &made.held);
    let old = &library.entries;
    // Positions of appended rows in their order, for their vectors.
    let mut positions = vec![0_u32; held.order.len()];
    for (position, &row) in (0..).zip(held.order.parts().0) {
        positions[row as usize] = position;
    }
    let peaks = |row: u32| -> View<'_> {
        match row.checked_sub(first) {
            None => library.peaks.view(row, None),
            Some(row) => held.peaks.view(row, None),
        }
    };
    let stretches = [
        Stretch {
            first_row: 0,
            order: &base.order,
            index: base.index_to_ask(),
        },
        Stretch {
            first_row: first,
            order: &held.order,
            index: &held.index,
        },
    ];
    let entries = AddedEntries {
        rows: added,
        stretches: &stretches,
        peaks: &peaks,
        precursor: &|row| match row.checked_sub(first) {
            None => old.precursor(row),
            Some(row) => held.entries.precursor(row),
        },
        polarity: &|row| match row.checked_sub(first) {
            None => old.polarity_sign(row),
            Some(row) => held.entries.polarity_sign(row),
        },
        linkable: &|row| match row.checked_sub(first) {
            None => !old.is_decoy(row),
            Some(row) => !held.entries.is_decoy(row),
        },
        vector: &|row| {
            let position = positions[(row - first) as usize] as usize;
            let mut vector = vec![0.0; made.vectors.view().dim()];
            let (places, values) = made.vectors.view().row(position);
            for (&place, &value) in places.iter().zip(values) {
                vector[place as usize] = value;
            }
            vector
        },
    };
    Ok(links_of_added(&entries, link_settings(&library.settings)?))
}
