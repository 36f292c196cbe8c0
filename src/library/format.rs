//! The kinds of file a [`Container`](super::Container) can be.

/// Value of the root attribute `format` of a library.
pub const FORMAT: &str = "mzseek-library";
/// Value of the root attribute `format_version` of a library written by this program.
pub const FORMAT_VERSION: u32 = 5;

/// A kind of file: what its root attributes say, and what people are told about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// Value of the root attribute `format`.
    pub name: &'static str,
    /// Value of the root attribute `format_version` of new files.
    pub version: u32,
    /// The oldest version that is read; all between are.
    pub oldest: u32,
    /// The first version whose files end with a checksum over all their bytes; none for kinds without.
    pub sealed_since: Option<u32>,
    /// What people call it.
    pub what: &'static str,
    /// The command that makes one.
    pub made_by: &'static str,
    /// What text or gzip given in its place may be.
    pub mistaken_for: &'static str,
}

impl Format {
    /// The versions that are read.
    pub fn versions(&self) -> String {
        if self.oldest == self.version {
            self.version.to_string()
        } else {
            format!("{} to {}", self.oldest, self.version)
        }
    }
}

/// A library of reference spectra.
pub const LIBRARY: Format = Format {
    name: FORMAT,
    version: FORMAT_VERSION,
    // 1 has no lineage, and nothing in `entries/fields`.
    oldest: 1,
    sealed_since: Some(3),
    what: "library",
    made_by: "mzseek build",
    mistaken_for: "spectra to be searched",
};
