//! What every format does the same way: numbering records, naming the file, ending once.

use super::{Fault, ReadError, Record};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// A damaged record, before the file is named.
#[derive(Debug)]
pub(super) struct Damaged {
    /// Line of the fault, from 1.
    pub(super) line: Option<u64>,
    pub(super) fault: Fault,
}

impl From<(u64, Fault)> for Damaged {
    /// The fault of that line.
    fn from((line, fault): (u64, Fault)) -> Self {
        Self {
            line: Some(line),
            fault,
        }
    }
}

/// Gives the records of one format, one per call, damaged ones included.
pub(super) trait Source: Send {
    /// What the format is called in messages.
    fn format(&self) -> &'static str;

    /// The next record, or `None` at the end. An I/O error ends the file.
    fn next_record(&mut self) -> io::Result<Option<Result<Record, Damaged>>>;

    /// What is missing, once all records were given.
    fn cut(&self) -> Option<String> {
        None
    }
}

/// Turns a [`Source`] into the iterator of the contract: after a fatal error it ends.
pub(super) struct Records<S> {
    source: S,
    file: Arc<Path>,
    n_read: usize,
    done: bool,
}

impl<S: Source> Records<S> {
    pub(super) fn new(file: Arc<Path>, source: S) -> Self {
        Self {
            source,
            file,
            n_read: 0,
            done: false,
        }
    }

    /// The error that a file ends with, if it does not end well.
    fn ending(&self) -> Option<ReadError> {
        let file = Arc::clone(&self.file);
        if let Some(reason) = self.source.cut() {
            return Some(ReadError::Cut {
                file,
                records: self.n_read,
                reason,
            });
        }
        (self.n_read == 0).then(|| ReadError::NoSpectra {
            file,
            format: self.source.format(),
        })
    }
}

impl<S: Source> Iterator for Records<S> {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        match self.source.next_record() {
            Ok(Some(outcome)) => {
                self.n_read += 1;
                Some(
                    outcome.map_err(|Damaged { line, fault }| ReadError::Record {
                        file: Arc::clone(&self.file),
                        record: self.n_read,
                        line,
                        fault,
                    }),
                )
            }
            Ok(None) => {
                self.done = true;
                self.ending().map(Err)
            }
            Err(source) => {
                self.done = true;
                let file = Arc::clone(&self.file);
                Some(Err(ReadError::Stream {
                    file,
                    records: self.n_read,
                    source,
                }))
            }
        }
    }
}
