//! Text, one per entry, as one block of UTF-8 with offsets: it can be mapped.

use crate::index::prefetch;
use crate::memory::{Column, Slab, Workspace, WorkspaceError};
use std::ops::Range;

/// `n` texts; text `i` is `bytes[offsets[i]..offsets[i + 1]]`.
#[derive(Debug, Clone)]
pub struct TextColumn {
    offsets: Slab<u64>,
    bytes: Slab<u8>,
}

impl TextColumn {
    /// Puts a column together.
    ///
    /// # Errors
    /// If the offsets do not run from 0 to the number of bytes without falling.
    pub fn from_parts(offsets: Slab<u64>, bytes: Slab<u8>) -> Result<Self, &'static str> {
        let whole = offsets.first() == Some(&0)
            && offsets.last() == Some(&(bytes.len() as u64))
            && offsets.is_sorted();
        whole
            .then_some(Self { offsets, bytes })
            .ok_or("offsets do not cover the text")
    }

    /// So many texts, all empty.
    pub fn empty(n: usize) -> Self {
        Self {
            offsets: vec![0; n + 1].into(),
            bytes: Vec::new().into(),
        }
    }

    /// Number of texts.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Text of `row`; bytes that are not UTF-8 (a damaged file) are shown as such.
    pub fn get(&self, row: u32) -> std::borrow::Cow<'_, str> {
        let bytes = self.bytes.part(self.range(row));
        // Sound text is checked a word at a time, which the lossy way is not.
        std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Into::into)
    }

    fn range(&self, row: u32) -> Range<usize> {
        let offsets = &self.offsets[row as usize..][..2];
        offsets[0] as usize..offsets[1] as usize
    }

    /// Asks memory for the text of `row`, which will be read in a while.
    pub fn prefetch(&self, row: u32) {
        prefetch(&self.bytes[self.range(row)]);
    }

    /// Offsets and bytes, for writing.
    pub fn parts(&self) -> (&[u64], &[u8]) {
        (&self.offsets, &self.bytes)
    }
}

/// Grows a [`TextColumn`].
#[derive(Debug)]
pub struct TextColumnBuilder {
    offsets: Column<u64>,
    bytes: Column<u8>,
}

impl Default for TextColumnBuilder {
    fn default() -> Self {
        Self::within(&Workspace::in_memory())
    }
}

impl TextColumnBuilder {
    /// No text yet.
    pub fn within(workspace: &Workspace) -> Self {
        let mut offsets = workspace.column();
        offsets.push(0);
        Self {
            offsets,
            bytes: workspace.column(),
        }
    }

    /// Makes the texts so far readable.
    ///
    /// # Errors
    /// If they could not be kept.
    pub fn settle(&mut self) -> Result<(), WorkspaceError> {
        self.offsets.settle()?;
        self.bytes.settle()
    }

    /// Text of `row`, which was settled.
    pub fn get(&self, row: u32) -> &str {
        let offsets = &self.offsets.settled()[row as usize..][..2];
        let text = &self.bytes.settled()[offsets[0] as usize..offsets[1] as usize];
        // Only whole texts were pushed.
        std::str::from_utf8(text).unwrap_or_default()
    }

    /// Appends one text.
    pub fn push(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
        self.offsets.push(self.bytes.len() as u64);
    }

    /// The column.
    ///
    /// # Errors
    /// If texts could not be kept.
    pub fn finish(self) -> Result<TextColumn, WorkspaceError> {
        Ok(TextColumn {
            offsets: self.offsets.finish()?,
            bytes: self.bytes.finish()?,
        })
    }
}
