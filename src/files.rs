//! Output files that appear whole or not at all.

use std::io;
use std::path::{Path, PathBuf};

/// A file in the making beside its target. Dropped unpublished, it leaves nothing behind.
#[derive(Debug)]
pub struct PendingFile {
    target: PathBuf,
    temporary: tempfile::NamedTempFile,
}

impl PendingFile {
    /// Starts a file that will become `target`.
    ///
    /// # Errors
    /// If the target is a folder, or no file can be made beside it.
    pub fn create(target: &Path) -> io::Result<Self> {
        if target.is_dir() {
            let text = "is a folder; name a file in it";
            return Err(io::Error::new(io::ErrorKind::IsADirectory, text));
        }
        let temporary = tempfile::Builder::new()
            .prefix(".mzseek-")
            .suffix(".tmp")
            .tempfile_in(folder_of(target))?;
        Ok(Self {
            target: target.to_owned(),
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
        let Self { target, temporary } = self;
        make_readable(temporary.path())?;
        temporary.as_file().sync_all()?;
        temporary.persist(&target).map_err(|e| e.error)?;
        fs_err::File::open(folder_of(&target))?.sync_all()
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
fn make_readable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn make_readable(_: &Path) -> io::Result<()> {
    Ok(())
}

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
