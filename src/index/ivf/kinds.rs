//! The kinds of inverted lists, and the arrays each is stored as.

use super::coarse::Coarse;
use super::inverted::Ivf;
use super::lists::{ListParts, Lists};
use crate::index::metric::Metric;
use crate::index::parts::PartsError;
use crate::index::pq::{CodeParts, CodeStore};
use crate::index::row_store::RowStore;
use crate::index::sparse::{SparseParts, SparseStore};
use crate::memory::Slab;

/// Lists of whole rows: exact within the lists visited.
pub type IvfFlat = Ivf<RowStore>;

/// Lists of product-quantised residuals: what a row adds to its list's centre.
pub type IvfPq = Ivf<CodeStore>;

/// Lists of postings: exact within the lists visited, in a few bytes for each value that is not 0.
pub type IvfSparse = Ivf<SparseStore>;

/// The arrays of an [`IvfFlat`] index.
#[derive(Debug, Clone)]
pub struct IvfFlatParts {
    /// How rows are compared.
    pub metric: Metric,
    /// Coordinates per row.
    pub dim: usize,
    /// The lists.
    pub lists: ListParts,
    /// The rows in list order.
    pub vectors: Slab<f32>,
    /// |row|^2 in list order under L2; empty for the inner product.
    pub norms: Slab<f32>,
}

/// The arrays of an [`IvfSparse`] index.
#[derive(Debug, Clone)]
pub struct IvfSparseParts {
    /// How rows are compared.
    pub metric: Metric,
    /// Coordinates per row.
    pub dim: usize,
    /// The lists.
    pub lists: ListParts,
    /// The rows in list order.
    pub rows: SparseParts,
}

/// The arrays of an [`IvfPq`] index.
#[derive(Debug, Clone)]
pub struct IvfPqParts {
    /// How rows are compared.
    pub metric: Metric,
    /// Coordinates per row.
    pub dim: usize,
    /// The lists.
    pub lists: ListParts,
    /// The residuals in list order; norms are those of the decoded rows, centre included.
    pub codes: CodeParts,
}

impl IvfFlat {
    /// Checks parts and puts them together.
    pub fn from_parts(parts: IvfFlatParts) -> Result<Self, PartsError> {
        let IvfFlatParts {
            metric,
            dim,
            lists,
            vectors,
            norms,
        } = parts;
        let rows = RowStore {
            metric,
            dim,
            values: vectors,
            norms,
        };
        Self::checked(metric, dim, lists, rows.checked()?)
    }

    /// The arrays to store; they share memory with the index.
    pub fn parts(&self) -> IvfFlatParts {
        IvfFlatParts {
            metric: self.codec.metric,
            dim: self.codec.dim,
            lists: self.list_parts(),
            vectors: self.codec.values.clone(),
            norms: self.codec.norms.clone(),
        }
    }
}

impl IvfSparse {
    /// Checks parts and puts them together.
    pub fn from_parts(parts: IvfSparseParts) -> Result<Self, PartsError> {
        let IvfSparseParts {
            metric,
            dim,
            lists,
            rows,
        } = parts;
        let coarse = Coarse::checked(metric, dim, lists.centroids)?;
        // The blocks of postings follow from the lists, so those are checked first.
        let lists = Lists::checked(coarse.n_lists(), lists.offsets, lists.rows)?;
        let rows = SparseStore::checked(metric, dim, lists.offsets(), rows)?;
        Ok(Self::new(coarse, lists, rows))
    }

    /// The arrays to store; they share memory with the index.
    pub fn parts(&self) -> IvfSparseParts {
        IvfSparseParts {
            metric: self.codec.metric(),
            dim: self.codec.dim(),
            lists: self.list_parts(),
            rows: self.codec.parts().clone(),
        }
    }
}

impl IvfPq {
    /// Checks parts and puts them together.
    pub fn from_parts(parts: IvfPqParts) -> Result<Self, PartsError> {
        let codes = CodeStore::from_parts(parts.metric, parts.dim, parts.codes)?;
        Self::checked(parts.metric, parts.dim, parts.lists, codes)
    }

    /// The arrays to store; they share memory with the index.
    pub fn parts(&self) -> IvfPqParts {
        IvfPqParts {
            metric: self.codec.metric(),
            dim: self.coarse.dim(),
            lists: self.list_parts(),
            codes: self.codec.parts(),
        }
    }

    /// Calls `each(row, values)` with every row as the index holds it, centre plus residual, list
    /// by list.
    pub fn decode_all(&self, mut each: impl FnMut(u32, &[f32])) {
        let mut values = vec![0.0; self.coarse.dim()];
        for list in 0..self.n_lists() {
            let all = self.lists.all(list);
            for position in all.clone() {
                let code = self.codec.code(&all, position);
                self.codec.codebook().decode(code, &mut values);
                for (value, centre) in values.iter_mut().zip(self.coarse.centroid(list)) {
                    *value += centre;
                }
                each(self.lists.rows()[position], &values);
            }
        }
    }
}
