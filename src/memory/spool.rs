//! Records that wait in order: a few in memory, many in a file.

use super::{Bytes, WorkspaceError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{self, BufReader, BufWriter, IntoInnerError, Read, Seek, Write};
use std::path::{Path, PathBuf};
use tempfile::SpooledTempFile;

/// Bytes that are written or read at once.
const AT_ONCE: usize = 1 << 16;

/// Records one after another, each behind its length. The file has no name, so that nothing is left of
/// it when the process ends, however it ends.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    file: BufWriter<SpooledTempFile>,
    n_records: u64,
    /// The bytes of one record.
    record: Vec<u8>,
}

impl Spool {
    /// No records. The file is made in `folder`, as soon as there are more bytes than `in_memory`.
    pub fn new(folder: &Path, in_memory: Bytes) -> Self {
        let in_memory = usize::try_from(in_memory.0).unwrap_or(usize::MAX);
        let file = SpooledTempFile::new_in(in_memory, folder);
        Self {
            folder: folder.to_owned(),
            file: BufWriter::with_capacity(AT_ONCE, file),
            n_records: 0,
            record: Vec::new(),
        }
    }

    /// Appends `record`.
    ///
    /// # Errors
    /// If the file cannot be made or written.
    pub fn push(&mut self, record: &impl Serialize) -> Result<(), WorkspaceError> {
        self.append(record).map_err(|source| WorkspaceError {
            folder: self.folder.clone(),
            source,
        })
    }

    fn append(&mut self, record: &impl Serialize) -> io::Result<()> {
        self.record.clear();
        let bytes = std::mem::take(&mut self.record);
        self.record = postcard::to_extend(record, bytes).map_err(io::Error::other)?;
        let length = self.record.len() as u64;
        self.file.write_all(&length.to_le_bytes())?;
        self.file.write_all(&self.record)?;
        self.n_records += 1;
        Ok(())
    }

    /// What `restored` makes of each record, in the order they were appended; nothing, where a record
    /// cannot be what was appended.
    ///
    /// # Errors
    /// If the file cannot be written to its end; later, if it cannot be read.
    pub fn into_records<T: DeserializeOwned, U>(
        self,
        mut restored: impl FnMut(T) -> Option<U>,
    ) -> Result<impl Iterator<Item = Result<U, WorkspaceError>>, WorkspaceError> {
        let Self {
            folder,
            file,
            n_records,
            mut record,
        } = self;
        let failed = move |source| WorkspaceError {
            folder: folder.clone(),
            source,
        };
        let mut file = rewound(file).map_err(&failed)?;
        let mut next = move || {
            let mut length = [0; size_of::<u64>()];
            file.read_exact(&mut length)?;
            // Ours: nobody else knows the file.
            record.resize(u64::from_le_bytes(length) as usize, 0);
            file.read_exact(&mut record)?;
            let read = postcard::from_bytes(&record).map_err(io::Error::other)?;
            restored(read).ok_or_else(|| io::Error::other("a record is not as it was written"))
        };
        Ok((0..n_records).map(move |_| next().map_err(&failed)))
    }
}

/// The same file from its beginning.
fn rewound(file: BufWriter<SpooledTempFile>) -> io::Result<BufReader<SpooledTempFile>> {
    let mut file = file.into_inner().map_err(IntoInnerError::into_error)?;
    file.rewind()?;
    Ok(BufReader::with_capacity(AT_ONCE, file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn records_come_back_in_order_wherever_they_are(
            records in prop::collection::vec((".{0,9}", any::<Option<f64>>(), any::<u32>()), 0..40),
            in_memory in 0_u64..200,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut spool = Spool::new(folder.path(), Bytes(in_memory));
            for record in &records {
                spool.push(record).unwrap();
            }
            let read: Vec<(String, Option<f64>, u32)> =
                spool.into_records(Some).unwrap().map(Result::unwrap).collect();
            prop_assert_eq!(read, records);
            prop_assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 0);
        }
    }

    #[test]
    fn few_records_need_no_folder_and_many_say_that_it_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        let mut spool = Spool::new(&gone, Bytes(1000));
        spool.push(&"a few bytes").unwrap();
        let read: Vec<_> = spool.into_records(Some::<String>).unwrap().collect();
        assert!(matches!(&read[..], [Ok(text)] if text == "a few bytes"));
        // At once, and when what is still to be written is.
        for n_bytes in [10 * AT_ONCE, AT_ONCE / 2] {
            let mut spool = Spool::new(&gone, Bytes(1000));
            let pushed = spool.push(&"x".repeat(n_bytes));
            let read = pushed.and_then(|()| spool.into_records(Some::<String>).map(drop));
            let error = read.unwrap_err().to_string();
            assert!(error.contains("gone: "), "{error}");
        }
    }

    #[test]
    fn what_was_not_written_so_is_told() {
        let mut spool = Spool::new(Path::new("."), Bytes(1000));
        spool.push(&7_u8).unwrap();
        let mut read = spool.into_records(|_: u8| None::<u8>).unwrap();
        let error = read.next().unwrap().unwrap_err().to_string();
        assert!(error.contains("not as it was written"), "{error}");
    }
}
