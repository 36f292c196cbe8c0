//! The nearest rows by scoring all of them, without an index of them.

use super::factory::Factory;
use super::filter::{Filter, Filters};
use super::metric::Metric;
use super::top_k::{Neighbour, TopK};
use super::train::{TrainError, TrainSettings, train};
use super::vector_index::{Effort, VectorIndex};
use ndarray::{ArrayView2, Axis};

/// Rows scored at a time: what an index of them takes is small beside the rows.
const BLOCK: usize = 1 << 16;

/// The `k` nearest of `rows` for each query, best first.
///
/// # Errors
/// Rows whose numbers are beyond what can be scored.
pub fn nearest(
    metric: Metric,
    rows: ArrayView2<'_, f32>,
    queries: ArrayView2<'_, f32>,
    k: usize,
) -> Result<Vec<Vec<Neighbour>>, TrainError> {
    let mut best = vec![TopK::new(k); queries.nrows()];
    for (block_idx, block) in rows.axis_chunks_iter(Axis(0), BLOCK).enumerate() {
        let first = (block_idx * BLOCK) as u32;
        let flat = train(Factory::FLAT, metric, block, 0, TrainSettings::default())?.index;
        let effort = Effort::visiting(1);
        let found = flat.search_batch(queries, k, effort, Filters::Same(&Filter::ALL));
        for (best, found) in best.iter_mut().zip(found) {
            for hit in found {
                best.push(first + hit.row, hit.score);
            }
        }
    }
    Ok(best.into_iter().map(TopK::into_sorted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_nearest_are_the_nearest() {
        let rows = array![[0.0], [10.0], [3.0], [4.0]];
        let queries = array![[3.4], [9.0]];
        let found = nearest(Metric::L2, rows.view(), queries.view(), 2).unwrap();
        let found: Vec<u32> = found.concat().iter().map(|hit| hit.row).collect();
        assert_eq!(found, [2, 3, 1, 3]);
    }
}
