//! A library at a glance: how large its clusters are, and which lie near which.

mod drawing;

use crate::embed::{Embedding, EmbeddingSettings};
use crate::index::{Keep, Pca, PcaError, PcaSettings};
use crate::library::{Library, LibraryError, restore};
use ndarray::Array2;

/// Most clusters on the map: the largest ones. More would cover one another.
const MOST: usize = 4000;

/// Length of the vectors that are mapped: two components of them look as those of longer ones do,
/// and the covariance stays small.
const DIM: usize = 256;

/// Why there is no map.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    /// The library cannot say how its vectors were made.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// There are no components.
    #[error("no map of the library: {0}")]
    Components(#[from] PcaError),
}

/// A cluster on the map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MapPoint {
    /// The cluster.
    pub cluster: u32,
    /// Its members.
    pub size: usize,
    /// First and second principal component of its medoid's vector.
    pub place: (f32, f32),
}

/// Sizes of all clusters, and a map of the largest ones: their medoids' vectors on the two
/// directions along which these differ most (principal components).
#[derive(Debug)]
pub struct LibraryMap<'a> {
    library: &'a Library,
    /// Of every cluster, decoys apart.
    sizes: Vec<usize>,
    points: Vec<MapPoint>,
    /// Part of the variance on the two axes together.
    explained: f64,
}

impl<'a> LibraryMap<'a> {
    /// Maps the clusters of `library`.
    ///
    /// # Errors
    /// Settings of the library that cannot be read.
    pub fn new(library: &'a Library) -> Result<Self, MapError> {
        let (entries, clusters) = (library.entries(), library.clusters());
        let size = |cluster: u32| clusters.members(cluster).len();
        let mut largest: Vec<u32> = (0..clusters.len() as u32)
            .filter(|&cluster| !entries.is_decoy(clusters.medoid(cluster)))
            .collect();
        let sizes = largest.iter().map(|&cluster| size(cluster)).collect();
        // Stable: of clusters of one size the first ones.
        largest.sort_by_key(|&cluster| std::cmp::Reverse(size(cluster)));
        largest.truncate(MOST);
        let medoids: Vec<u32> = largest.iter().map(|&c| clusters.medoid(c)).collect();
        let vectors = vectors(library, &medoids)?;
        let pca = Pca::fit(
            &vectors.view(),
            PcaSettings {
                keep: Keep::Components(2),
                centred: true,
            },
        )?;
        let places = pca.map.apply(vectors.view());
        // Fewer than three medoids may span fewer than two directions.
        let component = |row: usize, at: usize| places.get((row, at)).copied().unwrap_or_default();
        let points = largest.iter().enumerate().map(|(row, &cluster)| MapPoint {
            cluster,
            size: size(cluster),
            place: (component(row, 0), component(row, 1)),
        });
        Ok(Self {
            library,
            sizes,
            points: points.collect(),
            explained: pca.explained(),
        })
    }

    /// Clusters on the map, the largest first.
    pub fn points(&self) -> &[MapPoint] {
        &self.points
    }

    /// The picture.
    pub fn svg(&self) -> String {
        drawing::svg(self)
    }
}

/// Short vectors of these entries, one per row.
fn vectors(library: &Library, rows: &[u32]) -> Result<Array2<f32>, LibraryError> {
    let settings = library.embedding().settings().clone();
    let short = EmbeddingSettings {
        dim: DIM,
        ..settings
    };
    let embedding = Embedding::new(short).map_err(crate::library::SettingsError::from)?;
    let mut vectors = Array2::zeros((rows.len(), DIM));
    let prepared = restore(library.entries(), library.peaks(), rows);
    for (mut vector, spectrum) in vectors.outer_iter_mut().zip(&prepared) {
        for (place, value) in embedding.embed(spectrum) {
            vector[place as usize] = value;
        }
    }
    Ok(vectors)
}
