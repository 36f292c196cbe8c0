//! Takes out what the precursor left behind: its own peak says nothing of the structure.

use crate::domain::{Da, PROTON, Peak, Precursor};

/// Mass difference of 13C and 12C in Da (IUPAC).
const ISOTOPE_STEP: f64 = 1.003_354_835;

/// What is taken out around the precursor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PrecursorRemoval {
    /// Nothing.
    Off,
    /// Every peak above precursor m/z minus this margin, for singly charged small molecules
    /// (Li & Fiehn 2023 use 1.6 Da).
    Above(Da),
    /// Peaks this close to the precursor, at each charge from its own down to 1, and to its
    /// first `isotopes` isotope peaks: peptide fragments may lie above the precursor.
    Around {
        /// Half the width taken out.
        half_width: Da,
        /// Number of isotope peaks beside the monoisotopic one.
        isotopes: u8,
    },
}

/// Takes out the peaks, ascending in m/z, that `how` attributes to `precursor`.
pub fn remove_precursor(peaks: &mut Vec<Peak>, precursor: Precursor, how: PrecursorRemoval) {
    match how {
        PrecursorRemoval::Off => {}
        PrecursorRemoval::Above(margin) => {
            let limit = precursor.mz.value() - margin.value();
            peaks.truncate(peaks.partition_point(|p| p.mz < limit));
        }
        PrecursorRemoval::Around {
            half_width,
            isotopes,
        } => {
            let width = half_width.value();
            for site in precursor_sites(precursor, isotopes) {
                let low = peaks.partition_point(|p| site - p.mz > width);
                let high = peaks.partition_point(|p| p.mz - site <= width);
                peaks.drain(low..high);
            }
        }
    }
}

/// m/z of the precursor and its isotopes at each charge from its own down to 1.
pub(super) fn precursor_sites(precursor: Precursor, isotopes: u8) -> impl Iterator<Item = f64> {
    let charge = precursor.charge.map_or(1, |c| c.state().unsigned_abs());
    let sign = precursor
        .charge
        .map_or(1.0, |c| f64::from(c.state().signum()));
    let neutral = (precursor.mz.value() - sign * PROTON) * f64::from(charge);
    (1..=charge)
        .flat_map(move |z| (0..=isotopes).map(move |isotope| (z, isotope)))
        .map(move |(z, i)| (neutral + f64::from(i) * ISOTOPE_STEP) / f64::from(z) + sign * PROTON)
}
