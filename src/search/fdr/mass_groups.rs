//! Groups of matches of an open search by their difference of mass.

use std::collections::BTreeMap;

/// Width of a bin of the histogram in Da (Bittremieux et al. 2018).
const BIN: f64 = 0.01;
/// Bins to either side within which a bin must be the fullest to be a peak.
const REACH: i64 = 5;
/// Groups of fewer matches are one group together: too few decoys would be among them.
const LEAST: usize = 100;

/// Numbers of groups, by difference of mass: matches whose difference lies at the same peak of the
/// histogram within one nominal difference form a group, from 1 on; groups of fewer than 100 and
/// matches without a difference are group 0 together.
///
/// A wrong match is as likely as not in a group of one common modification as elsewhere, a right
/// one far more: one estimate for all would be too high for the common differences, and too low for
/// the rare ones (Fu & Qian 2014).
#[derive(Debug, Default)]
pub(super) struct MassGroups {
    /// By bin, where it is not 0.
    numbers: BTreeMap<i64, usize>,
}

fn bin(difference: f64) -> i64 {
    (difference / BIN).round() as i64
}

impl MassGroups {
    /// The groups of matches with these differences.
    pub(super) fn of(differences: impl Iterator<Item = f64>) -> Self {
        let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
        for difference in differences {
            *counts.entry(bin(difference)).or_default() += 1;
        }
        // Smoothed over three bins, so that a peak on a border is one peak; then by the bin itself.
        let height = |at: i64| -> (usize, usize) {
            let count = |bin: i64| counts.get(&bin).copied().unwrap_or(0);
            (count(at - 1) + count(at) + count(at + 1), count(at))
        };
        let is_peak = |at: i64| {
            let mut others = (1..=REACH).flat_map(|step| [at - step, at + step]);
            // Of equally full bins the lowest is the peak.
            others.all(|other| (height(other), at) < (height(at), other))
        };
        let peaks: Vec<i64> = counts.keys().copied().filter(|&at| is_peak(at)).collect();
        let nominal = |bin: i64| (bin as f64 * BIN).round() as i64;
        let nearest = |at: i64| {
            // Peaks ascend, and so do their nominal differences.
            let start = peaks.partition_point(|&peak| nominal(peak) < nominal(at));
            let end = peaks.partition_point(|&peak| nominal(peak) <= nominal(at));
            let same = peaks[start..end].iter().copied();
            same.min_by_key(|&peak| ((peak - at).abs(), peak))
        };
        let peak_of = || {
            let bins = counts.iter();
            bins.filter_map(|(&at, &count)| Some((at, nearest(at)?, count)))
        };
        let mut sizes: BTreeMap<i64, usize> = BTreeMap::new();
        for (_, peak, count) in peak_of() {
            *sizes.entry(peak).or_default() += count;
        }
        let large = sizes.iter().filter(|(_, size)| **size >= LEAST);
        let of_peak: BTreeMap<i64, usize> = large
            .zip(1..)
            .map(|((peak, _), number)| (*peak, number))
            .collect();
        let numbered = peak_of().filter_map(|(at, peak, _)| Some((at, *of_peak.get(&peak)?)));
        Self {
            numbers: numbered.collect(),
        }
    }

    /// The number of the group of a match with this difference.
    pub(super) fn number(&self, difference: Option<f64>) -> usize {
        let known = difference.and_then(|difference| self.numbers.get(&bin(difference)));
        known.copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mass_groups(differences: &[Option<f64>]) -> Vec<usize> {
        let groups = MassGroups::of(differences.iter().flatten().copied());
        differences.iter().map(|&d| groups.number(d)).collect()
    }

    #[test]
    fn common_differences_are_groups_and_the_rest_is_pooled() {
        let mut differences = Vec::new();
        for step in 0..300 {
            let error = f64::from(step % 7 - 3) * 0.002;
            differences.push(Some(15.9949 + error));
            differences.push(Some(0.001 + error));
            differences.push(Some(0.984 + error));
        }
        differences.extend((0..99).map(|_| Some(79.966)));
        differences.extend([None, Some(-203.1)]);
        let groups = mass_groups(&differences);
        let group_of = |at: usize| groups[at];
        let distinct: std::collections::BTreeSet<usize> = groups.iter().copied().collect();
        assert_eq!(distinct.len(), 4);
        for at in (0..900).step_by(3) {
            assert_eq!(
                (group_of(at), group_of(at + 1), group_of(at + 2)),
                (3, 1, 2)
            );
        }
        assert!(groups[900..].iter().all(|&group| group == 0));
    }

    #[test]
    fn two_peaks_of_one_nominal_difference_are_two_groups() {
        let near =
            |centre: f64| (0..150).map(move |step| Some(centre + f64::from(step % 3) * 0.004));
        let differences: Vec<Option<f64>> = near(100.016).chain(near(99.93)).collect();
        let groups = mass_groups(&differences);
        assert!(groups[..150].iter().all(|&g| g == 2), "{groups:?}");
        assert!(groups[150..].iter().all(|&g| g == 1), "{groups:?}");
    }

    #[test]
    fn nothing_is_no_group() {
        assert!(mass_groups(&[]).is_empty());
        assert_eq!(mass_groups(&[None, None]), [0, 0]);
    }
}
