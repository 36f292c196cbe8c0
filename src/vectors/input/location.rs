//! What a user names as vectors: a file, or a dataset of an HDF5 file.

use crate::vectors::VectorsError;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// `FILE` or `FILE.h5:dataset`. Which of the two is decided when it is opened, because a colon may
/// be part of a file's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location(String);

/// Formats of vectors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Format {
    Npy,
    /// `.fvecs`, `.bvecs` or `.ivecs`; the kind of number differs.
    Vecs(super::element::Element),
    /// With the name of the dataset, if one is given.
    Hdf5(Option<String>),
    /// Numbers as text with this separator.
    Text(u8),
}

impl FromStr for Location {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl From<&Path> for Location {
    fn from(path: &Path) -> Self {
        Self(path.to_string_lossy().into_owned())
    }
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Location {
    /// The file and what is in it, by its ending or else by its first bytes.
    pub(super) fn resolve(&self) -> Result<(PathBuf, Format), VectorsError> {
        use super::element::Element;
        let whole = PathBuf::from(&self.0);
        if let Some((file, dataset)) = self.0.rsplit_once(':')
            && !whole.exists()
            && Path::new(file).exists()
        {
            return Ok((file.into(), Format::Hdf5(Some(dataset.to_owned()))));
        }
        let ending = whole.extension().unwrap_or_default().to_string_lossy();
        let format = match ending.to_ascii_lowercase().as_str() {
            "npy" => Format::Npy,
            "fvecs" => Format::Vecs(Element::F32),
            "bvecs" => Format::Vecs(Element::U8),
            "ivecs" => Format::Vecs(Element::I32),
            "h5" | "hdf5" | "hdf" => Format::Hdf5(None),
            "csv" => Format::Text(b','),
            "tsv" | "tab" => Format::Text(b'\t'),
            _ => self.by_first_bytes(&whole)?,
        };
        Ok((whole, format))
    }

    fn by_first_bytes(&self, path: &Path) -> Result<Format, VectorsError> {
        let mut start = Vec::new();
        fs_err::File::open(path)?.take(8).read_to_end(&mut start)?;
        if start.starts_with(b"\x93NUMPY") {
            Ok(Format::Npy)
        } else if start == b"\x89HDF\r\n\x1a\n" {
            Ok(Format::Hdf5(None))
        } else {
            let name = self.0.clone();
            Err(VectorsError::UnknownFormat { name })
        }
    }
}
