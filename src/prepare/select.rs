//! Steps that only drop peaks: m/z range, noise, number.

use crate::domain::{Mz, Peak};
use std::cmp::Ordering;

/// Keeps the peaks from `low` to `high`, both included.
pub fn within_range(peaks: &mut Vec<Peak>, (low, high): (Mz, Mz)) {
    peaks.retain(|p| low.value() <= p.mz && p.mz <= high.value());
}

/// Drops peaks below `share` of the most intense one.
///
/// A peak that lies below only by the rounding of numbers stays: scaling must not change which do.
pub fn above_noise(peaks: &mut Vec<Peak>, share: f32) {
    let base = peaks.iter().map(|p| p.intensity).fold(0.0_f32, f32::max);
    let least = share * base * (1.0 - 4.0 * f32::EPSILON);
    peaks.retain(|p| p.intensity >= least);
}

/// Keeps the `n` most intense peaks, of equal ones those of lower m/z; the m/z order stays.
pub fn most_intense(peaks: &mut Vec<Peak>, n: usize) {
    if peaks.len() <= n {
        return;
    }
    let mut order: Vec<usize> = (0..peaks.len()).collect();
    order.select_nth_unstable_by(n, |&a, &b| more_intense(peaks, a, b));
    let kept = &mut order[..n];
    kept.sort_unstable();
    *peaks = kept.iter().map(|&at| peaks[at]).collect();
}

/// Positions of the peaks, the most intense first, of equal ones that of lower m/z.
pub(super) fn by_intensity(peaks: &[Peak]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..peaks.len()).collect();
    order.sort_unstable_by(|&a, &b| more_intense(peaks, a, b));
    order
}

fn more_intense(peaks: &[Peak], a: usize, b: usize) -> Ordering {
    let falling = peaks[b].intensity.total_cmp(&peaks[a].intensity);
    falling.then(a.cmp(&b))
}
