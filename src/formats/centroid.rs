//! Profile scans as peaks: what an ion left in neighbouring points, as its centre and height.
//!
//! A peak is a local maximum with lower points on both sides. Its centre and height are those of the
//! parabola through the logarithms of the three highest points, which is exact for a Gaussian
//! (Gasior & Gonzalez 2004, AIP Conf. Proc. 732, 276). Two maxima are two peaks where the valley
//! between them is below half of the lower one: the width at half height tells them apart.

use super::Fault;
use crate::domain::Peak;

/// Part of the lower of two maxima that the valley between them may reach.
const VALLEY: f32 = 0.5;

/// Points this many times farther away than the neighbour on the other side belong to something
/// else: writers leave out the zeros between peaks.
const GAP: f64 = 3.0;

/// Peaks of the `points` of a profile scan.
///
/// # Errors
/// There are points, but none of them make a peak: the scan is called profile and is none.
pub(super) fn centroids(mut points: Vec<Peak>) -> Result<Vec<Peak>, Fault> {
    if !points.is_sorted_by(|a, b| a.mz <= b.mz) {
        points.sort_by(|a, b| a.mz.total_cmp(&b.mz));
    }
    let mut tops: Vec<Top> = Vec::new();
    let mut valley = f32::INFINITY;
    let mut at = 0;
    while at < points.len() {
        valley = valley.min(points[at].intensity);
        let Some(top) = Top::at(&points, at) else {
            at += 1;
            continue;
        };
        at = top.end + 1;
        let height = |top: &Top| points[top.start].intensity;
        match tops.last_mut() {
            Some(last) if valley > VALLEY * height(last).min(height(&top)) => {
                if height(last) < height(&top) {
                    *last = top;
                    valley = f32::INFINITY;
                }
            }
            _ => {
                tops.push(top);
                valley = f32::INFINITY;
            }
        }
    }
    if tops.is_empty() && points.iter().any(|point| point.intensity > 0.0) {
        return Err(Fault::Profile);
    }
    Ok(tops.iter().map(|top| top.peak(&points)).collect())
}

/// A local maximum: one point, or several of the same height.
#[derive(Clone, Copy)]
struct Top {
    start: usize,
    end: usize,
}

impl Top {
    /// The maximum that starts `at` a point, if one does and both sides are lower, but not empty.
    fn at(points: &[Peak], at: usize) -> Option<Self> {
        let height = points[at].intensity;
        let same = points[at..].iter().take_while(|p| p.intensity == height);
        let end = at + same.count() - 1;
        let left = points.get(at.checked_sub(1)?)?;
        let right = points.get(end + 1)?;
        let (before, behind) = (points[at].mz - left.mz, right.mz - points[end].mz);
        let is_whole = before <= GAP * behind && behind <= GAP * before;
        let is_top = |side: &Peak| side.intensity > 0.0 && side.intensity < height;
        (is_whole && is_top(left) && is_top(right)).then_some(Self { start: at, end })
    }

    fn peak(self, points: &[Peak]) -> Peak {
        let Self { start, end } = self;
        let [left, top, right] = [points[start - 1], points[start], points[end + 1]];
        if start < end {
            // A flat top, of a detector at its limit for instance.
            return Peak {
                mz: f64::midpoint(top.mz, points[end].mz),
                intensity: top.intensity,
            };
        }
        // The parabola h + b x + c x^2 through the logarithms, x from the highest point.
        let log = |point: Peak| f64::from(point.intensity).ln();
        let (l, r) = (left.mz - top.mz, right.mz - top.mz);
        let (dl, dr) = (log(left) - log(top), log(right) - log(top));
        let c = (dr / r - dl / l) / (r - l);
        let b = dr / r - c * r;
        // Both sides are lower, so c is below 0 and the centre between them.
        let x = -b / (2.0 * c);
        Peak {
            mz: top.mz + x,
            intensity: (f64::from(top.intensity) * (b * x / 2.0).exp()) as f32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gaussians (centre, height, deviation) sampled every `step` from 100 on; zeros between are left out.
    fn scan(gaussians: &[(f64, f64, f64)], step: f64, n: usize) -> Vec<Peak> {
        let at = |mz: f64| -> f64 {
            let one = |&(centre, height, deviation): &(f64, f64, f64)| {
                height * (-((mz - centre) / deviation).powi(2) / 2.0).exp()
            };
            gaussians.iter().map(one).sum()
        };
        let points = (0..n).map(|i| 100.0 + i as f64 * step);
        let points = points.map(|mz| Peak {
            mz,
            intensity: at(mz) as f32,
        });
        points.filter(|point| point.intensity > 1e-3).collect()
    }

    #[test]
    fn gaussians_are_found_where_they_are() {
        let known = [
            (100.1234, 1000.0, 0.004),
            (100.25, 10.0, 0.004),
            (100.4, 500.0, 0.004),
        ];
        let found = centroids(scan(&known, 0.0031, 200)).unwrap();
        assert_eq!(found.len(), 3);
        for (peak, (mz, height, _)) in found.iter().zip(known) {
            assert!((peak.mz - mz).abs() < 2e-6, "{peak:?}");
            assert!(
                (f64::from(peak.intensity) / height - 1.0).abs() < 1e-4,
                "{peak:?}"
            );
        }
    }

    #[test]
    fn what_a_valley_does_not_part_is_one_peak() {
        // 1.5 deviations apart: one hump. With ripples on it, still one.
        let mut hump = scan(&[(100.1, 100.0, 0.01), (100.115, 90.0, 0.01)], 0.002, 100);
        assert_eq!(centroids(hump.clone()).unwrap().len(), 1);
        for (i, point) in hump.iter_mut().enumerate() {
            point.intensity *= if i % 2 == 0 { 1.05 } else { 0.95 };
        }
        let found = centroids(hump).unwrap();
        let of_height = found.iter().filter(|peak| peak.intensity > 50.0);
        assert_eq!(of_height.count(), 1, "{found:?}");
        // Five deviations apart: two.
        let two = scan(&[(100.1, 100.0, 0.01), (100.15, 90.0, 0.01)], 0.002, 100);
        assert_eq!(centroids(two).unwrap().len(), 2);
    }

    #[test]
    fn a_flat_top_is_in_its_middle() {
        let heights = [1.0, 5.0, 9.0, 9.0, 9.0, 5.0, 1.0];
        let points = heights.iter().enumerate().map(|(i, &intensity)| Peak {
            mz: 200.0 + 0.01 * i as f64,
            intensity,
        });
        let found = centroids(points.collect()).unwrap();
        assert_eq!(found.len(), 1);
        assert!((found[0].mz - 200.03).abs() < 1e-9 && found[0].intensity == 9.0);
    }

    #[test]
    fn points_that_stand_alone_are_no_profile() {
        let sticks = [100.5, 200.5, 300.5].map(|mz| Peak { mz, intensity: 7.0 });
        assert_eq!(centroids(sticks.to_vec()), Err(Fault::Profile));
        assert_eq!(centroids(Vec::new()), Ok(Vec::new()));
    }

    proptest! {
        #[test]
        fn peaks_lie_among_the_points(raw in prop::collection::vec((0.001_f64..0.1, 0.0_f32..100.0), 0..200)) {
            let mut mz = 100.0;
            let points: Vec<Peak> = raw
                .iter()
                .map(|&(step, intensity)| {
                    mz += step;
                    Peak { mz, intensity }
                })
                .collect();
            let Ok(found) = centroids(points.clone()) else { return Ok(()) };
            prop_assert!(found.windows(2).all(|w| w[0].mz < w[1].mz));
            for peak in found {
                prop_assert!(peak.mz > points[0].mz && peak.mz < mz);
                prop_assert!(peak.intensity.is_finite() && peak.intensity > 0.0);
            }
        }
    }
}
