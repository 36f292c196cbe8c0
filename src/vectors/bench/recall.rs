//! How much of the truth an index finds, with rows that tie counted as found.
//!
//! A returned row counts if its exact score reaches that of the rank it is asked for, less a
//! rounding error: rows that are as near are as right, whatever their numbers.

use crate::index::{Metric, Neighbour, TrainError, nearest};
use crate::vectors::RowIds;
use crate::vectors::metric::exact_score;
use crate::vectors::rows::row_of;
use ndarray::ArrayView2;
use rayon::prelude::*;

/// Part of a score below which two are the same.
const EPSILON: f64 = 1e-5;

/// Shares of the truth that were found, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recall {
    /// Queries whose first hit is as near as the nearest.
    pub first_at_1: f64,
    /// Queries with a row as near as the nearest among the k.
    pub first_at_k: f64,
    /// Mean share of the k that are as near as the k-th nearest.
    pub k_at_k: f64,
}

/// Exact scores against which answers are judged.
#[derive(Debug)]
pub struct Judge<'a> {
    metric: Metric,
    base: ArrayView2<'a, f32>,
    queries: ArrayView2<'a, f32>,
    k: usize,
    /// For each query the exact scores of its nearest and its k-th nearest.
    marks: Vec<(f64, f64)>,
}

impl<'a> Judge<'a> {
    /// A judge that takes `truth` for the nearest rows; it must have `k` of them for each query.
    pub fn new(
        metric: Metric,
        (base, queries): (ArrayView2<'a, f32>, ArrayView2<'a, f32>),
        k: usize,
        truth: &RowIds,
    ) -> Self {
        let score = |query: usize, row: u32| {
            exact_score(metric, row_of(queries, query), row_of(base, row as usize))
        };
        let mark = |query: usize| {
            let rows = truth.of(query);
            (score(query, rows[0]), score(query, rows[k - 1]))
        };
        let marks = (0..queries.nrows()).into_par_iter().map(mark).collect();
        Self {
            metric,
            base,
            queries,
            k,
            marks,
        }
    }

    /// Judges what was found for each query.
    pub fn judge(&self, found: &[Vec<Neighbour>]) -> Recall {
        let (mut first_at_1, mut first_at_k, mut k_at_k) = (0, 0, 0);
        for (query, (found, &(nearest, last))) in found.iter().zip(&self.marks).enumerate() {
            let slack = EPSILON * (1.0 + nearest.abs());
            let score = |hit: &Neighbour| {
                let row = row_of(self.base, hit.row as usize);
                exact_score(self.metric, row_of(self.queries, query), row)
            };
            let scores: Vec<f64> = found.iter().take(self.k).map(score).collect();
            let reaches = |mark: f64| move |score: &&f64| **score >= mark - slack;
            first_at_1 += usize::from(scores.first().filter(reaches(nearest)).is_some());
            first_at_k += usize::from(scores.iter().any(|score| reaches(nearest)(&score)));
            k_at_k += scores.iter().filter(reaches(last)).count();
        }
        let n = self.marks.len().max(1) as f64;
        Recall {
            first_at_1: first_at_1 as f64 / n,
            first_at_k: first_at_k as f64 / n,
            k_at_k: k_at_k as f64 / (n * self.k as f64),
        }
    }
}

/// The `k` nearest rows of each query, by scoring all.
///
/// # Errors
/// Rows whose numbers are beyond what can be scored.
pub fn exact_truth(
    metric: Metric,
    base: ArrayView2<'_, f32>,
    queries: ArrayView2<'_, f32>,
    k: usize,
) -> Result<RowIds, TrainError> {
    let found = nearest(metric, base, queries, k)?;
    let rows = found.iter().flatten().map(|hit| hit.row);
    Ok(RowIds {
        k,
        rows: rows.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn hits(rows: &[u32]) -> Vec<Neighbour> {
        rows.iter()
            .map(|&row| Neighbour { row, score: 0.0 })
            .collect()
    }

    #[test]
    fn ties_count_as_found() {
        // Rows 0 and 1 are equally near, 2 and 3 too, 4 is far.
        let base = array![[1.0, 0.0], [1.0, 0.0], [0.5, 0.0], [0.5, 0.1], [0.0, 1.0]];
        let query = array![[1.0, 0.0]];
        let truth = RowIds {
            k: 3,
            rows: vec![0, 1, 2],
        };
        let metric = Metric::InnerProduct;
        let judge = Judge::new(metric, (base.view(), query.view()), 3, &truth);
        let recall = |rows: &[u32]| {
            let recall = judge.judge(&[hits(rows)]);
            (recall.first_at_1, recall.first_at_k, recall.k_at_k)
        };
        assert_eq!(recall(&[0, 1, 2]), (1.0, 1.0, 1.0));
        assert_eq!(recall(&[1, 0, 3]), (1.0, 1.0, 1.0));
        assert_eq!(recall(&[3, 1, 4]), (0.0, 1.0, 2.0 / 3.0));
        assert_eq!(recall(&[4]), (0.0, 0.0, 0.0));
        assert_eq!(recall(&[]), (0.0, 0.0, 0.0));
    }
}
