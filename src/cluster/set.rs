//! Spectra without a library, laid out for clustering.

use super::identical::{Distinct, distinct};
use super::links::{Entries, Nearest, widest_crowded};
use super::spectra::{LinkSettings, Spectra};
use super::{Grouping, Groups, Link, group, links};
use crate::domain::{Charge, Polarity, Tolerance};
use crate::embed::Embedding;
use crate::index::{
    AnyIndex, Metric, RowOrder, RowShape, SparseRows, TrainError, TrainSettings, Wish, train,
};
use crate::prepare::PreparedSpectrum;
use crate::similarity::{OwnedView, PeakColumns, PeakColumnsBuilder};
use rayon::prelude::*;

/// Distinct spectra in an order of their own, so that clusters do not depend on that of files.
#[derive(Debug)]
pub struct SpectrumSet {
    distinct: Distinct,
    peaks: PeakColumns,
    precursor_mz: Vec<f64>,
    charge: Vec<i8>,
    polarity: Vec<i8>,
    order: RowOrder,
    nearest: Option<(SparseRows, AnyIndex)>,
}

/// How neighbours are found in windows too large to compare whole.
#[derive(Debug, Clone)]
pub struct NearestSettings {
    /// How vectors are made.
    pub embedding: Embedding,
    /// Their index: lists are the coarse partition, `PCA64,` before them maps vectors first.
    pub index: Wish,
    /// Seed of its training.
    pub seed: u64,
}

impl SpectrumSet {
    /// Lays out `prepared`; an index is trained only where a window of precursors within
    /// `precursor` needs one.
    pub fn new(
        prepared: &[PreparedSpectrum],
        precursor: Tolerance,
        how: &NearestSettings,
    ) -> Result<Self, TrainError> {
        let spectrum = |row: u32| &prepared[row as usize];
        let distinct = distinct(
            prepared.len(),
            |row| (spectrum(row).precursor(), spectrum(row).polarity()),
            |row| (spectrum(row).mz(), spectrum(row).intensity()),
        );
        let of_row = |f: fn(&PreparedSpectrum) -> i8| -> Vec<i8> {
            let rows = distinct.first.iter();
            rows.map(|&row| f(&prepared[row as usize])).collect()
        };
        let charge = of_row(|s| {
            s.precursor()
                .and_then(|p| p.charge)
                .map_or(0, Charge::state)
        });
        let polarity = of_row(|s| s.polarity().map_or(0, Polarity::sign));
        let precursor_mz: Vec<f64> = distinct
            .first
            .iter()
            .map(|&row| {
                prepared[row as usize]
                    .precursor()
                    .map_or(f64::NAN, |p| p.mz.value())
            })
            .collect();
        let order = RowOrder::by_key(&precursor_mz);
        let nearest = match widest_crowded(&order, precursor) {
            Some(widest) => Some(train_nearest(prepared, &distinct, widest, how)?),
            None => None,
        };
        let n_peaks = distinct
            .first
            .iter()
            .map(|&row| prepared[row as usize].mz().len());
        let mut peaks = PeakColumnsBuilder::with_room(distinct.first.len(), n_peaks.sum());
        for &row in &distinct.first {
            peaks.push(&OwnedView::new(&prepared[row as usize]));
        }
        Ok(Self {
            distinct,
            peaks: peaks.finish()?,
            precursor_mz,
            charge,
            polarity,
            order,
            nearest,
        })
    }

    /// Which rows of the input are copies of which distinct spectrum.
    pub fn distinct(&self) -> &Distinct {
        &self.distinct
    }

    /// The distinct spectra.
    pub fn spectra(&self) -> Spectra<'_> {
        Spectra {
            peaks: &self.peaks,
            precursor_mz: &self.precursor_mz,
            charge: &self.charge,
            polarity: &self.polarity,
        }
    }

    /// The kind of index trained, where one was.
    pub fn index(&self) -> Option<String> {
        let (_, index) = self.nearest.as_ref()?;
        Some(index.factory().to_string())
    }

    /// All pairs of distinct spectra found alike.
    pub fn links(&self, how: LinkSettings) -> Vec<Link> {
        self.links_of(how, &|_| true)
    }

    /// The same of `wanted` spectra alone, with whatever they are alike.
    pub(super) fn links_of(
        &self,
        how: LinkSettings,
        wanted: &(dyn Fn(u32) -> bool + Sync),
    ) -> Vec<Link> {
        let nearest = self.nearest.as_ref().map(|(vectors, index)| Nearest {
            vectors: vectors.view(),
            index,
        });
        let entries = Entries {
            spectra: self.spectra(),
            order: &self.order,
            nearest,
            linkable: &|_| true,
            wanted,
        };
        links(&entries, how)
    }

    /// Clusters of distinct spectra by their `links`.
    pub fn group(&self, links: &[Link], how: (LinkSettings, Grouping)) -> Groups {
        group(self.spectra(), &self.distinct.copies, links, how)
    }
}

/// Spectra that are embedded before their vectors are put behind one another.
const EMBEDDED_AT_ONCE: usize = 1 << 14;

fn train_nearest(
    prepared: &[PreparedSpectrum],
    distinct: &Distinct,
    widest: usize,
    how: &NearestSettings,
) -> Result<(SparseRows, AnyIndex), TrainError> {
    let rows = &distinct.first;
    let n_values = rows.iter().map(|&row| &prepared[row as usize]).map(|s| {
        how.embedding
            .most_values(s.mz().len(), s.precursor().is_some())
    });
    let mut vectors = SparseRows::with_room(how.embedding.dim(), rows.len(), n_values.sum());
    for rows in rows.chunks(EMBEDDED_AT_ONCE) {
        let embedded: Vec<Vec<(u32, f32)>> = rows
            .par_iter()
            .map(|&row| how.embedding.embed(&prepared[row as usize]))
            .collect();
        for vector in &embedded {
            vectors.push(vector);
        }
    }
    // A window is a run of rows, which postings find by bisection: lists pay only where windows
    // themselves are large.
    let shape = RowShape {
        n_rows: widest,
        dim: how.embedding.dim(),
        sparse: true,
    };
    let trained = train(
        how.index.settle(shape),
        Metric::InnerProduct,
        &vectors,
        how.seed,
        TrainSettings::default(),
    )?;
    Ok((vectors, trained.index))
}
