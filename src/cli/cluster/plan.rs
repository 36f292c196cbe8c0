//! How `mzseek cluster` clusters: from flags, or as a file of clusters was made.

use super::ClusterArgs;
use crate::cluster::{Grouping, Linkage, Representative};
use crate::config::{self, Wishes};
use crate::failure::Failure;
use crate::library::{LibrarySettings, SettingsError};
use crate::similarity::{RestsOn, SCORES, Similarity, score_named};
use clap::ValueEnum;
use toml::{Table, Value};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Method {
    /// Clusters merge while the mean similarity between their members reaches the threshold
    Average,
    /// Clusters merge while every two of their members reach the threshold
    Complete,
    /// Any chain of similar spectra
    Components,
    /// Similar spectra in dense places
    Dbscan,
    /// Spectra that reach the threshold with the medoid nearest to them
    Medoids,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Which {
    /// The one with the largest sum of similarities to its neighbours
    Medoid,
    /// The one most similar on average to all others
    MostSimilar,
}

pub(super) fn parse_score(text: &str) -> Result<&'static dyn Similarity, String> {
    let of_fragments = |score: &&dyn Similarity| score.rests_on() == RestsOn::Fragments;
    score_named(text).filter(of_fragments).ok_or_else(|| {
        let scores = SCORES.iter().copied().filter(of_fragments);
        let names: Vec<&str> = scores.map(Similarity::name).collect();
        format!("scores of fragments are {}", names.join(", "))
    })
}

/// Everything that clusters depend on beside the spectra.
pub(super) struct Plan {
    pub(super) settings: LibrarySettings,
    pub(super) score: &'static dyn Similarity,
    method: Method,
    min_spectra: u32,
    which: Which,
}

/// The table of a file's settings that holds what is not in those of a library.
const OWN: &str = "cluster";

impl Plan {
    pub(super) fn of_flags(args: &ClusterArgs) -> Result<Self, Failure> {
        let mut flags = Table::new();
        if let Some(index) = &args.index {
            config::set(&mut flags, "index.kind", index.clone());
        }
        if let Some(threshold) = args.threshold {
            config::set(&mut flags, "clusters.threshold", f64::from(threshold));
        }
        if let Some(tolerance) = args.precursor_tol {
            let key = "clusters.precursor-tolerance";
            config::set(&mut flags, key, tolerance.to_string());
        }
        if let Some(tolerance) = args.fragment_tol {
            let key = "matching.fragment-tolerance";
            config::set(&mut flags, key, tolerance.to_string());
        }
        let wishes = Wishes {
            profile: args.profile.as_deref(),
            file: args.config.as_deref(),
            flags,
        };
        Ok(Self {
            settings: config::resolve(&wishes)?,
            score: args.score,
            method: args.method,
            min_spectra: args.min_spectra,
            which: args.representative,
        })
    }

    /// What [`to_toml`](Self::to_toml) wrote.
    pub(super) fn of_toml(text: &str) -> Result<Self, String> {
        let mut table: Table = text.parse().map_err(|e: toml::de::Error| e.to_string())?;
        let own = table.remove(OWN);
        let own = |key: &str| {
            let value = own.as_ref().and_then(|own| own.get(key));
            value.ok_or_else(|| format!("{OWN}.{key} is missing"))
        };
        let word = |key: &str| own(key).map(|value| value.as_str().unwrap_or_default());
        let min_spectra = own("min-spectra")?.as_integer();
        let min_spectra = min_spectra.and_then(|n| u32::try_from(n).ok());
        Ok(Self {
            score: parse_score(word("score")?)?,
            method: Method::from_str(word("method")?, false)?,
            which: Which::from_str(word("representative")?, false)?,
            min_spectra: min_spectra.ok_or_else(|| format!("{OWN}.min-spectra is no count"))?,
            settings: LibrarySettings::from_toml(&table.to_string())
                .map_err(|e: SettingsError| e.to_string())?,
        })
    }

    /// The settings of the profile, and what flags say beside them.
    pub(super) fn to_toml(&self) -> String {
        let mut own = Table::new();
        let mut set =
            |key: &str, value: Value| config::set(&mut own, &format!("{OWN}.{key}"), value);
        set("method", word_of(&self.method).into());
        set("score", self.score.name().into());
        set("min-spectra", i64::from(self.min_spectra).into());
        set("representative", word_of(&self.which).into());
        format!("{}\n{own}", self.settings.to_toml())
    }

    pub(super) fn grouping(&self) -> Grouping {
        match self.method {
            Method::Average => Grouping::Linkage(Linkage::Average),
            Method::Complete => Grouping::Linkage(Linkage::Complete),
            Method::Components => Grouping::Components,
            Method::Dbscan => Grouping::Dbscan {
                min_spectra: self.min_spectra,
            },
            Method::Medoids => Grouping::Medoids,
        }
    }

    pub(super) fn representative(&self) -> Representative {
        match self.which {
            Which::Medoid => Representative::Medoid,
            Which::MostSimilar => Representative::MostSimilar,
        }
    }
}

fn word_of(value: &impl ValueEnum) -> String {
    let word = value.to_possible_value();
    word.map(|word| word.get_name().to_owned())
        .unwrap_or_default()
}
