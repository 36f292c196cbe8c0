//! Nearest rows of a matrix: exact, product-quantised, and by inverted lists.
//!
//! `index` answers one question: which rows of numbers are most like this one? It knows nothing of
//! spectra or files and imports nothing of this crate but [`crate::memory`]. Rows are `u32` positions in the matrix
//! an index was trained on; scores are "higher is better" under either [`Metric`].
//!
//! Invariants:
//! - the answer does not depend on the number of threads, on whether queries come one by one or in
//!   a batch, or on the order in which candidates were met: ties go to the lower row;
//! - a [`Filter`] acts inside the scan, before the best k are chosen;
//! - the same rows, words, settings and seed train the same bytes;
//! - an index exists only with parts that passed every check the scan relies on, so damaged parts
//!   are a [`PartsError`] and never a panic.
//!
//! Reading order: [`VectorIndex`] (what an index does), [`TopK`] and [`Filter`] (what it fills and
//! obeys), [`Flat`], [`Sparse`], [`Pq`], [`Ivf`], [`Mapped`], [`Refined`] (the kinds), [`Factory`],
//! [`Wish`] and [`train()`] (how one is chosen and made), [`AnyIndex`] (which one a library holds).
//! Beside them stands what is learned from rows
//! and used before or without an index: [`kmeans()`] and [`mini_batch_kmeans`], [`Pca`], [`Opq`],
//! [`Permutation`], [`k_medoids`]. [`Points`] are rows for training, whole or as [`SparseRows`];
//! [`RowSource`] is how those that stream get their rows.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a matrix view is a borrow already; a reference to one would be a borrow of a borrow"
)]

mod adding;
mod any_index;
mod beyond;
mod calibration;
mod choice;
mod cost;
mod exact;
mod factory;
mod filter;
mod fit;
mod flat;
mod growth;
mod ivf;
mod kernels;
mod kmeans;
#[cfg(test)]
mod laws;
mod mapped;
mod matrix;
mod medoids;
mod metric;
mod panels;
mod parts;
mod points;
mod pq;
mod random;
mod refine;
mod residuals;
mod rounded;
mod row_order;
mod row_source;
mod row_store;
mod sparse;
mod sparse_rows;
mod top_k;
mod train;
mod transform;
mod vector_index;

pub use adding::{AddError, Added};
pub use any_index::AnyIndex;
pub(crate) use beyond::first_not_finite;
pub use calibration::{Calibration, Probes, Setting};
pub use choice::{RowShape, Wish};
pub use exact::nearest;
pub use factory::{Factory, Rows, UnknownFactory};
pub use filter::{Filter, Filters};
pub use fit::Fit;
pub use flat::{Flat, FlatParts};
pub use ivf::{
    Ivf, IvfFlat, IvfFlatParts, IvfPq, IvfPqParts, IvfSparse, IvfSparseParts, ListParts,
};
pub(crate) use kernels::prefetch;
pub use kmeans::{
    KMeansSettings, MiniBatchSettings, assign, assign_routed, kmeans, mini_batch_kmeans,
};
pub use mapped::{MapKind, Mapped, Percent};
pub use medoids::{Medoids, MedoidsError, MedoidsSettings, PairValue, k_medoids};
pub use metric::{Metric, UnknownMetric};
pub use parts::PartsError;
pub use points::Points;
pub use pq::{CodeBits, CodeParts, Codebook, Pq, PqParts};
pub(crate) use random::Random;
pub use refine::{RefineKind, RefineParts, RefineValues, Refined, RefinedRows};
pub use row_order::RowOrder;
pub use row_source::RowSource;
pub use sparse::{Sparse, SparseIndexParts, SparseParts};
pub use sparse_rows::{SparseRows, SparseView};
pub use top_k::{Neighbour, TopK};
pub use train::{Spent, TrainError, TrainSettings, Trained, train, train_within};
pub use transform::{
    Keep, LinearMap, LinearMapParts, Opq, OpqSettings, Pca, PcaError, PcaSettings, Permutation,
};
pub use vector_index::{Effort, Products, VectorIndex};
