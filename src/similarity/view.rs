//! The peaks of one spectrum as the scores read them.

use super::entropy_weights;
use crate::prepare::PreparedSpectrum;

/// Borrowed peaks of one prepared spectrum; all slices have one length.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Precursor m/z in Th, where known.
    pub precursor_mz: Option<f64>,
    /// m/z in Th, ascending. `f32` keeps 0.1 ppm, a hundredth of any tolerance in use.
    pub mz: &'a [f32],
    /// Intensities that sum to 1.
    pub intensity: &'a [f32],
    /// Intensities after entropy weighting, that sum to 1 as well.
    pub weight: &'a [f32],
}

/// The columns behind a [`View`] of a query.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnedView {
    precursor_mz: Option<f64>,
    mz: Vec<f32>,
    intensity: Vec<f32>,
    weight: Vec<f32>,
}

impl OwnedView {
    /// Brings `spectrum` into the precision and weighting of the library's columns.
    pub fn new(spectrum: &PreparedSpectrum) -> Self {
        Self {
            precursor_mz: spectrum.precursor().map(|p| p.mz.value()),
            mz: spectrum.mz().iter().map(|&mz| mz as f32).collect(),
            intensity: spectrum.intensity().to_vec(),
            weight: entropy_weights(spectrum.intensity()),
        }
    }

    /// The columns, borrowed.
    pub fn view(&self) -> View<'_> {
        View {
            precursor_mz: self.precursor_mz,
            mz: &self.mz,
            intensity: &self.intensity,
            weight: &self.weight,
        }
    }
}
