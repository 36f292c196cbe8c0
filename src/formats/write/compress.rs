//! Compression of what is written, by the name of the file.

use flate2::write::GzEncoder;
use std::io::{self, Write};
use std::path::Path;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
}

impl Compression {
    /// The compression that a file name asks for.
    pub fn of_name(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        [Self::Gzip, Self::Zstd]
            .into_iter()
            .find(|one| one.extension().strip_prefix('.') == Some(extension.as_str()))
    }

    /// What names end in.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Gzip => ".gz",
            Self::Zstd => ".zst",
        }
    }
}

/// Lets `write` write to `out`, compressed as `how` says, and completes the compressed stream.
///
/// # Errors
/// What `write` or the system says.
pub fn compressed<T>(
    how: Option<Compression>,
    mut out: impl Write,
    write: impl FnOnce(&mut dyn Write) -> io::Result<T>,
) -> io::Result<T> {
    let done = match how {
        None => write(&mut out)?,
        Some(Compression::Gzip) => {
            let mut packed = GzEncoder::new(&mut out, flate2::Compression::default());
            let done = write(&mut packed)?;
            packed.finish()?;
            done
        }
        Some(Compression::Zstd) => {
            let mut packed = zstd::stream::write::Encoder::new(&mut out, 0)?;
            let done = write(&mut packed)?;
            packed.finish()?;
            done
        }
    };
    out.flush()?;
    Ok(done)
}
