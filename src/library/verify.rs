//! Every checksum and every invariant of a library file.

use super::opened::Files;
use super::{Library, LibraryError};
use rayon::prelude::*;
use std::path::Path;

/// What [`verify`] looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// Arrays whose checksum was compared.
    pub n_arrays: usize,
    /// Entries whose numbers and texts were read.
    pub n_entries: usize,
}

/// A library of which everything was checked.
#[derive(Debug)]
pub struct Sound {
    /// The library.
    pub library: Library,
    /// BLAKE3 over everything in its file, in hexadecimal: the version of the library.
    pub checksum: String,
    /// What was looked at.
    pub verified: Verified,
}

/// Reads all of the file at `path` and checks that nothing in it is damaged or contradictory.
///
/// # Errors
/// The first thing that does not hold.
pub fn verify(path: &Path) -> Result<Verified, LibraryError> {
    Ok(open_verified(path)?.verified)
}

/// Opens the library at `path` after the checks of [`verify`]: what was checked is what is opened,
/// though the file may be replaced meanwhile.
///
/// # Errors
/// The first thing that does not hold.
pub fn open_verified(path: &Path) -> Result<Sound, LibraryError> {
    let files = Files::open(path)?;
    let mut n_arrays = 0;
    for container in files.all() {
        let names: Vec<&str> = container.sections().map(|s| s.name.as_str()).collect();
        names
            .par_iter()
            .try_for_each(|name| container.check(name))?;
        container.check_seal()?;
        n_arrays += names.len();
    }
    let library = Library::of(vec![files.load_unchecked()?])?;
    let head = &files.head;
    for (segment, container) in (0..).zip(files.all()) {
        library.peaks.segments()[segment]
            .check_numbers()
            .map_err(|row| {
                let fault = format!("peaks of entry {row} are not ascending, finite and positive");
                container.damaged("peaks", &fault)
            })?;
        check_entries(&library, segment).map_err(|fault| container.damaged("entries", &fault))?;
    }
    check_clusters(&library).map_err(|fault| head.damaged("clusters", &fault))?;
    let n_targets = library.entries.n_targets() as u64;
    let lineage = &library.members[0].lineage;
    if lineage.versions.last().map(|v| v.entries) != Some(n_targets) {
        return Err(head.damaged("lineage", "tells of another number of entries"));
    }
    Ok(Sound {
        verified: Verified {
            n_arrays,
            n_entries: library.entries.len(),
        },
        checksum: head.overall().to_owned(),
        library,
    })
}

/// Bytes of each part of the library at `path`: entries, peaks, index and so on.
///
/// # Errors
/// A file that cannot be opened as a library.
pub fn sizes(path: &Path) -> Result<Vec<(String, u64)>, LibraryError> {
    let files = Files::open(path)?;
    let mut sizes: Vec<(String, u64)> = Vec::new();
    for (section, bytes) in files.all().flat_map(|container| container.section_bytes()) {
        let part = section.name.split('/').next().unwrap_or_default();
        match sizes.iter_mut().find(|(known, _)| known == part) {
            Some((_, total)) => *total += bytes as u64,
            None => sizes.push((part.to_owned(), bytes as u64)),
        }
    }
    Ok(sizes)
}

fn check_entries(library: &Library, segment: usize) -> Result<(), String> {
    let entries = &library.entries.segments()[segment];
    let (precursor_mz, _, _, texts) = entries.parts();
    let (rows, keys) = library.segments[segment].order.parts();
    for (&row, key) in rows.iter().zip(keys) {
        let own = precursor_mz[row as usize];
        if own.to_bits() != key.to_bits() {
            return Err(format!(
                "precursor of entry {row} is {own} here and {key} in the order"
            ));
        }
        if !own.is_nan() && own <= 0.0 {
            return Err(format!("precursor of entry {row} is {own}"));
        }
    }
    let is_utf8 = texts
        .iter()
        .all(|t| std::str::from_utf8(t.parts().1).is_ok());
    if library.settings.decoys.is_none() && entries.n_decoys() > 0 {
        return Err("there are decoys, and the settings say there are none".to_owned());
    }
    is_utf8
        .then_some(())
        .ok_or_else(|| "a text is not UTF-8".to_owned())
}

fn check_clusters(library: &Library) -> Result<(), String> {
    let clusters = &library.clusters;
    for cluster in 0..clusters.len() as u32 {
        let members = clusters.members(cluster);
        let decoys = members.iter().filter(|&&row| library.entries.is_decoy(row));
        if members.len() > 1 && decoys.count() > 0 {
            return Err(format!("cluster {cluster} holds a decoy beside others"));
        }
        let own = members
            .iter()
            .all(|&row| clusters.cluster_of(row) == cluster);
        if !own || !members.is_sorted_by(|a, b| a < b) {
            return Err(format!(
                "members of cluster {cluster} contradict the entries"
            ));
        }
        for row in [clusters.medoid(cluster), clusters.identity(cluster)] {
            if clusters.cluster_of(row) != cluster {
                return Err(format!(
                    "entry {row} stands for cluster {cluster} but is not in it"
                ));
            }
        }
        if clusters
            .purity(cluster)
            .is_some_and(|p| !(0.0..=1.0).contains(&p))
        {
            return Err(format!("purity of cluster {cluster} is outside 0 to 1"));
        }
    }
    Ok(())
}
