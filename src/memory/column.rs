//! An array that grows.

use super::{FileMap, Lender, Slab, Workspace, WorkspaceError};
use bytemuck::Pod;
use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

/// Bytes that are written to the file at once; shorter arrays stay in memory.
const AT_ONCE: usize = 1 << 14;

/// Values one after another, in memory or, but for the last of them, in a file.
#[derive(Debug)]
pub struct Column<T> {
    workspace: Workspace,
    spilled: Option<Spilled>,
    /// What is not in the file.
    tail: Vec<T>,
    /// Values that may be read.
    n_settled: usize,
    /// Why writing failed; nothing is kept from then on.
    fault: Option<io::Error>,
}

/// The values that are in a file.
#[derive(Debug)]
struct Spilled {
    file: File,
    n_values: usize,
    /// Of the first of them.
    map: Option<FileMap>,
}

impl<T: Pod> Default for Column<T> {
    /// In memory.
    fn default() -> Self {
        Self::within(Workspace::in_memory())
    }
}

impl<T: Pod> Column<T> {
    pub(super) fn within(workspace: Workspace) -> Self {
        Self {
            workspace,
            spilled: None,
            tail: Vec::new(),
            n_settled: 0,
            fault: None,
        }
    }

    /// Makes room for `n` more values, where they are kept in memory.
    pub fn reserve(&mut self, n: usize) {
        if self.workspace.is_in_memory() {
            self.tail.reserve(n);
        }
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.n_spilled() + self.tail.len()
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends one value. If it cannot be kept, [`settle`](Self::settle) and
    /// [`finish`](Self::finish) say so.
    pub fn push(&mut self, value: T) {
        self.tail.push(value);
        self.spill_if_long();
    }

    /// Appends values, as [`push`](Self::push) does.
    pub fn extend_from_slice(&mut self, values: &[T]) {
        for values in values.chunks(AT_ONCE) {
            self.tail.extend_from_slice(values);
            self.spill_if_long();
        }
    }

    /// Makes what was appended so far readable.
    ///
    /// # Errors
    /// If any of it could not be kept.
    pub fn settle(&mut self) -> Result<(), WorkspaceError> {
        let settled = match self.fault.take() {
            Some(fault) => Err(fault),
            None if self.spilled.is_some() => self.spill().and_then(|()| self.map()),
            None => Ok(()),
        };
        self.n_settled = self.len();
        settled.map_err(|source| self.workspace.refused(source))
    }

    /// All values that were [settled](Self::settle); in memory, all there are.
    ///
    /// # Panics
    /// If values were not settled, and some are in a file: the caller's mistake.
    pub fn settled(&self) -> &[T] {
        match &self.spilled {
            None => &self.tail,
            Some(Spilled { map: Some(map), .. }) => bytemuck::cast_slice(map),
            Some(Spilled { map: None, .. }) => panic!("values are read before they were settled"),
        }
    }

    /// The values, which grow no more.
    ///
    /// # Errors
    /// If any of them could not be kept.
    pub fn finish(mut self) -> Result<Slab<T>, WorkspaceError>
    where
        T: Send + Sync,
    {
        self.settle()?;
        let map = self.spilled.take().and_then(|spilled| spilled.map);
        Ok(match map {
            None => self.tail.into(),
            Some(map) => Slab::new(Arc::new(Mapped {
                map,
                _workspace: self.workspace,
            })),
        })
    }

    fn n_spilled(&self) -> usize {
        self.spilled.as_ref().map_or(0, |spilled| spilled.n_values)
    }

    fn spill_if_long(&mut self) {
        if self.workspace.is_in_memory() || size_of_val(self.tail.as_slice()) < AT_ONCE {
            return;
        }
        if self.fault.is_some() {
            self.tail.clear();
            return;
        }
        let was_in_memory = self.spilled.is_none();
        let mut spilled = self.spill();
        if was_in_memory && self.n_settled > 0 {
            // What could be read stays readable.
            spilled = spilled.and_then(|()| self.map());
        }
        self.fault = spilled.err();
    }

    /// Puts the tail behind what is in the file.
    fn spill(&mut self) -> io::Result<()> {
        let spilled = match &mut self.spilled {
            Some(spilled) => spilled,
            empty @ None => {
                let Some(file) = self.workspace.file() else {
                    return Ok(());
                };
                empty.insert(Spilled {
                    file: file?,
                    n_values: 0,
                    map: None,
                })
            }
        };
        spilled.file.write_all(bytemuck::cast_slice(&self.tail))?;
        spilled.n_values += self.tail.len();
        self.tail.clear();
        Ok(())
    }

    /// Maps what is in the file.
    fn map(&mut self) -> io::Result<()> {
        if let Some(spilled) = &mut self.spilled {
            spilled.map = Some(FileMap::of(&spilled.file)?);
        }
        Ok(())
    }
}

/// A map that is under the ceiling of its workspace.
#[derive(Debug)]
struct Mapped {
    map: FileMap,
    _workspace: Workspace,
}

impl<T: Pod> AsRef<[T]> for Mapped {
    fn as_ref(&self) -> &[T] {
        // Maps start on a page, and whole values were written.
        bytemuck::cast_slice(&self.map)
    }
}

impl<T: Pod> Lender<T> for Mapped {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Bytes;

    fn workspaces(folder: &tempfile::TempDir) -> [Workspace; 2] {
        // So low that pages are given back all the time.
        let below = Workspace::below(Bytes(1), folder.path()).unwrap();
        [Workspace::in_memory(), below]
    }

    #[test]
    fn values_come_back_in_order_wherever_they_are() {
        let folder = tempfile::tempdir().unwrap();
        for workspace in workspaces(&folder) {
            for n in [0, 1, 5000, 100_001] {
                let expected: Vec<f64> = (0..n).map(f64::from).collect();
                let mut column = workspace.column();
                for chunk in expected.chunks(777) {
                    column.push(chunk[0]);
                    column.extend_from_slice(&chunk[1..]);
                }
                assert_eq!(column.len(), n as usize);
                assert_eq!(&*column.finish().unwrap(), expected);
            }
        }
        let left = fs_err::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 0, "the files have no name");
    }

    #[test]
    fn settled_values_can_be_read_while_others_follow() {
        let folder = tempfile::tempdir().unwrap();
        for workspace in workspaces(&folder) {
            // Settled in memory and in the file.
            for n_first in [3_u32, 50_000] {
                let mut column = workspace.column();
                for value in 0..n_first {
                    column.push(value);
                }
                column.settle().unwrap();
                for row in 0..n_first as usize {
                    let value = column.settled()[row];
                    column.push(value);
                    assert_eq!(value, row as u32);
                }
                let all = column.finish().unwrap();
                let (first, second) = all.split_at(n_first as usize);
                assert_eq!(first, second);
                assert_eq!(first[n_first as usize - 1], n_first - 1);
            }
        }
    }

    #[test]
    fn long_arrays_are_in_files_only_below_a_ceiling() {
        let folder = tempfile::tempdir().unwrap();
        for (workspace, n, in_file) in [
            (Workspace::in_memory(), 1 << 20, false),
            (
                Workspace::below(Bytes(1), folder.path()).unwrap(),
                100,
                false,
            ),
            (
                Workspace::below(Bytes(1), folder.path()).unwrap(),
                1 << 20,
                true,
            ),
        ] {
            let mut column = workspace.column();
            column.extend_from_slice(&vec![7_u8; n]);
            assert_eq!(column.spilled.is_some(), in_file);
        }
    }

    #[test]
    fn a_folder_without_room_for_files_is_told_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        let workspace = Workspace::below(Bytes(1), &gone).unwrap();
        let mut column = workspace.column();
        for value in 0..100_000_u64 {
            column.push(value);
        }
        let error = column.finish().unwrap_err().to_string();
        assert!(error.contains("gone: "), "{error}");
    }
}
