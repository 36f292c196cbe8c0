//! The spectra that are clustered, and whether and how much two of them are alike.

use crate::domain::{Mz, Tolerance};
use crate::similarity::align::Scratch;
use crate::similarity::{PeakColumns, Similarity};

/// Spectra by row; all columns have one length.
#[derive(Debug, Clone, Copy)]
pub struct Spectra<'a> {
    /// Prepared peaks.
    pub peaks: &'a PeakColumns,
    /// Precursor m/z in Th; NaN where unknown.
    pub precursor_mz: &'a [f64],
    /// Charge with sign; 0 where unknown.
    pub charge: &'a [i8],
    /// 1, -1 or 0 for unknown.
    pub polarity: &'a [i8],
}

/// When two spectra are alike.
#[derive(Debug, Clone, Copy)]
pub struct LinkSettings {
    /// Least similarity.
    pub threshold: f32,
    /// How far apart the precursors may lie; ppm are taken at the lower one.
    pub precursor: Tolerance,
    /// How far apart two fragments may lie.
    pub fragment: Tolerance,
    /// How peaks are compared.
    pub score: &'static dyn Similarity,
}

impl Spectra<'_> {
    /// Number of spectra.
    pub fn len(&self) -> usize {
        self.precursor_mz.len()
    }

    /// Whether there is no spectrum.
    pub fn is_empty(&self) -> bool {
        self.precursor_mz.is_empty()
    }

    /// Whether nothing but peaks can tell two spectra apart: charges and polarities that are known
    /// agree, and the precursors lie within `tolerance` or are both unknown.
    pub fn comparable(&self, a: u32, b: u32, tolerance: Tolerance) -> bool {
        let (a, b) = (a as usize, b as usize);
        let agree = |column: &[i8]| column[a] == column[b] || column[a] == 0 || column[b] == 0;
        let (first, second) = (self.precursor_mz[a], self.precursor_mz[b]);
        agree(self.polarity)
            && agree(self.charge)
            && match Mz::new(first.min(second)) {
                Ok(_) if first.is_nan() || second.is_nan() => false,
                Ok(low) => first.max(second) <= tolerance.window(low).1,
                Err(_) => first.is_nan() && second.is_nan(),
            }
    }

    /// Similarity of the peaks of two spectra, 0 to 1; 0 where they are not comparable.
    pub fn similarity(&self, a: u32, b: u32, how: LinkSettings, scratch: &mut Scratch) -> f32 {
        if !self.comparable(a, b, how.precursor) {
            return 0.0;
        }
        // The lower row first, so that a pair has one value whoever asks.
        let (query, reference) = (
            self.peaks.view(a.min(b), None),
            self.peaks.view(a.max(b), None),
        );
        let score = how.score.score(query, reference, how.fragment, scratch);
        score.similarity
    }
}
