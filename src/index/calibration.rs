//! What an index finds at which effort, measured on queries or on some of its own rows.
//!
//! Rows drawn by chance are searched for, each blind to itself, or queries given, at rising numbers
//! of lists and of rows scored again; what comes back is held against the exact answer. Kept are the
//! settings that no cheaper one equals, so that a wish for recall finds the cheapest setting that
//! grants it. Rows that come in near copies of one another are found more easily than queries from
//! elsewhere: where there are such queries, they tell the truth.

use super::any_index::AnyIndex;
use super::cost::cost;
use super::exact::nearest;
use super::filter::{Filter, Filters};
use super::matrix::{dot, squared_distance};
use super::metric::Metric;
use super::parts::{PartsError, check_len};
use super::random::Random;
use super::top_k::Neighbour;
use super::train::TrainError;
use super::vector_index::{Effort, VectorIndex};
use ndarray::{Array2, ArrayView2, Axis, s};

/// One way to search, and what it gives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setting {
    /// Lists visited.
    pub n_probe: usize,
    /// Rows scored again for each that is wanted; 0 where none are.
    pub per_hit: usize,
    /// The mean part of the ten nearest that is found; rows that tie count as found.
    pub recall: f64,
    /// Bytes read per query, of those that scoring every row whole reads. A row scored again counts
    /// four times, because it is read out of order.
    pub cost: f64,
}

/// Settings by rising cost and recall.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Calibration(Vec<Setting>);

/// What is searched for to measure an index.
#[derive(Debug, Clone, Copy)]
pub enum Probes<'a> {
    /// Rows of the index drawn by chance with this seed, each blind to itself.
    Own(u64),
    /// These queries.
    Given(ArrayView2<'a, f32>),
}

/// Neighbours that recall is measured on.
const K: usize = 10;

/// Own rows searched for: recall is then known to about a hundredth.
const N_OWN: usize = 256;

/// Given queries searched for, at most, evenly spread.
const MAX_GIVEN: usize = 1024;

/// Rows scored again for each that is wanted.
const PER_HIT: [usize; 5] = [2, 4, 10, 20, 40];

/// Recall beyond which more effort is not tried.
const ENOUGH: f64 = 0.999;

/// Recall by which a setting must better every cheaper one.
const LEAST_GAIN: f64 = 0.003;

/// Part of a score below which two are the same.
const EPSILON: f32 = 1e-5;

/// The stream of chance that draws the rows searched for.
const STREAM: u64 = (1 << 40) + 3;

impl Calibration {
    /// Measures `index`, which holds `rows`. Kinds that are exact, and indexes of fewer than two
    /// rows, have nothing to measure, nor is anything measured without a query.
    ///
    /// # Errors
    /// Rows whose numbers are beyond what can be scored.
    pub fn measure(
        index: &AnyIndex,
        rows: ArrayView2<'_, f32>,
        probes: Probes<'_>,
    ) -> Result<Self, TrainError> {
        if index.is_exact() || rows.nrows() < 2 {
            return Ok(Self::default());
        }
        let questions = Questions::new(index.metric(), rows, probes)?;
        if questions.queries.is_empty() {
            return Ok(Self::default());
        }
        let depths: &[usize] = if index.is_refined() { &PER_HIT } else { &[0] };
        let mut settings = Vec::new();
        for n_probe in n_probes(index.n_lists()) {
            let mut best = 0.0_f64;
            for &per_hit in depths {
                let recall = questions.recall(&index.clone().with_per_hit(per_hit), n_probe);
                best = best.max(recall);
                settings.push(Setting {
                    n_probe,
                    per_hit,
                    recall,
                    cost: cost(index, questions.queries.view(), n_probe, K * per_hit),
                });
            }
            if best >= ENOUGH {
                break;
            }
        }
        Ok(Self(worth_having(settings)))
    }

    /// Puts together what was stored.
    ///
    /// # Errors
    /// If there is not one value of each kind for each setting.
    pub fn from_parts(
        n_probe: &[u32],
        per_hit: &[u32],
        recall: &[f64],
        cost: &[f64],
    ) -> Result<Self, PartsError> {
        check_len("calibrated depths", per_hit.len(), n_probe.len())?;
        check_len("calibrated recalls", recall.len(), n_probe.len())?;
        check_len("calibrated costs", cost.len(), n_probe.len())?;
        let settings = (0..n_probe.len()).map(|idx| Setting {
            n_probe: n_probe[idx] as usize,
            per_hit: per_hit[idx] as usize,
            recall: recall[idx],
            cost: cost[idx],
        });
        Ok(Self(settings.collect()))
    }

    /// The settings, by rising cost and recall.
    pub fn settings(&self) -> &[Setting] {
        &self.0
    }

    /// The cheapest setting that finds the part `target` of the nearest.
    pub fn reaching(&self, target: f64) -> Option<Setting> {
        self.0
            .iter()
            .find(|setting| setting.recall >= target)
            .copied()
    }

    /// The setting that finds most.
    pub fn best(&self) -> Option<Setting> {
        self.0.last().copied()
    }
}

/// Powers of two and what lies half-way, up to all lists.
fn n_probes(n_lists: usize) -> Vec<usize> {
    let powers = (0..u32::BITS).map(|power| 1_usize << power);
    let both = powers.flat_map(|n| [n, n + n / 2]);
    let mut wanted: Vec<usize> = both.take_while(|&n| n < n_lists).collect();
    wanted.push(n_lists.max(1));
    wanted.dedup();
    wanted
}

/// What is searched for, and the score that each of its ten nearest reaches.
struct Questions<'a> {
    metric: Metric,
    rows: ArrayView2<'a, f32>,
    queries: Array2<f32>,
    /// The row that each query is; none where queries come from elsewhere.
    own: Vec<u32>,
    marks: Vec<f32>,
}

impl<'a> Questions<'a> {
    fn new(
        metric: Metric,
        rows: ArrayView2<'a, f32>,
        probes: Probes<'_>,
    ) -> Result<Self, TrainError> {
        let (queries, own) = match probes {
            Probes::Own(seed) => {
                let own = Random::new(seed, STREAM).sample(rows.nrows(), N_OWN);
                let queries = rows.select(Axis(0), &own);
                (queries, own.iter().map(|&row| row as u32).collect())
            }
            Probes::Given(queries) => {
                let step = queries.nrows().div_ceil(MAX_GIVEN).max(1);
                let queries = queries.slice(s![..;step, ..]);
                (queries.as_standard_layout().into_owned(), Vec::new())
            }
        };
        let found = nearest(
            metric,
            rows,
            queries.view(),
            K + usize::from(!own.is_empty()),
        )?;
        let mut questions = Self {
            metric,
            rows,
            queries,
            own,
            marks: Vec::new(),
        };
        let marks = found.iter().enumerate().map(|(query, found)| {
            let itself = questions.own.get(query).copied();
            let others = found.iter().filter(|hit| Some(hit.row) != itself);
            let last = others.take(K).last();
            last.map_or(f32::INFINITY, |hit| questions.score(query, *hit))
        });
        questions.marks = marks.collect();
        Ok(questions)
    }

    fn score(&self, query: usize, hit: Neighbour) -> f32 {
        let query = self.queries.row(query).to_vec();
        let row = self.rows.row(hit.row as usize).to_vec();
        match self.metric {
            Metric::InnerProduct => dot(&query, &row),
            Metric::L2 => -squared_distance(&query, &row),
        }
    }

    fn recall(&self, index: &AnyIndex, n_probe: usize) -> f64 {
        let effort = Effort::visiting(n_probe);
        let others: Vec<Box<dyn Fn(u32) -> bool + Sync>> = (self.own.iter())
            .map(|&own| Box::new(move |row: u32| row != own) as Box<_>)
            .collect();
        let each: Vec<Filter<'_>> = others.iter().map(|keep| Filter::keep(keep)).collect();
        let filters = if each.is_empty() {
            Filters::Same(&Filter::ALL)
        } else {
            Filters::Each(&each)
        };
        let found = index.search_batch(self.queries.view(), K, effort, filters);
        let n_there = self.rows.nrows() - usize::from(!self.own.is_empty());
        let n_wanted = self.queries.nrows() * K.min(n_there);
        let mut n_found = 0;
        for (query, (hits, mark)) in found.iter().zip(&self.marks).enumerate() {
            let least = mark - EPSILON * (1.0 + mark.abs());
            let reaches = |hit: &&Neighbour| self.score(query, **hit) >= least;
            n_found += hits.iter().filter(reaches).count();
        }
        n_found as f64 / n_wanted as f64
    }
}

/// Those settings that find more, and not by chance, than every cheaper one.
fn worth_having(mut settings: Vec<Setting>) -> Vec<Setting> {
    settings.sort_by(|a, b| {
        let by_recall = || b.recall.total_cmp(&a.recall);
        a.cost.total_cmp(&b.cost).then_with(by_recall)
    });
    let mut best = 0.0;
    settings.retain(|setting| {
        let better = setting.recall >= best + LEAST_GAIN || (best < 1.0 && setting.recall >= 1.0);
        if better {
            best = setting.recall;
        }
        better
    });
    settings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{TrainSettings, train};

    fn clumps() -> Array2<f32> {
        let mut random = Random::new(5, 0);
        let middles = Array2::from_shape_simple_fn((40, 16), || random.unit() as f32 - 0.5);
        Array2::from_shape_fn((3000, 16), |(row, d)| {
            middles[[row % 40, d]] + 1.5 * (random.unit() as f32 - 0.5)
        })
    }

    fn measured(words: &str, rows: &Array2<f32>) -> (AnyIndex, Calibration) {
        let order = words.parse().unwrap();
        let settings = TrainSettings::default();
        let index = train(order, Metric::L2, rows.view(), 1, settings)
            .unwrap()
            .index;
        let calibration = Calibration::measure(&index, rows.view(), Probes::Own(1)).unwrap();
        (index, calibration)
    }

    #[test]
    fn numbers_of_lists_end_at_all_of_them() {
        assert_eq!(n_probes(0), [1]);
        assert_eq!(n_probes(1), [1]);
        assert_eq!(n_probes(9), [1, 2, 3, 4, 6, 8, 9]);
    }

    #[test]
    fn what_finds_more_costs_more_and_wishes_get_the_cheapest() {
        for words in [
            "IVF32,Flat",
            "IVF32,PQ4,Refine(F16)",
            "PCA8,IVF32,PQ4,Refine(Flat)",
        ] {
            let (_, calibration) = measured(words, &clumps());
            let settings = calibration.settings();
            assert!(settings.len() > 2, "{words}: {settings:?}");
            assert!(
                settings
                    .windows(2)
                    .all(|pair| { pair[0].recall < pair[1].recall && pair[0].cost < pair[1].cost })
            );
            let best = calibration.best().unwrap();
            assert!(best.recall > 0.95, "{words}: {best:?}");
            let chosen = calibration.reaching(0.8).unwrap();
            assert!(chosen.recall >= 0.8);
            assert!(
                settings
                    .iter()
                    .all(|s| s.recall < 0.8 || s.cost >= chosen.cost)
            );
            assert_eq!(calibration.reaching(1.01), None);
        }
    }

    #[test]
    fn whole_rows_in_lists_find_everything_in_the_end() {
        let (_, calibration) = measured("IVF32,Flat", &clumps());
        assert!(calibration.best().unwrap().recall >= ENOUGH);
    }

    #[test]
    fn given_queries_are_searched_for_and_may_be_rows() {
        let rows = clumps();
        let (index, _) = measured("IVF32,Flat", &rows);
        let queries = rows.slice(s![..100, ..]);
        let calibration = Calibration::measure(&index, rows.view(), Probes::Given(queries));
        let calibration = calibration.unwrap();
        assert!(calibration.best().unwrap().recall >= ENOUGH);
        // A row given as a query is allowed to find itself, at least.
        assert!(calibration.settings()[0].recall >= 0.1);
        let none = Probes::Given(rows.slice(s![..0, ..]));
        let nothing = Calibration::measure(&index, rows.view(), none).unwrap();
        assert_eq!(nothing, Calibration::default());
    }

    #[test]
    fn a_row_does_not_count_as_found_by_itself() {
        // Pairs of equal rows far from all others: of the ten nearest others of a row one is near.
        let rows = Array2::from_shape_fn((24, 1), |(row, _)| (row / 2) as f32 * 100.0);
        let (_, calibration) = measured("IVF12,Flat", &rows);
        // One list holds a pair, and with the row itself left out a single row; the search goes on
        // until it has ten.
        assert!(
            calibration
                .settings()
                .iter()
                .all(|setting| setting.recall <= 1.0)
        );
        assert_eq!(calibration.best().unwrap().recall, 1.0);
    }

    #[test]
    fn what_is_exact_or_empty_has_nothing_to_measure() {
        let rows = clumps();
        for words in ["Flat", "Sparse"] {
            assert_eq!(measured(words, &rows).1, Calibration::default());
        }
        let one = rows.slice(s![..1, ..]).to_owned();
        assert_eq!(measured("IVF4,PQ2", &one).1.reaching(0.0), None);
    }
}
