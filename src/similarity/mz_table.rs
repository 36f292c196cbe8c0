//! Where the peaks of one spectrum lie, as a table of bins: a spectrum that is compared with many finds
//! which of its peaks may be near an m/z in one look, where nearly all of theirs are near none.
//!
//! The table only rules out. What it lets through is measured as it would be without.

use super::reach::Reach;
use crate::domain::Tolerance;

/// The first peak near each bin of m/z.
#[derive(Debug, Clone, PartialEq)]
pub struct MzTable {
    tolerance: Tolerance,
    /// Reference m/z up to this are served, in Th.
    greatest: f32,
    bins_per_da: f32,
    /// By bin, the number of the first peak near it, from 1; 0 where none is.
    first: Box<[u8; N_BINS]>,
}

/// More peaks than a byte counts are not put in a table.
const MOST_PEAKS: usize = u8::MAX as usize;

/// A table of so many bins stays in the first-level cache.
const N_BINS: usize = 1 << 14;

/// A reach wider than this in Da rules nothing out.
const WIDEST: f64 = 1.0;

/// Twice the part of an m/z that its rounding to `f32` takes or adds at most. The difference of a
/// reference m/z and a shift is off by less than four roundings of the greater of them.
const ROUNDING: f64 = 1.2e-7;

/// Reference peaks looked up together.
pub(super) const PEAKS: usize = 8;

/// Added to a number from 0 to 2^22, this leaves the nearest whole number in the lowest bits.
const TO_WHOLE: f32 = 8_388_608.0;

impl MzTable {
    /// A table of peaks at `mz` in Th, ascending, to be compared within `tolerance`; none where
    /// there are too many of them, or it would rule nothing out.
    ///
    /// A query peak q is within reach of a reference peak r after a shift s where
    /// `|q + s - r| <= w(r)`, half the width of the tolerance at r. With W = w(greatest r) and what
    /// rounding adds to it that puts `r - s`, as it is computed, between `q - W` and `q + W`. Bins
    /// do not fall as m/z rises, so its bin is one of those between the bins of these two, and all
    /// of them are marked.
    pub(super) fn new(mz: &[f32], tolerance: Tolerance) -> Option<Self> {
        let last = f64::from(*mz.last()?);
        let greatest = (4.0 * last).max(2000.0);
        // A shift that brings r near a q is less than the greatest r and q together.
        let width = Reach::new(tolerance).half_width(greatest) + 4.0 * ROUNDING * greatest;
        if mz.len() > MOST_PEAKS || width.is_nan() || width > WIDEST || mz[0] < 0.0 {
            return None;
        }
        let bins_per_da = (0.5 / width).min((N_BINS - 4) as f64 / (last + width));
        let mut table = Self {
            tolerance,
            greatest: greatest as f32,
            bins_per_da: bins_per_da as f32,
            first: Box::new([0; N_BINS]),
        };
        for (peak, &mz) in mz.iter().enumerate() {
            let end = |width: f64| table.bin((f64::from(mz) + width) as f32);
            let (low, high) = (end(-width), end(width));
            for first in &mut table.first[low..=high] {
                if *first == 0 {
                    *first = peak as u8 + 1;
                }
            }
        }
        Some(table)
    }

    /// The bin of an m/z. Outside what the peaks span it may be any bin.
    fn bin(&self, mz: f32) -> usize {
        // One bin more, for what lies a little below 0.
        let bin = mz * self.bins_per_da + (TO_WHOLE + 1.0);
        bin.to_bits() as usize % N_BINS
    }

    /// Whether it may be asked about peaks at `reference` within `tolerance`.
    pub(super) fn serves(&self, reference: &[f32], tolerance: Tolerance) -> bool {
        self.tolerance == tolerance && reference.last().is_none_or(|&mz| mz <= self.greatest)
    }

    /// A byte for each reference peak, the lowest for the first: 0 where none is within reach of it
    /// once it is shifted, else the number from 1 of the first that may be.
    pub(super) fn near(&self, reference: &[f32; PEAKS], shift: f32) -> u64 {
        let bins = reference.map(|mz| self.bin(mz - shift));
        let bytes = bins.map(|bin| u64::from(self.first[bin]));
        (bytes.iter().enumerate()).fold(0, |near, (at, byte)| near | byte << (8 * at))
    }
}

#[cfg(test)]
mod tests {
    use super::super::align::{Matching, Pair, Peaks, Scratch, align};
    use super::*;
    use crate::domain::{Da, Ppm};
    use crate::similarity::Assignment;
    use proptest::prelude::*;

    fn pairs(
        (query, reference): (&[f32], &[f32]),
        table: Option<&MzTable>,
        tolerance: Tolerance,
        shifts: &[f64],
    ) -> Vec<Pair> {
        let weights = |mz: &[f32]| mz.iter().map(|mz| 1.0 + mz % 7.0).collect::<Vec<f32>>();
        let (of_query, of_reference) = (weights(query), weights(reference));
        let mut scratch = Scratch::default();
        let query = Peaks {
            mz: query,
            weight: &of_query,
            table,
        };
        let reference = Peaks {
            mz: reference,
            weight: &of_reference,
            table: None,
        };
        let how = Matching {
            tolerance,
            shifts,
            assignment: Assignment::Greedy,
        };
        let used = (&mut scratch.used_query, &mut scratch.used_reference);
        align(query, reference, how, &mut scratch.pairs, used);
        scratch.pairs
    }

    /// Ascending m/z on a grid of thousandths, so that peaks fall on edges of tolerance and bin.
    fn peaks() -> impl Strategy<Value = Vec<f32>> {
        let grid = |most: u32| prop::collection::vec(0..most, 0..60);
        prop_oneof![grid(3000), grid(900_000), grid(3_000_000)].prop_map(|mut thousandths| {
            thousandths.sort_unstable();
            thousandths.into_iter().map(|mz| mz as f32 / 1e3).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn pairs_are_those_found_without_a_table(
            query in peaks(),
            reference in peaks(),
            shift in prop_oneof![Just(0), -500..500, -2_000_000..2_000_000],
            near in 0_usize..60,
            width in prop_oneof![Just(0.02), Just(0.05), 0.0..0.3],
        ) {
            let shift = f64::from(shift) / 1e3;
            // Some reference peaks close to shifted query peaks, on the edge and off it.
            let shifted = query.iter().take(near).enumerate();
            let close = shifted.map(|(at, mz)| {
                let apart = width * (f64::from(at as u32 % 7) - 3.0) / 3.0;
                (f64::from(*mz) + shift + apart) as f32
            });
            let mut reference: Vec<f32> = reference.into_iter().chain(close).filter(|mz| *mz >= 0.0).collect();
            reference.sort_unstable_by(f32::total_cmp);
            let both = (query.as_slice(), reference.as_slice());
            for tolerance in [Tolerance::Da(Da::new(width).unwrap()), Tolerance::Ppm(Ppm::new(width * 1e3).unwrap())] {
                let table = MzTable::new(&query, tolerance);
                for shifts in [&[shift][..], &[0.0, shift]] {
                    prop_assert_eq!(
                        pairs(both, table.as_ref(), tolerance, shifts),
                        pairs(both, None, tolerance, shifts)
                    );
                }
            }
        }
    }

    #[test]
    fn most_of_the_range_is_ruled_out() {
        let tolerance = Tolerance::Da(Da::new(0.02).unwrap());
        let table = MzTable::new(&[100.0, 250.5, 251.0, 700.0], tolerance).unwrap();
        let tenths: Vec<f32> = (0..8000).map(|tenths| tenths as f32 / 10.0).collect();
        let found = tenths.as_chunks::<PEAKS>().0.iter();
        let near = found
            .flat_map(|mz| table.near(mz, 0.0).to_le_bytes())
            .filter(|byte| *byte > 0);
        assert!(
            (4..=8).contains(&near.count()),
            "near four of them, and a few beside"
        );
        let third = u64::from_le_bytes([3; PEAKS]);
        assert_eq!(table.near(&[251.01; PEAKS], 0.0), third);
        assert_eq!(table.near(&[351.01; PEAKS], 100.0), third);
        assert!(table.serves(&[1.0, 900.0], tolerance));
        assert!(
            !table.serves(&[1.0, 9000.0], tolerance),
            "heavier than foreseen"
        );
        assert!(!table.serves(&[1.0], Tolerance::Da(Da::new(0.03).unwrap())));
    }

    #[test]
    fn what_rules_nothing_out_is_no_table() {
        let wide = Tolerance::Da(Da::new(2.0).unwrap());
        assert_eq!(MzTable::new(&[100.0], wide), None);
        let all = Tolerance::Ppm(Ppm::new(1.0e6).unwrap());
        assert_eq!(MzTable::new(&[100.0], all), None);
        let many: Vec<f32> = (0..300).map(|mz| mz as f32).collect();
        assert_eq!(
            MzTable::new(&many, Tolerance::Da(Da::new(0.02).unwrap())),
            None
        );
    }
}
