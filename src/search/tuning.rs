//! How many of the best entries the index proposes at which effort, and what that costs.

use super::answer::Match;
use super::searcher::Searcher;
use super::settings::{Amount, GroupBy, SearchSettings};
use crate::domain::Spectrum;
use crate::index::Random;
use crate::library::Library;
use std::collections::HashSet;
use std::time::{Duration, Instant};

/// Best entries of each query that should be proposed.
const BEST: usize = 10;

/// Queries with their best entries by exhaustive scoring.
#[derive(Debug)]
pub struct Tuning<'a> {
    library: &'a Library,
    settings: SearchSettings,
    queries: Vec<Spectrum>,
    /// Where queries are entries themselves: their rows, which are no answers to them.
    own_rows: Vec<Option<u32>>,
    /// The best entries of each query, best first.
    best: Vec<Vec<u32>>,
    /// Time of the exhaustive scoring.
    exhaustive: Duration,
}

/// What one effort finds and costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tuned {
    /// Inverted lists visited; `Auto` where the library decides.
    pub n_probe: Amount,
    /// Entries proposed.
    pub n_candidates: Amount,
    /// Share of queries whose best entry was proposed.
    pub recall_at_1: f64,
    /// Share of the ten best entries that were proposed.
    pub recall_at_10: f64,
    /// Wall time of all queries together.
    pub time: Duration,
}

impl<'a> Tuning<'a> {
    /// Scores every entry of `library` for each of `queries`, which takes a microsecond a pair.
    pub fn new(library: &'a Library, settings: &SearchSettings, queries: Vec<Spectrum>) -> Self {
        let own_rows = vec![None; queries.len()];
        Self::against_all(library, settings, queries, own_rows)
    }

    /// The same with up to `n` entries of the library as queries, drawn by its seed; each is no
    /// answer to itself.
    pub fn of_entries(library: &'a Library, settings: &SearchSettings, n: usize) -> Self {
        let targets = 0..library.entries().len() as u32;
        let mut rows: Vec<u32> = targets
            .filter(|&row| !library.entries().is_decoy(row))
            .collect();
        Random::new(library.settings().seed, SAMPLE_STREAM).shuffle(&mut rows);
        rows.truncate(n);
        let queries = rows.iter().map(|&row| library.spectrum(row)).collect();
        let own_rows = rows.into_iter().map(Some).collect();
        Self::against_all(library, settings, queries, own_rows)
    }

    fn against_all(
        library: &'a Library,
        settings: &SearchSettings,
        queries: Vec<Spectrum>,
        own_rows: Vec<Option<u32>>,
    ) -> Self {
        let settings = SearchSettings {
            group_by: GroupBy::Entry,
            ..settings.clone()
        };
        let mut tuning = Self {
            library,
            settings,
            queries,
            own_rows,
            best: Vec::new(),
            exhaustive: Duration::ZERO,
        };
        let started = Instant::now();
        let mut best = tuning.hits(Amount::Auto, Amount::All);
        tuning.exhaustive = started.elapsed();
        for rows in &mut best {
            rows.truncate(BEST);
        }
        tuning.best = best;
        tuning
    }

    /// Rows of the entries scored for each query, best first, without itself.
    fn hits(&self, n_probe: Amount, n_candidates: Amount) -> Vec<Vec<u32>> {
        let settings = SearchSettings {
            n_probe,
            n_candidates,
            ..self.settings.clone()
        };
        let rows = |(hits, own): (Vec<Match>, &Option<u32>)| {
            let rows = hits.into_iter().map(|hit| hit.entry);
            rows.filter(|row| Some(*row) != *own).collect()
        };
        let hits = Searcher::new(self.library, settings).hits(&self.queries);
        let hits = hits.into_iter().map(Result::unwrap_or_default);
        hits.zip(&self.own_rows).map(rows).collect()
    }

    /// Queries that any entry answers.
    pub fn n_queries(&self) -> usize {
        self.best.iter().filter(|best| !best.is_empty()).count()
    }

    /// Time of scoring every entry.
    pub fn exhaustive(&self) -> Duration {
        self.exhaustive
    }

    /// Measures one effort.
    pub fn measure(&self, n_probe: Amount, n_candidates: Amount) -> Tuned {
        let started = Instant::now();
        let found = self.hits(n_probe, n_candidates);
        let time = started.elapsed();
        let (mut first, mut n_first, mut ten, mut n_ten) = (0, 0, 0, 0);
        for (best, found) in self.best.iter().zip(found) {
            let found: HashSet<u32> = found.into_iter().collect();
            n_first += best.len().min(1);
            n_ten += best.len();
            first += usize::from(best.first().is_some_and(|row| found.contains(row)));
            ten += best.iter().filter(|row| found.contains(row)).count();
        }
        let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
        Tuned {
            n_probe,
            n_candidates,
            recall_at_1: share(first, n_first),
            recall_at_10: share(ten, n_ten),
            time,
        }
    }

    /// Efforts worth measuring: lists by powers of two where there are lists, candidates by about
    /// as much, and what the library would do by itself, which comes first.
    pub fn efforts(&self) -> Vec<(Amount, Amount)> {
        let segments = self.library.segments().iter();
        let n_lists = segments
            .map(|segment| segment.index().n_lists())
            .max()
            .unwrap_or(0);
        let mut probes: Vec<Amount> = (0..usize::BITS)
            .map(|power| 1_usize << power)
            .take_while(|&n| n < n_lists)
            .skip_while(|&n| n * 64 < n_lists)
            .map(Amount::Exactly)
            .collect();
        probes.push(Amount::All);
        let n_entries = self.library.entries().len();
        let candidates: Vec<Amount> = [20, 50, 100, 200, 400, 800]
            .into_iter()
            .filter(|&n| n < n_entries)
            .map(Amount::Exactly)
            .collect();
        let mut efforts = vec![(Amount::Auto, Amount::Auto)];
        for probe in probes {
            efforts.extend(candidates.iter().map(|&n| (probe, n)));
        }
        efforts
    }
}

/// The cheapest of `tuned` that finds the share `target` of the ten best entries.
pub fn cheapest(tuned: &[Tuned], target: f64) -> Option<&Tuned> {
    let enough = tuned.iter().filter(|tuned| tuned.recall_at_10 >= target);
    enough.min_by_key(|tuned| tuned.time)
}

/// Stream of the seed that draws the sample.
const SAMPLE_STREAM: u64 = 0x5eed_70e5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cheapest_that_finds_enough_is_recommended() {
        let tuned = |recall_at_10: f64, ms: u64| Tuned {
            n_probe: Amount::All,
            n_candidates: Amount::Exactly(ms as usize),
            recall_at_1: 1.0,
            recall_at_10,
            time: Duration::from_millis(ms),
        };
        let all = [tuned(0.999, 9), tuned(0.99, 5), tuned(0.98, 1)];
        assert_eq!(cheapest(&all, 0.99), Some(&all[1]));
        assert_eq!(cheapest(&all, 0.9995), None);
    }
}
