//! Steps that only drop peaks: m/z range, noise, number.

use crate::domain::{Mz, Peak};

/// Keeps the peaks, ascending in m/z, from `low` to `high`, both included.
pub fn within_range(peaks: &mut Vec<Peak>, (low, high): (Mz, Mz)) {
    peaks.truncate(peaks.partition_point(|p| p.mz <= high.value()));
    peaks.drain(..peaks.partition_point(|p| p.mz < low.value()));
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
    let mut order = ranks(peaks);
    order.select_nth_unstable(n);
    let mut kept: Vec<usize> = order[..n].iter().map(|rank| rank.position()).collect();
    kept.sort_unstable();
    *peaks = kept.iter().map(|&at| peaks[at]).collect();
}

/// Positions of the peaks, the most intense first, of equal ones that of lower m/z.
pub(super) fn by_intensity(peaks: &[Peak]) -> Vec<usize> {
    let mut order = ranks(peaks);
    order.sort_unstable();
    order.iter().map(|rank| rank.position()).collect()
}

/// Falling intensity, then position, in one number: a comparison reads nothing else.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank(u64);

impl Rank {
    fn of(position: usize, intensity: f32) -> Self {
        // The bits of numbers above 0 are in the order of the numbers.
        Self(u64::from(!intensity.to_bits()) << 32 | position as u64)
    }

    fn position(self) -> usize {
        (self.0 & u64::from(u32::MAX)) as usize
    }
}

fn ranks(peaks: &[Peak]) -> Vec<Rank> {
    let peaks = peaks.iter().enumerate();
    peaks
        .map(|(at, peak)| Rank::of(at, peak.intensity))
        .collect()
}
