//! A query in fixed point, and the sums of one block of rows.

use super::postings::{MAX_BLOCK, Postings};
use crate::index::filter::Filter;
use crate::index::matrix::squared_norm;
use crate::index::top_k::TopK;
use std::fmt;
use std::ops::Range;

/// Products of query and row stay below this: by Cauchy and Schwarz no sum of theirs is larger than
/// the product of the norms, which is scaled to it.
const LARGEST_SUM: f64 = (1_u64 << 30) as f64;

/// What is computed once per query, and memory for the sums of a block.
pub struct SparseQuery {
    /// Coordinates that are not 0, ascending, in fixed point.
    pub(super) values: Vec<(u32, i32)>,
    /// What a sum of 1 stands for.
    unit: f32,
    norm: f32,
    pub(super) sums: Box<[i32; MAX_BLOCK]>,
    scores: Vec<f32>,
}

impl Default for SparseQuery {
    fn default() -> Self {
        let sums = vec![0; MAX_BLOCK].into_boxed_slice().try_into();
        Self {
            values: Vec::new(),
            unit: 0.0,
            norm: 0.0,
            sums: sums.unwrap_or_else(|_| unreachable!("a box of this very length")),
            scores: Vec::new(),
        }
    }
}

impl fmt::Debug for SparseQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SparseQuery({} values)", self.values.len())
    }
}

/// Rows scored at a time, so that their scores stay in the first-level cache.
const SCORE_BLOCK: usize = 256;

impl SparseQuery {
    /// Brings `query` into the fixed point that suits `postings`.
    pub(in crate::index) fn prepare(&mut self, query: &[f32], postings: &Postings) {
        let (weight_unit, max_norm) = (postings.parts.scale[0], postings.parts.scale[1]);
        self.norm = squared_norm(query);
        let largest = f64::from(self.norm).sqrt() * f64::from(max_norm);
        self.values.clear();
        if largest == 0.0 || !largest.is_finite() {
            self.unit = 0.0;
            return;
        }
        // sum = product * scale / weight_unit, at most LARGEST_SUM.
        let scale = LARGEST_SUM * f64::from(weight_unit) / largest;
        self.unit = (f64::from(weight_unit) / scale) as f32;
        self.values
            .extend(query.iter().enumerate().filter_map(|(coordinate, &value)| {
                let fixed = (f64::from(value) * scale).round() as i32;
                (fixed != 0).then_some((coordinate as u32, fixed))
            }));
    }

    /// Scores the rows at `positions`, all in `block`, and offers them; `row_at` names them.
    pub(in crate::index) fn offer_block(
        &mut self,
        postings: &Postings,
        (block, positions): (usize, Range<usize>),
        filter: &Filter<'_>,
        (row_at, best): (&impl Fn(usize) -> u32, &mut TopK),
    ) {
        postings.accumulate(block, self);
        let rows = postings.rows_of(block);
        let wanted = positions.start.max(rows.start)..positions.end.min(rows.end);
        for start in wanted.clone().step_by(SCORE_BLOCK) {
            let part = start..(start + SCORE_BLOCK).min(wanted.end);
            let sums = &self.sums[part.start - rows.start..part.end - rows.start];
            let unit = self.unit;
            self.scores.clear();
            self.scores
                .extend(sums.iter().map(|&sum| sum as f32 * unit));
            let norms = match postings.metric.n_norms(1) {
                0 => &[][..],
                _ => &postings.parts.norms[part.clone()],
            };
            postings.metric.finish(&mut self.scores, norms, self.norm);
            // Few blocks hold a row that enters; the others are passed over as a whole.
            let floor = best.floor();
            if self.scores.iter().any(|&score| score >= floor) {
                filter.offer(part.map(row_at), &self.scores, best);
            }
        }
        self.sums[..rows.len()].fill(0);
    }
}
