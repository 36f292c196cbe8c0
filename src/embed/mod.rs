//! Prepared peaks to a unit vector of fixed length: the only bridge from spectra to the index.
//!
//! Each peak is split linearly over its two nearest bins, so that a peak at a bin's edge is not
//! lost to one at the other side; its weight is its entropy weight raised to a power, as the exact
//! score sees it. Fragments and neutral losses (precursor minus fragment m/z) are two views of
//! equal weight; the bins of the first are hashed into the first half of the vector, those of the
//! second into the second half, so that an index may ask for agreement in both. The inner products
//! of two such vectors stand in for the exact similarity when candidates are picked; they never
//! decide an answer.

mod hash;

use crate::domain::{Da, Mz};
use crate::prepare::{PreparedSpectrum, entropy_weights};
use hash::place;
use std::ops::Range;

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
    /// Only fragments from the first to the second are binned; losses are, however large.
    pub mz_range: (Mz, Mz),
    /// Power of the entropy-weighted intensity.
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

/// Smallest neutral loss that is binned: below it lie the precursor itself and noise around it. Of
/// ions of several charges fragments lie above the precursor as well: their losses are negative.
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
        self.embed_in_fewer(spectrum, 0.0)
    }

    /// The same in fewer places: a peak goes whole to the nearer of its bins where the share of the
    /// other is below `least_share`. From 0.5 on, none is split.
    ///
    /// Its product with a vector of [`Self::embed`] stays 0 for bins that are not neighbours, and
    /// differs most for a peak near the middle of its bin that is met at the bin's edge.
    pub fn embed_in_fewer(&self, spectrum: &PreparedSpectrum, least_share: f32) -> Vec<(u32, f32)> {
        let mut bins = Vec::with_capacity(4 * spectrum.mz().len());
        let weights: Vec<f32> = entropy_weights(spectrum.intensity())
            .into_iter()
            .map(|weight| weight.powf(self.settings.power))
            .collect();
        let fragments = spectrum.mz().iter().copied();
        self.add_view(0, fragments.zip(&weights), least_share, &mut bins);
        let n_fragments = bins.len();
        scale_to_unit(&mut bins);
        if let (Views::FragmentsAndLosses, Some(p)) = (self.settings.views, spectrum.precursor()) {
            let losses = spectrum.mz().iter().map(|mz| p.mz.value() - mz);
            self.add_view(1, losses.zip(&weights), least_share, &mut bins);
            scale_to_unit(&mut bins[n_fragments..]);
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

    /// Most values that the vector of a spectrum of `n_peaks` peaks holds, its precursor known or
    /// not: two for each peak in each view.
    pub fn most_values(&self, n_peaks: usize, precursor_is_known: bool) -> usize {
        let n_views = match self.settings.views {
            Views::FragmentsAndLosses if precursor_is_known => 2,
            Views::FragmentsAndLosses | Views::Fragments => 1,
        };
        2 * n_views * n_peaks
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

    fn add_view<'w>(
        &self,
        view: u64,
        peaks: impl Iterator<Item = (f64, &'w f32)>,
        least_share: f32,
        bins: &mut Vec<(u32, f32)>,
    ) {
        let EmbeddingSettings {
            bin_width,
            mz_range: (low, high),
            ..
        } = self.settings;
        let places = self.places(view);
        let place_of = |bin| (places.start + place(view, bin, places.len())) as u32;
        let is_binned = |position: f64| {
            if view == 0 {
                (low.value()..=high.value()).contains(&position)
            } else {
                position.abs() >= MIN_LOSS
            }
        };
        for (position, &weight) in peaks {
            if !is_binned(position) {
                continue;
            }
            // Bin b is centred on b widths, so that nominal masses fall on bins of 1 Da whole.
            let at = position / bin_width.value();
            let first = at.floor();
            let share = (at - first) as f32;
            let bin = first as i64;
            if share.min(1.0 - share) < least_share {
                bins.push((place_of(bin + i64::from(share > 0.5)), weight));
            } else {
                bins.push((place_of(bin), weight * (1.0 - share)));
                bins.push((place_of(bin + 1), weight * share));
            }
        }
    }

    /// The places of a view: all of them where there is one view, else one half.
    fn places(&self, view: u64) -> Range<usize> {
        let (dim, half) = (self.dim(), self.dim() / 2);
        match (self.settings.views, view) {
            (Views::Fragments, _) => 0..dim,
            (Views::FragmentsAndLosses, 0) => 0..half,
            (Views::FragmentsAndLosses, _) => half..2 * half,
        }
    }

    /// Whether losses have a half of the vector.
    pub fn has_losses(&self) -> bool {
        self.settings.views == Views::FragmentsAndLosses
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
