//! Output files that appear whole or not at all.

use std::io;
use std::path::{Path, PathBuf};

/// A file in the making beside its target. Dropped unpublished, it leaves nothing behind.
#[derive(Debug)]
pub struct PendingFile {
    target: PathBuf,
    /// The target, or what it links to.
    place: PathBuf,
    temporary: tempfile::NamedTempFile,
}

impl PendingFile {
    /// Starts a file that will become `target`, or what `target` links to.
    ///
    /// # Errors
    /// If the target is a folder or a device, or no file can be made beside it.
    pub fn create(target: &Path) -> io::Result<Self> {
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
        let mut builder = tempfile::Builder::new();
        builder.prefix(".mzseek-").suffix(".tmp");
        make_readable(&mut builder);
        Ok(Self {
            target: target.to_owned(),
            place,
            temporary: builder.tempfile_in(folder)?,
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
            place, temporary, ..
        } = self;
        temporary.as_file().sync_all()?;
        temporary.persist(&place).map_err(|e| e.error)?;
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
