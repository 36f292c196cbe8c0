//! The order in which a query visits lists: the most promising first, sorted only as far as needed.

use super::coarse::Coarse;
use super::lists::Lists;
use crate::index::filter::Offer;
use crate::index::top_k::{TopK, key_row, sort_key};

/// Lists sorted at a time at least.
const MIN_STRETCH: usize = 16;

/// An iterator over the lists that hold anything, best promise first, then lower list.
///
/// Most searches visit few of many lists, so the best are chosen first, as rows are; the others
/// are sorted a stretch at a time, each as long as all before it.
#[derive(Debug)]
pub(super) struct VisitOrder {
    promises: Vec<f32>,
    best: TopK,
    keys: Vec<u64>,
    next: usize,
    n_sorted: usize,
}

impl Default for VisitOrder {
    fn default() -> Self {
        Self {
            promises: Vec::new(),
            best: TopK::new(0),
            keys: Vec::new(),
            next: 0,
            n_sorted: 0,
        }
    }
}

impl VisitOrder {
    /// Starts over for a query with these products with the centres; `expected` visits are likely.
    pub(super) fn reset(&mut self, coarse: &Coarse, products: &[f32], expected: usize) {
        coarse.promises(products, &mut self.promises);
        // A few more, for lists that turn out to be empty.
        let stretch = expected.saturating_add(expected / 4).max(MIN_STRETCH);
        self.best.restart(stretch.min(self.promises.len()));
        let mut offer = Offer {
            rows: None,
            keep: None,
            best: &mut self.best,
        };
        offer.scores(0, &self.promises);
        self.keys.clear();
        self.keys.extend_from_slice(self.best.sorted_keys());
        self.next = 0;
        self.n_sorted = self.keys.len();
    }

    /// The next list that holds anything.
    pub(super) fn next(&mut self, lists: &Lists) -> Option<usize> {
        loop {
            if self.next == self.n_sorted && !self.sort_stretch() {
                return None;
            }
            let list = key_row(self.keys[self.next]) as usize;
            self.next += 1;
            if !lists.all(list).is_empty() {
                return Some(list);
            }
        }
    }

    /// Sorts on, if anything is left to sort.
    fn sort_stretch(&mut self) -> bool {
        if self.keys.len() < self.promises.len() {
            // The best were chosen by the same keys, and are found again at the front.
            self.keys.clear();
            let keys = (self.promises.iter().enumerate())
                .map(|(list, &promise)| sort_key(list as u32, promise));
            self.keys.extend(keys);
            if self.n_sorted > 0 {
                (self.keys).select_nth_unstable_by(self.n_sorted - 1, |a, b| b.cmp(a));
            }
        }
        let rest = &mut self.keys[self.n_sorted..];
        let length = self.n_sorted.max(MIN_STRETCH).min(rest.len());
        if length < rest.len() {
            rest.select_nth_unstable_by(length, |a, b| b.cmp(a));
        }
        rest[..length].sort_unstable_by(|a, b| b.cmp(a));
        self.n_sorted += length;
        length > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::metric::Metric;
    use crate::index::random::Random;

    #[test]
    fn lists_come_in_order_of_promise_and_empty_ones_never() {
        let mut random = Random::new(4, 0);
        let products: Vec<f32> = (0..100).map(|_| random.below(20) as f32).collect();
        let coarse = Coarse::checked(Metric::InnerProduct, 1, vec![0.0; 100].into()).unwrap();
        // Lists 0, 2, 4, ... hold one row each.
        let offsets: Vec<u64> = (0..=100_u64).map(|list| list.div_ceil(2)).collect();
        let lists = Lists::new(offsets, (0..50).collect());
        let mut expected: Vec<usize> = (0..100).step_by(2).collect();
        expected.sort_by(|&a, &b| products[b].total_cmp(&products[a]).then(a.cmp(&b)));
        let mut order = VisitOrder::default();
        for likely in [0, 3, 17, 100, 1000, usize::MAX] {
            order.reset(&coarse, &products, likely);
            let found: Vec<usize> = std::iter::from_fn(|| order.next(&lists)).collect();
            assert_eq!(found, expected);
        }
        let nothing = Coarse::checked(Metric::InnerProduct, 1, Vec::new().into()).unwrap();
        order.reset(&nothing, &[], 4);
        assert_eq!(order.next(&lists), None);
    }
}
