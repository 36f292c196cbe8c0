//! Rows put behind those that lists already hold: where each comes to stand, and stores that grow.

use super::kmeans::Groups;
use super::matrix::squared_norm;
use super::metric::Metric;
use super::pq::CodeStore;
use super::row_store::RowStore;
use ndarray::ArrayView2;
use std::ops::Range;

/// Lists before and after rows are added. A list keeps its rows and gets the added ones behind
/// them, in their order, so that its rows still ascend.
#[derive(Debug)]
pub(super) struct Growth {
    before: Vec<u64>,
    after: Vec<u64>,
    added: Groups,
}

impl Growth {
    /// Puts each added row in the list that `labels` names, behind lists that start at `before`.
    pub(super) fn new(before: &[u64], labels: &[u32]) -> Self {
        let added = Groups::new(labels, before.len() - 1);
        let after = before.iter().zip(&added.offsets).map(|(a, b)| a + b);
        Self {
            before: before.to_vec(),
            after: after.collect(),
            added,
        }
    }

    /// The same where all rows are one list.
    pub(super) fn one_list(n_before: usize, n_added: usize) -> Self {
        Self::new(&[0, n_before as u64], &vec![0; n_added])
    }

    /// Where lists start afterwards, and the end of the last.
    pub(super) fn offsets(&self) -> &[u64] {
        &self.after
    }

    /// For each list, the positions it had and the added rows it gets.
    pub(super) fn lists(&self) -> impl Iterator<Item = (Range<usize>, &[u32])> {
        (self.before.windows(2).enumerate())
            .map(|(list, ends)| (ends[0] as usize..ends[1] as usize, self.added.of(list)))
    }

    /// What stands at each position afterwards: of `held`, by position, and of `added`, by row,
    /// `width` values each.
    pub(super) fn interleave<T: Copy>(&self, held: &[T], added: &[T], width: usize) -> Vec<T> {
        let mut all = Vec::with_capacity(held.len() + added.len());
        for (positions, rows) in self.lists() {
            all.extend_from_slice(&held[positions.start * width..positions.end * width]);
            for &row in rows {
                all.extend_from_slice(&added[row as usize * width..][..width]);
            }
        }
        all
    }
}

/// Squared norms of rows, where the metric calls for them.
pub(super) fn norms_of(metric: Metric, rows: ArrayView2<'_, f32>) -> Vec<f32> {
    let norms = rows.outer_iter().take(metric.n_norms(rows.nrows()));
    norms.map(|row| squared_norm(&row.to_vec())).collect()
}

impl RowStore {
    /// The rows held, with `rows` added.
    pub(super) fn grown(&self, growth: &Growth, rows: ArrayView2<'_, f32>) -> Self {
        let rows = rows.as_standard_layout();
        let added = rows.as_slice().expect("a standard layout is a slice");
        Self::new(
            self.metric,
            self.dim,
            growth.interleave(&self.values, added, self.dim),
        )
    }
}

impl CodeStore {
    /// The rows held, with rows added whose codes and norms are given.
    pub(super) fn grown(&self, growth: &Growth, codes: &[u8], norms: &[f32]) -> Self {
        let parts = self.parts();
        let mut held = Vec::with_capacity(parts.codes.len());
        for (positions, _) in growth.lists() {
            for position in positions.clone() {
                held.extend(self.code(&positions, position).take(parts.n_sub));
            }
        }
        let all = growth.interleave(&held, codes, parts.n_sub);
        let all_norms = if parts.norms.is_empty() && norms.is_empty() {
            Vec::new()
        } else {
            growth.interleave(&parts.norms, norms, 1)
        };
        let codebook = self.codebook().clone();
        let mut blocks = Vec::with_capacity(parts.codes.len() + codes.len());
        codebook.pack(&all, growth.offsets(), &mut blocks);
        Self::new(self.metric(), codebook, blocks, all_norms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_keep_their_rows_and_get_the_added_ones_behind() {
        // Lists of 2, 0 and 1 rows get rows 1, 0 and 2, and 3.
        let growth = Growth::new(&[0, 2, 2, 3], &[1, 0, 1, 2]);
        assert_eq!(growth.offsets(), [0, 3, 5, 7]);
        let all = growth.interleave(&["a", "b", "c"], &["0", "1", "2", "3"], 1);
        assert_eq!(all, ["a", "b", "1", "0", "2", "c", "3"]);
        let pairs = growth.interleave(&[1, 1, 2, 2, 3, 3], &[4, 4, 5, 5, 6, 6, 7, 7], 2);
        assert_eq!(pairs, [1, 1, 2, 2, 5, 5, 4, 4, 6, 6, 3, 3, 7, 7]);
    }
}
