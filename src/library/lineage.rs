//! Where a library comes from: a version for every change, each with the checksum of the file it
//! was made from, and the file that holds its older entries, if that is another one.
//!
//! There are no times in it: the same steps give the same bytes, and a clock can be set back.

use super::LibraryError;
use super::container::Container;
use super::writer::Writer;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The array that holds it, as TOML.
const RECORD: &str = "lineage/record";

/// Every version of a library, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lineage {
    /// At least one; the last is this one.
    #[serde(rename = "version")]
    pub versions: Vec<Version>,
    /// The file with the older entries, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Base>,
}

/// One version of a library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// From 1.
    pub number: u32,
    /// The command that made it.
    pub by: String,
    /// Entries in it, decoys apart.
    pub entries: u64,
    /// The program that made it.
    pub mzseek: String,
    /// Checksums of the files it was made from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<String>,
}

/// A file beside the library that holds its older entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Base {
    /// Its name, without folder.
    pub file: String,
    /// Its checksum.
    pub checksum: String,
}

impl Lineage {
    /// The first version of a library with this many entries, made of libraries with these
    /// checksums or of none.
    pub fn first(by: &str, entries: usize, parents: Vec<String>) -> Self {
        let version = Version {
            number: 1,
            by: by.to_owned(),
            entries: entries as u64,
            mzseek: env!("CARGO_PKG_VERSION").to_owned(),
            parents,
        };
        Self {
            versions: vec![version],
            base: None,
        }
    }

    /// The next version, made of the file with the checksum `parent`.
    #[must_use]
    pub fn next(&self, by: &str, entries: usize, parent: &str) -> Self {
        let mut next = self.clone();
        let last = self.versions.last().map_or(0, |version| version.number);
        let mut version = Self::first(by, entries, vec![parent.to_owned()]).versions;
        version[0].number = last.saturating_add(1);
        next.versions.append(&mut version);
        next.base = None;
        next
    }

    pub(super) fn write(&self, writer: &mut Writer) -> Result<(), LibraryError> {
        // Tables of numbers and texts always have a TOML form.
        writer.put(RECORD, toml::to_string(self).unwrap_or_default().as_bytes())
    }

    /// What the file says; of format 1, which has no lineage, that it was built.
    pub(super) fn read(container: &Container) -> Result<Option<Self>, LibraryError> {
        if !container.has(RECORD) {
            return Ok(None);
        }
        container.check(RECORD)?;
        let bytes = container.slab::<u8>(RECORD)?;
        let fault = |fault: &str| container.damaged(RECORD, fault);
        let text = std::str::from_utf8(&bytes).map_err(|_| fault("is not UTF-8"))?;
        let lineage: Self = toml::from_str(text).map_err(|e| fault(&e.to_string()))?;
        if lineage.versions.is_empty() {
            return Err(fault("has no version"));
        }
        let is_name = |base: &Base| Path::new(&base.file).file_name() == Some(base.file.as_ref());
        if lineage.base.as_ref().is_some_and(|base| !is_name(base)) {
            return Err(fault("its base is no name of a file"));
        }
        Ok(Some(lineage))
    }
}
