//! Where arrays go: into a file, or only on the scales.

use super::LibraryError;
use super::sections::Element;

/// Takes the arrays of a file one after another.
pub(crate) trait ArraySink {
    /// Takes one array, for instance `peaks/mz`.
    fn put<T: Element>(&mut self, name: &str, data: &[T]) -> Result<(), LibraryError>;
}

/// Adds up what arrays take, and keeps nothing.
#[derive(Debug, Default)]
pub(super) struct Scales {
    pub(super) n_bytes: u64,
}

impl ArraySink for Scales {
    fn put<T: Element>(&mut self, _: &str, data: &[T]) -> Result<(), LibraryError> {
        self.n_bytes += size_of_val(data) as u64;
        Ok(())
    }
}
