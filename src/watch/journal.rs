//! What was done with which file, a line of JSON each, kept over restarts and kills.
//!
//! Lines are only added, and each is on disk before what it says is acted on. A line that a kill cut
//! is taken off again: what it said was not acted on.

use super::folder::Mark;
use crate::failure::Failure;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// How far a file has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum End {
    /// Its report is made, with this BLAKE3, and is about to get its name.
    Made {
        checksum: String,
        /// Records that could not be used.
        skipped: u64,
    },
    /// The report has its name.
    Reported,
    /// There can be no report, and why.
    Refused(String),
}

#[derive(Debug, Serialize, Deserialize)]
struct Line {
    file: String,
    #[serde(flatten)]
    mark: Mark,
    end: End,
}

/// The journal of one folder, ours alone while it is open.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// Bytes of whole lines.
    bytes: u64,
    /// How each file stands.
    known: BTreeMap<String, (Mark, End)>,
}

impl Journal {
    /// Opens `path`, or starts it.
    ///
    /// # Errors
    /// Another watch has it open, or it holds something else.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let failed = |error: io::Error| Failure::write(path, error);
        let mut options = fs_err::OpenOptions::new();
        let options = options.read(true).append(true).create(true);
        let mut file = options.open(path).map_err(failed)?.into_file();
        match file.try_lock() {
            // Where the drive has no locks there is nothing to do about it.
            Ok(()) | Err(TryLockError::Error(_)) => {}
            Err(TryLockError::WouldBlock) => {
                let text = "another watch has this journal open: end it, or give --journal FILE";
                return Err(Failure::usage(format!("{}: {text}", path.display())));
            }
        }
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(failed)?;
        let whole = text.iter().rposition(|&byte| byte == b'\n');
        text.truncate(whole.map_or(0, |at| at + 1));
        let bytes = text.len() as u64;
        file.set_len(bytes).map_err(failed)?;
        let mut known = BTreeMap::new();
        for (index, line) in text.split_inclusive(|&byte| byte == b'\n').enumerate() {
            let line: Line = serde_json::from_slice(line).map_err(|error| {
                Failure::input(format!(
                    "{}, line {}: no line of a journal ({error}); remove the file to search \
                     everything again, or give --journal FILE",
                    path.display(),
                    index + 1
                ))
            })?;
            known.insert(line.file, (line.mark, line.end));
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            bytes,
            known,
        })
    }

    /// Whether there is nothing left to do for a file in this state.
    pub(super) fn has(&self, name: &str, mark: Mark) -> bool {
        let known = self.known.get(name);
        known.is_some_and(|(of, end)| *of == mark && !matches!(end, End::Made { .. }))
    }

    /// The checksum of the report that was made of a file in this state, and the records skipped.
    pub(super) fn made(&self, name: &str, mark: Mark) -> Option<(String, u64)> {
        match self.known.get(name) {
            Some((of, End::Made { checksum, skipped })) if *of == mark => {
                Some((checksum.clone(), *skipped))
            }
            _ => None,
        }
    }

    /// Adds a line; it is on disk afterwards, or not there.
    pub(super) fn add(&mut self, name: &str, mark: Mark, end: End) -> io::Result<()> {
        let line = Line {
            file: name.to_owned(),
            mark,
            end,
        };
        let mut text = serde_json::to_vec(&line)?;
        text.push(b'\n');
        let written = self
            .file
            .write_all(&text)
            .and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // A disk that is full takes part of a line.
            let _ = self.file.set_len(self.bytes);
            let text = format!("{}: {error}", self.path.display());
            return Err(io::Error::new(error.kind(), text));
        }
        self.bytes += text.len() as u64;
        self.known.insert(line.file, (mark, line.end));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: Mark = Mark {
        modified: 5,
        bytes: 7,
    };

    #[test]
    fn what_is_added_is_known_later_and_a_cut_line_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let made = End::Made {
            checksum: "c".to_owned(),
            skipped: 2,
        };
        let mut journal = Journal::open(&path).unwrap();
        journal.add("a.mgf", MARK, made.clone()).unwrap();
        journal.add("b.mgf", MARK, made).unwrap();
        journal.add("b.mgf", MARK, End::Reported).unwrap();
        journal
            .add("c.mgf", MARK, End::Refused("why".to_owned()))
            .unwrap();
        drop(journal);
        let text = fs_err::read(&path).unwrap();
        // Cut anywhere, whole lines stay and adding goes on after them.
        for length in 0..=text.len() {
            fs_err::write(&path, &text[..length]).unwrap();
            let mut journal = Journal::open(&path).unwrap();
            let lines = text[..length].split(|&byte| byte == b'\n').count() - 1;
            assert_eq!(journal.made("a.mgf", MARK).is_some(), lines >= 1);
            assert_eq!(journal.has("b.mgf", MARK), lines >= 3);
            assert_eq!(journal.has("c.mgf", MARK), lines >= 4);
            journal.add("d.mgf", MARK, End::Reported).unwrap();
            drop(journal);
            assert!(Journal::open(&path).unwrap().has("d.mgf", MARK));
        }
    }

    #[test]
    fn another_state_of_a_file_is_another_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(&folder.path().join("journal")).unwrap();
        journal.add("a.mgf", MARK, End::Reported).unwrap();
        assert!(!journal.has("a.mgf", Mark { bytes: 8, ..MARK }));
        assert!(!journal.has(
            "a.mgf",
            Mark {
                modified: 6,
                ..MARK
            }
        ));
    }

    #[test]
    fn it_is_open_once_and_nothing_else_is_taken_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let first = Journal::open(&path).unwrap();
        assert!(
            Journal::open(&path)
                .unwrap_err()
                .to_string()
                .contains("another watch")
        );
        drop(first);
        fs_err::write(&path, "letters\n").unwrap();
        assert!(
            Journal::open(&path)
                .unwrap_err()
                .to_string()
                .contains("line 1")
        );
        assert_eq!(fs_err::read(&path).unwrap(), b"letters\n");
    }
}
