//! The order in which a query visits lists: the most promising first, sorted only as far as needed.

use super::coarse::Coarse;
use super::lists::Lists;
use crate::index::top_k::{key_row, sort_key};

/// Lists sorted at a time at least.
const MIN_STRETCH: usize = 16;

/// An iterator over the lists that hold anything, best promise first, then lower list.
///
/// Most searches visit few of many lists, so the order is found a stretch at a time, each as long
/// as all before it.
#[derive(Debug, Default)]
pub(super) struct VisitOrder {
    keys: Vec<u64>,
    next: usize,
    n_sorted: usize,
    stretch: usize,
}

impl VisitOrder {
    /// Starts over for a query with these products with the centres; `expected` visits are likely.
    pub(super) fn reset(
        &mut self,
        coarse: &Coarse,
        lists: &Lists,
        products: &[f32],
        expected: usize,
    ) {
        self.keys.clear();
        for (list, &product) in products.iter().enumerate() {
            if !lists.all(list).is_empty() {
                self.keys
                    .push(sort_key(list as u32, coarse.promise(list, product)));
            }
        }
        self.next = 0;
        self.n_sorted = 0;
        self.stretch = expected.max(MIN_STRETCH);
    }

    fn sort_stretch(&mut self) {
        let rest = &mut self.keys[self.n_sorted..];
        let length = self.stretch.min(rest.len());
        if length < rest.len() {
            rest.select_nth_unstable_by(length, |a, b| b.cmp(a));
        }
        rest[..length].sort_unstable_by(|a, b| b.cmp(a));
        self.n_sorted += length;
        self.stretch = self.n_sorted;
    }
}

impl Iterator for VisitOrder {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.next == self.n_sorted {
            if self.n_sorted == self.keys.len() {
                return None;
            }
            self.sort_stretch();
        }
        let key = self.keys[self.next];
        self.next += 1;
        Some(key_row(key) as usize)
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
        for likely in [0, 3, 17, 1000] {
            order.reset(&coarse, &lists, &products, likely);
            assert!(order.by_ref().eq(expected.iter().copied()));
        }
    }
}
