//! An index of mapped rows: what is mapped once is learned with it, and queries are mapped alike.

use super::filter::{Filter, Filters};
use super::metric::Metric;
use super::parts::{PartsError, check_len};
use super::top_k::{Neighbour, TopK};
use super::transform::LinearMap;
use super::vector_index::{Effort, VectorIndex};
use ndarray::ArrayView2;
use std::fmt;
use std::num::NonZeroU32;

/// How rows are mapped before they are indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MapKind {
    /// `PCA128`: to this many principal components.
    Pca(NonZeroU32),
    /// `OPQ64`: turned so that codes of this many bytes lose least.
    Opq(NonZeroU32),
}

impl MapKind {
    /// Reads a word in lower case.
    pub(super) fn parse(word: &str) -> Option<Self> {
        if let Some(n) = word.strip_prefix("pca") {
            return n.parse().ok().map(Self::Pca);
        }
        word.strip_prefix("opq")?.parse().ok().map(Self::Opq)
    }
}

impl fmt::Display for MapKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pca(n) => write!(f, "PCA{n}"),
            Self::Opq(n) => write!(f, "OPQ{n}"),
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
