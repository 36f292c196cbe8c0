//! The centres of the lists, and which of them a row or a query is near.

use crate::index::kernels::Level;
use crate::index::kernels::columns::{PANEL, Place, places, sum_panel};
use crate::index::matrix::squared_norm;
use crate::index::metric::Metric;
use crate::index::parts::{PartsError, check_finite, count_rows};
use crate::index::points::Points;
use crate::memory::Slab;

use std::sync::OnceLock;

/// Coarse centres, one per list.
#[derive(Debug, Clone)]
pub(in crate::index) struct Coarse {
    metric: Metric,
    dim: usize,
    centroids: Slab<f32>,
    norms: Vec<f32>,
    /// The centres in panels: for each coordinate in turn its value in each of 64 centres. Made
    /// when a query first asks for it.
    panels: OnceLock<Vec<f32>>,
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

    /// Writes the products of each query with each centre, query after query.
    ///
    /// Only coordinates of a query that are not 0 are read, and a product is summed in their order,
    /// so it has the same bits in a batch as alone.
    pub(in crate::index) fn products(&self, queries: Points<'_>, products: &mut Vec<f32>) {
        assert_eq!(
            queries.dim(),
            self.dim,
            "queries have the index's dimension"
        );
        let n_lists = self.n_lists();
        products.clear();
        products.resize(queries.len() * n_lists, 0.0);
        let placed: Vec<Vec<Place>> = (0..queries.len())
            .map(|query| match queries {
                Points::Dense(rows) => {
                    let mut found = Vec::new();
                    let query = rows.row(query);
                    let query = query.to_slice().expect("a query is a slice");
                    places(query, |_| 1.0, &mut found);
                    found
                }
                Points::Sparse(rows) => {
                    let (columns, values) = rows.row(query);
                    let place = |(&coordinate, &value)| Place { coordinate, value };
                    columns.iter().zip(values).map(place).collect()
                }
            })
            .collect();
        let (level, mut sums) = (Level::detected(), [0.0; PANEL]);
        // A panel is read once for all queries.
        for (panel_idx, panel) in self.panels().chunks(self.dim * PANEL).enumerate() {
            let start = panel_idx * PANEL;
            let end = (start + PANEL).min(n_lists);
            for (query_idx, places) in placed.iter().enumerate() {
                sum_panel(level, panel, places, &mut sums);
                let products = &mut products[query_idx * n_lists..][..n_lists];
                products[start..end].copy_from_slice(&sums[..end - start]);
            }
        }
    }

    fn panels(&self) -> &[f32] {
        self.panels.get_or_init(|| {
            let mut panels = vec![0.0; self.n_lists().next_multiple_of(PANEL) * self.dim];
            for (list, centre) in self.centroids.chunks_exact(self.dim).enumerate() {
                let panel = &mut panels[list / PANEL * PANEL * self.dim..];
                for (coordinate, value) in centre.iter().enumerate() {
                    panel[coordinate * PANEL + list % PANEL] = *value;
                }
            }
            panels
        })
    }

    /// Writes how good each list looks to the query with these products with the centres: ordered
    /// as the metric orders the centres.
    pub(in crate::index) fn promises(&self, products: &[f32], promises: &mut Vec<f32>) {
        // What is not a number, for a query of enormous ones, is the worst.
        let number = |promise: f32| {
            if promise.is_nan() {
                f32::NEG_INFINITY
            } else {
                promise
            }
        };
        promises.clear();
        match self.metric {
            Metric::InnerProduct => {
                promises.extend(products.iter().map(|&product| number(product)));
            }
            Metric::L2 => {
                let pairs = products.iter().zip(&self.norms);
                promises.extend(pairs.map(|(product, norm)| number(2.0 * product - norm)));
            }
        }
    }
}
