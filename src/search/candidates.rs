//! Which entries are worth an exact score.

use super::admission::{Admission, Query, Source};
use crate::index::{Effort, Filter, Filters, VectorIndex};
use crate::library::Library;
use ndarray::Array2;
use rayon::prelude::*;
use std::ops::Range;

/// How hard the index tries.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asking {
    pub(super) n_candidates: usize,
    pub(super) effort: Effort,
}

/// Asked of the index about one query.
type Accepts<'a> = Box<dyn Fn(u32) -> bool + Sync + 'a>;

/// The positions to score for each query, in query order.
pub(super) fn pick(
    library: &Library,
    admission: &Admission<'_>,
    asking: Asking,
    queries: &[(&Query<'_>, Source)],
) -> Vec<Vec<u32>> {
    let mut proposed = propose(library, admission, asking, queries).into_iter();
    queries
        .par_iter()
        .map(|(query, source)| match source {
            Source::Whole(range, _) => admission.admitted(query, range),
            Source::Index(_) => Vec::new(),
        })
        .collect::<Vec<_>>()
        .into_iter()
        .zip(queries)
        .map(|(whole, (_, source))| match source {
            Source::Whole(..) => whole,
            Source::Index(_) => proposed.next().unwrap_or_default(),
        })
        .collect()
}

/// Asks the index on behalf of the queries that need it.
fn propose(
    library: &Library,
    admission: &Admission<'_>,
    asking: Asking,
    queries: &[(&Query<'_>, Source)],
) -> Vec<Vec<u32>> {
    let asked: Vec<(&Query<'_>, &Range<u32>)> = queries
        .iter()
        .filter_map(|(query, source)| match source {
            Source::Index(range) => Some((*query, range)),
            Source::Whole(..) => None,
        })
        .collect();
    let accepts: Vec<Option<Accepts<'_>>> = asked
        .iter()
        .map(|(query, _)| {
            let accepts = move |position| admission.admits(query, position);
            admission
                .is_choosy(query)
                .then(|| Box::new(accepts) as Accepts<'_>)
        })
        .collect();
    let filters: Vec<Filter<'_>> = asked
        .iter()
        .zip(&accepts)
        .map(|((_, range), accepts)| Filter {
            rows: (*range).clone(),
            keep: accepts
                .as_deref()
                .map(|keep| keep as &(dyn Fn(u32) -> bool + Sync)),
        })
        .collect();
    let vectors = vectors(library, &asked);
    let found = library.index().search_batch(
        vectors.view(),
        asking.n_candidates,
        asking.effort,
        Filters::Each(&filters),
    );
    found
        .into_iter()
        .map(|hits| hits.into_iter().map(|hit| hit.row).collect())
        .collect()
}

fn vectors(library: &Library, asked: &[(&Query<'_>, &Range<u32>)]) -> Array2<f32> {
    let embedding = library.embedding();
    let mut vectors = Array2::zeros((asked.len(), embedding.dim()));
    vectors
        .outer_iter_mut()
        .into_par_iter()
        .zip(asked)
        .for_each(|(mut vector, (query, _))| {
            if let Some(vector) = vector.as_slice_mut() {
                embedding.embed_into(&query.prepared, vector);
            }
        });
    vectors
}
