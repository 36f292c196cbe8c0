//! One contiguous, shared, immutable array, wherever its bytes live.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// What a [`Slab`] is of: owned memory, or anything that can lend a slice, such as a part of a mapped
/// file. It must lend the same slice every time.
pub trait Lender<T>: AsRef<[T]> + Send + Sync {
    /// A part of the slice. Whoever keeps watch over what is read overrides this.
    ///
    /// # Panics
    /// Where `range` reaches past the end, as a slice does.
    fn part(&self, range: Range<usize>) -> &[T] {
        &self.as_ref()[range]
    }
}

impl<T: Send + Sync> Lender<T> for Vec<T> {}

/// A slice that is cheap to clone.
pub struct Slab<T: 'static>(Arc<dyn Lender<T>>);

impl<T> Slab<T> {
    /// Shares what `lender` lends.
    pub fn new(lender: Arc<dyn Lender<T>>) -> Self {
        Self(lender)
    }

    /// A part of it: see [`Lender::part`].
    ///
    /// # Panics
    /// Where `range` reaches past the end, as a slice does.
    #[inline]
    pub fn part(&self, range: Range<usize>) -> &[T] {
        self.0.part(range)
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
