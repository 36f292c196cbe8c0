//! One contiguous, shared, immutable array, wherever its bytes live.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A slice that is cheap to clone: owned memory, or anything that can lend a slice, such as a part
/// of a mapped file. The lender must lend the same slice every time.
pub struct Slab<T: 'static>(Arc<dyn AsRef<[T]> + Send + Sync>);

impl<T> Slab<T> {
    /// Shares what `lender` lends.
    pub fn new(lender: Arc<dyn AsRef<[T]> + Send + Sync>) -> Self {
        Self(lender)
    }
}

impl<T: Send + Sync> From<Vec<T>> for Slab<T> {
    fn from(values: Vec<T>) -> Self {
        Self(Arc::new(values))
    }
}

impl<T> Clone for Slab<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for Slab<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        (*self.0).as_ref()
    }
}

impl<T> fmt::Debug for Slab<T> {
    /// Parts hold millions of numbers; their count is what a reader can use.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Slab({} values)", self.len())
    }
}
