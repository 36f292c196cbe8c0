//! The order in which a query visits lists: the most promising first, sorted only as far as needed.

use super::coarse::Coarse;
use super::lists::Lists;
use super::look::Look;
use crate::index::filter::Offer;
use crate::index::kernels::Level;
use crate::index::kernels::threshold::each_reaching;
use crate::index::top_k::{TopK, key_row, key_score, sort_key};

/// Lists sorted at a time at least after that.
const MIN_STRETCH: usize = 16;

/// An iterator over the lists that hold anything, best promise first, then lower list.
///
/// Most searches visit few of many lists, so the best are chosen first, as rows are; the others
/// are sorted a stretch at a time, each as long as all before it.
#[derive(Debug)]
pub(super) struct VisitOrder {
    /// By list the product with its centre: of every list, or of those in `keys` for a query whose
    /// numbers then are in `query`.
    products: Vec<f32>,
    query: Vec<f32>,
    promises: Vec<f32>,
    best: TopK,
    keys: Vec<u64>,
    next: usize,
    n_sorted: usize,
}

impl Default for VisitOrder {
    fn default() -> Self {
        Self {
            products: Vec::new(),
            query: Vec::new(),
            promises: Vec::new(),
            best: TopK::new(0),
            keys: Vec::new(),
            next: 0,
            n_sorted: 0,
        }
    }
}

impl VisitOrder {
    /// Starts over for a query that sees this; `expected` visits are likely.
    pub(super) fn reset(&mut self, coarse: &Coarse, look: Look<'_>, expected: usize) {
        let stretch = expected.min(coarse.n_lists());
        self.query.clear();
        match look {
            Look::Products(products) => {
                self.products.clear();
                self.products.extend_from_slice(products);
                self.promises.clear();
                let products = products.iter().enumerate();
                (self.promises).extend(products.map(|(list, &p)| coarse.promise(list, p)));
                self.keys.clear();
                self.keys
                    .extend_from_slice(greatest(&mut self.best, &self.promises, stretch));
            }
            Look::Rounded {
                scores,
                margin,
                query,
            } => {
                self.query.extend_from_slice(query);
                self.products.resize(coarse.n_lists(), 0.0);
                let least = greatest(&mut self.best, scores, stretch).last();
                let least = least.map_or(f32::INFINITY, |&key| key_score(key));
                self.keys.clear();
                each_reaching(
                    Level::detected(),
                    scores,
                    self,
                    |_| least - margin,
                    |order, list| {
                        let product = coarse.product(query, list);
                        order.products[list] = product;
                        let promise = coarse.promise(list, product);
                        order.keys.push(sort_key(list as u32, promise));
                    },
                );
                self.keys.sort_unstable_by(|a, b| b.cmp(a));
                self.keys.truncate(stretch);
            }
        }
        self.next = 0;
        self.n_sorted = self.keys.len();
    }

    /// The next list that holds anything.
    pub(super) fn next(&mut self, coarse: &Coarse, lists: &Lists) -> Option<usize> {
        loop {
            if self.next == self.n_sorted && !self.sort_stretch(coarse) {
                return None;
            }
            let list = key_row(self.keys[self.next]) as usize;
            self.next += 1;
            if !lists.all(list).is_empty() {
                return Some(list);
            }
        }
    }

    /// The product of the query with the centre of a list that was next.
    pub(super) fn product(&self, list: usize) -> f32 {
        self.products[list]
    }

    /// Sorts on, if anything is left to sort.
    fn sort_stretch(&mut self, coarse: &Coarse) -> bool {
        if self.keys.len() < coarse.n_lists() {
            if !self.query.is_empty() {
                let products = self.products.iter_mut().enumerate();
                products.for_each(|(list, product)| *product = coarse.product(&self.query, list));
            }
            // The best were chosen by the same keys, and are found again at the front.
            self.keys.clear();
            let promises = (self.products.iter().enumerate())
                .map(|(list, &product)| sort_key(list as u32, coarse.promise(list, product)));
            self.keys.extend(promises);
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

/// Keys of the `n` greatest scores, in order.
fn greatest<'a>(best: &'a mut TopK, scores: &[f32], n: usize) -> &'a [u64] {
    best.restart(n);
    let mut offer = Offer {
        rows: None,
        keep: None,
        best,
    };
    offer.scores(0, scores);
    best.sorted_keys()
}

#[cfg(test)]
mod tests {
    use super::super::look::Looks;
    use super::*;
    use crate::index::metric::Metric;
    use crate::index::points::Points;
    use crate::index::random::Random;
    use ndarray::ArrayView2;

    #[test]
    fn lists_come_in_order_of_promise_and_empty_ones_never() {
        let mut random = Random::new(4, 0);
        let products: Vec<f32> = (0..100).map(|_| random.below(20) as f32).collect();
        let look = Look::Products(&products);
        let coarse = Coarse::checked(Metric::InnerProduct, 1, vec![0.0; 100].into()).unwrap();
        // Lists 0, 2, 4, ... hold one row each.
        let offsets: Vec<u64> = (0..=100_u64).map(|list| list.div_ceil(2)).collect();
        let lists = Lists::new(offsets, (0..50).collect());
        let mut expected: Vec<usize> = (0..100).step_by(2).collect();
        expected.sort_by(|&a, &b| products[b].total_cmp(&products[a]).then(a.cmp(&b)));
        let mut order = VisitOrder::default();
        for likely in [0, 3, 17, 100, 1000, usize::MAX] {
            order.reset(&coarse, look, likely);
            let found: Vec<usize> = std::iter::from_fn(|| order.next(&coarse, &lists)).collect();
            assert_eq!(found, expected);
        }
        let nothing = Coarse::checked(Metric::InnerProduct, 1, Vec::new().into()).unwrap();
        order.reset(&nothing, Look::Products(&[]), 4);
        assert_eq!(order.next(&nothing, &lists), None);
    }

    #[test]
    fn lists_come_in_the_same_order_where_bytes_chose_the_first() {
        let (n_lists, dim) = (200, 40);
        let mut random = Random::new(5, 0);
        let mut row = |n: usize, size: f32| -> Vec<f32> {
            (0..n)
                .map(|_| size * (random.unit() as f32 - 0.4))
                .collect()
        };
        let lists = Lists::new(
            (0..=n_lists as u64).collect(),
            (0..n_lists as u32).collect(),
        );
        for metric in [Metric::L2, Metric::InnerProduct] {
            let centroids = row(n_lists * dim, 1.0);
            let coarse = Coarse::checked(metric, dim, centroids.into()).unwrap();
            assert!(coarse.rounded().is_some());
            // The second is beyond what rounding can tell, the third is sparse.
            let mut queries = [row(dim, 1.0), row(dim, 1e25), vec![0.0; dim]].concat();
            queries[2 * dim + 3] = 0.7;
            let queries = ArrayView2::from_shape((3, dim), &queries).unwrap();
            let mut looks = Looks::default();
            looks.take(&coarse, Points::Dense(queries));
            let kinds: Vec<bool> = (0..3)
                .map(|query| matches!(looks.of(query), Look::Rounded { .. }))
                .collect();
            assert_eq!(kinds, [true, false, false]);
            for query in 0..3 {
                let values = queries.row(query).to_vec();
                let promise = |list| coarse.promise(list, coarse.product(&values, list));
                // Sums of the others have another order, and centres are no longer than 4.
                let slack = 4e-5 * values.iter().map(|x| x * x).sum::<f32>().sqrt();
                let mut order = VisitOrder::default();
                for likely in [0, 1, 7, 90, 1000] {
                    order.reset(&coarse, looks.of(query), likely);
                    let mut last = f32::INFINITY;
                    let mut seen = vec![false; n_lists];
                    while let Some(list) = order.next(&coarse, &lists) {
                        assert!(promise(list) <= last + slack, "{query} {likely} {metric}");
                        last = promise(list);
                        assert!(!std::mem::replace(&mut seen[list], true), "{list} twice");
                        let product = coarse.product(&values, list);
                        assert!((order.product(list) - product).abs() <= slack, "{list}");
                    }
                    assert!(seen.iter().all(|seen| *seen), "{query} {likely} {metric}");
                }
            }
        }
    }
}
