//! The peaks of many spectra in columns, as a library file holds them.

use super::entropy::information;
use super::{OwnedView, View};
use crate::domain::Precursor;
use crate::index::prefetch;
use crate::memory::{Column, Slab, Workspace, WorkspaceError, mind_ceiling};
use std::ops::Range;

/// Peaks of `n` spectra: spectrum `i` owns positions `offsets[i]..offsets[i + 1]` of each column.
#[derive(Debug, Clone)]
pub struct PeakColumns {
    offsets: Slab<u64>,
    mz: Slab<f32>,
    intensity: Slab<f32>,
    weight: Slab<f32>,
    information: Slab<f32>,
}

impl PeakColumns {
    /// Puts columns together.
    ///
    /// # Errors
    /// Says which invariant does not hold: offsets start at 0, never fall and end at the length
    /// of every column; m/z ascend within a spectrum; all numbers are finite and positive.
    pub fn from_parts(
        offsets: Slab<u64>,
        mz: Slab<f32>,
        intensity: Slab<f32>,
        (weight, information): (Slab<f32>, Slab<f32>),
    ) -> Result<Self, &'static str> {
        let whole = offsets.first() == Some(&0)
            && offsets.last() == Some(&(mz.len() as u64))
            && offsets.is_sorted();
        if !whole {
            return Err("peak offsets do not run from 0 to the number of peaks");
        }
        if [&intensity, &weight, &information]
            .iter()
            .any(|column| column.len() != mz.len())
        {
            return Err("the columns of peaks differ in length");
        }
        Ok(Self {
            offsets,
            mz,
            intensity,
            weight,
            information,
        })
    }

    /// Number of spectra.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there is no spectrum.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of peaks of all spectra.
    pub fn n_peaks(&self) -> usize {
        self.mz.len()
    }

    /// The peaks of spectrum `row`; its precursor is kept elsewhere and passed through.
    pub fn view(&self, row: u32, precursor: Option<Precursor>) -> View<'_> {
        mind_ceiling();
        let range = self.range(row);
        View {
            precursor,
            mz: self.mz.part(range.clone()),
            intensity: self.intensity.part(range.clone()),
            weight: self.weight.part(range.clone()),
            information: self.information.part(range),
            table: None,
        }
    }

    fn range(&self, row: u32) -> Range<usize> {
        let offsets = &self.offsets[row as usize..][..2];
        offsets[0] as usize..offsets[1] as usize
    }

    /// Asks memory for what scores read of spectrum `row`, which will be compared in a while.
    pub fn prefetch(&self, row: u32) {
        let range = self.range(row);
        for column in [&self.mz, &self.weight, &self.information] {
            prefetch(&column[range.clone()]);
        }
    }

    /// Offsets, and the columns m/z, intensity, weight and information, for writing.
    pub fn parts(&self) -> (&[u64], [&[f32]; 4]) {
        (
            &self.offsets,
            [&self.mz, &self.intensity, &self.weight, &self.information],
        )
    }

    /// Checks every number, which reads all of the columns.
    ///
    /// # Errors
    /// The first spectrum whose m/z do not ascend, or that holds a number that is not finite and
    /// at least 0.
    pub fn check_numbers(&self) -> Result<(), u32> {
        for row in 0..self.len() as u32 {
            let view = self.view(row, None);
            let positive = |v: &f32| v.is_finite() && *v >= 0.0;
            // Machines differ in the last bit of a logarithm.
            let close = |found: f32, expected: f64| (f64::from(found) - expected).abs() < 1.0e-6;
            let sound = view.mz.is_sorted()
                && view.mz.iter().all(positive)
                && view.intensity.iter().all(positive)
                && view.weight.iter().all(positive)
                && view
                    .information
                    .iter()
                    .zip(view.weight)
                    .all(|(&i, &w)| close(i, information(w)));
            if !sound {
                return Err(row);
            }
        }
        Ok(())
    }
}

/// Grows [`PeakColumns`] one spectrum at a time.
#[derive(Debug)]
pub struct PeakColumnsBuilder {
    offsets: Column<u64>,
    mz: Column<f32>,
    intensity: Column<f32>,
    weight: Column<f32>,
    information: Column<f32>,
}

impl PeakColumnsBuilder {
    /// No spectra yet.
    pub fn within(workspace: &Workspace) -> Self {
        let mut offsets = workspace.column();
        offsets.push(0);
        Self {
            offsets,
            mz: workspace.column(),
            intensity: workspace.column(),
            weight: workspace.column(),
            information: workspace.column(),
        }
    }

    /// No spectra, in memory, with room for some that have `n_peaks` peaks between them.
    pub fn with_room(n_spectra: usize, n_peaks: usize) -> Self {
        let mut builder = Self::within(&Workspace::in_memory());
        builder.offsets.reserve(n_spectra);
        for column in builder.columns() {
            column.reserve(n_peaks);
        }
        builder
    }

    fn columns(&mut self) -> [&mut Column<f32>; 4] {
        [
            &mut self.mz,
            &mut self.intensity,
            &mut self.weight,
            &mut self.information,
        ]
    }

    /// Number of peaks so far.
    pub fn n_peaks(&self) -> usize {
        self.mz.len()
    }

    /// Appends one spectrum.
    pub fn push(&mut self, spectrum: &OwnedView) {
        let view = spectrum.view();
        self.mz.extend_from_slice(view.mz);
        self.intensity.extend_from_slice(view.intensity);
        self.weight.extend_from_slice(view.weight);
        self.information.extend_from_slice(view.information);
        self.offsets.push(self.mz.len() as u64);
    }

    /// Appends all of `others`.
    pub fn append(&mut self, others: &PeakColumns) {
        let (offsets, columns) = others.parts();
        let before = self.mz.len() as u64;
        for end in &offsets[1..] {
            self.offsets.push(before + end);
        }
        for (column, values) in self.columns().into_iter().zip(columns) {
            column.extend_from_slice(values);
        }
    }

    /// Makes the spectra so far readable.
    ///
    /// # Errors
    /// If they could not be kept.
    pub fn settle(&mut self) -> Result<(), WorkspaceError> {
        self.offsets.settle()?;
        self.columns().into_iter().try_for_each(Column::settle)
    }

    /// m/z and intensities of spectrum `row`, which was settled.
    pub fn peaks(&self, row: u32) -> (&[f32], &[f32]) {
        let ends = &self.offsets.settled()[row as usize..][..2];
        let range = ends[0] as usize..ends[1] as usize;
        let (mz, intensity) = (self.mz.settled(), self.intensity.settled());
        (&mz[range.clone()], &intensity[range])
    }

    /// The columns.
    ///
    /// # Errors
    /// If spectra could not be kept.
    pub fn finish(self) -> Result<PeakColumns, WorkspaceError> {
        Ok(PeakColumns {
            offsets: self.offsets.finish()?,
            mz: self.mz.finish()?,
            intensity: self.intensity.finish()?,
            weight: self.weight.finish()?,
            information: self.information.finish()?,
        })
    }
}
