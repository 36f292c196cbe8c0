//! A clustering that spectra are added to: what was compared once is not compared again.

use super::links::Link;
use super::{Grouping, Groups, LinkSettings, SpectrumSet, components, link_order};
use crate::domain::{Charge, Polarity};
use crate::prepare::PreparedSpectrum;
use std::collections::HashMap;

/// What was found of the first rows of the input, by the same settings.
#[derive(Debug, Clone, Copy)]
pub struct Earlier<'a> {
    /// Links between rows, of copies the first.
    pub links: &'a [Link],
    /// A label per row.
    pub cluster_of: &'a [u32],
    /// The same before clusters that touch across the borders of pieces were merged.
    pub piece_of: &'a [u32],
}

impl SpectrumSet {
    /// All pairs of distinct spectra found alike: those of `earlier`, and those with a spectrum that
    /// none of its rows holds. They are those of [`links`](Self::links) wherever windows are small
    /// enough to be compared whole.
    pub fn links_beside(&self, earlier: Earlier<'_>, how: LinkSettings) -> Vec<Link> {
        let mut found = self.links_of(how, &|row| self.is_new(row, earlier));
        let of_row = &self.distinct().of_row;
        found.extend(earlier.links.iter().map(|link| {
            let (a, b) = (of_row[link.a as usize], of_row[link.b as usize]);
            Link {
                a: a.min(b),
                b: a.max(b),
                similarity: link.similarity,
            }
        }));
        link_order(&mut found);
        found
    }

    /// Clusters of distinct spectra by their `links`. Where nothing linked with a spectrum, by however
    /// many steps, is new or has a new copy, it stays in the cluster it was in: every method looks no
    /// further than that.
    pub fn group_beside(
        &self,
        earlier: Earlier<'_>,
        links: &[Link],
        how: (LinkSettings, Grouping),
    ) -> Groups {
        let distinct = self.distinct();
        let whole = components(distinct.first.len(), links);
        let mut copies_before = vec![0_u32; whole.len()];
        for row in 0..earlier.cluster_of.len() {
            copies_before[distinct.of_row[row] as usize] += 1;
        }
        let mut changed = vec![false; whole.len()];
        for (row, (now, before)) in distinct.copies.iter().zip(&copies_before).enumerate() {
            changed[whole[row] as usize] |= now != before;
        }
        let is_changed = |row: u32| changed[whole[row as usize] as usize];
        let open: Vec<Link> = links.iter().copied().filter(|l| is_changed(l.a)).collect();
        let mut groups = self.group(&open, how);
        for (labels, before) in [
            (&mut groups.labels, earlier.cluster_of),
            (&mut groups.within_pieces, earlier.piece_of),
        ] {
            let mut lowest: HashMap<u32, u32> = HashMap::new();
            for row in (0..whole.len() as u32).filter(|&row| !is_changed(row)) {
                let label = before[distinct.first[row as usize] as usize];
                labels[row as usize] = *lowest.entry(label).or_insert(row);
            }
        }
        groups
    }

    /// Whether no row of `earlier` holds the distinct spectrum.
    fn is_new(&self, row: u32, earlier: Earlier<'_>) -> bool {
        self.distinct().first[row as usize] as usize >= earlier.cluster_of.len()
    }
}

/// A checksum of everything that clusters depend on.
pub fn digest(spectrum: &PreparedSpectrum) -> u64 {
    let mut hasher = blake3::Hasher::new();
    let precursor = spectrum.precursor();
    let mz = precursor.map_or(f64::NAN, |p| p.mz.value());
    let charge = precursor.and_then(|p| p.charge).map_or(0, Charge::state);
    let polarity = spectrum.polarity().map_or(0, Polarity::sign);
    hasher.update(&mz.to_bits().to_le_bytes());
    hasher.update(&[charge.cast_unsigned(), polarity.cast_unsigned()]);
    for (mz, intensity) in spectrum.mz().iter().zip(spectrum.intensity()) {
        hasher.update(&mz.to_bits().to_le_bytes());
        hasher.update(&intensity.to_bits().to_le_bytes());
    }
    let mut first = [0; 8];
    first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    u64::from_le_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prepare::sample::prepared;

    #[test]
    fn every_part_of_a_spectrum_counts_in_its_digest() {
        let of = |mz, peaks: &[(f64, f32)]| digest(&prepared(mz, peaks));
        let peaks = [(100.0, 1.0), (150.0, 2.0)];
        assert_eq!(of(Some(200.0), &peaks), of(Some(200.0), &peaks));
        let others = [
            of(Some(200.0), &peaks),
            of(Some(200.001), &peaks),
            of(None, &peaks),
            of(Some(200.0), &peaks[..1]),
            of(Some(200.0), &[(100.0, 1.0), (150.0, 2.5)]),
            of(Some(200.0), &[(100.0, 1.0), (150.01, 2.0)]),
        ];
        for (at, one) in others.iter().enumerate() {
            assert!(!others[..at].contains(one), "{at}");
        }
    }
}
