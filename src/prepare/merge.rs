//! Steps that make one peak of several.

use super::select::by_intensity;
use crate::domain::{Da, Peak};

/// Merges peaks closer than `gap`, from the most intense outward, until none are left.
///
/// A merged peak has the summed intensity at the intensity-weighted mean m/z. Once the gap exceeds
/// twice the matching tolerance, no peak can match two others (Li et al. 2021, Nat. Methods 18,
/// 1524; the order of merging is that of their `ms_entropy`).
pub fn merge_close(peaks: &mut Vec<Peak>, gap: Da) {
    let gap = gap.value();
    while any_closer(peaks, gap, |mz| mz) {
        // Ends: each pass makes one peak of at least the closest two.
        *peaks = merge_once(peaks, gap);
    }
}

/// Whether two neighbours are closer than `gap`, each m/z taken as `seen`.
pub(super) fn any_closer(peaks: &[Peak], gap: f64, seen: impl Fn(f64) -> f64) -> bool {
    // Nearly always none are: looking at all without a branch is faster than stopping at the first.
    let mut any = false;
    for (left, right) in peaks.iter().zip(peaks.iter().skip(1)) {
        any |= seen(right.mz) - seen(left.mz) < gap;
    }
    any
}

fn merge_once(peaks: &[Peak], gap: f64) -> Vec<Peak> {
    let mut merged = Vec::with_capacity(peaks.len());
    // Nothing is merged across a wider gap, and most peaks have one on either side.
    for near in peaks.chunk_by(|a, b| b.mz - a.mz <= gap) {
        match near {
            [alone] => merged.push(*alone),
            _ => merge_near(near, gap, &mut merged),
        }
    }
    merged
}

/// Merges neighbours once, behind what was merged before.
fn merge_near(peaks: &[Peak], gap: f64, merged: &mut Vec<Peak>) {
    let n_before = merged.len();
    let mut free = vec![true; peaks.len()];
    for at in by_intensity(peaks) {
        if !free[at] {
            continue;
        }
        let centre = peaks[at].mz;
        let mut low = at;
        while low > 0 && centre - peaks[low - 1].mz <= gap {
            low -= 1;
        }
        let mut high = at + 1;
        while high < peaks.len() && peaks[high].mz - centre <= gap {
            high += 1;
        }
        let members = (low..high).filter(|&i| free[i]).map(|i| peaks[i]);
        merged.push(weighted_mean(members));
        free[low..high].fill(false);
    }
    merged[n_before..].sort_by(|a, b| a.mz.total_cmp(&b.mz));
}

/// Merges peaks that round to one nominal mass; the merged peak lies on the whole number.
///
/// Peaks below 0.5 are dropped: their nominal mass would be 0.
pub fn merge_to_unit_mass(peaks: &mut Vec<Peak>) {
    let mut merged: Vec<Peak> = Vec::with_capacity(peaks.len());
    for peak in peaks.iter() {
        let nominal = peak.mz.round();
        match merged.last_mut() {
            Some(last) if last.mz == nominal => last.intensity += peak.intensity,
            _ if nominal > 0.0 => merged.push(Peak {
                mz: nominal,
                intensity: peak.intensity,
            }),
            _ => {}
        }
    }
    *peaks = merged;
}

fn weighted_mean(members: impl Iterator<Item = Peak>) -> Peak {
    let (mut total, mut moment) = (0.0_f64, 0.0_f64);
    for peak in members {
        total += f64::from(peak.intensity);
        moment += f64::from(peak.intensity) * peak.mz;
    }
    Peak {
        mz: moment / total,
        intensity: total as f32,
    }
}
