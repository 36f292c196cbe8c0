//! Which entries are worth an exact score.

use crate::domain::PrecursorWindow;
use crate::index::{Effort, Filter, Filters, VectorIndex};
use crate::library::{Library, polarity_sign};
use crate::prepare::PreparedSpectrum;
use ndarray::Array2;
use rayon::prelude::*;
use std::ops::Range;

/// Windows of up to this many entries are scored whole; that costs about as much as letting the
/// index pick from them.
const WHOLE_WINDOW: usize = 20_000;

/// Where the candidates of a query come from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    /// All positions of this range.
    Whole(Range<u32>),
    /// What the index proposes from this range.
    Index(Range<u32>),
}

/// Decides for one query.
pub(super) fn source(
    library: &Library,
    query: &PreparedSpectrum,
    window: PrecursorWindow,
) -> Source {
    let all = 0..library.entries().len() as u32;
    let range = match (window, query.precursor()) {
        (PrecursorWindow::Within(tolerance), Some(precursor)) => {
            let (low, high) = tolerance.window(precursor.mz);
            library.order().window(low, high)
        }
        _ => return Source::Index(all),
    };
    if range.len() <= WHOLE_WINDOW {
        Source::Whole(range)
    } else {
        Source::Index(range)
    }
}

/// Picks positions for queries by polarity and through the index.
#[derive(Debug)]
pub(super) struct Picker<'a> {
    library: &'a Library,
    /// By position: 1, -1 or 0 for unknown.
    polarity: Vec<i8>,
    n_candidates: usize,
    effort: Effort,
}

impl<'a> Picker<'a> {
    pub(super) fn new(library: &'a Library, n_candidates: usize, effort: Effort) -> Self {
        let (rows, _) = library.order().parts();
        let polarity = rows
            .iter()
            .map(|&row| library.entries().polarity_sign(row))
            .collect();
        Self {
            library,
            polarity,
            n_candidates,
            effort,
        }
    }

    /// The positions to score for each query, in query order.
    pub(super) fn pick(&self, queries: &[(&PreparedSpectrum, Source)]) -> Vec<Vec<u32>> {
        let mut proposed = self.propose(queries).into_iter();
        queries
            .iter()
            .map(|(query, source)| match source {
                Source::Whole(range) => range.clone().filter(|&p| self.agrees(query, p)).collect(),
                Source::Index(_) => proposed.next().unwrap_or_default(),
            })
            .collect()
    }

    /// Asks the index on behalf of the queries that need it.
    fn propose(&self, queries: &[(&PreparedSpectrum, Source)]) -> Vec<Vec<u32>> {
        let asked: Vec<(&PreparedSpectrum, &Range<u32>)> = queries
            .iter()
            .filter_map(|(query, source)| match source {
                Source::Index(range) => Some((*query, range)),
                Source::Whole(_) => None,
            })
            .collect();
        let (not_negative, not_positive) = (
            |p: u32| self.polarity[p as usize] >= 0,
            |p: u32| self.polarity[p as usize] <= 0,
        );
        let filters: Vec<Filter<'_>> = asked
            .iter()
            .map(|(query, range)| Filter {
                rows: (*range).clone(),
                keep: match polarity_sign(query.polarity()) {
                    1 => Some(&not_negative as &(dyn Fn(u32) -> bool + Sync)),
                    -1 => Some(&not_positive),
                    _ => None,
                },
            })
            .collect();
        let vectors = self.vectors(&asked);
        let index = self.library.index();
        let found = index.search_batch(
            vectors.view(),
            self.n_candidates,
            self.effort,
            Filters::Each(&filters),
        );
        found
            .into_iter()
            .map(|hits| hits.into_iter().map(|hit| hit.row).collect())
            .collect()
    }

    fn vectors(&self, asked: &[(&PreparedSpectrum, &Range<u32>)]) -> Array2<f32> {
        let embedding = self.library.embedding();
        let mut vectors = Array2::zeros((asked.len(), embedding.dim()));
        vectors
            .outer_iter_mut()
            .into_par_iter()
            .zip(asked)
            .for_each(|(mut vector, (query, _))| {
                if let Some(vector) = vector.as_slice_mut() {
                    embedding.embed_into(query, vector);
                }
            });
        vectors
    }

    /// Polarities must agree where both are known.
    fn agrees(&self, query: &PreparedSpectrum, position: u32) -> bool {
        let sign = polarity_sign(query.polarity()) * self.polarity[position as usize];
        sign >= 0
    }
}
