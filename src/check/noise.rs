//! Noise floors: many peaks of one low intensity.

use super::shape::ENOUGH;
use crate::domain::Peak;

/// A floor is lower than this share of the highest peak.
const LOW: f32 = 0.01;

/// A floor reaches up to this many times the lowest intensity.
const HEIGHT: f32 = 2.0;

/// Many peaks of one low intensity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct NoiseFloor {
    /// Its highest intensity.
    pub(super) up_to: f32,
    n_peaks: usize,
    highest: f32,
}

impl NoiseFloor {
    pub(super) fn told(self, n: usize) -> String {
        let share = 100.0 * self.up_to / self.highest;
        let n_low = self.n_peaks;
        format!("{n_low} of {n} peaks are at most {share:.2} % of the highest, and alike")
    }
}

/// The noise floor of `peaks`: more than half of them are within a factor of two of the lowest, and
/// far below the highest.
pub(super) fn noise_floor(peaks: &[Peak]) -> Option<NoiseFloor> {
    let all = || peaks.iter().map(|peak| peak.intensity);
    let lowest = all().fold(f32::INFINITY, f32::min);
    let highest = all().fold(0.0, f32::max);
    let up_to = HEIGHT * lowest;
    let n_peaks = all().filter(|intensity| *intensity <= up_to).count();
    let is_floor = peaks.len() >= ENOUGH && up_to < LOW * highest && 2 * n_peaks > peaks.len();
    is_floor.then_some(NoiseFloor {
        up_to,
        n_peaks,
        highest,
    })
}
