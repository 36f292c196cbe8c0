//! The centres of the lists, and which of them a row or a query is near.

use crate::index::matrix::{multiply, squared_norm};
use crate::index::metric::Metric;
use crate::index::parts::{PartsError, check_finite, count_rows};
use crate::index::slab::Slab;
use ndarray::ArrayView2;

/// Coarse centres, one per list.
#[derive(Debug, Clone)]
pub(in crate::index) struct Coarse {
    metric: Metric,
    dim: usize,
    centroids: Slab<f32>,
    norms: Vec<f32>,
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

    fn matrix(&self) -> ArrayView2<'_, f32> {
        ArrayView2::from_shape((self.n_lists(), self.dim), &self.centroids)
            .expect("centroids are whole rows")
    }

    /// The products of each query with each centre, query after query.
    pub(in crate::index) fn products(&self, queries: ArrayView2<'_, f32>) -> Vec<f32> {
        assert_eq!(
            queries.ncols(),
            self.dim,
            "queries have the index's dimension"
        );
        let mut products = vec![0.0; queries.nrows() * self.n_lists()];
        multiply(queries, self.matrix().t(), &mut products);
        products
    }

    /// How good a list looks to the query whose product with its centre is `product`: ordered as
    /// the metric orders the centres.
    pub(in crate::index) fn promise(&self, list: usize, product: f32) -> f32 {
        match self.metric {
            Metric::InnerProduct => product,
            Metric::L2 => 2.0 * product - self.norms[list],
        }
    }
}
