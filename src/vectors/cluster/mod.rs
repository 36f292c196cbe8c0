//! Clusters of vectors: centres and labels, neighbours inside clusters, clusters merged by them.

mod hierarchical;
mod medoids;
mod neighbours;
mod output;
mod partition;

pub use hierarchical::{Split, hierarchical_partition};
pub use medoids::medoid_partition;
pub use neighbours::{Neighbourhood, Pair, neighbourhood};
pub use output::{COLUMNS, FORMAT, write_csv, write_hdf5};
pub use partition::{Partition, kmeans_partition};

/// All that was found out.
#[derive(Debug)]
pub struct Clustering {
    /// For instance `kmeans`.
    pub method: String,
    /// For instance `cosine`.
    pub metric: String,
    /// Who is with whom.
    pub partition: Partition,
    /// How a hierarchy came about, first split first; empty for other methods.
    pub splits: Vec<Split>,
    /// Neighbours inside clusters and merged groups, if asked for.
    pub neighbourhood: Option<Neighbourhood>,
}
