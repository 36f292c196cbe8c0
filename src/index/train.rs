//! From a matrix and a [`Factory`] to a filled index.
//!
//! Maps, centres and codewords are learned from samples; then every row is assigned and encoded.

use super::any_index::AnyIndex;
use super::beyond::first_beyond;
use super::factory::{Factory, Rows};
use super::flat::Flat;
use super::ivf::{Coarse, Ivf, Lists};
use super::kmeans::{Groups, KMeansSettings, assign, kmeans_means, normalise};
use super::mapped::{Mapped, learn_map};
use super::metric::Metric;
use super::parts::PartsError;
use super::points::Points;
use super::pq::{CodeBits, CodeStore, Codebook, ENCODE_TILE, Encoder, Pq};
use super::random::Random;
use super::refine::{Refined, RefinedRows};
use super::residuals::{Residuals, norms_of_codes};
use super::row_store::RowStore;
use super::sparse::{Sparse, SparseStore};
use crate::memory::{Workspace, WorkspaceError};
use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;
use std::time::{Duration, Instant};

/// How long training may take. The defaults were chosen by measuring recall against time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrainSettings {
    /// For the centres of the lists.
    pub coarse: KMeansSettings,
    /// For the codewords of each sub-space.
    pub codebook: KMeansSettings,
    /// Whether codes are to tell the halves of the coordinates apart, where that can be: see
    /// [`Products::OfHalves`](super::Products::OfHalves).
    pub halves_apart: bool,
}

impl Default for TrainSettings {
    fn default() -> Self {
        Self {
            halves_apart: false,
            coarse: KMeansSettings {
                max_iterations: 10,
                max_points_per_centre: 64,
            },
            codebook: KMeansSettings {
                max_iterations: 10,
                max_points_per_centre: 64,
            },
        }
    }
}

/// An index, and what a person should know about how it came about.
#[derive(Debug, Clone)]
pub struct Trained {
    /// The filled index.
    pub index: AnyIndex,
    /// Where it is smaller than ordered, because the data is.
    pub notes: Vec<String>,
    /// What it took.
    pub spent: Spent,
}

/// Where the time of a training went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spent {
    /// On learning maps, centres and codewords from samples.
    pub learning: Duration,
    /// On putting every row in its place: mapping, assigning, encoding.
    pub filling: Duration,
}

/// Why rows cannot be indexed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// Rows without coordinates.
    #[error("the rows have no coordinates")]
    NoDimension,
    /// Row numbers are `u32`.
    #[error("{0} rows are more than an index can number: split the data")]
    TooManyRows(usize),
    /// A value that is not a number, or one whose square is not.
    #[error(
        "row {row} holds {value} at coordinate {coordinate}: values must be finite and below {MAX_VALUE:e}"
    )]
    Value {
        /// The first row with such a value.
        row: usize,
        /// Where in the row.
        coordinate: usize,
        /// The value.
        value: f32,
    },
    /// The trained arrays do not fit together: our mistake.
    #[error("the trained parts do not fit together")]
    Parts(#[from] PartsError),
    /// What was made could not be kept.
    #[error("{0}")]
    Workspace(String),
}

impl From<WorkspaceError> for TrainError {
    fn from(error: WorkspaceError) -> Self {
        Self::Workspace(error.to_string())
    }
}

/// Squares of values up to this, summed over any real dimension, stay finite in `f32`.
const MAX_VALUE: f32 = 1e15;

/// The stream of chance that draws the rows codewords are learned from; k-means uses low numbers.
const RESIDUAL_STREAM: u64 = u64::MAX;

/// Trains the ordered index on `rows` and fills it with them. The same arguments give the same
/// bytes, on any number of threads.
///
/// Rows that are mostly zeros train as fast and to the same bytes either way; kept without their
/// zeros they take a fraction of the memory, and only kinds that hold whole rows hold theirs.
pub fn train<'a>(
    factory: Factory,
    metric: Metric,
    rows: impl Into<Points<'a>>,
    seed: u64,
    settings: TrainSettings,
) -> Result<Trained, TrainError> {
    let memory = Workspace::in_memory();
    train_within(&memory, factory, metric, rows, (seed, settings))
}

/// The same with postings, which are as many as there are values, kept in `workspace`.
pub fn train_within<'a>(
    workspace: &Workspace,
    factory: Factory,
    metric: Metric,
    rows: impl Into<Points<'a>>,
    how: (u64, TrainSettings),
) -> Result<Trained, TrainError> {
    match rows.into() {
        Points::Dense(rows) => {
            let rows = rows.as_standard_layout();
            train_on(workspace, factory, metric, Points::Dense(rows.view()), how)
        }
        rows @ Points::Sparse(_) => train_on(workspace, factory, metric, rows, how),
    }
}

fn train_on(
    workspace: &Workspace,
    factory: Factory,
    metric: Metric,
    rows: Points<'_>,
    (seed, settings): (u64, TrainSettings),
) -> Result<Trained, TrainError> {
    check(rows)?;
    let job = Job {
        metric,
        rows: rows.view(),
        seed,
        settings,
        workspace,
    };
    let started = Instant::now();
    let mut report = Report::default();
    let index = match factory.map {
        Some(kind) => {
            let whole = rows.whole();
            let codebook = (seed, settings.codebook);
            let map = report.learn(|notes| learn_map(kind, metric, whole.view(), codebook, notes));
            let mapped = map.apply(whole.view());
            let mapped = Points::Dense(mapped.view());
            let index = job.on(mapped).index(factory, &mut report)?;
            AnyIndex::Mapped(Box::new(Mapped::new(kind, map, index)?))
        }
        None => job.index(factory, &mut report)?,
    };
    let index = match factory.refine {
        None => index,
        Some(kind) => {
            let rows = RefinedRows::build(metric, kind, rows.whole().view());
            AnyIndex::Refined(Box::new(Refined::new(index, rows)))
        }
    };
    let Report { notes, learning } = report;
    let filling = started.elapsed().saturating_sub(learning);
    let spent = Spent { learning, filling };
    Ok(Trained {
        index,
        notes,
        spent,
    })
}

/// What comes of a training beside the index.
#[derive(Default)]
struct Report {
    notes: Vec<String>,
    learning: Duration,
}

impl Report {
    /// Does what is learning, and notes the time it took.
    fn learn<T>(&mut self, learn: impl FnOnce(&mut Vec<String>) -> T) -> T {
        let started = Instant::now();
        let learned = learn(&mut self.notes);
        self.learning += started.elapsed();
        learned
    }
}

/// Refuses what no index can hold.
pub(super) fn check(rows: Points<'_>) -> Result<(), TrainError> {
    if rows.dim() == 0 {
        return Err(TrainError::NoDimension);
    }
    if rows.len() > u32::MAX as usize {
        return Err(TrainError::TooManyRows(rows.len()));
    }
    let unusable = |row: usize| {
        let mut first = None;
        rows.each_value(row, |coordinate, value| {
            if first.is_none() && (value.is_nan() || value.abs() > MAX_VALUE) {
                first = Some((coordinate, value));
            }
        });
        first
    };
    let is_bad = |row: usize| match rows.values(row) {
        Some(values) => first_beyond(values, MAX_VALUE).is_some(),
        None => unusable(row).is_some(),
    };
    let bad_row = (0..rows.len())
        .into_par_iter()
        .find_first(|&row| is_bad(row));
    match bad_row.and_then(|row| Some((row, unusable(row)?))) {
        None => Ok(()),
        Some((row, (coordinate, value))) => Err(TrainError::Value {
            row,
            coordinate,
            value,
        }),
    }
}

/// The list that each row belongs in: that of the nearest centre, or of the centre with the
/// direction nearest its own. Every centre is asked.
pub(super) fn nearest_lists(rows: Points<'_>, centroids: &Array2<f32>, metric: Metric) -> Vec<u32> {
    let mut centres = centroids.clone();
    normalise(&mut centres, metric);
    assign(rows, centres.view(), metric).0
}

/// What one training works from.
struct Job<'a> {
    metric: Metric,
    rows: Points<'a>,
    seed: u64,
    settings: TrainSettings,
    workspace: &'a Workspace,
}

impl Job<'_> {
    /// The same with these rows in the place of those they were made from, whose halves are mixed
    /// in them.
    fn on<'b>(&'b self, rows: Points<'b>) -> Job<'b> {
        let settings = TrainSettings {
            halves_apart: false,
            ..self.settings
        };
        Job {
            rows,
            settings,
            ..*self
        }
    }

    /// Trains and fills the index proper, on rows that are mapped already.
    fn index(&self, factory: Factory, report: &mut Report) -> Result<AnyIndex, TrainError> {
        let (metric, rows) = (self.metric, self.rows);
        Ok(match factory.n_list {
            None => match factory.rows {
                Rows::Flat => {
                    let values = rows.whole().into_owned().into_raw_vec_and_offset().0;
                    AnyIndex::Flat(Flat::new(metric, rows.dim(), values))
                }
                Rows::Sparse => AnyIndex::Sparse(Sparse::new(metric, rows, self.workspace)?),
                Rows::Pq { n_sub, bits } => {
                    let shape = (n_sub.get() as usize, bits);
                    AnyIndex::Pq(Pq::new(self.codes(shape, report)))
                }
            },
            Some(n_list) => {
                let (coarse, lists) = self.lists(n_list.get() as usize, report)?;
                self.fill(coarse, lists, factory.rows, report)?
            }
        })
    }

    /// Trains the coarse centres, the means of the rows around them, and puts every row in the list
    /// of the nearest.
    ///
    /// Queries go to the nearest of the centres as they then are, so that is where rows must be:
    /// with one in seven elsewhere, left by the move or by a route that found another centre, a
    /// mixture of a million took eight times the visits for the same recall.
    ///
    /// Unit-length centres spread rows evenly over lists, but the mean of unit-length rows is
    /// shorter: residuals against it are smaller, which halves the coding error of spectra, and
    /// its product with a query is the mean score of the list, which is what probing wants to
    /// know.
    fn lists(&self, n_list: usize, report: &mut Report) -> Result<(Coarse, Lists), TrainError> {
        let settings = self.settings.coarse;
        let centroids =
            report.learn(|_| kmeans_means(self.rows, n_list, self.metric, self.seed, settings));
        let found = centroids.nrows();
        if found < n_list {
            report.notes.push(format!(
                "{found} lists instead of {n_list}: there are only {found} rows"
            ));
        }
        let groups = Groups::new(&nearest_lists(self.rows, &centroids, self.metric), found);
        let centroids = centroids.into_raw_vec_and_offset().0;
        let coarse = Coarse::checked(self.metric, self.rows.dim(), centroids.into())?;
        Ok((coarse, Lists::new(groups.offsets, groups.members)))
    }

    /// Keeps the rows of `lists` in the way `kept`.
    fn fill(
        &self,
        coarse: Coarse,
        lists: Lists,
        kept: Rows,
        report: &mut Report,
    ) -> Result<AnyIndex, TrainError> {
        Ok(match kept {
            Rows::Flat => {
                let members: Vec<usize> = lists.rows().iter().map(|&row| row as usize).collect();
                let values = self.rows.to_dense(&members);
                let values = values.into_raw_vec_and_offset().0;
                let rows = RowStore::new(self.metric, self.rows.dim(), values);
                AnyIndex::IvfFlat(Ivf::new(coarse, lists, rows))
            }
            Rows::Sparse => {
                let held: (&[u64], &[u32]) = (lists.offsets(), lists.rows());
                let rows = SparseStore::build(self.metric, self.rows, held, self.workspace)?;
                AnyIndex::IvfSparse(Ivf::new(coarse, lists, rows))
            }
            Rows::Pq { n_sub, bits } => {
                let shape = (n_sub.get() as usize, bits);
                let codes = self.residual_codes(&coarse, &lists, shape, report);
                AnyIndex::IvfPq(Ivf::new(coarse, lists, codes))
            }
        })
    }

    /// A codebook for `rows`, with notes on what it lacks.
    fn codebook(
        &self,
        rows: ArrayView2<'_, f32>,
        (n_sub, bits): (usize, CodeBits),
        notes: &mut Vec<String>,
    ) -> Codebook {
        let TrainSettings {
            codebook,
            halves_apart,
            ..
        } = self.settings;
        let codebook = Codebook::train(rows, (n_sub, bits), self.seed, codebook, halves_apart);
        if codebook.n_sub() < n_sub {
            notes.push(format!(
                "{0} sub-spaces instead of {n_sub}: rows have only {0} coordinates",
                codebook.n_sub()
            ));
        }
        let n_codewords = codebook.n_codewords();
        if n_codewords < bits.max_codewords() {
            notes.push(format!(
                "{n_codewords} codewords instead of {}: there are only {n_codewords} rows to learn \
                 from",
                bits.max_codewords()
            ));
        }
        codebook
    }

    /// Codes of the rows themselves.
    fn codes(&self, shape: (usize, CodeBits), report: &mut Report) -> CodeStore {
        let sample = Random::new(self.seed, 0).sample(self.rows.len(), self.most_rows());
        let sample = self.rows.to_dense(&sample);
        let codebook = report.learn(|notes| self.codebook(sample.view(), shape, notes));
        let codes = self.encode(&codebook);
        let norms = norms_of_codes(&codebook, self.metric, &codes);
        let one_list = [0, self.rows.len() as u64];
        let mut blocks = Vec::new();
        codebook.pack(&codes, &one_list, &mut blocks);
        CodeStore::new(self.metric, codebook, blocks, norms)
    }

    /// Rows that codewords are learned from, at most.
    fn most_rows(&self) -> usize {
        Codebook::most_rows(self.settings.codebook)
    }

    /// The codes of the rows, a tile of whole rows at a time.
    fn encode(&self, codebook: &Codebook) -> Vec<u8> {
        let (n_sub, tile) = (codebook.n_sub(), ENCODE_TILE);
        let encoder = Encoder::new(codebook);
        let mut codes = vec![0; self.rows.len() * n_sub];
        codes
            .par_chunks_mut(tile * n_sub)
            .enumerate()
            .for_each(|(tile_idx, codes)| {
                let first = tile_idx * tile;
                let part = self.rows.slice(first..first + codes.len() / n_sub);
                encoder.encode_into(part.whole().view(), codes);
            });
        codes
    }

    /// Codes of what rows add to the centre of their list, in list order.
    fn residual_codes(
        &self,
        coarse: &Coarse,
        lists: &Lists,
        shape: (usize, CodeBits),
        report: &mut Report,
    ) -> CodeStore {
        let list_at = lists.list_at_positions();
        let residuals = Residuals {
            rows: self.rows.view(),
            coarse,
            members: lists.rows(),
            list_at: &list_at,
        };
        let sample =
            Random::new(self.seed, RESIDUAL_STREAM).sample(self.rows.len(), self.most_rows());
        let codebook =
            report.learn(|notes| self.codebook(residuals.at(&sample).view(), shape, notes));
        let (blocks, norms) = residuals.encode_lists(&codebook, self.metric, lists.offsets());
        CodeStore::new(self.metric, codebook, blocks, norms)
    }
}
