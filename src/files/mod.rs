//! Output files that appear whole or not at all.
//!
//! A file in the making lies beside its target, as `.mzseek-TARGET-xxxxxx.tmp`. Who changes a target
//! over a longer time holds a [`Claim`] to it.

mod claim;
mod room;

pub use claim::{Claim, remove_left_overs};
pub use room::check_room;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Files that are to be gone when this process is.
static PASSING: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// A file in the making beside its target. Dropped unpublished, it leaves nothing behind.
#[derive(Debug)]
pub struct PendingFile {
    target: PathBuf,
    /// The target, or what it links to.
    place: PathBuf,
    temporary: tempfile::NamedTempFile,
    listed: Passing,
}

impl PendingFile {
    /// Starts a file that will become `target`, or what `target` links to.
    ///
    /// # Errors
    /// If the target is a folder or a device, or no file can be made beside it.
    pub fn create(target: &Path) -> io::Result<Self> {
        let place = place_of(target)?;
        let mut builder = tempfile::Builder::new();
        let prefix = prefix_of(&place);
        builder.prefix(&prefix).suffix(SUFFIX).rand_bytes(N_RANDOM);
        make_readable(&mut builder);
        let mut passing = passing();
        let temporary = builder.tempfile_in(folder_of(&place))?;
        passing.insert(temporary.path().to_owned());
        Ok(Self {
            target: target.to_owned(),
            place,
            listed: Passing(temporary.path().to_owned()),
            temporary,
        })
    }

    /// Where the bytes lie until they are published.
    pub fn path(&self) -> &Path {
        self.temporary.path()
    }

    /// What the file will be called.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Syncs the file and renames it over its target, so that a power cut leaves the old file or
    /// the new one.
    pub fn publish(self) -> io::Result<()> {
        let Self {
            place,
            temporary,
            listed,
            ..
        } = self;
        temporary.as_file().sync_all()?;
        let passing = passing();
        let published = temporary.persist(&place).map_err(|e| e.error);
        drop(passing);
        drop(listed);
        published?;
        fs_err::File::open(folder_of(&place))?.sync_all()
    }
}

impl io::Seek for PendingFile {
    fn seek(&mut self, position: io::SeekFrom) -> io::Result<u64> {
        self.temporary.seek(position)
    }
}

impl io::Write for PendingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.temporary.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.temporary.flush()
    }
}

/// Removes every file in the making and lets no other be made or published: for a process that is
/// about to end without returning to those who make them.
pub fn abandon() {
    let passing = passing();
    for path in passing.iter() {
        // Whatever cannot be removed is removed by the next to claim its target.
        let _ = fs_err::remove_file(path);
    }
    std::mem::forget(passing);
}

fn passing() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    // A set of names is whole at any time.
    PASSING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A name in [`PASSING`] for as long as this lives.
#[derive(Debug)]
struct Passing(PathBuf);

impl Drop for Passing {
    fn drop(&mut self) {
        passing().remove(&self.0);
    }
}

/// What follows the name of a temporary file, and the number of random letters and digits before.
const SUFFIX: &str = ".tmp";
const N_RANDOM: usize = 6;

/// What the names of temporary files of `place` begin with; the random part follows.
fn prefix_of(place: &Path) -> String {
    format!(".mzseek-{}-", short_name(place))
}

/// The name of `place`, or as much as leaves room for more in a name, and a checksum.
fn short_name(place: &Path) -> String {
    const LONGEST: usize = 200;
    const KEPT: usize = 30;
    let name = place.file_name().unwrap_or_default();
    let whole = name.to_string_lossy();
    if whole.len() <= LONGEST && name.to_str().is_some() {
        return whole.into_owned();
    }
    let start: String = whole.chars().take(KEPT).collect();
    let checksum = blake3::hash(name.as_encoded_bytes()).to_hex();
    format!("{start}-{}", &checksum[..16])
}

/// The file that would be replaced: `target`, or what it links to.
///
/// # Errors
/// If no file can take that place.
fn place_of(target: &Path) -> io::Result<PathBuf> {
    // There may be nothing yet.
    let place = target.canonicalize().unwrap_or_else(|_| target.to_owned());
    let kind = place.metadata().ok().map(|found| found.file_type());
    if kind.is_some_and(|kind| kind.is_dir()) {
        let text = "is a folder; name a file in it";
        return Err(io::Error::new(io::ErrorKind::IsADirectory, text));
    }
    if kind.is_some_and(|kind| !kind.is_file()) {
        let text = "is a device, pipe or socket, which no file may replace";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    let folder = folder_of(&place);
    if !folder.is_dir() {
        let text = format!("there is no folder {}", folder.display());
        return Err(io::Error::new(io::ErrorKind::NotFound, text));
    }
    Ok(place)
}

/// The folder in which files beside `target`, or what it links to, are made.
///
/// # Errors
/// If no file can take the place of `target`.
pub fn folder_beside(target: &Path) -> io::Result<PathBuf> {
    place_of(target).map(|place| folder_of(&place))
}

fn folder_of(target: &Path) -> PathBuf {
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Temporary files are private; an output is as readable as any file its user makes.
#[cfg(unix)]
fn make_readable(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;
    // The system takes out what the user's mask says.
    builder.permissions(std::fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn make_readable(_: &mut tempfile::Builder<'_, '_>) {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("out.csv");
        let mut pending = PendingFile::create(&target).unwrap();
        pending.write_all(b"half").unwrap();
        drop(pending);
        assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 0);
        let mut pending = PendingFile::create(&target).unwrap();
        pending.write_all(b"whole").unwrap();
        pending.publish().unwrap();
        assert_eq!(fs_err::read(&target).unwrap(), b"whole");
        assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_is_no_target() {
        let folder = tempfile::tempdir().unwrap();
        assert!(PendingFile::create(folder.path()).is_err());
    }
}
