//! Do peaks look like peaks?

use crate::domain::Peak;

/// Fewest peaks that look like something.
pub(super) const ENOUGH: usize = 20;

/// Neighbours closer than this share of m/z are points of one profile peak: 0.05 Da at m/z 500.
const NEAR: f64 = 1.0e-4;

/// Points of a profile, where peaks are expected: most lie right beside the next one, and few of them
/// are higher than both their neighbours.
pub(super) fn profile(peaks: &[Peak]) -> Option<String> {
    let is_near = |pair: &&[Peak]| pair[1].mz - pair[0].mz < NEAR * pair[0].mz;
    let n_near = peaks.windows(2).filter(is_near).count();
    let is_top = |three: &&[Peak]| {
        three[1].intensity > three[0].intensity && three[1].intensity >= three[2].intensity
    };
    let n_tops = peaks.windows(3).filter(is_top).count();
    let n = peaks.len();
    (n >= ENOUGH && 2 * n_near > n && 3 * n_tops < n)
        .then(|| format!("{n_near} of {n} peaks lie right beside the next, {n_tops} are tops"))
}
