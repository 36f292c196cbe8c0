//! Principal components of a set as a file, and sets brought into their coordinates.

use super::metric::settings_text;
use super::rows::matrix_of;
use super::{MatrixFile, MatrixKind, Vectors, VectorsError};
use crate::index::{Keep, LinearMap, LinearMapParts, Pca, PcaError, PcaSettings};
use crate::library::{Attributes, Container, Format, LibraryError, Writer};
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// How the root of such a file is marked.
pub const FORMAT: Format = Format {
    name: "mzseek-pca",
    version: 1,
    oldest: 1,
    what: "PCA model",
    made_by: "mzseek vectors pca",
    mistaken_for: "vectors to be fitted",
};

/// Vectors in components as a file.
const VECTORS: MatrixKind = MatrixKind {
    dataset: "vectors",
    notes: &[],
};

/// Vectors brought into components at a time.
const BLOCK: usize = 8192;

/// A fitted model.
#[derive(Debug)]
pub struct PcaModel {
    map: LinearMap,
    variances: Vec<f64>,
    is_centred: bool,
}

/// What stands in the file beside the arrays.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Settings {
    dim: usize,
    components: usize,
    centred: bool,
}

impl PcaModel {
    /// Fits a set, which is read once, a run of rows at a time. Notes say where there are fewer
    /// components than asked for.
    ///
    /// # Errors
    /// Numbers that are not finite, more components than coordinates, or what the system said.
    pub fn fit(
        set: &Vectors,
        keep: Keep,
        is_centred: bool,
    ) -> Result<(Self, Vec<String>), VectorsError> {
        if let Keep::Components(asked) = keep
            && asked > set.dim()
        {
            return Err(VectorsError::TooFew {
                what: "--components",
                asked,
                name: set.name().to_owned(),
                available: set.dim(),
                unit: "numbers per vector",
            });
        }
        let name = set.name().to_owned();
        let settings = PcaSettings {
            keep,
            centred: is_centred,
        };
        let fitted = Pca::fit(set, settings).map_err(|error| match error {
            PcaError::Value {
                row,
                coordinate,
                value,
            } => VectorsError::NotFinite {
                name,
                row,
                coordinate,
                value,
            },
            PcaError::Read(source) => VectorsError::Io(source),
            other @ (PcaError::NoDimension | PcaError::Variance(_)) => VectorsError::Structure {
                name,
                fault: other.to_string(),
            },
        })?;
        let model = Self {
            map: fitted.map,
            variances: fitted.variances,
            is_centred,
        };
        Ok((model, fitted.notes))
    }

    /// Writes `mean`, `components` and `variances`, whole or not at all.
    ///
    /// # Errors
    /// What could not be written; the target is then as it was.
    pub fn write(&self, path: &Path) -> Result<(), VectorsError> {
        let LinearMapParts { offset, directions } = self.map.parts();
        let settings = settings_text(&Settings {
            dim: self.map.dim_in(),
            components: self.map.dim_out(),
            centred: self.is_centred,
        });
        let mut writer = Writer::create(path, &FORMAT)?;
        writer.put("mean", &offset)?;
        writer.put_matrix("components", &matrix_of(&directions, self.map.dim_in()))?;
        writer.put("variances", &self.variances)?;
        writer.finish(&Attributes {
            mzseek_version: env!("CARGO_PKG_VERSION").to_owned(),
            fingerprint: blake3::hash(settings.as_bytes()).to_hex().to_string(),
            settings,
        })?;
        Ok(())
    }

    /// Opens a model, every checksum compared.
    ///
    /// # Errors
    /// What the file is instead, or which part of it is damaged.
    pub fn open(path: &Path) -> Result<Self, VectorsError> {
        let container = Container::open(path, &FORMAT)?;
        for section in container.sections() {
            container.check(&section.name)?;
        }
        Ok(Self::load(&container)?)
    }

    fn load(container: &Container) -> Result<Self, LibraryError> {
        let settings: Settings = toml::from_str(&container.attributes().settings)
            .map_err(|e| container.damaged("settings", &e.to_string()))?;
        let parts = LinearMapParts {
            offset: container.slab("mean")?,
            directions: container.slab("components")?,
        };
        let map = LinearMap::from_parts(parts)
            .map_err(|e| container.damaged("components", &e.to_string()))?;
        let variances = container.slab::<f64>("variances")?.to_vec();
        let expected = (settings.dim, settings.components, settings.dim);
        if (map.dim_in(), map.dim_out(), variances.len()) != expected {
            return Err(container.damaged("settings", "the arrays are not of the size they say"));
        }
        let is_centred = settings.centred;
        Ok(Self {
            map,
            variances,
            is_centred,
        })
    }

    /// Numbers per vector that it takes, and components that it gives.
    pub fn dims(&self) -> (usize, usize) {
        (self.map.dim_in(), self.map.dim_out())
    }

    /// For each component kept, its variance and the part of all variance that it and those before
    /// it explain.
    pub fn explained(&self) -> Vec<(f64, f64)> {
        let total: f64 = self.variances.iter().sum();
        let kept = self.variances.iter().take(self.map.dim_out());
        let mut so_far = 0.0;
        kept.map(|&variance| {
            so_far += variance;
            (variance, if total > 0.0 { so_far / total } else { 1.0 })
        })
        .collect()
    }

    /// Writes all of `set` in components to `target`: `.npy`, or the dataset `vectors` in HDF5.
    ///
    /// # Errors
    /// Vectors that do not fit the model, or what the system said about the target.
    pub fn transform(&self, set: &Vectors, target: &Path) -> Result<(), VectorsError> {
        let (dim_in, dim_out) = self.dims();
        set.expect_dim("the model", dim_in)?;
        let mut out = MatrixFile::create(target, VECTORS, (set.n_rows(), dim_out))?;
        let mut values = Vec::new();
        for start in (0..set.n_rows()).step_by(BLOCK) {
            set.read(start..(start + BLOCK).min(set.n_rows()), &mut values)?;
            let rows: ArrayView2<'_, f32> = matrix_of(&values, dim_in);
            out.put(start, 0, self.map.apply(rows).view())?;
        }
        out.publish(&[])
    }
}
