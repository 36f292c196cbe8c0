//! One library, one set of settings, any number of queries.

use super::admission::{Admission, Query, Source, source};
use super::answer::{Answer, Match, Plan};
use super::candidates::{Asking, AskingIndex, pick, products};
use super::groups::best_of_groups;
use super::learning::{evidence, mode};
use super::rank::{choose, rank};
use super::settings::{Amount, SearchSettings};
use crate::confidence::Model;
use crate::domain::Spectrum;
use crate::index::{Effort, Products, VectorIndex};
use crate::library::{Library, Segment};
use crate::prepare::{LeftOut, prepare};
use crate::similarity::align::Scratch;
use rayon::prelude::*;

/// Answers queries from a library.
#[derive(Debug)]
pub struct Searcher<'a> {
    library: &'a Library,
    settings: SearchSettings,
    /// By segment.
    admissions: Vec<Admission<'a>>,
    asking: Asking,
    model: Option<&'a Model>,
}

/// Best clusters that proposals must hold, at least: what is reported of the best also depends on
/// what comes next.
const LEAST_TO_FIND: usize = 10;

/// What an index is asked for where that is left to us.
struct Habit {
    /// Lists are visited until they hold this many rows together.
    rows_visited: usize,
    /// No fewer lists than this, if there are so many.
    least_lists: usize,
    /// Entries proposed, at most: many of them are seen to be unlikely before they are scored.
    n_candidates: usize,
    /// See [`AskingIndex::least_share`].
    least_share: f32,
}

impl Habit {
    /// Postings rank nearly as the exact score does: on the MassBank development set these hold
    /// 0.99 of the ten best entries of each query. Their lists are long, and among a million
    /// entries twelve of 239 answer as many queries right as all of them but for 2 in 100, in a
    /// third of the time. Every place of a query is a column to add up, and with three of ten left out
    /// they still hold 0.9926, where all hold 0.9936. Codes need more candidates to lose as little where
    /// they do not multiply what fragments and losses say, and places cost them nothing.
    fn with(kind: &str, products: Products) -> Self {
        match kind {
            "sparse" | "ivfsparse" => Self {
                rows_visited: 50_000,
                least_lists: 8,
                n_candidates: 200,
                least_share: 0.3,
            },
            _ => Self {
                rows_visited: 50_000,
                least_lists: 32,
                n_candidates: match products {
                    Products::OfHalves => 250,
                    Products::OfAll => 400,
                },
                least_share: 0.0,
            },
        }
    }

    fn n_probe(&self, n_lists: usize, n_rows: usize) -> usize {
        let wanted = n_lists * self.rows_visited / n_rows.max(1);
        wanted.clamp(self.least_lists.min(n_lists), n_lists)
    }
}

impl<'a> Searcher<'a> {
    /// A searcher of `library`.
    pub fn new(library: &'a Library, settings: SearchSettings) -> Self {
        let segments = library.segments();
        let rests_on = choose(&settings, true).rests_on();
        let tell_halves =
            library.embedding().has_losses() && segments.iter().all(|s| s.index().tells_halves());
        let products = products(tell_halves, rests_on);
        let habit = |segment: &Segment| Habit::with(segment.index().kind(), products);
        let asking_index = |segment: &Segment| {
            let n_lists = segment.index().n_lists();
            let habit = habit(segment);
            let n_probe = match settings.n_probe {
                Amount::Exactly(n) => n,
                Amount::All => n_lists,
                Amount::Auto => habit.n_probe(n_lists, segment.rows().len()),
            };
            AskingIndex {
                effort: Effort::visiting(n_probe),
                least_share: habit.least_share,
            }
        };
        let habits = segments.iter().map(|s| habit(s).n_candidates);
        let n_candidates = match settings.n_candidates {
            Amount::Exactly(n) => n,
            // Then the index is not asked.
            Amount::All => library.entries().len(),
            Amount::Auto => habits.max().unwrap_or(0).max(settings.top_k),
        };
        Self {
            library,
            model: mode(library, &settings).and_then(|mode| library.model(mode)),
            admissions: Admission::of_all(library, &settings),
            asking: Asking {
                rests_on,
                n_candidates,
                to_find: (settings.n_candidates == Amount::Auto)
                    .then_some(settings.top_k.max(LEAST_TO_FIND)),
                indexes: segments.iter().map(asking_index).collect(),
                tell_halves,
            },
            settings,
        }
    }

    /// Number of entries that meet the condition of the settings, where there is one.
    pub fn n_met(&self) -> Option<usize> {
        self.admissions.iter().map(Admission::n_met).sum()
    }

    /// The settings in use.
    pub fn settings(&self) -> &SearchSettings {
        &self.settings
    }

    /// The library searched.
    pub fn library(&self) -> &'a Library {
        self.library
    }

    /// Answers each query, in the order asked, on all threads of the pool.
    pub fn search(&self, queries: &[Spectrum]) -> Vec<Answer> {
        let answers = self.with_candidates(queries, |query, source, rows, scratch| {
            self.answer(query, source, rows, scratch)
        });
        let unanswered = |why| Answer {
            plan: Plan::NoPeaks(why),
            n_candidates: 0,
            matches: Vec::new(),
            decoy: None,
            q_value: None,
            probability: None,
        };
        answers
            .into_iter()
            .map(|answer| answer.unwrap_or_else(unanswered))
            .collect()
    }

    /// Every candidate of each query with its score, best first; decoys apart.
    pub(super) fn hits(&self, queries: &[Spectrum]) -> Vec<Result<Vec<Match>, LeftOut>> {
        self.with_candidates(queries, |query, _, rows, scratch| {
            self.rank(query, rows, scratch).0
        })
    }

    /// Hands each comparable query to `each`, with its candidates by row.
    fn with_candidates<T: Send>(
        &self,
        queries: &[Spectrum],
        each: impl Fn(&Query<'_>, &Source, &[u32], &mut Scratch) -> T + Sync,
    ) -> Vec<Result<T, LeftOut>> {
        let prepared: Vec<Result<Query<'_>, LeftOut>> = queries
            .par_iter()
            .map(|spectrum| {
                let prepared = prepare(spectrum, self.library.preparation())?;
                Ok(Query { spectrum, prepared })
            })
            .collect();
        let comparable: Vec<(&Query<'_>, Source)> = prepared
            .iter()
            .flatten()
            .map(|query| (query, source(&self.admissions, query, &self.settings)))
            .collect();
        let picked = pick(self.library, &self.admissions, &self.asking, &comparable);
        let done: Vec<T> = comparable
            .par_iter()
            .zip(picked)
            .map_init(Scratch::default, |scratch, ((query, source), rows)| {
                each(query, source, &rows, scratch)
            })
            .collect();
        let mut done = done.into_iter();
        prepared
            .iter()
            .map(|query| match query {
                Ok(_) => Ok(done
                    .next()
                    .unwrap_or_else(|| unreachable!("one result per query"))),
                Err(why) => Err(*why),
            })
            .collect()
    }

    /// Scored entries and scored decoys, each best first.
    fn rank(
        &self,
        query: &Query<'_>,
        rows: &[u32],
        scratch: &mut Scratch,
    ) -> (Vec<Match>, Vec<Match>) {
        let entries = self.library.entries();
        let hits = rank(self.library, &query.prepared, rows, &self.settings, scratch);
        if entries.n_decoys() == 0 {
            return (hits, Vec::new());
        }
        hits.into_iter()
            .partition(|hit| !entries.is_decoy(hit.entry))
    }

    fn answer(
        &self,
        query: &Query<'_>,
        source: &Source,
        rows: &[u32],
        scratch: &mut Scratch,
    ) -> Answer {
        let entries = self.library.entries();
        let n_candidates = rows.iter().filter(|&&row| !entries.is_decoy(row)).count();
        let (hits, decoys) = self.rank(query, rows, scratch);
        let plan = match source {
            _ if rows.is_empty() => Plan::NoCandidate,
            _ if hits.is_empty() => Plan::BelowThreshold,
            Source::Whole(_, plan) => *plan,
            Source::Index(_) => Plan::Index(self.library.segments()[0].index().kind()),
        };
        let matches = best_of_groups(self.library, &hits, &self.settings);
        let seen = matches.first().map(|first| evidence(self.library, first));
        Answer {
            plan,
            n_candidates,
            matches,
            decoy: decoys.first().copied(),
            q_value: None,
            probability: self
                .model
                .zip(seen)
                .map(|(model, seen)| model.probability(&seen)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_libraries_are_visited_nearly_whole_and_large_ones_in_part() {
        let codes = Habit::with("ivfpq", Products::OfHalves);
        assert_eq!(codes.n_probe(54, 27_720), 54);
        assert_eq!(codes.n_probe(1953, 1_000_000), 97);
        assert_eq!(codes.n_probe(8192, 30_000_000), 32);
        assert_eq!(codes.n_probe(16, 1000), 16);
        assert_eq!(
            codes.n_probe(0, 100),
            0,
            "without lists there is nothing to visit"
        );
        let postings = Habit::with("ivfsparse", Products::OfHalves);
        assert_eq!(postings.n_probe(239, 982_539), 12);
        assert_eq!(postings.n_probe(7000, 30_000_000), 11);
    }
}
