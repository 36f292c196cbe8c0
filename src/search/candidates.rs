//! Which entries are worth an exact score.

use super::admission::{Admission, Query, Source, Stretch};
use super::likely::n_likely;
use crate::embed::Embedding;
use crate::index::{Effort, Filter, Filters, Neighbour, Products, SparseRows, VectorIndex};
use crate::library::{Library, Segment};
use crate::similarity::RestsOn;
use rayon::prelude::*;
use std::ops::Range;

/// How hard the indexes try.
#[derive(Debug, Clone)]
pub(super) struct Asking {
    pub(super) n_candidates: usize,
    /// Where the number was left to us: so many best clusters are to be found, and proposals that are
    /// unlikely to be of them are left out.
    pub(super) to_find: Option<usize>,
    /// By segment.
    pub(super) indexes: Vec<AskingIndex>,
    /// What the score needs, for queries and entries with precursor.
    pub(super) rests_on: RestsOn,
    /// Whether fragments and losses have halves of their own that all indexes can multiply, so that
    /// what they propose can be compared.
    pub(super) tell_halves: bool,
}

impl Asking {
    /// What says how like a row is, where the score rests on this.
    fn products(&self, rests_on: RestsOn) -> Products {
        products(self.tell_halves, rests_on)
    }
}

/// What says how like a row is to indexes that tell halves apart, or not, where the score rests on
/// this.
pub(super) fn products(tell_halves: bool, rests_on: RestsOn) -> Products {
    if tell_halves && rests_on == RestsOn::Both {
        Products::OfHalves
    } else {
        Products::OfAll
    }
}

/// How hard one index tries.
#[derive(Debug, Clone, Copy)]
pub(super) struct AskingIndex {
    pub(super) effort: Effort,
    /// Where a peak of a query goes to one place only: see [`Embedding::embed_in_fewer`].
    pub(super) least_share: f32,
}

/// Asked of an index about one query.
type Accepts<'a> = Box<dyn Fn(u32) -> bool + Sync + 'a>;

/// The rows of the library to score for each query, in query order.
pub(super) fn pick(
    library: &Library,
    admissions: &[Admission<'_>],
    asking: &Asking,
    queries: &[(&Query<'_>, Source)],
) -> Vec<Vec<u32>> {
    let mut proposed = propose(library, admissions, asking, queries).into_iter();
    queries
        .par_iter()
        .map(|(query, source)| match source {
            Source::Whole(stretches, _) => whole(admissions, query, stretches),
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

/// All rows of these stretches that may answer `query`.
fn whole(admissions: &[Admission<'_>], query: &Query<'_>, stretches: &[Stretch]) -> Vec<u32> {
    let mut rows = Vec::new();
    for stretch in stretches {
        let admission = &admissions[stretch.segment];
        let segment = admission.segment();
        let admitted = admission.admitted(query, &stretch.positions);
        rows.extend(admitted.into_iter().map(|position| segment.row(position)));
    }
    rows
}

/// Questions asked together: as whole rows, which some indexes need, their vectors stay a few tens
/// of megabytes.
const BATCH: usize = 512;

/// One question to an index.
struct Ask<'a> {
    /// Position among the queries that need the index.
    query_idx: usize,
    /// Whether it is about entries without precursor, of a query that has one.
    without_losses: bool,
    query: &'a Query<'a>,
    range: Range<u32>,
    rests_on: RestsOn,
}

/// Rows of the library and how like the query they are, for one query: what was asked about entries
/// with precursor and what about those without.
type Proposed = [Vec<Neighbour>; 2];

/// Asks the indexes on behalf of the queries that need them.
fn propose(
    library: &Library,
    admissions: &[Admission<'_>],
    asking: &Asking,
    queries: &[(&Query<'_>, Source)],
) -> Vec<Vec<u32>> {
    let asked = queries.iter().filter_map(|(query, source)| match source {
        Source::Index(stretches) => Some((*query, stretches)),
        Source::Whole(..) => None,
    });
    let asked: Vec<(&Query<'_>, &Vec<Stretch>)> = asked.collect();
    let embedding = library.embedding();
    let mut found: Vec<Proposed> = vec![Proposed::default(); asked.len()];
    for (at, admission) in admissions.iter().enumerate() {
        let asks = asked
            .iter()
            .enumerate()
            .flat_map(|(query_idx, (query, stretches))| {
                let segment = admission.segment();
                let of = (query_idx, *query);
                let stretches = stretches.iter().filter(move |s| s.segment == at);
                stretches.flat_map(move |stretch| {
                    questions(embedding, segment, asking.rests_on, of, &stretch.positions)
                })
            });
        // Questions of one kind go together.
        let (of_both, others): (Vec<_>, Vec<_>) =
            asks.partition(|ask| ask.rests_on == RestsOn::Both);
        let how = (asking, asking.indexes[at]);
        for asks in of_both.chunks(BATCH).chain(others.chunks(BATCH)) {
            for (ask, hits) in asks.iter().zip(answers(embedding, admission, how, asks)) {
                found[ask.query_idx][usize::from(ask.without_losses)].extend(hits);
            }
        }
    }
    let rests_on = [asking.rests_on, RestsOn::Fragments];
    let best = |(mut hits, rests_on): (Vec<Neighbour>, RestsOn)| {
        // Those of several stretches follow one another.
        hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.row.cmp(&b.row)));
        hits.truncate(asking.n_candidates);
        if let Some(n_clusters) = asking.to_find {
            let asked = (rests_on, asking.products(rests_on));
            let cluster_of = |row| library.clusters().cluster_of(row);
            hits.truncate(n_likely(&hits, cluster_of, n_clusters, asked));
        }
        hits.into_iter().map(|hit| hit.row)
    };
    found
        .into_par_iter()
        .map(|proposed| proposed.into_iter().zip(rests_on).flat_map(best).collect())
        .collect()
}

/// What an index is asked for one query: about entries with precursor what the score rests on,
/// about those without what there is, which is their fragments.
fn questions<'a>(
    embedding: &Embedding,
    segment: &Segment,
    rests_on: RestsOn,
    (query_idx, query): (usize, &'a Query<'a>),
    range: &Range<u32>,
) -> impl Iterator<Item = Ask<'a>> + use<'a> {
    let has_losses = embedding.has_losses() && query.prepared.precursor().is_some();
    let without_losses = if has_losses {
        segment.order().without_key(0)
    } else {
        0..range.end
    };
    let with = range.start..range.end.min(without_losses.start);
    let without = range.start.max(without_losses.start)..range.end;
    [(with, rests_on, false), (without, RestsOn::Fragments, true)]
        .into_iter()
        .filter(|(range, ..)| !range.is_empty())
        .map(move |(range, rests_on, without_losses)| Ask {
            query_idx,
            without_losses,
            query,
            range,
            rests_on,
        })
}

/// What the index of a segment proposes for each question, all of which ask for both views or none
/// does.
fn answers(
    embedding: &Embedding,
    admission: &Admission<'_>,
    (asking, how): (&Asking, AskingIndex),
    asks: &[Ask<'_>],
) -> Vec<Vec<Neighbour>> {
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
    let vectors = vectors(embedding, how.least_share, asks);
    let segment = admission.segment();
    let (index, filters) = (segment.index_to_ask(), Filters::Each(&filters));
    let rests_on = asks.first().map_or(asking.rests_on, |ask| ask.rests_on);
    let wanted = (asking.n_candidates, asking.products(rests_on));
    let found = index.search_sparse(vectors.view(), wanted, how.effort, filters);
    found
        .into_iter()
        .map(|hits| {
            let of_library = |hit: Neighbour| Neighbour {
                row: segment.row(hit.row),
                score: hit.score,
            };
            hits.into_iter().map(of_library).collect()
        })
        .collect()
}

fn vectors(embedding: &Embedding, least_share: f32, asks: &[Ask<'_>]) -> SparseRows {
    let half = (embedding.dim() / 2) as u32;
    let embedded: Vec<Vec<(u32, f32)>> = asks
        .par_iter()
        .map(|ask| {
            let mut vector = embedding.embed_in_fewer(&ask.query.prepared, least_share);
            match ask.rests_on {
                _ if !embedding.has_losses() => {}
                RestsOn::Fragments => vector.retain(|(place, _)| *place < half),
                RestsOn::Losses => vector.retain(|(place, _)| *place >= half),
                RestsOn::Either | RestsOn::Both => {}
            }
            vector
        })
        .collect();
    let n_values = embedded.iter().map(Vec::len).sum();
    let mut vectors = SparseRows::with_room(embedding.dim(), asks.len(), n_values);
    for vector in &embedded {
        vectors.push(vector);
    }
    vectors
}
