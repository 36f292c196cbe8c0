//! Reproducible chance: the same seed gives the same draws in every release.
//!
//! Only the cipher's raw words are used, through mappings written here, because the ranges and
//! shuffles of general libraries may change between their versions and with them the index bytes.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// One stream of draws.
#[derive(Debug, Clone)]
pub(crate) struct Random(ChaCha8Rng);

impl Random {
    /// Stream number `stream` of `seed`. Streams are independent, so parallel tasks each take
    /// their own and do not wait for one another's draws.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&stream.to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A number from 0 to `n - 1`; 0 when `n` is 0.
    ///
    /// The high word of a 64 x 64 bit product; its bias, below n / 2^64, is out of reach here.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.0.next_u64()) * n as u128) >> 64) as usize
    }

    /// A number in `0.0..1.0`, with 53 random bits.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Puts `values` in an order drawn by chance (Fisher & Yates).
    pub(crate) fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            values.swap(last, self.below(last + 1));
        }
    }

    /// `limit` distinct numbers below `n` in ascending order, or all when there are no more.
    ///
    /// Selection sampling (Knuth, TAOCP 3.4.2, algorithm S): one pass, no memory beyond the
    /// result, and ascending, so gathering the rows reads forwards.
    pub(crate) fn sample(&mut self, n: usize, limit: usize) -> Vec<usize> {
        if n <= limit {
            return (0..n).collect();
        }
        let mut sample = Vec::with_capacity(limit);
        for candidate in 0..n {
            if self.below(n - candidate) < limit - sample.len() {
                sample.push(candidate);
            }
        }
        sample
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_has_its_size_and_rises() {
        for (n, limit) in [(0, 3), (3, 3), (10, 3), (1000, 999)] {
            let sample = Random::new(1, 0).sample(n, limit);
            assert_eq!(sample.len(), n.min(limit));
            assert!(sample.is_sorted_by(|a, b| a < b));
            assert!(sample.iter().all(|&x| x < n));
        }
    }

    #[test]
    fn draws_are_pinned() {
        let mut random = Random::new(7, 1);
        let draws: Vec<usize> = (0..6).map(|_| random.below(1000)).collect();
        assert_eq!(
            draws,
            [869, 53, 1, 600, 442, 54],
            "these draws decide the bytes of every trained index"
        );
    }

    #[test]
    fn a_shuffle_keeps_every_value() {
        let mut values: Vec<usize> = (0..100).collect();
        Random::new(1, 0).shuffle(&mut values);
        assert!(!values.is_sorted());
        values.sort_unstable();
        assert_eq!(values, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn streams_differ() {
        let first = Random::new(7, 1).unit();
        assert!((first - Random::new(7, 2).unit()).abs() > 1e-9);
        assert!((0.0..1.0).contains(&first));
    }
}
