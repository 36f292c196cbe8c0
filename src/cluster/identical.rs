//! Spectra that are the same to the last bit, taken as one.
//!
//! Instruments and archives repeat spectra by the thousand. Comparing each copy with each would
//! cost the square of their number and tell nothing.

use crate::domain::{Charge, Polarity, Precursor};
use rayon::prelude::*;
use std::cmp::Ordering;

/// Which spectra differ, in an order that depends on what they hold and not on where they stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distinct {
    /// The first row of each distinct spectrum, by precursor m/z (unknown last), charge, polarity
    /// and peaks.
    pub first: Vec<u32>,
    /// For each row, the position in `first` of the spectrum it is a copy of.
    pub of_row: Vec<u32>,
    /// How many rows each distinct spectrum stands for.
    pub copies: Vec<u32>,
}

/// The isolated ion and the polarity of a spectrum, where known.
type Ion = (Option<Precursor>, Option<Polarity>);

/// Finds the distinct spectra among `n_rows`: those that differ in precursor, charge, polarity or
/// any of their `peaks`, m/z and intensity.
pub fn distinct<'a, M: Copy + Into<f64> + 'a>(
    n_rows: usize,
    ion: impl Fn(u32) -> Ion + Sync,
    peaks: impl Fn(u32) -> (&'a [M], &'a [f32]) + Sync,
) -> Distinct {
    // Peaks are looked at where nothing else tells two spectra apart.
    let compare =
        |a: u32, b: u32| by_ion(ion(a), ion(b)).then_with(|| by_peaks(peaks(a), peaks(b)));
    let mut rows: Vec<u32> = (0..n_rows as u32).collect();
    rows.par_sort_unstable_by(|&a, &b| compare(a, b).then_with(|| a.cmp(&b)));
    let mut found = Distinct {
        first: Vec::new(),
        of_row: vec![0; n_rows],
        copies: Vec::new(),
    };
    for row in rows {
        let same = |&last: &u32| compare(last, row) == Ordering::Equal;
        if !found.first.last().is_some_and(same) {
            found.first.push(row);
            found.copies.push(0);
        }
        let at = found.first.len() - 1;
        found.copies[at] += 1;
        found.of_row[row as usize] = at as u32;
    }
    found
}

fn by_ion(a: Ion, b: Ion) -> Ordering {
    // A positive NaN, for an unknown precursor, is the last of all numbers in the total order.
    let mz = |(precursor, _): Ion| precursor.map_or(f64::NAN, |p| p.mz.value());
    let charge = |(precursor, _): Ion| precursor.and_then(|p| p.charge).map(Charge::state);
    let polarity = |(_, polarity): Ion| polarity.map(|p| p as u8);
    mz(a)
        .total_cmp(&mz(b))
        .then_with(|| charge(a).cmp(&charge(b)))
        .then_with(|| polarity(a).cmp(&polarity(b)))
}

fn by_peaks<M: Copy + Into<f64>>(a: (&[M], &[f32]), b: (&[M], &[f32])) -> Ordering {
    let ((a_mz, a_intensity), (b_mz, b_intensity)) = (a, b);
    (a_mz.len().cmp(&b_mz.len()))
        .then_with(|| total_order(a_mz, b_mz))
        .then_with(|| total_order(a_intensity, b_intensity))
}

fn total_order<T: Copy + Into<f64>>(a: &[T], b: &[T]) -> Ordering {
    let order = |(&a, &b): (&T, &T)| a.into().total_cmp(&b.into());
    let first = a.iter().zip(b).map(order).find(|o| o.is_ne());
    first.unwrap_or(Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prepare::PreparedSpectrum;
    use crate::prepare::sample::prepared;
    use proptest::prelude::*;

    fn distinct(spectra: &[PreparedSpectrum]) -> Distinct {
        let of = |row: u32| &spectra[row as usize];
        let peaks = |row| (of(row).mz(), of(row).intensity());
        super::distinct(
            spectra.len(),
            |row| (of(row).precursor(), of(row).polarity()),
            peaks,
        )
    }

    #[test]
    fn copies_are_counted_and_order_follows_content() {
        let a = prepared(Some(200.0), &[(100.0, 1.0), (150.0, 2.0)]);
        let b = prepared(Some(200.0), &[(100.0, 1.0), (150.0, 3.0)]);
        let c = prepared(None, &[(100.0, 1.0)]);
        let d = prepared(Some(100.0), &[(90.0, 1.0)]);
        let found = distinct(&[c.clone(), b.clone(), a.clone(), d, c, b]);
        assert_eq!(found.first.len(), 4);
        assert_eq!((found.first[0], found.first[3]), (3, 0));
        assert_eq!(found.of_row[0], found.of_row[4]);
        assert_eq!(found.of_row[1], found.of_row[5]);
        assert_ne!(found.of_row[1], found.of_row[2]);
        assert_eq!(found.copies.iter().sum::<u32>(), 6);
        assert_eq!(found.copies[found.of_row[2] as usize], 1);
        assert!(distinct(&[]).first.is_empty());
    }

    proptest! {
        #[test]
        fn order_is_of_content_alone(picks in prop::collection::vec(0_usize..6, 0..30)) {
            let kinds: Vec<_> = (0..6)
                .map(|i| prepared((i != 5).then_some(100.0 + f64::from(i / 2)), &[(50.0 + f64::from(i), 1.0)]))
                .collect();
            let forth: Vec<_> = picks.iter().map(|&i| kinds[i].clone()).collect();
            let back: Vec<_> = picks.iter().rev().map(|&i| kinds[i].clone()).collect();
            let (f, b) = (distinct(&forth), distinct(&back));
            prop_assert_eq!(&f.copies, &b.copies);
            let turned: Vec<u32> = b.of_row.iter().rev().copied().collect();
            prop_assert_eq!(f.of_row, turned);
        }
    }
}
