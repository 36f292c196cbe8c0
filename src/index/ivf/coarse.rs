//! The centres of the lists, and which of them a row or a query is near.

use crate::index::kernels::Level;
use crate::index::kernels::products::dot;
use crate::index::matrix::squared_norm;
use crate::index::metric::Metric;
use crate::index::panels::Panels;
use crate::index::parts::{PartsError, check_finite, count_rows};
use crate::index::rounded::RoundedCentres;
use crate::memory::Slab;
use ndarray::ArrayView2;
use std::sync::OnceLock;

/// Coarse centres, one per list.
#[derive(Debug, Clone)]
pub(in crate::index) struct Coarse {
    metric: Metric,
    dim: usize,
    centroids: Slab<f32>,
    norms: Vec<f32>,
    /// The centres once more. Made when a query first asks for it, as is the next.
    panels: OnceLock<Panels>,
    rounded: OnceLock<RoundedCentres>,
}

impl Coarse {
    /// Checks centres and prepares them for ranking.
    pub(in crate::index) fn checked(
        metric: Metric,
        dim: usize,
        centroids: Slab<f32>,
    ) -> Result<Self, PartsError> {
        if dim == 0 {
            return Err(PartsError::NoDimension);
        }
        count_rows("centroids", centroids.len(), dim)?;
        check_finite("centroids", &centroids)?;
        let norms = match metric {
            Metric::InnerProduct => Vec::new(),
            Metric::L2 => centroids.chunks_exact(dim).map(squared_norm).collect(),
        };
        Ok(Self {
            metric,
            dim,
            centroids,
            norms,
            panels: OnceLock::new(),
            rounded: OnceLock::new(),
        })
    }

    pub(in crate::index) fn dim(&self) -> usize {
        self.dim
    }

    pub(in crate::index) fn n_lists(&self) -> usize {
        self.centroids.len() / self.dim
    }

    pub(in crate::index) fn centroids(&self) -> &Slab<f32> {
        &self.centroids
    }

    pub(in crate::index) fn centroid(&self, list: usize) -> &[f32] {
        &self.centroids[list * self.dim..][..self.dim]
    }

    fn rows(&self) -> ArrayView2<'_, f32> {
        let shape = (self.n_lists(), self.dim);
        ArrayView2::from_shape(shape, &self.centroids).expect("centroids are whole rows")
    }

    /// The product of a query with the centre of one list.
    pub(super) fn product(&self, query: &[f32], list: usize) -> f32 {
        dot(Level::detected(), query, self.centroid(list))
    }

    /// The centres in panels, for queries of few numbers.
    pub(super) fn panels(&self) -> &Panels {
        self.panels.get_or_init(|| Panels::new(self.rows()))
    }

    /// The centres rounded to bytes, where that pays.
    pub(super) fn rounded(&self) -> Option<&RoundedCentres> {
        let pays = RoundedCentres::pays(self.n_lists(), self.dim);
        pays.then(|| {
            self.rounded.get_or_init(|| {
                let biases: Vec<f32> = match self.metric {
                    Metric::InnerProduct => vec![0.0; self.n_lists()],
                    Metric::L2 => self.norms.iter().map(|norm| -0.5 * norm).collect(),
                };
                RoundedCentres::new(self.rows(), &biases)
            })
        })
    }

    /// How good a list looks to the query with this product with its centre: ordered as the metric
    /// orders the centres.
    pub(super) fn promise(&self, list: usize, product: f32) -> f32 {
        let promise = match self.metric {
            Metric::InnerProduct => product,
            Metric::L2 => 2.0 * product - self.norms[list],
        };
        // What is not a number, for a query of enormous ones, is the worst.
        if promise.is_nan() {
            f32::NEG_INFINITY
        } else {
            promise
        }
    }
}
