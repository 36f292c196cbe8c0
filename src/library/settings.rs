//! The settings a library was made with, as TOML: the twin on disk of the run-time types.
//!
//! There are no optional values here; defaults and the user's wishes are merged by `config` before
//! these exist. Every key is needed and none unknown is accepted.

use crate::cluster::{Grouping, Linkage};
use crate::domain::{Da, Invalid, Mz, Tolerance};
use crate::embed::{Embedding, EmbeddingError, EmbeddingSettings, Views};
use crate::prepare::{Merging, PrecursorRemoval, Preparation};
use serde::{Deserialize, Serialize};

/// All settings of a library.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LibrarySettings {
    /// Name of the profile the settings started from.
    pub profile: String,
    /// Seed of everything random.
    pub seed: u64,
    /// What decoys are made of. Left out where there are none, as in older libraries.
    #[serde(default, skip_serializing_if = "DecoyMethod::is_none")]
    pub decoys: DecoyMethod,
    /// How spectra are cleaned.
    pub preparation: PreparationText,
    /// How vectors are made.
    pub embedding: EmbeddingText,
    /// How peaks are matched when nothing else is asked for.
    pub matching: MatchingSettings,
    /// How vectors are indexed.
    pub index: IndexSettings,
    /// How entries are grouped.
    pub clusters: ClusterSettings,
}

/// [`Preparation`] on disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PreparationText {
    /// Lowest and highest m/z kept; empty for all.
    pub mz_range: Vec<f64>,
    /// What is taken out around the precursor.
    pub precursor: PrecursorRemovalText,
    /// How close peaks become one.
    pub merging: MergingText,
    /// Noise threshold as a share of the base peak.
    pub noise: f32,
    /// Most peaks kept.
    pub max_peaks: usize,
    /// Fewest peaks a spectrum needs.
    pub min_peaks: usize,
    /// Least m/z span of the peaks, in Da.
    pub min_span_da: f64,
}

/// [`PrecursorRemoval`] on disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum PrecursorRemovalText {
    /// Nothing is taken out.
    Off,
    /// Peaks above precursor minus this many Da.
    AboveDa(f64),
    /// Peaks this many Da around the precursor and its first two isotopes, at every charge.
    AroundDa(f64),
}

/// [`Merging`] on disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum MergingText {
    /// Nothing is merged.
    Off,
    /// Peaks closer than this many Da.
    CloserDa(f64),
    /// Peaks of one nominal mass.
    UnitMass,
}

/// [`EmbeddingSettings`] on disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EmbeddingText {
    /// Width of a bin in Da.
    pub bin_width_da: f64,
    /// Lowest and highest m/z binned.
    pub mz_range: [f64; 2],
    /// Power of the intensity.
    pub power: f32,
    /// Length of the vector.
    pub dim: usize,
    /// What goes into it.
    pub views: ViewsText,
}

/// [`Views`] on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ViewsText {
    /// Fragments alone.
    Fragments,
    /// Fragments and neutral losses.
    FragmentsAndLosses,
}

/// How peaks are matched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MatchingSettings {
    /// How far apart two fragments may lie, for instance `0.02Da`.
    pub fragment_tolerance: String,
}

/// How vectors are indexed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct IndexSettings {
    /// `auto`, a kind or a factory word; in a library, the factory word that was built.
    pub kind: String,
    /// In a library, what was asked for, so that it can be asked for again. Empty before, and in
    /// libraries of format 1.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub wish: String,
}

/// How entries are grouped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ClusterSettings {
    /// What makes two entries one cluster.
    pub method: ClusterMethod,
    /// What makes linked entries one cluster (method `spectral`). Older libraries, which do not
    /// say, were made of components.
    #[serde(default)]
    pub grouping: GroupingText,
    /// Similarity from which two entries are linked (method `spectral`).
    pub threshold: f32,
    /// How far apart precursors of linked entries may lie (method `spectral`).
    pub precursor_tolerance: String,
}

/// [`Grouping`] on disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupingText {
    /// Any chain of links.
    #[default]
    Components,
    /// Average linkage.
    Average,
    /// Complete linkage.
    Complete,
    /// Entries around medoids.
    Medoids,
}

impl GroupingText {
    /// The run-time type.
    pub fn resolve(self) -> Grouping {
        match self {
            Self::Components => Grouping::Components,
            Self::Average => Grouping::Linkage(Linkage::Average),
            Self::Complete => Grouping::Linkage(Linkage::Complete),
            Self::Medoids => Grouping::Medoids,
        }
    }
}

/// What makes two entries one cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClusterMethod {
    /// Every entry is its own.
    None,
    /// Similar spectra of one precursor.
    Spectral,
    /// One compound or peptide ion.
    Identity,
}

/// What decoys are made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DecoyMethod {
    /// There are none.
    #[default]
    None,
    /// Shuffled peptides where the peptide is known, else fragments of other spectra.
    Auto,
    /// Shuffled peptides; entries that are none are refused.
    Shuffle,
    /// Fragments of other spectra.
    Spectrum,
}

impl DecoyMethod {
    /// Whether there are no decoys.
    pub fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// Settings that contradict themselves or the world.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A value no type accepts.
    #[error("setting {key}: {source}")]
    Value {
        /// The key, for instance `preparation.mz-range`.
        key: &'static str,
        /// What is wrong with it.
        source: Invalid,
    },
    /// A value outside its range.
    #[error("setting {key}: {message}")]
    Range {
        /// The key.
        key: &'static str,
        /// What is wrong with it.
        message: String,
    },
    /// No vector can be made.
    #[error("setting embedding: {0}")]
    Embedding(#[from] EmbeddingError),
    /// Not TOML, or an unknown or missing key.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
}

fn value<T>(key: &'static str, made: Result<T, Invalid>) -> Result<T, SettingsError> {
    made.map_err(|source| SettingsError::Value { key, source })
}

impl LibrarySettings {
    /// Reads the text a library stores.
    pub fn from_toml(text: &str) -> Result<Self, SettingsError> {
        Ok(toml::from_str(text)?)
    }

    /// The text a library stores.
    pub fn to_toml(&self) -> String {
        // Tables of numbers, texts and lists always have a TOML form.
        toml::to_string(self).unwrap_or_default()
    }

    /// BLAKE3 of what must agree between a library and its queries: preparation and embedding.
    pub fn fingerprint(&self) -> String {
        let text = |part: Result<String, toml::ser::Error>| part.unwrap_or_default();
        let mut hasher = blake3::Hasher::new();
        hasher.update(text(toml::to_string(&self.preparation)).as_bytes());
        hasher.update(text(toml::to_string(&self.embedding)).as_bytes());
        hasher.finalize().to_hex().to_string()
    }

    /// The first setting in which two libraries differ that must agree to be searched as one, with
    /// both values.
    pub fn conflict(&self, other: &Self) -> Option<(String, [String; 2])> {
        let shared = |settings: &Self| {
            let mut settings = settings.clone();
            settings.index.kind.clear();
            settings.index.wish.clear();
            settings.profile.clear();
            settings.seed = 0;
            settings.clusters = other.clusters.clone();
            // Which decoys makes no difference to a search, but whether each entry has one.
            if !settings.decoys.is_none() {
                settings.decoys = DecoyMethod::Auto;
            }
            let mut flat = Vec::new();
            flatten("", &toml::Value::try_from(settings).ok()?, &mut flat);
            Some(flat)
        };
        let (own, others) = (shared(self)?, shared(other)?);
        let of = |all: &[(String, String)], key: &str| {
            let found = all.iter().find(|(known, _)| known == key);
            found.map_or_else(|| "none".to_owned(), |(_, value)| value.clone())
        };
        let mut keys = own.iter().chain(&others).map(|(key, _)| key);
        let key = keys.find(|key| of(&own, key) != of(&others, key))?;
        Some((key.clone(), [of(&own, key), of(&others, key)]))
    }

    /// The preparation in run-time types.
    pub fn preparation(&self) -> Result<Preparation, SettingsError> {
        let text = &self.preparation;
        let mz_range = match text.mz_range.as_slice() {
            [] => None,
            &[low, high] => {
                let key = "preparation.mz-range";
                Some((value(key, Mz::new(low))?, value(key, Mz::new(high))?))
            }
            other => {
                let message = format!("{} numbers, expected none or two", other.len());
                return Err(SettingsError::Range {
                    key: "preparation.mz-range",
                    message,
                });
            }
        };
        if !(0.0..1.0).contains(&text.noise) {
            let message = format!("{} is not a share from 0 to below 1", text.noise);
            return Err(SettingsError::Range {
                key: "preparation.noise",
                message,
            });
        }
        if text.max_peaks == 0 || text.max_peaks < text.min_peaks {
            let message = format!(
                "{} leaves fewer than min-peaks {}",
                text.max_peaks, text.min_peaks
            );
            return Err(SettingsError::Range {
                key: "preparation.max-peaks",
                message,
            });
        }
        Ok(Preparation {
            mz_range,
            precursor: text.precursor.resolve()?,
            merging: text.merging.resolve()?,
            noise: text.noise,
            max_peaks: text.max_peaks,
            min_peaks: text.min_peaks,
            min_span: value("preparation.min-span-da", Da::new(text.min_span_da))?,
        })
    }

    /// The maker of vectors.
    pub fn embedding(&self) -> Result<Embedding, SettingsError> {
        let text = &self.embedding;
        let [low, high] = text.mz_range;
        Ok(Embedding::new(EmbeddingSettings {
            bin_width: value("embedding.bin-width-da", Da::new(text.bin_width_da))?,
            mz_range: (
                value("embedding.mz-range", Mz::new(low))?,
                value("embedding.mz-range", Mz::new(high))?,
            ),
            power: text.power,
            dim: text.dim,
            views: match text.views {
                ViewsText::Fragments => Views::Fragments,
                ViewsText::FragmentsAndLosses => Views::FragmentsAndLosses,
            },
        })?)
    }

    /// How far apart two fragments may lie.
    pub fn fragment_tolerance(&self) -> Result<Tolerance, SettingsError> {
        value(
            "matching.fragment-tolerance",
            self.matching.fragment_tolerance.parse(),
        )
    }

    /// How far apart precursors of linked entries may lie.
    pub fn cluster_tolerance(&self) -> Result<Tolerance, SettingsError> {
        value(
            "clusters.precursor-tolerance",
            self.clusters.precursor_tolerance.parse(),
        )
    }
}

/// Appends the values of all tables, each by its whole key.
fn flatten(key: &str, value: &toml::Value, into: &mut Vec<(String, String)>) {
    let toml::Value::Table(table) = value else {
        into.push((key.to_owned(), value.to_string()));
        return;
    };
    for (name, value) in table {
        let key = if key.is_empty() {
            name.clone()
        } else {
            format!("{key}.{name}")
        };
        flatten(&key, value, into);
    }
}

/// Isotopes taken out beside a peptide precursor, as falcon does.
const PRECURSOR_ISOTOPES: u8 = 2;

impl PrecursorRemovalText {
    fn resolve(&self) -> Result<PrecursorRemoval, SettingsError> {
        let da = |width: f64| value("preparation.precursor", Da::new(width));
        Ok(match *self {
            Self::Off => PrecursorRemoval::Off,
            Self::AboveDa(margin) => PrecursorRemoval::Above(da(margin)?),
            Self::AroundDa(half_width) => PrecursorRemoval::Around {
                half_width: da(half_width)?,
                isotopes: PRECURSOR_ISOTOPES,
            },
        })
    }
}

impl MergingText {
    fn resolve(&self) -> Result<Merging, SettingsError> {
        Ok(match *self {
            Self::Off => Merging::Off,
            Self::CloserDa(gap) => Merging::Closer(value("preparation.merging", Da::new(gap))?),
            Self::UnitMass => Merging::UnitMass,
        })
    }
}
