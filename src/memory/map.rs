//! Maps of files, all of them known here, so that their pages can be given back to the system.

use memmap2::Mmap;
use std::fs::File;
use std::io;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// The bytes of a file, read when they are looked at. Cheap to clone.
#[derive(Debug, Clone)]
pub struct FileMap(Arc<Mmap>);

/// Every map there is, and some there were.
static MAPS: Mutex<Vec<Weak<Mmap>>> = Mutex::new(Vec::new());

impl FileMap {
    /// Maps `file`, whose bytes nobody changes as long as the map lives: the caller's promise. Files
    /// of ours keep it, because they are replaced by renaming and never written in place; the README
    /// tells users not to edit theirs in place either.
    ///
    /// # Errors
    /// What the system said.
    pub fn of(file: &File) -> io::Result<Self> {
        #[expect(unsafe_code, reason = "there is no safe way to map a file")]
        // SAFETY: the map is read-only, and the bytes behind it do not change: see above.
        let map = Arc::new(unsafe { Mmap::map(file) }?);
        // A list of maps is whole at any time.
        let mut maps = MAPS.lock().unwrap_or_else(PoisonError::into_inner);
        maps.retain(|map| map.strong_count() > 0);
        maps.push(Arc::downgrade(&map));
        Ok(Self(map))
    }
}

impl Deref for FileMap {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

/// Gives back the pages of all maps. Whoever reads one gets its pages again, as they are in the file.
pub(super) fn give_back() {
    // Whoever finds the ceiling near waits for another who does: on busy processors that one may be
    // stopped in the middle of it, and what is read meanwhile would not be given back.
    let maps = MAPS.lock().unwrap_or_else(PoisonError::into_inner);
    for map in maps.iter().filter_map(Weak::upgrade) {
        give_back_one(&map);
    }
}

#[cfg(unix)]
fn give_back_one(map: &Mmap) {
    #[expect(unsafe_code, reason = "there is no safe way to give back a page")]
    // SAFETY: giving back a page loses what was written to it and not to the file. These maps are
    // read-only, so that nothing ever is: the next to read finds the bytes of the file, as before.
    let given = unsafe { map.unchecked_advise(memmap2::UncheckedAdvice::DontNeed) };
    // It is advice: where it is not taken, more memory is held.
    let _ = given;
}

#[cfg(not(unix))]
fn give_back_one(_: &Mmap) {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn bytes_are_there_again_after_they_were_given_back() {
        let mut file = tempfile::tempfile().unwrap();
        let bytes: Vec<u8> = (0..100_000_u32).map(|i| (i % 251) as u8).collect();
        file.write_all(&bytes).unwrap();
        let map = FileMap::of(&file).unwrap();
        assert_eq!(&*map, bytes);
        give_back();
        assert_eq!(&*map, bytes);
    }
}
