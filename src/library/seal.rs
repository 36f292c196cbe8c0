//! The last bytes of a file: a mark, and a checksum over all bytes before.
//!
//! The checksums of arrays and attributes tell what a file says; HDF5 has more bytes than that in it,
//! its own structures and padding. The seal covers them all, and shows that nothing was cut off. It
//! lies behind what HDF5 takes for the file, which HDF5 does not look at.

use crate::files::PendingFile;
use std::io::{self, Seek, SeekFrom, Write};

const MARK: [u8; 8] = *b"mzs-seal";
const LEN: usize = MARK.len() + blake3::OUT_LEN;

/// Seals a file that is complete.
pub(super) fn put(pending: &mut PendingFile) -> io::Result<()> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(fs_err::File::open(pending.path())?)?;
    pending.seek(SeekFrom::End(0))?;
    pending.write_all(&MARK)?;
    pending.write_all(hasher.finalize().as_bytes())
}

/// Whether `file` ends with a seal.
pub(super) fn is_there(file: &[u8]) -> bool {
    let seal = file.len().checked_sub(LEN).map(|at| &file[at..]);
    seal.is_some_and(|seal| seal.starts_with(&MARK))
}

/// Whether `file` ends with the seal of all its other bytes.
pub(super) fn holds(file: &[u8]) -> bool {
    let Some((sealed, seal)) = file.len().checked_sub(LEN).map(|at| file.split_at(at)) else {
        return false;
    };
    let found = blake3::Hasher::new().update_rayon(sealed).finalize();
    seal[..MARK.len()] == MARK && seal[MARK.len()..] == *found.as_bytes()
}
