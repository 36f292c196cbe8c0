//! From a measured spectrum to the peaks that are compared, or the reason it was left out.
//!
//! One small pure function per step, applied in the order of [`prepare`]; the steps and their
//! defaults follow the profiles in `config/defaults.toml`. Query and library go through the same
//! [`Preparation`]: a library stores its own.

mod entropy;
mod merge;
mod precursor_peaks;
#[cfg(test)]
pub(crate) mod sample;
mod select;

use crate::domain::{Da, Mz, Peak, Polarity, Precursor, Spectrum};
pub use entropy::{entropy_weights, spectral_entropy};
use merge::any_closer;
pub use merge::{merge_close, merge_to_unit_mass};
pub use precursor_peaks::{PrecursorRemoval, remove_precursor};
pub use select::{above_noise, most_intense, within_range};

/// How close peaks become one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Merging {
    /// Peaks stay as they are.
    Off,
    /// Peaks closer than this become one, from the most intense outward.
    Closer(Da),
    /// Peaks of one nominal mass become one.
    UnitMass,
}

/// All settings of [`prepare`], resolved: what a library was made with and every query goes through.
#[derive(Debug, Clone, PartialEq)]
pub struct Preparation {
    /// Only peaks from the first to the second m/z, both included.
    pub mz_range: Option<(Mz, Mz)>,
    /// What is taken out around or above the precursor.
    pub precursor: PrecursorRemoval,
    /// How close peaks become one.
    pub merging: Merging,
    /// Share of the most intense peak below which a peak is noise, 0 to 1.
    pub noise: f32,
    /// At most this many of the most intense peaks are kept.
    pub max_peaks: usize,
    /// A spectrum needs this many peaks after all of that.
    pub min_peaks: usize,
    /// A spectrum's peaks must span this much.
    pub min_span: Da,
}

/// Peaks ready to be compared: ascending in m/z, intensities sum to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct PreparedSpectrum {
    precursor: Option<Precursor>,
    polarity: Option<Polarity>,
    mz: Vec<f64>,
    intensity: Vec<f32>,
}

impl PreparedSpectrum {
    /// A spectrum that was prepared before, from the peaks a library keeps: to the bit what
    /// [`prepare`] made then.
    pub fn restored(
        (precursor, polarity): (Option<Precursor>, Option<Polarity>),
        (mz, intensity): (&[f32], &[f32]),
    ) -> Self {
        Self {
            precursor,
            polarity,
            mz: mz.iter().map(|&mz| f64::from(mz)).collect(),
            intensity: intensity.to_vec(),
        }
    }

    /// The isolated ion, as measured.
    pub fn precursor(&self) -> Option<Precursor> {
        self.precursor
    }

    /// Ion mode, where known.
    pub fn polarity(&self) -> Option<Polarity> {
        self.polarity
    }

    /// m/z of the peaks in Th, ascending, each a number that `f32` holds.
    pub fn mz(&self) -> &[f64] {
        &self.mz
    }

    /// The peaks, ascending in m/z.
    pub fn peaks(&self) -> impl Iterator<Item = Peak> + '_ {
        let both = self.mz.iter().zip(&self.intensity);
        both.map(|(&mz, &intensity)| Peak { mz, intensity })
    }

    /// Intensities, one per peak, that sum to 1.
    pub fn intensity(&self) -> &[f32] {
        &self.intensity
    }
}

/// Why a spectrum cannot be compared. An outcome, not an error: the record itself is sound.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum LeftOut {
    /// The record has no peaks.
    #[error("no peaks")]
    NoPeaks,
    /// Fewer peaks than the preparation asks for.
    #[error("{left} of {recorded} peaks left after cleaning, {needed} needed")]
    TooFewPeaks {
        /// Peaks in the record.
        recorded: usize,
        /// Peaks that were left.
        left: usize,
        /// Peaks the preparation asks for.
        needed: usize,
    },
    /// Peaks on too narrow an m/z range.
    #[error("peaks span {span:.1} Da, {needed} Da needed")]
    NarrowSpan {
        /// The span of the peaks left.
        span: f64,
        /// The span the preparation asks for.
        needed: Da,
    },
}

impl LeftOut {
    /// The kind of reason in few words, to count by.
    pub fn category(&self) -> &'static str {
        match self {
            Self::NoPeaks => "no peaks",
            Self::TooFewPeaks { .. } => "too few peaks after cleaning",
            Self::NarrowSpan { .. } => "peaks span too narrow a range",
        }
    }
}

/// Cleans `spectrum` as `how` says: range, precursor, merging, noise, top peaks, minimum, scale.
///
/// # Errors
/// [`LeftOut`] says why nothing comparable is left.
pub fn prepare(spectrum: &Spectrum, how: &Preparation) -> Result<PreparedSpectrum, LeftOut> {
    let peaks = spectrum.peaks.as_slice().to_vec();
    clean(peaks, (spectrum.precursor, spectrum.polarity()), how)
}

/// [`prepare`] for peaks, ascending in m/z, of a spectrum that no file holds.
///
/// # Errors
/// [`LeftOut`] says why nothing comparable is left.
pub fn clean(
    mut peaks: Vec<Peak>,
    (precursor, polarity): (Option<Precursor>, Option<Polarity>),
    how: &Preparation,
) -> Result<PreparedSpectrum, LeftOut> {
    let recorded = peaks.len();
    if recorded == 0 {
        return Err(LeftOut::NoPeaks);
    }
    if let Some(range) = how.mz_range {
        within_range(&mut peaks, range);
    }
    if let Some(precursor) = precursor {
        remove_precursor(&mut peaks, precursor, how.precursor);
    }
    match how.merging {
        Merging::Off => {}
        Merging::Closer(gap) => {
            merge_close(&mut peaks, gap);
            // Rounding may bring peaks closer: what was prepared is to stay as it is when it is
            // prepared again.
            while any_closer(&peaks, gap.value(), rounded) {
                for peak in &mut peaks {
                    peak.mz = rounded(peak.mz);
                }
                merge_close(&mut peaks, gap);
            }
        }
        Merging::UnitMass => merge_to_unit_mass(&mut peaks),
    }
    above_noise(&mut peaks, how.noise);
    most_intense(&mut peaks, how.max_peaks);
    enough(&peaks, recorded, how)?;
    let total = scale(&peaks);
    Ok(PreparedSpectrum {
        precursor,
        polarity,
        mz: peaks.iter().map(|p| rounded(p.mz)).collect(),
        intensity: peaks
            .iter()
            .map(|p| (f64::from(p.intensity) / total) as f32)
            .collect(),
    })
}

/// m/z as libraries keep it, in `f32`: what is made of a spectrum can then be made of its entry again.
fn rounded(mz: f64) -> f64 {
    f64::from(mz as f32)
}

/// What intensities are divided by so that they sum to 1.
///
/// Those that do already, but for the rounding of each to `f32`, stay as they are to the bit: what
/// was prepared, written to a file and read again is the same once more. Each rounding is at most
/// 2^-24 of the intensity, and so is that of the sum.
fn scale(peaks: &[Peak]) -> f64 {
    let total: f64 = peaks.iter().map(|p| f64::from(p.intensity)).sum();
    if (total - 1.0).abs() <= f64::from(f32::EPSILON) {
        return 1.0;
    }
    total
}

fn enough(peaks: &[Peak], recorded: usize, how: &Preparation) -> Result<(), LeftOut> {
    let left = peaks.len();
    let span = match peaks {
        [first, .., last] => last.mz - first.mz,
        _ => 0.0,
    };
    if left < how.min_peaks.max(1) {
        Err(LeftOut::TooFewPeaks {
            recorded,
            left,
            needed: how.min_peaks.max(1),
        })
    } else if span < how.min_span.value() {
        Err(LeftOut::NarrowSpan {
            span,
            needed: how.min_span,
        })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
