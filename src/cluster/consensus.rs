//! One spectrum made of the members of a cluster.
//!
//! Peaks of all members that lie within tolerance of one another are one peak. It stays when at
//! least half of the members have it; its intensity is the mean over members, those without it
//! counting as 0, after intensities far from the median are left out (more than three robust
//! standard deviations, 1.4826 times the median absolute deviation; Leys et al. 2013, J. Exp. Soc.
//! Psychol. 49, 764). Its m/z is the mean weighted by intensity.

use super::spectra::Spectra;
use crate::domain::Tolerance;

/// A made-up spectrum.
#[derive(Debug, Clone, PartialEq)]
pub struct Consensus {
    /// Median precursor m/z of the members in Th; NaN where none is known.
    pub precursor_mz: f64,
    /// The charge known of most members, 0 where of none.
    pub charge: i8,
    /// `(m/z, intensity)`, ascending in m/z; intensities sum to 1.
    pub peaks: Vec<(f64, f64)>,
}

/// Members that are averaged; of larger clusters, so many spread evenly.
const AVERAGED: usize = 512;
/// Share of the members that must have a peak.
const LEAST_SHARE: f64 = 0.5;
/// Robust standard deviations beyond which an intensity is an outlier.
const OUTLIER: f64 = 3.0;
/// Median absolute deviation to standard deviation of a normal distribution.
const MAD_TO_SD: f64 = 1.4826;

/// The consensus of `members`, which stand for `weights` spectra each, of `spectra`.
///
/// # Panics
/// If there are no members: the caller's mistake.
pub fn consensus(
    spectra: Spectra<'_>,
    members: &[u32],
    weights: &[u32],
    fragment: Tolerance,
) -> Consensus {
    let n = members.len().min(AVERAGED);
    let chosen: Vec<u32> = (0..n).map(|i| members[i * members.len() / n]).collect();
    let mut all: Vec<(f64, f64, usize)> = Vec::new();
    for (member, &row) in chosen.iter().enumerate() {
        let view = spectra.peaks.view(row, None);
        let peaks = view.mz.iter().zip(view.intensity);
        all.extend(peaks.map(|(&mz, &y)| (f64::from(mz), f64::from(y), member)));
    }
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.2.cmp(&b.2)));
    let weight: Vec<f64> = chosen
        .iter()
        .map(|&row| f64::from(weights[row as usize]))
        .collect();
    let total: f64 = weight.iter().sum();
    let mut peaks = Vec::new();
    let mut rest = all.as_slice();
    while let Some(&(first, ..)) = rest.first() {
        let reach = first + fragment.half_width(first);
        let (now, later) = rest.split_at(rest.partition_point(|peak| peak.0 <= reach));
        peaks.extend(average(now, &weight, total));
        rest = later;
    }
    let sum: f64 = peaks.iter().map(|peak| peak.1).sum();
    for peak in &mut peaks {
        peak.1 /= sum;
    }
    let mut precursors: Vec<f64> = members
        .iter()
        .map(|&row| spectra.precursor_mz[row as usize])
        .filter(|mz| mz.is_finite())
        .collect();
    precursors.sort_by(f64::total_cmp);
    let charges = members.iter().map(|&row| spectra.charge[row as usize]);
    Consensus {
        precursor_mz: median(&precursors).unwrap_or(f64::NAN),
        // Members are comparable with one another, so charges that are known agree mostly.
        charge: charges.max_by_key(|c| c.unsigned_abs()).unwrap_or(0),
        peaks,
    }
}

/// The peak that `group`, `(m/z, intensity, member)`, is taken for, if enough members have it.
fn average(group: &[(f64, f64, usize)], weight: &[f64], total: f64) -> Option<(f64, f64)> {
    let mut of_member = vec![0.0; weight.len()];
    for &(_, intensity, member) in group {
        of_member[member] += intensity;
    }
    let have: f64 = (0..weight.len())
        .filter(|&member| of_member[member] > 0.0)
        .map(|member| weight[member])
        .sum();
    if have < LEAST_SHARE * total {
        return None;
    }
    let mut sorted = of_member.clone();
    sorted.sort_by(f64::total_cmp);
    let middle = median(&sorted)?;
    let mut apart: Vec<f64> = of_member.iter().map(|y| (y - middle).abs()).collect();
    apart.sort_by(f64::total_cmp);
    let spread = MAD_TO_SD * median(&apart)?;
    // Where most are equal, any difference is far in those terms and says nothing.
    let keeps = |y: f64| spread == 0.0 || (y - middle).abs() <= OUTLIER * spread;
    let kept = || (0..weight.len()).filter(|&member| keeps(of_member[member]));
    let share: f64 = kept().map(|member| weight[member]).sum();
    let intensity = kept().map(|m| weight[m] * of_member[m]).sum::<f64>() / share;
    let amount: f64 = group.iter().map(|&(_, y, m)| y * weight[m]).sum();
    let mz = group
        .iter()
        .map(|&(mz, y, m)| mz * y * weight[m])
        .sum::<f64>()
        / amount;
    (intensity > 0.0).then_some((mz, intensity))
}

/// The middle of sorted numbers.
fn median(sorted: &[f64]) -> Option<f64> {
    let n = sorted.len();
    if n % 2 == 1 {
        sorted.get(n / 2).copied()
    } else {
        Some(f64::midpoint(
            *sorted.get((n / 2).checked_sub(1)?)?,
            sorted[n / 2],
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Da;
    use crate::prepare::sample::prepared;
    use crate::similarity::{OwnedView, PeakColumns, PeakColumnsBuilder};

    fn columns(spectra: &[&[(f64, f32)]]) -> PeakColumns {
        let mut builder = PeakColumnsBuilder::with_room(spectra.len(), 0);
        for peaks in spectra {
            builder.push(&OwnedView::new(&prepared(Some(300.0), peaks)));
        }
        builder.finish().unwrap()
    }

    fn of(peaks: &PeakColumns, weights: &[u32]) -> Consensus {
        let n = weights.len();
        let mz: Vec<f64> = (0..n).map(|i| 300.0 + 0.001 * i as f64).collect();
        let spectra = Spectra {
            peaks,
            precursor_mz: &mz,
            charge: &vec![2; n],
            polarity: &vec![1; n],
        };
        let members: Vec<u32> = (0..n as u32).collect();
        let tolerance = Tolerance::Da(Da::new(0.02).unwrap());
        consensus(spectra, &members, weights, tolerance)
    }

    #[test]
    fn peaks_of_most_members_are_averaged() {
        // Peaks as shares: 100 is .5, .5, .5; 150 is .5, .5, 0; 199 is in one of three.
        let found = of(
            &columns(&[
                &[(100.0, 1.0), (150.0, 1.0)],
                &[(100.01, 1.0), (150.0, 1.0)],
                &[(100.005, 1.0), (199.0, 1.0)],
            ]),
            &[1, 1, 1],
        );
        assert_eq!(found.peaks.len(), 2);
        assert!((found.peaks[0].0 - 100.005).abs() < 1e-5, "{found:?}");
        assert_eq!((found.precursor_mz, found.charge), (300.001, 2));
        // .5 and 1/3 before scaling to 1.
        assert!((found.peaks[0].1 - 0.6).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn an_intensity_far_from_the_others_is_left_out() {
        let like = |y: f32| vec![(100.0, y), (150.0, 100.0 - y)];
        let members: Vec<Vec<(f64, f32)>> = [50.0, 51.0, 49.0, 52.0, 48.0, 99.0].map(like).into();
        let slices: Vec<&[(f64, f32)]> = members.iter().map(Vec::as_slice).collect();
        let found = of(&columns(&slices), &[1; 6]);
        assert!((found.peaks[0].1 - 0.5).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn one_member_is_its_own_consensus_and_copies_count() {
        let found = of(&columns(&[&[(100.0, 3.0), (150.0, 1.0)]]), &[1]);
        assert!((found.peaks[0].1 - 0.75).abs() < 1e-6, "{found:?}");
        let two = columns(&[&[(100.0, 1.0)], &[(150.0, 1.0)]]);
        assert_eq!(of(&two, &[3, 1]).peaks, [(100.0, 1.0)]);
    }
}
