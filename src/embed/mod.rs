//! Prepared peaks to a unit vector of fixed length: the only bridge from spectra to the index.
//!
//! Each peak is split linearly over its two nearest bins, so that a peak at a bin's edge is not
//! lost to one at the other side; intensity is raised to a small power; fragments and neutral
//! losses (precursor minus fragment m/z) are two views of equal weight; the bins of both are
//! hashed into `dim` places. Two such vectors' inner product stands in for the exact similarity
//! when candidates are picked; it never decides an answer.

mod hash;

use crate::domain::{Da, Mz};
use crate::prepare::PreparedSpectrum;
use hash::place;

/// What of a spectrum goes into its vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Views {
    /// Fragment m/z alone.
    Fragments,
    /// Fragment m/z and, where the spectrum has a precursor, neutral losses.
    FragmentsAndLosses,
}

/// Settings of an [`Embedding`], resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct EmbeddingSettings {
    /// Width of a bin.
    pub bin_width: Da,
    /// Only fragments and losses from the first to the second are binned.
    pub mz_range: (Mz, Mz),
    /// Power of the intensity.
    pub power: f32,
    /// Length of the vector.
    pub dim: usize,
    /// What goes into it.
    pub views: Views,
}

/// Settings no vector can be made with.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EmbeddingError {
    /// Bins need a width.
    #[error("the bin width is {0} Da; it must be at least 0.0001 Da")]
    BinWidth(Da),
    /// The range is empty.
    #[error("the m/z range {0}..{1} is empty")]
    Range(Mz, Mz),
    /// The power is outside 0..=4.
    #[error("the intensity power is {0}; it must lie from 0 to 4")]
    Power(f32),
    /// The vector is too short or too long.
    #[error("the dimension is {0}; it must lie from 8 to 65536")]
    Dim(usize),
}

/// Smallest neutral loss that is binned: below it lie the precursor itself and noise around it.
const MIN_LOSS: f64 = 1.0;

/// Makes vectors of one kind.
#[derive(Debug, Clone)]
pub struct Embedding {
    settings: EmbeddingSettings,
}

impl Embedding {
    /// Checks `settings`.
    pub fn new(settings: EmbeddingSettings) -> Result<Self, EmbeddingError> {
        let EmbeddingSettings {
            bin_width,
            mz_range: (low, high),
            power,
            dim,
            ..
        } = settings;
        if bin_width.value() < 1.0e-4 {
            Err(EmbeddingError::BinWidth(bin_width))
        } else if low >= high {
            Err(EmbeddingError::Range(low, high))
        } else if !(0.0..=4.0).contains(&power) {
            Err(EmbeddingError::Power(power))
        } else if !(8..=65_536).contains(&dim) {
            Err(EmbeddingError::Dim(dim))
        } else {
            Ok(Self { settings })
        }
    }

    /// The settings.
    pub fn settings(&self) -> &EmbeddingSettings {
        &self.settings
    }

    /// Length of the vectors.
    pub fn dim(&self) -> usize {
        self.settings.dim
    }

    /// The unit vector of `spectrum`: places that are not 0, ascending, and their values.
    ///
    /// A spectrum without a peak in range gives nothing, which no index row is similar to.
    pub fn embed(&self, spectrum: &PreparedSpectrum) -> Vec<(u32, f32)> {
        let mut bins = Vec::with_capacity(4 * spectrum.mz().len());
        self.add_view(
            0,
            spectrum.mz().iter().copied(),
            spectrum.intensity(),
            &mut bins,
        );
        let fragments = bins.len();
        scale_to_unit(&mut bins);
        if let (Views::FragmentsAndLosses, Some(p)) = (self.settings.views, spectrum.precursor()) {
            let losses = spectrum.mz().iter().map(|mz| p.mz.value() - mz);
            self.add_view(1, losses, spectrum.intensity(), &mut bins);
            scale_to_unit(&mut bins[fragments..]);
        }
        // Stable, so that values that share a place are added in one order.
        bins.sort_by_key(|(place, _)| *place);
        bins.dedup_by(|next, first| {
            let same = next.0 == first.0;
            if same {
                first.1 += next.1;
            }
            same
        });
        scale_to_unit(&mut bins);
        bins.retain(|(_, value)| *value != 0.0);
        bins
    }

    /// Most values that the vector of `spectrum` holds: two for each peak in each view.
    pub fn most_values(&self, spectrum: &PreparedSpectrum) -> usize {
        let n_views = match (self.settings.views, spectrum.precursor()) {
            (Views::FragmentsAndLosses, Some(_)) => 2,
            (Views::FragmentsAndLosses, None) | (Views::Fragments, _) => 1,
        };
        2 * n_views * spectrum.mz().len()
    }

    /// The same with all its zeros, in `vector`.
    ///
    /// # Panics
    /// If `vector` is not [`Embedding::dim`] long: the caller's mistake.
    pub fn embed_into(&self, spectrum: &PreparedSpectrum, vector: &mut [f32]) {
        assert_eq!(vector.len(), self.dim(), "a vector of another length");
        vector.fill(0.0);
        for (place, value) in self.embed(spectrum) {
            vector[place as usize] = value;
        }
    }

    fn add_view(
        &self,
        view: u64,
        positions: impl Iterator<Item = f64>,
        intensity: &[f32],
        bins: &mut Vec<(u32, f32)>,
    ) {
        let EmbeddingSettings {
            bin_width,
            mz_range: (low, high),
            power,
            dim,
            ..
        } = self.settings;
        let low = if view == 0 {
            low.value()
        } else {
            low.value().max(MIN_LOSS)
        };
        for (position, &intensity) in positions.zip(intensity) {
            if position < low || position > high.value() {
                continue;
            }
            let value = intensity.powf(power);
            // Bin b is centred on b widths, so that nominal masses fall on bins of 1 Da whole.
            let at = position / bin_width.value();
            let first = at.floor();
            let share = (at - first) as f32;
            let bin = first as i64;
            bins.push((place(view, bin, dim) as u32, value * (1.0 - share)));
            bins.push((place(view, bin + 1, dim) as u32, value * share));
        }
    }
}

fn scale_to_unit(bins: &mut [(u32, f32)]) {
    let norm = bins
        .iter()
        .map(|(_, v)| f64::from(*v).powi(2))
        .sum::<f64>()
        .sqrt();
    if norm > 0.0 {
        for (_, value) in bins {
            *value = (f64::from(*value) / norm) as f32;
        }
    }
}

#[cfg(test)]
mod tests;
