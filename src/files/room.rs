//! Whether there is room for a file before it is written.

use std::io;
use std::path::Path;

/// Checks that `n_bytes` more fit into `folder`.
///
/// # Errors
/// Says how much is wanted and how much there is. Where the system does not tell, there is none.
pub fn check_room(folder: &Path, n_bytes: u64) -> io::Result<()> {
    match free_bytes(folder) {
        Some(free) if free < n_bytes => {
            let megabytes = |bytes: u64| bytes as f64 / 1e6;
            let text = format!(
                "needs {:.1} MB, and {} has room for {:.1} MB",
                megabytes(n_bytes),
                folder.display(),
                megabytes(free)
            );
            Err(io::Error::new(io::ErrorKind::StorageFull, text))
        }
        _ => Ok(()),
    }
}

/// What this user may write to the file system of `folder`.
#[cfg(unix)]
fn free_bytes(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    // Some file systems know no bounds, and say 0 of everything.
    (found.f_blocks > 0).then(|| found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(not(unix))]
fn free_bytes(_: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_disk_holds_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        check_room(folder.path(), 1).unwrap();
        if cfg!(unix) {
            let refused = check_room(folder.path(), 1 << 62).unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::StorageFull);
            assert!(
                refused.to_string().contains("needs 4611686018427.4 MB"),
                "{refused}"
            );
        }
    }
}
