//! One spectrum of a library, before it is text.

use super::formula::Formula;

/// Intensity of the base peak.
const BASE: f64 = 1000.0;

/// m/z values this close are the same ion reached on two ways: their intensities add up.
const SAME_ION: f64 = 1e-4;

/// A computed spectrum with its identity.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// What an identification is compared by.
    pub(crate) name: String,
    /// Number within its library.
    pub(crate) accession: String,
    /// Neutral composition.
    pub(crate) formula: Formula,
    /// As in `[M+H]+`.
    pub(crate) adduct: String,
    /// With sign.
    pub(crate) charge: i8,
    /// m/z of the precursor.
    pub(crate) precursor_mz: f64,
    /// `key=value` remarks, in order.
    pub(crate) comments: Vec<(&'static str, String)>,
    /// m/z and intensity, ascending, base peak 1000.
    pub(crate) peaks: Vec<(f64, f64)>,
}

/// Which of the computed ions are written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Selection {
    /// Lowest m/z.
    pub(crate) lowest_mz: f64,
    /// Lowest intensity, relative to the base peak.
    pub(crate) least: f64,
    /// At most this many, the most intense ones.
    pub(crate) n_peaks: usize,
}

/// Adds up ions of equal m/z, scales the base peak to 1000, drops what `selection` leaves out.
pub(crate) fn peaks(mut ions: Vec<(f64, f64)>, selection: Selection) -> Vec<(f64, f64)> {
    ions.retain(|ion| ion.0 >= selection.lowest_mz);
    ions.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut merged: Vec<(f64, f64)> = Vec::with_capacity(ions.len());
    for ion in ions {
        match merged.last_mut() {
            Some(last) if ion.0 - last.0 < SAME_ION => last.1 += ion.1,
            _ => merged.push(ion),
        }
    }
    let base = merged.iter().map(|p| p.1).fold(0.0, f64::max);
    // By intensity, ties by m/z, so that the cut is the same everywhere.
    merged.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.total_cmp(&b.0)));
    merged.retain(|p| p.1 >= selection.least * base);
    merged.truncate(selection.n_peaks);
    merged.sort_by(|a, b| a.0.total_cmp(&b.0));
    for peak in &mut merged {
        peak.1 *= BASE / base;
    }
    merged
}
