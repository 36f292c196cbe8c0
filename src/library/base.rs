//! The file that holds the older entries of a library that was added to.
//!
//! It is the library as it was, under a name of its own beside it: no byte of it is copied. Its name
//! tells which library it was made for and which file it is; the library names it, with its
//! checksum. A base that no library in the folder names any more is removed by the next command that
//! writes the library.

use super::container::Container;
use super::{LIBRARY, LibraryError, Lineage};
use crate::files::PendingFile;
use std::io;
use std::path::{Path, PathBuf};

/// Between the name of the library and the checksum.
const MARK: &str = ".base-";
/// Characters of the checksum in the name.
const SHORT: usize = 16;

/// Keeps the library at `path`, whose checksum is `checksum`, under the name of a base, which is
/// given back. The library itself stays until it is replaced.
///
/// # Errors
/// What the file system refused.
pub(super) fn keep(path: &Path, checksum: &str) -> Result<String, LibraryError> {
    let io = |source| LibraryError::Io {
        path: path.to_owned(),
        source,
    };
    let place = resolved(path);
    let name = format!("{}{MARK}{}", file_name(&place), &checksum[..SHORT]);
    let base = place.with_file_name(&name);
    let is_it = || Container::open(&base, &LIBRARY).is_ok_and(|c| c.overall() == checksum);
    if base.exists() && is_it() {
        return Ok(name);
    }
    match fs_err::hard_link(&place, &base) {
        Ok(()) => {}
        // Some file systems have one name per file, and something else may have this one.
        Err(_) => copy(&place, &base).map_err(io)?,
    }
    // The library may have been replaced since it was read.
    if is_it() {
        return Ok(name);
    }
    fs_err::remove_file(&base).map_err(io)?;
    Err(LibraryError::Changed {
        path: path.to_owned(),
    })
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut pending = PendingFile::create(to)?;
    io::copy(&mut fs_err::File::open(from)?, &mut pending)?;
    pending.publish()
}

/// Removes every base of the library at `path` that no library beside it names.
///
/// What cannot be removed, or may be needed by a file that cannot be read, stays: it is in nobody's
/// way, and the next command tries again.
pub(super) fn tidy(path: &Path) {
    let place = resolved(path);
    let mark = format!("{}{MARK}", file_name(&place));
    let folder = place.parent().filter(|f| !f.as_os_str().is_empty());
    let Ok(listed) = fs_err::read_dir(folder.unwrap_or(Path::new("."))) else {
        return;
    };
    let paths: Vec<PathBuf> = listed.flatten().map(|entry| entry.path()).collect();
    let is_base = |path: &&PathBuf| file_name(path).starts_with(&mark);
    let bases: Vec<&PathBuf> = paths.iter().filter(is_base).collect();
    if bases.is_empty() {
        return;
    }
    let mut needed = Vec::new();
    for other in paths.iter().filter(|path| !file_name(path).contains(MARK)) {
        match named_base(other) {
            Ok(name) => needed.extend(name),
            Err(()) => return,
        }
    }
    for base in bases {
        if !needed.contains(&file_name(base)) {
            // See above.
            let _ = fs_err::remove_file(base);
        }
    }
}

/// The base that the library at `path` names; nothing where it is no library.
fn named_base(path: &Path) -> Result<Option<String>, ()> {
    if !path.is_file() {
        return Ok(None);
    }
    let lineage = match Container::open(path, &LIBRARY) {
        Ok(container) => Lineage::read(&container),
        Err(LibraryError::NotALibrary { .. }) => return Ok(None),
        Err(error) => Err(error),
    };
    let lineage = lineage.map_err(|_| ())?;
    Ok(lineage.and_then(|lineage| Some(lineage.base?.file)))
}

/// What `path` links to, or itself.
fn resolved(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
