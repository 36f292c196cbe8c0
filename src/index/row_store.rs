//! Uncompressed rows and, for L2, their squared norms: what exact scores are computed from.

use super::matrix::squared_norm;
use super::metric::Metric;
use super::parts::{PartsError, check_n_rows, check_norms, count_rows};
use crate::memory::Slab;

/// Rows of `dim` numbers. The numbers themselves are not checked: a row that is not finite has no
/// score, and so is never found.
#[derive(Debug, Clone)]
pub struct RowStore {
    pub(super) metric: Metric,
    pub(super) dim: usize,
    pub(super) values: Slab<f32>,
    pub(super) norms: Slab<f32>,
}

impl RowStore {
    pub(super) fn new(metric: Metric, dim: usize, values: Vec<f32>) -> Self {
        let norms: Vec<f32> = match metric {
            Metric::InnerProduct => Vec::new(),
            Metric::L2 => values.chunks_exact(dim).map(squared_norm).collect(),
        };
        Self {
            metric,
            dim,
            values: values.into(),
            norms: norms.into(),
        }
    }

    pub(super) fn checked(self) -> Result<Self, PartsError> {
        if self.dim == 0 {
            return Err(PartsError::NoDimension);
        }
        let n_rows = count_rows("rows", self.values.len(), self.dim)?;
        check_n_rows(n_rows)?;
        check_norms(&self.norms, self.metric.n_norms(n_rows))?;
        Ok(self)
    }

    pub(super) fn len(&self) -> usize {
        self.values.len() / self.dim
    }

    /// The stored norms at `positions`; empty where the metric needs none.
    pub(super) fn norms_at(&self, positions: std::ops::Range<usize>) -> &[f32] {
        norms_at(&self.norms, self.metric, positions)
    }
}

/// `norms[positions]`, or nothing where the metric stores none.
pub(super) fn norms_at(
    norms: &Slab<f32>,
    metric: Metric,
    positions: std::ops::Range<usize>,
) -> &[f32] {
    match metric {
        Metric::InnerProduct => &[],
        Metric::L2 => &norms[positions],
    }
}
