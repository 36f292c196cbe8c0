//! An index of mapped rows: what is mapped once is learned with it, and queries are mapped alike.

use super::filter::{Filter, Filters};
use super::kmeans::{KMeansSettings, sample_rows};
use super::metric::Metric;
use super::parts::{PartsError, check_len};
use super::random::Random;
use super::top_k::{Neighbour, TopK};
use super::transform::{Keep, LinearMap, Opq, OpqSettings, Pca, PcaSettings};
use super::vector_index::{Effort, VectorIndex};
use ndarray::ArrayView2;
use std::fmt;
use std::num::NonZeroU32;

/// How rows are mapped before they are indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MapKind {
    /// `PCA128`: to this many principal components.
    Pca(NonZeroU32),
    /// `PCA95%`: to as few principal components as explain this part of the variance.
    PcaShare(Percent),
    /// `OPQ64`: turned so that codes of this many bytes lose least.
    Opq(NonZeroU32),
}

/// A part of the whole in percent, from 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Percent(u8);

impl Percent {
    /// `None` for what is no such part.
    pub fn new(percent: u8) -> Option<Self> {
        (1..=100).contains(&percent).then_some(Self(percent))
    }

    fn share(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

impl MapKind {
    /// Reads a word in lower case.
    pub(super) fn parse(word: &str) -> Option<Self> {
        if let Some(n) = word.strip_prefix("pca") {
            if let Some(percent) = n.strip_suffix('%') {
                return Percent::new(percent.parse().ok()?).map(Self::PcaShare);
            }
            return n.parse().ok().map(Self::Pca);
        }
        word.strip_prefix("opq")?.parse().ok().map(Self::Opq)
    }
}

impl fmt::Display for MapKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pca(n) => write!(f, "PCA{n}"),
            Self::PcaShare(Percent(n)) => write!(f, "PCA{n}%"),
            Self::Opq(n) => write!(f, "OPQ{n}"),
        }
    }
}

/// Rows that a map is learned from, at most.
const MAX_ROWS: usize = 1 << 16;

/// The stream of chance that draws them.
const STREAM: u64 = u64::MAX - 1;

/// Fits of rotation and codewords to each other.
const OPQ_ITERATIONS: usize = 8;

/// Learns how rows are mapped before they are indexed.
pub(super) fn learn_map(
    kind: MapKind,
    metric: Metric,
    rows: ArrayView2<'_, f32>,
    (seed, codebook): (u64, KMeansSettings),
    notes: &mut Vec<String>,
) -> LinearMap {
    let mut components = |keep| {
        let sample = sample_rows(rows, MAX_ROWS, &mut Random::new(seed, STREAM));
        // Products are those of rows as they are; distances do not notice a shift.
        let centred = metric == Metric::L2;
        let pca = Pca::fit(&sample.view(), PcaSettings { keep, centred });
        let pca = pca.expect("rows in memory that were checked have components");
        notes.extend(pca.notes);
        pca.map
    };
    match kind {
        MapKind::Pca(n) => components(Keep::Components(n.get() as usize)),
        MapKind::PcaShare(percent) => components(Keep::Variance(percent.share())),
        MapKind::Opq(n_sub) => {
            let settings = OpqSettings {
                n_sub: n_sub.get() as usize,
                n_iterations: OPQ_ITERATIONS,
                codebook,
            };
            Opq::train(rows, settings, seed).map
        }
    }
}

/// A map, and the index of what it gives. Scores are those of mapped rows and queries.
#[derive(Debug, Clone)]
pub struct Mapped<I> {
    kind: MapKind,
    map: LinearMap,
    index: I,
}

impl<I: VectorIndex> Mapped<I> {
    /// Puts together what belongs together.
    ///
    /// # Errors
    /// If the index has another dimension than the map's result.
    pub fn new(kind: MapKind, map: LinearMap, index: I) -> Result<Self, PartsError> {
        check_len("mapped rows", index.dim(), map.dim_out())?;
        Ok(Self { kind, map, index })
    }

    /// How the map was learned.
    pub fn kind(&self) -> MapKind {
        self.kind
    }

    /// The map of rows and queries.
    pub fn map(&self) -> &LinearMap {
        &self.map
    }

    /// The index of mapped rows.
    pub fn index(&self) -> &I {
        &self.index
    }
}

impl<I: VectorIndex> VectorIndex for Mapped<I> {
    fn dim(&self) -> usize {
        self.map.dim_in()
    }

    fn len(&self) -> usize {
        self.index.len()
    }

    fn metric(&self) -> Metric {
        self.index.metric()
    }

    fn search(&self, query: &[f32], effort: Effort, filter: &Filter<'_>, best: &mut TopK) {
        let query = ArrayView2::from_shape((1, query.len()), query).expect("one row");
        let mapped = self.map.apply(query);
        let mapped = mapped.as_slice().expect("one row is a slice");
        self.index.search(mapped, effort, filter, best);
    }

    fn search_batch(
        &self,
        queries: ArrayView2<'_, f32>,
        k: usize,
        effort: Effort,
        filters: Filters<'_>,
    ) -> Vec<Vec<Neighbour>> {
        filters.expect_len(queries.nrows());
        let mapped = self.map.apply(queries);
        (self.index).search_batch(mapped.view(), k, effort, filters)
    }
}
