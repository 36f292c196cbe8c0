//! An index of vectors as a file: the arrays of the index, and what a search must know of them.

use super::calibration;
use super::metric::settings_text;
use super::{Drift, VectorMetric, Vectors, VectorsError};
use crate::index::{
    AnyIndex, Calibration, Factory, Fit, Probes, Setting, Spent, TrainError, TrainSettings,
    VectorIndex, train,
};
use crate::library::{
    Attributes, Container, Format, IndexShape, LibraryError, Writer, read_index, write_index,
};
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// How the root of such a file is marked.
pub const FORMAT: Format = Format {
    name: "mzseek-vectors",
    version: 4,
    oldest: 3,
    sealed_since: None,
    what: "vector index",
    made_by: "mzseek vectors index",
    mistaken_for: "vectors to be indexed",
};

/// Indexes of at most this many bytes are checked whole on opening, which takes some 10 ms; of
/// larger ones, rows and codes are left to [`IndexFile::verify`].
const CHECKED_WHOLE: usize = 64 << 20;
/// Arrays that grow with the number of vectors. A damaged number in them spoils a score at most.
const BULK: [&str; 4] = [
    "index/vectors",
    "index/codes",
    "index/norms",
    "index/refine_values",
];

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
    n_trained: usize,
    fit: Fit,
    calibration: Calibration,
}

/// An index just trained.
#[derive(Debug)]
pub struct Made {
    /// The index; neither its fit nor its recall is measured yet.
    pub file: IndexFile,
    /// Where it is smaller than ordered.
    pub notes: Vec<String>,
    /// What it took.
    pub spent: Spent,
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
    /// Vectors it was trained on; those after them were added.
    trained_on: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_centre: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_code: Option<f64>,
}

impl IndexFile {
    /// Trains an index on rows that are already in the form `order.metric` compares.
    ///
    /// # Errors
    /// Names `set` and what about it cannot be indexed.
    pub fn train(
        set: &Vectors,
        rows: ArrayView2<'_, f32>,
        factory: Factory,
        order: Order,
    ) -> Result<Made, VectorsError> {
        let Order { metric, seed } = order;
        let trained = train(factory, metric.core(), rows, seed, TrainSettings::default());
        let trained = trained.map_err(|e| unusable(set, e))?;
        let file = Self {
            metric,
            seed,
            index: trained.index,
            n_trained: rows.nrows(),
            fit: Fit::default(),
            calibration: Calibration::default(),
        };
        Ok(Made {
            file,
            notes: trained.notes,
            spent: trained.spent,
        })
    }

    /// Notes how well the index suits the rows it was trained on, to compare added ones with.
    pub fn measure_fit(&mut self, rows: ArrayView2<'_, f32>) {
        self.fit = self.index.fit(rows);
    }

    /// Measures what the index, which holds `rows`, finds at which effort: on `queries` in the form
    /// its metric compares, or on rows of its own.
    ///
    /// # Errors
    /// Names `set` and what about it cannot be scored.
    pub fn calibrate(
        &mut self,
        set: &Vectors,
        rows: ArrayView2<'_, f32>,
        queries: Option<ArrayView2<'_, f32>>,
    ) -> Result<(), VectorsError> {
        let probes = queries.map_or(Probes::Own(self.seed), Probes::Given);
        let measured = Calibration::measure(&self.index, rows, probes);
        self.calibration = measured.map_err(|e| unusable(set, e))?;
        Ok(())
    }

    /// The index with the rows of `set` behind those it holds, which are already in the form its
    /// metric compares, and how they differ from those it was trained on.
    ///
    /// # Errors
    /// Names `set` and what about it cannot be added.
    pub fn with_added(
        &self,
        set: &Vectors,
        rows: ArrayView2<'_, f32>,
    ) -> Result<(Self, Drift), VectorsError> {
        let added = (self.index.with_added(rows)).map_err(|source| VectorsError::Add {
            name: set.name().to_owned(),
            source,
        })?;
        let imbalances = self.index.imbalance().zip(added.index.imbalance());
        let drift = Drift {
            n_trained: self.n_trained,
            n_before: self.index.len(),
            n_added: rows.nrows(),
            trained: self.fit,
            added: self.index.fit(rows),
            imbalances,
            n_clamped: added.n_clamped,
        };
        let file = Self {
            index: added.index,
            calibration: self.calibration.clone(),
            ..*self
        };
        Ok((file, drift))
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
            trained_on: self.n_trained,
            to_centre: self.fit.to_centre,
            to_code: self.fit.to_code,
        };
        let settings = settings_text(&settings);
        let mut writer = Writer::create(path, &FORMAT)?;
        write_index(&self.index, &mut writer)?;
        calibration::write(&self.calibration, &mut writer)?;
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
        Ok(Self {
            metric,
            seed: settings.seed,
            index,
            n_trained: settings.trained_on,
            fit: Fit {
                to_centre: settings.to_centre,
                to_code: settings.to_code,
            },
            calibration: calibration::read(container)?,
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

    /// What the index finds at which effort; nothing where that was not measured.
    pub fn calibration(&self) -> &Calibration {
        &self.calibration
    }

    /// How to find the part `target` of the nearest with the least effort, or as much of them as
    /// the index can. An exact index finds all of them anyhow and has no setting.
    ///
    /// # Errors
    /// If what the index finds was not measured; `name` is the file.
    pub fn setting_for(&self, target: f64, name: &str) -> Result<Option<Setting>, VectorsError> {
        if self.index.is_exact() {
            return Ok(None);
        }
        let setting = (self.calibration.reaching(target)).or_else(|| self.calibration.best());
        let setting = setting.ok_or_else(|| VectorsError::NotCalibrated {
            name: name.to_owned(),
        })?;
        Ok(Some(setting))
    }

    /// The same index, whose second look, if it has one, scores `per_hit` rows for each wanted.
    #[must_use]
    pub fn with_per_hit(self, per_hit: usize) -> Self {
        Self {
            index: self.index.with_per_hit(per_hit),
            ..self
        }
    }
}

fn unusable(set: &Vectors, source: TrainError) -> VectorsError {
    VectorsError::Train {
        name: set.name().to_owned(),
        source,
    }
}
