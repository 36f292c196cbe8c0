//! When a file that the system failed us on is tried again.

use std::time::{Duration, Instant};

/// Waits double up to this.
const LONGEST: Duration = Duration::from_secs(300);

/// Attempts at one file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Retry {
    pub(super) tries: u32,
    due: Option<Instant>,
}

impl Retry {
    /// Counts an attempt that failed. The next is due after `first`, then after twice that, and so on.
    pub(super) fn again(&mut self, first: Duration) {
        let wait = first.saturating_mul(1 << self.tries.min(16));
        self.tries = self.tries.saturating_add(1);
        self.due = Some(Instant::now() + wait.min(LONGEST));
    }

    /// Whether the next attempt may be made.
    pub(super) fn is_due(self) -> bool {
        self.due.is_none_or(|due| due <= Instant::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_are_bounded() {
        let mut retry = Retry::default();
        assert!(retry.is_due());
        let mut waits = Vec::new();
        for _ in 0..40 {
            retry.again(Duration::from_secs(10));
            let wait = retry.due.unwrap().saturating_duration_since(Instant::now());
            waits.push(wait.as_secs_f64().ceil() as u64);
        }
        assert_eq!(waits[..6], [10, 20, 40, 80, 160, 300]);
        assert_eq!((waits[39], retry.tries, retry.is_due()), (300, 40, false));
    }
}
