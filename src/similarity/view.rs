//! The peaks of one spectrum as the scores read them.

use super::MzTable;
use super::entropy::information;
use crate::domain::{Precursor, Tolerance};
use crate::prepare::{PreparedSpectrum, entropy_weights};

/// Borrowed peaks of one prepared spectrum; all slices have one length.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The isolated ion, where known.
    pub precursor: Option<Precursor>,
    /// m/z in Th, ascending. `f32` keeps 0.1 ppm, a hundredth of any tolerance in use.
    pub mz: &'a [f32],
    /// Intensities that sum to 1.
    pub intensity: &'a [f32],
    /// Intensities after entropy weighting, that sum to 1 as well.
    pub weight: &'a [f32],
    /// `w log2 w` of each of those weights, kept because the logarithm costs more than reading it.
    pub information: &'a [f32],
    /// Where its peaks lie, of a spectrum that is compared with many.
    pub table: Option<&'a MzTable>,
}

impl View<'_> {
    /// The first `n` peaks.
    pub(super) fn first(&self, n: usize) -> Self {
        Self {
            precursor: self.precursor,
            mz: &self.mz[..n],
            intensity: &self.intensity[..n],
            weight: &self.weight[..n],
            information: &self.information[..n],
            table: None,
        }
    }
}

/// Precursor m/z of the reference minus that of the query, where both are known.
pub(super) fn precursor_shift(query: View<'_>, reference: View<'_>) -> Option<f64> {
    let (query, reference) = (query.precursor?, reference.precursor?);
    Some(reference.mz.value() - query.mz.value())
}

/// The columns behind a [`View`] of a query.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnedView {
    precursor: Option<Precursor>,
    mz: Vec<f32>,
    intensity: Vec<f32>,
    weight: Vec<f32>,
    information: Vec<f32>,
    table: Option<MzTable>,
}

impl OwnedView {
    /// Brings `spectrum` into the precision and weighting of the library's columns.
    pub fn new(spectrum: &PreparedSpectrum) -> Self {
        let weight = entropy_weights(spectrum.intensity());
        Self {
            precursor: spectrum.precursor(),
            mz: spectrum.mz().iter().map(|&mz| mz as f32).collect(),
            intensity: spectrum.intensity().to_vec(),
            information: weight.iter().map(|&w| information(w) as f32).collect(),
            weight,
            table: None,
        }
    }

    /// The same for a query of many references, to be compared within `tolerance`.
    #[must_use]
    pub fn with_table(self, tolerance: Tolerance) -> Self {
        Self {
            table: MzTable::new(&self.mz, tolerance),
            ..self
        }
    }

    /// The columns, borrowed.
    pub fn view(&self) -> View<'_> {
        View {
            precursor: self.precursor,
            mz: &self.mz,
            intensity: &self.intensity,
            weight: &self.weight,
            information: &self.information,
            table: self.table.as_ref(),
        }
    }
}
