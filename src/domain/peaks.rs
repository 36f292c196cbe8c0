//! Peak lists: what a scan measured, sorted and checked once.

use super::{Invalid, Mz};

/// One peak: m/z in Th and intensity in the instrument's own scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// m/z in Th.
    pub mz: f64,
    /// Intensity, arbitrary unit, above 0.
    pub intensity: f32,
}

impl Peak {
    /// Whether both numbers can be measured; an intensity of 0 says that nothing was.
    #[inline]
    pub fn is_sound(&self) -> bool {
        Mz::is_mz(self.mz) && self.intensity >= 0.0 && self.intensity < f32::INFINITY
    }

    /// # Errors
    /// Names the number that cannot be measured.
    fn check(&self) -> Result<(), Invalid> {
        Mz::new(self.mz)?;
        if self.is_sound() {
            Ok(())
        } else {
            Err(Invalid::Intensity(f64::from(self.intensity)))
        }
    }
}

/// Peaks in ascending m/z order; every m/z and every intensity is finite and above 0.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PeakList(Vec<Peak>);

impl PeakList {
    /// Sorts `peaks` by m/z and drops those of intensity 0 (they say that nothing was seen).
    ///
    /// # Errors
    /// An m/z that is not finite and above 0, or an intensity that is negative or not finite: such
    /// a record is damaged, and dropping the peak would hide that.
    pub fn new(mut peaks: Vec<Peak>) -> Result<Self, Invalid> {
        // One pass without branches: files hold many millions of peaks, and nearly all are sound.
        let (mut sound, mut positive, mut sorted) = (true, true, true);
        let mut last = 0.0;
        for peak in &peaks {
            sound &= peak.is_sound();
            positive &= peak.intensity > 0.0;
            sorted &= last <= peak.mz;
            last = peak.mz;
        }
        if !sound {
            peaks.iter().try_for_each(Peak::check)?;
        }
        if !positive {
            peaks.retain(|peak| peak.intensity > 0.0);
        }
        if !sorted {
            // Stable, so that peaks of equal m/z keep the order of the file.
            peaks.sort_by(|a, b| a.mz.total_cmp(&b.mz));
        }
        Ok(Self(peaks))
    }

    /// The peaks, ascending in m/z.
    pub fn as_slice(&self) -> &[Peak] {
        &self.0
    }

    /// Number of peaks.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no peak.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Gives the peaks away, ascending in m/z.
    pub fn into_vec(self) -> Vec<Peak> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn peak(mz: f64, intensity: f32) -> Peak {
        Peak { mz, intensity }
    }

    #[test]
    fn unsorted_peaks_are_sorted_and_zeros_dropped() {
        let list =
            PeakList::new(vec![peak(200.0, 1.0), peak(150.0, 0.0), peak(100.0, 2.0)]).unwrap();
        assert_eq!(list.as_slice(), [peak(100.0, 2.0), peak(200.0, 1.0)]);
    }

    #[test]
    fn damaged_numbers_are_refused() {
        for bad in [
            peak(f64::NAN, 1.0),
            peak(-1.0, 1.0),
            peak(0.0, 1.0),
            peak(f64::INFINITY, 1.0),
        ] {
            assert!(
                matches!(PeakList::new(vec![bad]), Err(Invalid::Mz(_))),
                "{bad:?}"
            );
        }
        for bad in [
            peak(1.0, f32::NAN),
            peak(1.0, -1.0),
            peak(1.0, f32::INFINITY),
        ] {
            assert!(
                matches!(PeakList::new(vec![bad]), Err(Invalid::Intensity(_))),
                "{bad:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn always_sorted_and_positive(raw in prop::collection::vec((0.1_f64..2000.0, 0.0_f32..1e6), 0..50)) {
            let list = PeakList::new(raw.iter().map(|&(m, i)| peak(m, i)).collect()).unwrap();
            prop_assert!(list.as_slice().windows(2).all(|w| w[0].mz <= w[1].mz));
            prop_assert!(list.as_slice().iter().all(|p| p.intensity > 0.0));
            prop_assert_eq!(list.len(), raw.iter().filter(|r| r.1 > 0.0).count());
        }
    }
}
