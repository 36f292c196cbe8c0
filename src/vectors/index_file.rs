//! An index of vectors as a file: the arrays of the index, and what a search must know of them.

use super::metric::settings_text;
use super::{VectorMetric, Vectors, VectorsError};
use crate::index::{AnyIndex, Factory, TrainSettings, VectorIndex, train};
use crate::library::{
    Attributes, Container, Format, IndexShape, LibraryError, Writer, read_index, write_index,
};
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// How the root of such a file is marked.
pub const FORMAT: Format = Format {
    name: "mzseek-vectors",
    version: 1,
    what: "vector index",
    made_by: "mzseek vectors index",
    mistaken_for: "vectors to be indexed",
};

/// Indexes of at most this many bytes are checked whole on opening, which takes some 10 ms; of
/// larger ones, rows and codes are left to [`IndexFile::verify`].
const CHECKED_WHOLE: usize = 64 << 20;
/// Arrays that grow with the number of vectors. A damaged number in them spoils a score at most.
const BULK: [&str; 3] = ["index/vectors", "index/codes", "index/norms"];

/// What is ordered of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// How vectors are compared.
    pub metric: VectorMetric,
    /// Of everything random.
    pub seed: u64,
}

/// An index that can be searched or written.
#[derive(Debug)]
pub struct IndexFile {
    metric: VectorMetric,
    seed: u64,
    index: AnyIndex,
}

/// What stands in the file beside the arrays.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Settings {
    index: String,
    metric: String,
    dim: usize,
    rows: usize,
    seed: u64,
}

/// The index that `auto` or factory words order for a set of this size.
///
/// # Errors
/// Words that order none.
pub fn choose(
    words: &str,
    n_rows: usize,
    dim: usize,
) -> Result<Factory, crate::index::UnknownFactory> {
    match words.trim().to_ascii_lowercase().as_str() {
        "auto" => Ok(Factory::auto(n_rows, dim)),
        "ivfpq" => Ok(Factory::auto_ivf_pq(n_rows, dim)),
        _ => words.parse(),
    }
}

impl IndexFile {
    /// Trains an index on rows that are already in the form `order.metric` compares. Notes say
    /// where it is smaller than ordered.
    ///
    /// # Errors
    /// Names `set` and what about it cannot be indexed.
    pub fn train(
        set: &Vectors,
        rows: ArrayView2<'_, f32>,
        factory: Factory,
        order: Order,
    ) -> Result<(Self, Vec<String>), VectorsError> {
        let Order { metric, seed } = order;
        let trained = train(factory, metric.core(), rows, seed, TrainSettings::default());
        let trained = trained.map_err(|source| VectorsError::Train {
            name: set.name().to_owned(),
            source,
        })?;
        let index = trained.index;
        Ok((
            Self {
                metric,
                seed,
                index,
            },
            trained.notes,
        ))
    }

    /// Writes it to `path`, whole or not at all.
    ///
    /// # Errors
    /// What could not be written; the target is then as it was.
    pub fn write(&self, path: &Path) -> Result<(), VectorsError> {
        let settings = Settings {
            index: self.index.factory().to_string(),
            metric: self.metric.to_string(),
            dim: self.index.dim(),
            rows: self.index.len(),
            seed: self.seed,
        };
        let settings = settings_text(&settings);
        let mut writer = Writer::create(path, &FORMAT)?;
        write_index(&self.index, &mut writer)?;
        let fingerprint = blake3::hash(settings.as_bytes()).to_hex().to_string();
        writer.finish(&Attributes {
            mzseek_version: env!("CARGO_PKG_VERSION").to_owned(),
            settings,
            fingerprint,
        })?;
        Ok(())
    }

    /// Opens a file read-only; large arrays are mapped, not read.
    ///
    /// # Errors
    /// What the file is instead, or which part of it is damaged.
    pub fn open(path: &Path) -> Result<Self, VectorsError> {
        let container = Container::open(path, &FORMAT)?;
        let total: usize = container.section_bytes().map(|(_, bytes)| bytes).sum();
        for section in container.sections() {
            if total <= CHECKED_WHOLE || !BULK.contains(&section.name.as_str()) {
                container.check(&section.name)?;
            }
        }
        Ok(Self::load(&container)?)
    }

    /// Compares every checksum of the file at `path` and gives their number.
    ///
    /// # Errors
    /// The first part that is damaged.
    pub fn verify(path: &Path) -> Result<usize, VectorsError> {
        let container = Container::open(path, &FORMAT)?;
        for section in container.sections() {
            container.check(&section.name)?;
        }
        Self::load(&container)?;
        Ok(container.sections().count())
    }

    fn load(container: &Container) -> Result<Self, LibraryError> {
        let fault = |fault: &str| container.damaged("settings", fault);
        let settings: Settings =
            toml::from_str(&container.attributes().settings).map_err(|e| fault(&e.to_string()))?;
        let metric: VectorMetric = settings
            .metric
            .parse()
            .map_err(|_| fault("unknown metric"))?;
        let shape = IndexShape {
            metric: metric.core(),
            n_rows: settings.rows,
            dim: settings.dim,
        };
        let index = read_index(container, &settings.index, shape)?;
        if index.len() != settings.rows {
            return Err(fault("the index does not hold as many rows as they say"));
        }
        let seed = settings.seed;
        Ok(Self {
            metric,
            seed,
            index,
        })
    }

    /// How its vectors are compared.
    pub fn metric(&self) -> VectorMetric {
        self.metric
    }

    /// The index itself.
    pub fn index(&self) -> &AnyIndex {
        &self.index
    }
}
