//! A file of clusters, read back to be added to.

use super::hdf5_file::FORMAT;
use crate::cluster::{Earlier, Link};
use crate::library::{Container, LibraryError, TextColumn};
use crate::memory::Slab;
use std::path::{Path, PathBuf};

/// What a file of clusters says of the spectra in it.
#[derive(Debug)]
pub struct EarlierClusters {
    settings: String,
    files: Vec<PathBuf>,
    digests: Slab<u64>,
    cluster_of: Slab<u32>,
    piece_of: Slab<u32>,
    links: Vec<Link>,
}

impl EarlierClusters {
    /// Reads `path`, as [`write_clusters_hdf5`](super::write_clusters_hdf5) makes it.
    ///
    /// # Errors
    /// If it is another kind of file, cannot be read or is damaged.
    pub fn read(path: &Path) -> Result<Self, LibraryError> {
        let file = Container::open(path, &FORMAT)?;
        for section in file.sections() {
            file.check(&section.name)?;
        }
        let names = TextColumn::from_parts(file.slab("files/offsets")?, file.slab("files/utf8")?)
            .map_err(|fault| file.damaged("files", fault))?;
        let names = (0..names.len() as u32).map(|at| PathBuf::from(&*names.get(at)));
        let digests = file.slab::<u64>("rows/digest")?;
        let n_rows = digests.len();
        let by_row = |name: &str| {
            let column = file.slab::<u32>(name)?;
            if column.len() == n_rows {
                Ok(column)
            } else {
                Err(file.damaged(name, "is not as long as rows/digest"))
            }
        };
        let (cluster_of, piece_of) = (by_row("clusters/cluster_of")?, by_row("clusters/piece_of")?);
        let (a, b) = (file.slab("neighbours/a")?, file.slab("neighbours/b")?);
        let similarity: Slab<f32> = file.slab("neighbours/similarity")?;
        let is_row = |row: &u32| (*row as usize) < n_rows;
        if a.len() != b.len()
            || a.len() != similarity.len()
            || ![&a, &b].iter().all(|rows| rows.iter().all(is_row))
        {
            return Err(file.damaged("neighbours", "are not pairs of the rows there are"));
        }
        let pairs = a.iter().zip(b.iter()).zip(similarity.iter());
        Ok(Self {
            settings: file.attributes().settings.clone(),
            files: names.collect(),
            links: pairs
                .map(|((&a, &b), &similarity)| Link { a, b, similarity })
                .collect(),
            digests,
            cluster_of,
            piece_of,
        })
    }

    /// TOML.
    pub fn settings(&self) -> &str {
        &self.settings
    }

    /// The files clustered, in their order.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// What each row held, in short.
    pub fn digests(&self) -> &[u64] {
        &self.digests
    }

    /// What was found of the rows.
    pub fn found(&self) -> Earlier<'_> {
        Earlier {
            links: &self.links,
            cluster_of: &self.cluster_of,
            piece_of: &self.piece_of,
        }
    }
}
