//! The only place where settings are merged: defaults, then the user's file, then flags.
//!
//! Defaults of every profile stand in `defaults.toml`, embedded in the program. A user's file
//! holds any of the same keys; a key that is not there is refused, so that a slip of the pen does
//! not pass unnoticed.

mod question;
mod words;

pub use question::{Question, QuestionError, SearchFlags, Setting, settings};

use crate::library::{LibrarySettings, SettingsError};
use std::path::{Path, PathBuf};
use toml::{Table, Value};

const DEFAULTS: &str = include_str!("defaults.toml");

/// Settings that cannot be merged.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The settings file cannot be read.
    #[error("{source}")]
    Io {
        /// What the system said; it names the file.
        source: std::io::Error,
    },
    /// The settings file is not TOML.
    #[error("{path}: {source}", path = .path.display())]
    Toml {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// There is no such profile.
    #[error("there is no profile {0:?}; profiles are {1}")]
    Profile(String, String),
    /// A value or key is wrong.
    #[error("{origin}{source}")]
    Settings {
        /// The file, where there is one.
        origin: String,
        /// Which key and why.
        source: SettingsError,
    },
}

/// What the user asks for beside the defaults.
#[derive(Debug, Clone, Default)]
pub struct Wishes<'a> {
    /// A profile's name.
    pub profile: Option<&'a str>,
    /// A TOML file with any of the keys of a profile.
    pub file: Option<&'a Path>,
    /// Keys set by flags.
    pub flags: Table,
}

/// Names of the profiles there are.
pub fn profiles() -> Vec<String> {
    defaults().keys().cloned().collect()
}

/// The settings of a library to be built.
///
/// # Errors
/// Names the file or key that is wrong, or the profiles there are.
pub fn resolve(wishes: &Wishes<'_>) -> Result<LibrarySettings, ConfigError> {
    let user = match wishes.file {
        Some(path) => read(path)?,
        None => Table::new(),
    };
    let of_file = user.get("profile").and_then(Value::as_str);
    let profile = wishes
        .profile
        .or(of_file)
        .unwrap_or("small-molecule")
        .to_owned();
    let Some(Value::Table(mut table)) = defaults().remove(&profile) else {
        return Err(ConfigError::Profile(profile, profiles().join(", ")));
    };
    merge(&mut table, user);
    merge(&mut table, wishes.flags.clone());
    table.insert("profile".into(), Value::String(profile));
    let origin = wishes
        .file
        .map(|f| format!("{}: ", f.display()))
        .unwrap_or_default();
    Value::Table(table)
        .try_into()
        .map_err(|e| ConfigError::Settings {
            origin,
            source: SettingsError::Toml(e),
        })
}

/// Sets `value` at a dotted `key`, for instance `embedding.dim`.
pub fn set(flags: &mut Table, key: &str, value: impl Into<Value>) {
    match key.split_once('.') {
        None => {
            flags.insert(key.to_owned(), value.into());
        }
        Some((first, rest)) => {
            let inner = flags
                .entry(first)
                .or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                set(inner, rest, value);
            }
        }
    }
}

fn defaults() -> Table {
    // A test reads the embedded text; it cannot fail here.
    DEFAULTS.parse().unwrap_or_default()
}

fn read(path: &Path) -> Result<Table, ConfigError> {
    let text = fs_err::read_to_string(path).map_err(|source| ConfigError::Io { source })?;
    text.parse().map_err(|e| ConfigError::Toml {
        path: path.to_owned(),
        source: Box::new(e),
    })
}

/// Lays `over` over `under`: tables are merged, everything else is replaced.
fn merge(under: &mut Table, over: Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            // `precursor` and `merging` are one of several: their tables replace each other.
            (Some(Value::Table(inner)), Value::Table(table)) if !is_choice(&key) => {
                merge(inner, table);
            }
            (_, value) => {
                under.insert(key, value);
            }
        }
    }
}

fn is_choice(key: &str) -> bool {
    ["precursor", "merging"].contains(&key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::Draft;
    use std::io::Write;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    #[test]
    fn every_profile_resolves_to_usable_settings() {
        assert_eq!(profiles(), ["ei", "peptide", "small-molecule"]);
        for profile in profiles() {
            let settings = resolve(&Wishes {
                profile: Some(&profile),
                ..Wishes::default()
            })
            .unwrap();
            assert_eq!(settings.profile, profile);
            Draft::new(settings.clone()).unwrap();
            assert_eq!(
                LibrarySettings::from_toml(&settings.to_toml()).unwrap(),
                settings
            );
        }
    }

    #[test]
    fn flags_beat_the_file_and_the_file_beats_defaults() {
        let file = file(
            "profile = \"peptide\"\nseed = 7\n[embedding]\ndim = 256\npower = 0.5\n\
             [preparation]\nmerging = { closer-da = 0.02 }\n",
        );
        let mut flags = Table::new();
        set(&mut flags, "embedding.dim", 128);
        let wishes = Wishes {
            file: Some(file.path()),
            flags,
            ..Wishes::default()
        };
        let settings = resolve(&wishes).unwrap();
        assert_eq!((settings.profile.as_str(), settings.seed), ("peptide", 7));
        assert_eq!(
            (settings.embedding.dim, settings.embedding.power),
            (128, 0.5)
        );
        assert_eq!(settings.preparation.min_peaks, 10);
        assert!(
            resolve(&Wishes {
                profile: Some("ei"),
                ..wishes
            })
            .is_ok()
        );
    }

    #[test]
    fn slips_are_refused_by_name() {
        let told = |text: &str| {
            let file = file(text);
            resolve(&Wishes {
                file: Some(file.path()),
                ..Wishes::default()
            })
            .unwrap_err()
            .to_string()
        };
        assert!(told("[embedding]\ndimm = 3\n").contains("dimm"));
        assert!(told("profile = \"metabolite\"").contains("small-molecule"));
        assert!(told("seed = ").contains("TOML parse error"));
        let absent = Wishes {
            file: Some(Path::new("/nowhere.toml")),
            ..Wishes::default()
        };
        assert!(
            resolve(&absent)
                .unwrap_err()
                .to_string()
                .contains("/nowhere.toml")
        );
    }
}
