//! Which entries are worth an exact score.

use super::admission::{Admission, Query, Source};
use crate::index::{Effort, Filter, Filters, VectorIndex};
use crate::library::Library;
use crate::similarity::RestsOn;
use ndarray::Array2;
use rayon::prelude::*;
use std::ops::Range;

/// How hard the index tries.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asking {
    pub(super) n_candidates: usize,
    pub(super) effort: Effort,
    /// What the score needs, for queries and entries with precursor.
    pub(super) rests_on: RestsOn,
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

/// Questions asked together: their vectors stay a few tens of megabytes.
const BATCH: usize = 512;

/// One question to the index.
struct Ask<'a> {
    /// Position among the queries that need the index.
    query_idx: usize,
    query: &'a Query<'a>,
    range: Range<u32>,
    rests_on: RestsOn,
}

/// Asks the index on behalf of the queries that need it.
fn propose(
    library: &Library,
    admission: &Admission<'_>,
    asking: Asking,
    queries: &[(&Query<'_>, Source)],
) -> Vec<Vec<u32>> {
    let asked = queries.iter().filter_map(|(query, source)| match source {
        Source::Index(range) => Some((*query, range)),
        Source::Whole(..) => None,
    });
    let mut n_asked = 0;
    let mut asks = Vec::new();
    for (query_idx, (query, range)) in asked.enumerate() {
        asks.extend(questions(
            library,
            asking.rests_on,
            (query_idx, query),
            range,
        ));
        n_asked += 1;
    }
    // Questions of one kind go together.
    let (of_both, others): (Vec<_>, Vec<_>) =
        (asks.into_iter()).partition(|ask| ask.rests_on == RestsOn::Both);
    let mut found = vec![Vec::new(); n_asked];
    for asks in of_both.chunks(BATCH).chain(others.chunks(BATCH)) {
        for (ask, rows) in asks.iter().zip(answers(library, admission, asking, asks)) {
            found[ask.query_idx].extend(rows);
        }
    }
    found
}

/// What the index is asked for one query: about entries with precursor what the score rests on,
/// about those without what there is, which is their fragments.
fn questions<'a>(
    library: &Library,
    rests_on: RestsOn,
    (query_idx, query): (usize, &'a Query<'a>),
    range: &Range<u32>,
) -> impl Iterator<Item = Ask<'a>> + use<'a> {
    let has_losses = library.embedding().has_losses() && query.prepared.precursor().is_some();
    let without_losses = if has_losses {
        library.order().without_key()
    } else {
        0..range.end
    };
    let with = range.start..range.end.min(without_losses.start);
    let without = range.start.max(without_losses.start)..range.end;
    [(with, rests_on), (without, RestsOn::Fragments)]
        .into_iter()
        .filter(|(range, _)| !range.is_empty())
        .map(move |(range, rests_on)| Ask {
            query_idx,
            query,
            range,
            rests_on,
        })
}

/// The rows proposed for each question, all of which ask for both views or none does.
fn answers(
    library: &Library,
    admission: &Admission<'_>,
    asking: Asking,
    asks: &[Ask<'_>],
) -> Vec<Vec<u32>> {
    let accepts: Vec<Option<Accepts<'_>>> = asks
        .iter()
        .map(|Ask { query, .. }| {
            let accepts = move |position| admission.admits(query, position);
            let choosy = admission.is_choosy(query);
            choosy.then(|| Box::new(accepts) as Accepts<'_>)
        })
        .collect();
    let filters: Vec<Filter<'_>> = asks
        .iter()
        .zip(&accepts)
        .map(|(ask, accepts)| Filter {
            rows: ask.range.clone(),
            keep: accepts
                .as_deref()
                .map(|keep| keep as &(dyn Fn(u32) -> bool + Sync)),
        })
        .collect();
    let vectors = vectors(library, asks);
    let (k, effort) = (asking.n_candidates, asking.effort);
    let (index, filters) = (library.index(), Filters::Each(&filters));
    let found = if asks.iter().all(|ask| ask.rests_on == RestsOn::Both) {
        index.search_halves(vectors.view(), k, effort, filters)
    } else {
        index.search_batch(vectors.view(), k, effort, filters)
    };
    found
        .into_iter()
        .map(|hits| hits.into_iter().map(|hit| hit.row).collect())
        .collect()
}

fn vectors(library: &Library, asks: &[Ask<'_>]) -> Array2<f32> {
    let embedding = library.embedding();
    let (dim, half) = (embedding.dim(), embedding.dim() / 2);
    let mut vectors = Array2::zeros((asks.len(), dim));
    vectors
        .outer_iter_mut()
        .into_par_iter()
        .zip(asks)
        .for_each(|(mut vector, ask)| {
            let Some(vector) = vector.as_slice_mut() else {
                return;
            };
            embedding.embed_into(&ask.query.prepared, vector);
            match ask.rests_on {
                _ if !embedding.has_losses() => {}
                RestsOn::Fragments => vector[half..].fill(0.0),
                RestsOn::Losses => vector[..half].fill(0.0),
                RestsOn::Either | RestsOn::Both => {}
            }
        });
    vectors
}
