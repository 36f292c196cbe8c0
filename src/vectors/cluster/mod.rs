//! Clusters of vectors: centres and labels, neighbours inside clusters, clusters merged by them.

mod neighbours;
mod output;
mod partition;

pub use neighbours::{Neighbourhood, Pair, neighbourhood};
pub use output::{COLUMNS, FORMAT, write_csv, write_hdf5};
pub use partition::{Partition, kmeans_partition};

/// All that was found out.
#[derive(Debug)]
pub struct Clustering {
    /// For instance `kmeans`, and the metric.
    pub method: String,
    /// For instance `cosine`.
    pub metric: String,
    /// Who is with whom.
    pub partition: Partition,
    /// Neighbours inside clusters and merged groups, if asked for.
    pub neighbourhood: Option<Neighbourhood>,
}
