//! From a matrix and a [`Factory`] to a filled index.
//!
//! Centres and codewords are learned from samples; then every row is assigned and encoded, a tile
//! at a time, so that residuals of all rows never exist at once.

use super::any_index::AnyIndex;
use super::factory::{Factory, Rows};
use super::flat::Flat;
use super::ivf::{Coarse, Ivf, Lists};
use super::kmeans::{Groups, KMeansSettings, assign_routed, kmeans, move_to_means};
use super::matrix::squared_norm;
use super::metric::Metric;
use super::parts::PartsError;
use super::points::Points;
use super::pq::{CodeBits, CodeStore, Codebook, ENCODE_TILE, Encoder, Pq};
use super::random::Random;
use super::refine::{Refined, RefinedRows};
use super::row_store::RowStore;
use super::sparse::{Sparse, SparseStore};
use ndarray::{Array2, ArrayView2, Axis};
use rayon::prelude::*;

/// How long training may take. The defaults were chosen by measuring recall against time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrainSettings {
    /// For the centres of the lists.
    pub coarse: KMeansSettings,
    /// For the codewords of each sub-space.
    pub codebook: KMeansSettings,
}

impl Default for TrainSettings {
    fn default() -> Self {
        Self {
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
    match rows.into() {
        Points::Dense(rows) => {
            let rows = rows.as_standard_layout();
            train_on(factory, metric, Points::Dense(rows.view()), seed, settings)
        }
        rows @ Points::Sparse(_) => train_on(factory, metric, rows, seed, settings),
    }
}

fn train_on(
    factory: Factory,
    metric: Metric,
    rows: Points<'_>,
    seed: u64,
    settings: TrainSettings,
) -> Result<Trained, TrainError> {
    check(rows)?;
    let job = Job {
        metric,
        rows,
        seed,
        settings,
    };
    let mut notes = Vec::new();
    let index = match factory.n_list {
        None => match factory.rows {
            Rows::Flat => {
                let values = rows.whole().into_owned().into_raw_vec_and_offset().0;
                AnyIndex::Flat(Flat::new(metric, rows.dim(), values))
            }
            Rows::Sparse => AnyIndex::Sparse(Sparse::new(metric, rows)),
            Rows::Pq { n_sub, bits } => {
                let shape = (n_sub.get() as usize, bits);
                AnyIndex::Pq(Pq::new(job.codes(shape, &mut notes)))
            }
        },
        Some(n_list) => {
            let (coarse, lists) = job.lists(n_list.get() as usize, &mut notes)?;
            job.fill(coarse, lists, factory.rows, &mut notes)
        }
    };
    let index = match factory.refine {
        None => index,
        Some(kind) => {
            let rows = RefinedRows::build(metric, kind, rows.whole().view());
            AnyIndex::Refined(Box::new(Refined::new(index, rows)))
        }
    };
    Ok(Trained { index, notes })
}

/// Refuses what no index can hold.
fn check(rows: Points<'_>) -> Result<(), TrainError> {
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
    let bad_row = (0..rows.len())
        .into_par_iter()
        .find_first(|&row| unusable(row).is_some());
    match bad_row.and_then(|row| Some((row, unusable(row)?))) {
        None => Ok(()),
        Some((row, (coordinate, value))) => Err(TrainError::Value {
            row,
            coordinate,
            value,
        }),
    }
}

/// What one training works from.
struct Job<'a> {
    metric: Metric,
    rows: Points<'a>,
    seed: u64,
    settings: TrainSettings,
}

impl Job<'_> {
    /// Trains the coarse centres, puts every row in the list of its own, and moves the centres to
    /// the means of their rows.
    ///
    /// Unit-length centres spread rows evenly over lists, but the mean of unit-length rows is
    /// shorter: residuals against it are smaller, which halves the coding error of spectra, and
    /// its product with a query is the mean score of the list, which is what probing wants to
    /// know.
    fn lists(&self, n_list: usize, notes: &mut Vec<String>) -> Result<(Coarse, Lists), TrainError> {
        let mut centroids = kmeans(
            self.rows,
            n_list,
            self.metric,
            self.seed,
            self.settings.coarse,
        );
        let found = centroids.nrows();
        if found < n_list {
            notes.push(format!(
                "{found} lists instead of {n_list}: there are only {found} rows"
            ));
        }
        let labels = assign_routed(self.rows, centroids.view(), self.metric).0;
        let groups = Groups::new(&labels, found);
        move_to_means(&mut centroids, self.rows, &groups);
        let centroids = centroids.into_raw_vec_and_offset().0;
        let coarse = Coarse::checked(self.metric, self.rows.dim(), centroids.into())?;
        Ok((coarse, Lists::new(groups.offsets, groups.members)))
    }

    /// Keeps the rows of `lists` in the way `kept`.
    fn fill(&self, coarse: Coarse, lists: Lists, kept: Rows, notes: &mut Vec<String>) -> AnyIndex {
        match kept {
            Rows::Flat => {
                let members: Vec<usize> = lists.rows().iter().map(|&row| row as usize).collect();
                let values = self.rows.to_dense(&members);
                let values = values.into_raw_vec_and_offset().0;
                let rows = RowStore::new(self.metric, self.rows.dim(), values);
                AnyIndex::IvfFlat(Ivf::new(coarse, lists, rows))
            }
            Rows::Sparse => {
                let (offsets, members) = (lists.offsets(), lists.rows());
                let rows = SparseStore::build(self.metric, self.rows, offsets, members);
                AnyIndex::IvfSparse(Ivf::new(coarse, lists, rows))
            }
            Rows::Pq { n_sub, bits } => {
                let shape = (n_sub.get() as usize, bits);
                let codes = self.residual_codes(&coarse, &lists, shape, notes);
                AnyIndex::IvfPq(Ivf::new(coarse, lists, codes))
            }
        }
    }

    /// A codebook for `rows`, with notes on what it lacks.
    fn codebook(
        &self,
        rows: ArrayView2<'_, f32>,
        (n_sub, bits): (usize, CodeBits),
        notes: &mut Vec<String>,
    ) -> Codebook {
        let codebook = Codebook::train(rows, (n_sub, bits), self.seed, self.settings.codebook);
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
    fn codes(&self, shape: (usize, CodeBits), notes: &mut Vec<String>) -> CodeStore {
        let sample = Random::new(self.seed, 0).sample(self.rows.len(), self.most_rows(shape.1));
        let codebook = self.codebook(self.rows.to_dense(&sample).view(), shape, notes);
        let codes = self.encode(&codebook);
        let mut norms = vec![0.0; self.metric.n_norms(self.rows.len())];
        norms
            .par_iter_mut()
            .zip(codes.par_chunks(codebook.n_sub()))
            .for_each_init(
                || vec![0.0; codebook.dim()],
                |row, (norm, code)| {
                    codebook.decode(code.iter().copied(), row);
                    *norm = squared_norm(row);
                },
            );
        let one_list = [0, self.rows.len() as u64];
        CodeStore::new(self.metric, codebook, (&codes, &one_list), norms)
    }

    /// Rows that codewords are learned from, at most.
    fn most_rows(&self, bits: CodeBits) -> usize {
        let per_centre = self.settings.codebook.max_points_per_centre.max(1);
        bits.max_codewords().saturating_mul(per_centre)
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
        notes: &mut Vec<String>,
    ) -> CodeStore {
        let list_at = lists.list_at_positions();
        let residuals = Residuals {
            rows: self.rows.view(),
            coarse,
            members: lists.rows(),
            list_at: &list_at,
        };
        let sample = Random::new(self.seed, RESIDUAL_STREAM)
            .sample(self.rows.len(), self.most_rows(shape.1));
        let codebook = self.codebook(residuals.at(&sample).view(), shape, notes);
        let (codes, norms) = residuals.encode(&codebook, self.metric);
        CodeStore::new(self.metric, codebook, (&codes, lists.offsets()), norms)
    }
}

/// What rows add to the centres of their lists, by position, computed when asked for.
struct Residuals<'a> {
    rows: Points<'a>,
    coarse: &'a Coarse,
    members: &'a [u32],
    list_at: &'a [u32],
}

impl Residuals<'_> {
    fn write(&self, position: usize, into: &mut [f32]) {
        self.rows.write(self.members[position] as usize, into);
        let centre = self.coarse.centroid(self.list_at[position] as usize);
        for (into, c) in into.iter_mut().zip(centre) {
            *into -= c;
        }
    }

    fn at(&self, positions: &[usize]) -> Array2<f32> {
        let mut residuals = Array2::zeros((positions.len(), self.rows.dim()));
        residuals
            .axis_iter_mut(Axis(0))
            .into_par_iter()
            .zip(positions)
            .for_each(|(mut into, &position)| {
                self.write(position, into.as_slice_mut().expect("a row is a slice"));
            });
        residuals
    }

    /// Codes of all positions and, for L2, the squared norms of the rows they stand for.
    fn encode(&self, codebook: &Codebook, metric: Metric) -> (Vec<u8>, Vec<f32>) {
        let (n_rows, n_sub, tile) = (self.members.len(), codebook.n_sub(), ENCODE_TILE);
        let encoder = Encoder::new(codebook);
        let mut codes = vec![0; n_rows * n_sub];
        let norms: Vec<Vec<f32>> = codes
            .par_chunks_mut(tile * n_sub)
            .enumerate()
            .map(|(tile_idx, codes)| {
                let first = tile_idx * tile;
                let positions: Vec<usize> = (first..first + codes.len() / n_sub).collect();
                encoder.encode_into(self.at(&positions).view(), codes);
                match metric {
                    Metric::InnerProduct => Vec::new(),
                    Metric::L2 => self.norms(codebook, first, codes),
                }
            })
            .collect();
        (codes, norms.concat())
    }

    /// |centre + decoded residual|^2 of the positions from `first` on.
    fn norms(&self, codebook: &Codebook, first: usize, codes: &[u8]) -> Vec<f32> {
        let mut row = vec![0.0; codebook.dim()];
        (codes.chunks_exact(codebook.n_sub()).enumerate())
            .map(|(idx, code)| {
                codebook.decode(code.iter().copied(), &mut row);
                let centre = self.coarse.centroid(self.list_at[first + idx] as usize);
                for (value, c) in row.iter_mut().zip(centre) {
                    *value += c;
                }
                squared_norm(&row)
            })
            .collect()
    }
}
