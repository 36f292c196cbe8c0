//! The root attributes of a file, and the checksum over them and its table of contents.

use super::{Format, LibraryError};
use hdf5::types::FixedUnicode;
use std::path::Path;

/// Root attributes in the order they are checksummed.
pub(super) const ATTRIBUTES: [&str; 4] = ["format", "mzseek_version", "settings", "fingerprint"];
/// The checksum over the others and the table of contents.
pub(super) const OVERALL: &str = "checksum";

/// A text attribute, padded with zeros. Texts of any length would go to HDF5's global heap, the one
/// part of its structure that has no checksum: a flipped byte there makes HDF5 loop for ever.
pub(super) type Text = FixedUnicode<4096>;
/// The same for texts that are short. HDF5 gives either as [`Text`].
pub(super) type ShortText = FixedUnicode<64>;

/// Root attributes of an opened file.
#[derive(Debug)]
pub(crate) struct Attributes {
    pub(crate) mzseek_version: String,
    pub(crate) settings: String,
    pub(crate) fingerprint: String,
}

/// Checksum over the root attributes and the table of contents, and so over the whole file.
pub(super) fn overall_checksum(
    format: &str,
    version: u32,
    attributes: &Attributes,
    contents: &[u8],
) -> String {
    let mut hasher = blake3::Hasher::new();
    for value in [
        format,
        &attributes.mzseek_version,
        &attributes.settings,
        &attributes.fingerprint,
    ] {
        hasher.update(&(value.len() as u64).to_le_bytes());
        hasher.update(value.as_bytes());
    }
    hasher.update(&version.to_le_bytes());
    hasher.update(contents);
    hasher.finalize().to_hex().to_string()
}

/// The version of the format, and what else the root says.
///
/// # Errors
/// A file of another kind or version, or an attribute that cannot be read.
pub(super) fn read_attributes(
    h5: &hdf5::File,
    path: &Path,
    format: &'static Format,
) -> Result<(u32, Attributes), LibraryError> {
    if read_text(h5, ATTRIBUTES[0]).as_deref() != Ok(format.name) {
        return Err(LibraryError::NotALibrary {
            path: path.to_owned(),
            format,
            found: "it is an HDF5 file of another kind".into(),
        });
    }
    let damaged = |part: &str, fault: String| LibraryError::Damaged {
        path: path.to_owned(),
        format,
        part: part.to_owned(),
        fault,
    };
    let found = h5
        .attr("format_version")
        .and_then(|a| a.read_scalar::<u32>())
        .map_err(|e| damaged("format_version", e.to_string()))?;
    if !(format.oldest..=format.version).contains(&found) {
        return Err(LibraryError::Version {
            path: path.to_owned(),
            format,
            found,
        });
    }
    let text = |name: &str| read_text(h5, name).map_err(|fault| damaged(name, fault));
    let attributes = Attributes {
        mzseek_version: text(ATTRIBUTES[1])?,
        settings: text(ATTRIBUTES[2])?,
        fingerprint: text(ATTRIBUTES[3])?,
    };
    Ok((found, attributes))
}

/// The root attribute `name`, which is text.
pub(super) fn read_text(h5: &hdf5::File, name: &str) -> Result<String, String> {
    let read = || h5.attr(name)?.read_scalar::<Text>();
    let text = read().map_err(|e| e.to_string())?;
    let text = std::str::from_utf8(text.as_bytes()).map_err(|e| e.to_string())?;
    Ok(text.to_owned())
}
