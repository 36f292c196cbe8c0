//! Whether a file is finished: nobody has written to it for a while, and an mzML file has its end.

use super::folder::{Found, Mark};
use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::time::{Duration, Instant};

/// Bytes at the end of a file in which the end tag of mzML stands.
const TAIL: u64 = 1024;

/// Since when files are as they are.
#[derive(Debug, Default)]
pub(super) struct Settling {
    since: BTreeMap<String, (Mark, Instant)>,
}

impl Settling {
    /// Takes down what was found `now`; files that are not among it are forgotten.
    pub(super) fn look(&mut self, found: &[Found], now: Instant) {
        let mut since = BTreeMap::new();
        for file in found {
            let known = self.since.get(&file.name);
            let same = known.filter(|(mark, _)| *mark == file.mark);
            since.insert(file.name.clone(), same.copied().unwrap_or((file.mark, now)));
        }
        self.since = since;
    }

    /// Whether `file` has been the same for `time`, over two looks at least.
    pub(super) fn is_settled(&self, file: &Found, time: Duration) -> bool {
        let known = self.since.get(&file.name);
        known.is_some_and(|(mark, since)| *mark == file.mark && since.elapsed() >= time)
    }

    /// The file is being written after all.
    pub(super) fn forget(&mut self, name: &str) {
        self.since.remove(name);
    }
}

/// Whether `path` ends as its format does, as far as that can be seen without reading it: mzML has an
/// end tag. One that cannot be read is left to the search, which says why.
pub(super) fn is_closed(path: &Path) -> bool {
    let is_mzml = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("mzml"));
    if !is_mzml {
        return true;
    }
    let tail = || -> std::io::Result<Vec<u8>> {
        let mut file = fs_err::File::open(path)?;
        let bytes = file.metadata()?.len();
        file.seek(SeekFrom::Start(bytes.saturating_sub(TAIL)))?;
        let mut tail = Vec::new();
        file.take(TAIL).read_to_end(&mut tail)?;
        Ok(tail)
    };
    tail().map_or(true, |tail| {
        let tail = tail.trim_ascii_end();
        tail.ends_with(b"</mzML>") || tail.ends_with(b"</indexedmzML>")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_settles_once_it_stays_the_same() {
        let file = |bytes| Found {
            name: "a.mgf".to_owned(),
            mark: Mark { modified: 1, bytes },
        };
        let mut settling = Settling::default();
        let long_ago = Instant::now().checked_sub(Duration::from_secs(10)).unwrap();
        settling.look(&[file(1)], long_ago);
        assert!(settling.is_settled(&file(1), Duration::from_secs(5)));
        assert!(!settling.is_settled(&file(2), Duration::ZERO));
        settling.look(&[file(1)], Instant::now());
        assert!(settling.is_settled(&file(1), Duration::from_secs(5)));
        settling.look(&[file(2)], Instant::now());
        assert!(!settling.is_settled(&file(2), Duration::from_secs(5)));
        settling.look(&[], Instant::now());
        assert!(!settling.is_settled(&file(2), Duration::ZERO));
    }

    #[test]
    fn mzml_is_closed_by_its_end_tag() {
        let folder = tempfile::tempdir().unwrap();
        let closed = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs_err::write(&path, text).unwrap();
            is_closed(&path)
        };
        assert!(closed("a.mzML", "<mzML></mzML>\n"));
        assert!(closed("b.mzml", "<indexedmzML><mzML></mzML></indexedmzML>"));
        assert!(!closed("c.mzML", "<mzML><run>"));
        assert!(!closed("d.mzML", "<indexedmzML><mzML></mzML><indexList>"));
        assert!(!closed("e.mzML", ""));
        assert!(closed("f.mgf", "BEGIN IONS"));
    }
}
