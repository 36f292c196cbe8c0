//! Where a command writes: a file that appears whole or not at all, or stdout.

use crate::failure::Failure;
use crate::files::PendingFile;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Lets `write` fill the file at `path`, or else stdout.
///
/// # Errors
/// What `write` fails with, or that the system refuses; there is no file then, or the old one.
pub(super) fn fill<T>(
    path: Option<&Path>,
    write: impl FnOnce(&mut dyn Write) -> Result<T, Failure>,
) -> Result<T, Failure> {
    if let Some(path) = path {
        return fill_file(path, write);
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let done = write(&mut out)?;
    out.flush()
        .map_err(|e| Failure::write(Path::new("stdout"), e))?;
    Ok(done)
}

/// Lets `write` fill the file at `path`.
///
/// # Errors
/// As [`fill`].
pub(super) fn fill_file<T>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let failed = |e: io::Error| Failure::write(path, e);
    let mut out = BufWriter::new(PendingFile::create(path).map_err(failed)?);
    let done = write(&mut out)?;
    let pending = out.into_inner().map_err(|e| failed(e.into_error()))?;
    pending.publish().map_err(failed)?;
    Ok(done)
}

/// Makes the file at `path` of these bytes.
///
/// # Errors
/// As [`fill`].
pub(super) fn put(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fill_file(path, |out| {
        out.write_all(bytes).map_err(|e| Failure::write(path, e))
    })
}
