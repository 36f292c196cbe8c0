//! The centres of the lists, and which of them a row or a query is near.

use crate::index::kernels::Level;
use crate::index::kernels::columns::{Place, add_rows, places};
use crate::index::matrix::{multiply, squared_norm};
use crate::index::metric::Metric;
use crate::index::parts::{PartsError, check_finite, count_rows};
use crate::index::slab::Slab;
use ndarray::{ArrayView2, Axis};
use std::sync::OnceLock;

/// A query with fewer non-zero coordinates than one in this many is multiplied with the centres
/// coordinate by coordinate: that reads only what is not 0, where the matrix product is a few times
/// faster per number.
const SPARSE_FROM: usize = 5;

/// Coarse centres, one per list.
#[derive(Debug, Clone)]
pub(in crate::index) struct Coarse {
    metric: Metric,
    dim: usize,
    centroids: Slab<f32>,
    norms: Vec<f32>,
    /// A row of centre values per coordinate, made when a sparse query first asks for it.
    by_coordinate: OnceLock<Vec<f32>>,
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
            by_coordinate: OnceLock::new(),
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
    ///
    /// How a query is multiplied depends on that query alone, so its products have the same bits in
    /// a batch of any others.
    pub(in crate::index) fn products(&self, queries: ArrayView2<'_, f32>) -> Vec<f32> {
        assert_eq!(
            queries.ncols(),
            self.dim,
            "queries have the index's dimension"
        );
        let n_lists = self.n_lists();
        let mut products = vec![0.0; queries.nrows() * n_lists];
        let (mut found, mut dense) = (Vec::new(), Vec::new());
        for (query_idx, query) in queries.outer_iter().enumerate() {
            let query = query.to_slice().expect("a query is a slice");
            places(query, |_| 1.0, &mut found);
            if found.len() * SPARSE_FROM < self.dim {
                let products = &mut products[query_idx * n_lists..][..n_lists];
                self.add_products(&found, products);
            } else {
                dense.push(query_idx);
            }
        }
        if dense.len() == queries.nrows() {
            multiply(queries, self.matrix().t(), &mut products);
        } else if !dense.is_empty() {
            let mut of_dense = vec![0.0; dense.len() * n_lists];
            let queries = queries.select(Axis(0), &dense);
            multiply(queries.view(), self.matrix().t(), &mut of_dense);
            for (&query_idx, row) in dense.iter().zip(of_dense.chunks_exact(n_lists.max(1))) {
                products[query_idx * n_lists..][..n_lists].copy_from_slice(row);
            }
        }
        products
    }

    fn add_products(&self, query: &[Place], products: &mut [f32]) {
        let table = self.by_coordinate.get_or_init(|| {
            let table = self.matrix().reversed_axes();
            table.iter().copied().collect()
        });
        add_rows(Level::detected(), table, query, products);
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
