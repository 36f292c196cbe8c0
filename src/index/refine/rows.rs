//! The rows of a second look: as floats, as half-precision floats, or as a byte per number.

#[cfg(test)]
use crate::index::kernels::products::half_to_float;
use crate::index::kernels::products::{
    distance, distance_bytes, distance_halves, dot, dot_bytes, dot_halves, float_to_half,
};
use crate::index::kernels::{Level, prefetch};
use crate::index::metric::Metric;
use crate::index::parts::{PartsError, check_finite, check_len, check_n_rows, count_rows};
use crate::index::top_k::{Neighbour, TopK};
use crate::memory::Slab;
use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;

/// What the rows of a second look are kept as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefineKind {
    /// `Flat`: 4 bytes a number, exact.
    Flat,
    /// `F16`: 2 bytes a number, to three digits.
    F16,
    /// `SQ8`: a byte a number, between the least and the greatest of its coordinate.
    Sq8,
}

/// The numbers of the rows, one row after another.
#[derive(Debug, Clone)]
pub enum RefineValues {
    /// As they came.
    Flat(Slab<f32>),
    /// IEEE 754 half-precision numbers.
    F16(Slab<u16>),
    /// Steps above the least of the coordinate.
    Sq8(Slab<u8>),
}

/// The arrays of the rows of a second look.
#[derive(Debug, Clone)]
pub struct RefineParts {
    /// The numbers.
    pub values: RefineValues,
    /// By coordinate, what a stored 0 stands for; empty unless values are bytes.
    pub least: Slab<f32>,
    /// By coordinate, what a step stands for: for bytes and half-precision numbers.
    pub steps: Slab<f32>,
}

/// Rows of a second look.
#[derive(Debug, Clone)]
pub struct RefinedRows {
    metric: Metric,
    dim: usize,
    parts: RefineParts,
}

/// A query made ready to be compared with rows.
struct Query {
    values: Vec<f32>,
    /// Its inner product with what stored zeros stand for.
    constant: f32,
}

/// Rows asked of memory ahead of the one that is scored.
const AHEAD: usize = 8;

/// Rows scored before it is asked whether the rest may count, and between two such questions.
const SCORED_AT_LEAST: usize = 16;
const SCORED_AT_A_TIME: usize = 4;

/// What the rest may gain beyond the most so far, as a part of how far that is from the mean.
const SPARE: f32 = 0.75;

/// Rows that one thread makes at a time.
const MADE_AT_ONCE: usize = 1 << 12;

/// What `fold` makes of all values of each coordinate, row after row. How the rows are shared among
/// threads makes no difference to it.
fn by_coordinate(
    rows: ArrayView2<'_, f32>,
    start: f32,
    fold: impl Fn(f32, f32) -> f32 + Sync,
) -> Vec<f32> {
    let fold_into = |folded: &mut Vec<f32>, row: &[f32]| {
        for (folded, &x) in folded.iter_mut().zip(row) {
            *folded = fold(*folded, x);
        }
    };
    let blocks: Vec<Vec<f32>> = rows
        .axis_chunks_iter(Axis(0), MADE_AT_ONCE)
        .into_par_iter()
        .map(|rows| {
            let rows = rows.as_standard_layout();
            let mut folded = vec![start; rows.ncols()];
            for row in rows.outer_iter() {
                fold_into(
                    &mut folded,
                    row.to_slice().expect("a row of a standard layout"),
                );
            }
            folded
        })
        .collect();
    let mut folded = vec![start; rows.ncols()];
    for block in &blocks {
        fold_into(&mut folded, block);
    }
    folded
}

/// All rows, each written by `convert`.
fn converted<T: Copy + Default + Send>(
    rows: ArrayView2<'_, f32>,
    convert: impl Fn(&[f32], &mut [T]) + Sync,
) -> Vec<T> {
    let dim = rows.ncols();
    let mut values = vec![T::default(); rows.len()];
    (values.par_chunks_mut((dim * MADE_AT_ONCE).max(1)))
        .zip(rows.axis_chunks_iter(Axis(0), MADE_AT_ONCE).into_par_iter())
        .for_each(|(into, rows)| {
            let rows = rows.as_standard_layout();
            for (into, row) in into.chunks_exact_mut(dim).zip(rows.outer_iter()) {
                convert(row.to_slice().expect("a row of a standard layout"), into);
            }
        });
    values
}

impl RefinedRows {
    pub(in crate::index) fn build(
        metric: Metric,
        kind: RefineKind,
        rows: ArrayView2<'_, f32>,
    ) -> Self {
        let n_scales = rows.ncols();
        let (values, least, steps) = match kind {
            RefineKind::Flat => {
                let values: Vec<f32> = rows.iter().copied().collect();
                (RefineValues::Flat(values.into()), vec![], vec![])
            }
            RefineKind::F16 => {
                let greatest = by_coordinate(rows, 0.0, |m, x| x.abs().max(m));
                let steps: Vec<f32> = greatest.into_iter().map(half_step).collect();
                let values = converted(rows, |row, into| {
                    for ((into, x), step) in into.iter_mut().zip(row).zip(&steps) {
                        *into = float_to_half(x / step);
                    }
                });
                (RefineValues::F16(values.into()), vec![], steps)
            }
            RefineKind::Sq8 => {
                let least = by_coordinate(rows, f32::INFINITY, f32::min);
                let greatest = by_coordinate(rows, f32::NEG_INFINITY, f32::max);
                let ends = least.into_iter().zip(greatest);
                let (least, steps): (Vec<f32>, Vec<f32>) = ends
                    .map(|(least, greatest)| {
                        if rows.is_empty() {
                            return (0.0, 1.0);
                        }
                        let step = ((greatest - least) / 255.0).max(f32::MIN_POSITIVE);
                        (least, step)
                    })
                    .unzip();
                let values = converted(rows, |row, into| {
                    let scales = least.iter().zip(&steps);
                    for ((into, x), (least, step)) in into.iter_mut().zip(row).zip(scales) {
                        *into = ((x - least) / step).round() as u8;
                    }
                });
                (RefineValues::Sq8(values.into()), least, steps)
            }
        };
        let parts = RefineParts {
            values,
            least: least.into(),
            steps: steps.into(),
        };
        Self {
            metric,
            dim: n_scales,
            parts,
        }
    }

    /// Checks the arrays. The numbers of rows are not checked: a row that is not finite has no
    /// score, and so is never found.
    pub(in crate::index) fn checked(
        metric: Metric,
        dim: usize,
        parts: RefineParts,
    ) -> Result<Self, PartsError> {
        if dim == 0 {
            return Err(PartsError::NoDimension);
        }
        let (n_values, n_least, n_steps) = match &parts.values {
            RefineValues::Flat(values) => (values.len(), 0, 0),
            RefineValues::F16(values) => (values.len(), 0, dim),
            RefineValues::Sq8(values) => (values.len(), dim, dim),
        };
        let n_rows = count_rows("refined rows", n_values, dim)?;
        check_n_rows(n_rows)?;
        check_len("refined least values", parts.least.len(), n_least)?;
        check_len("refined steps", parts.steps.len(), n_steps)?;
        check_finite("refined least values", &parts.least)?;
        check_finite("refined steps", &parts.steps)?;
        Ok(Self { metric, dim, parts })
    }

    /// What the rows are kept as.
    pub fn kind(&self) -> RefineKind {
        match self.parts.values {
            RefineValues::Flat(_) => RefineKind::Flat,
            RefineValues::F16(_) => RefineKind::F16,
            RefineValues::Sq8(_) => RefineKind::Sq8,
        }
    }

    /// The arrays to store.
    pub fn parts(&self) -> &RefineParts {
        &self.parts
    }

    pub(super) fn len(&self) -> usize {
        let n_values = match &self.parts.values {
            RefineValues::Flat(values) => values.len(),
            RefineValues::F16(values) => values.len(),
            RefineValues::Sq8(values) => values.len(),
        };
        n_values / self.dim
    }

    /// Writes a row as it is kept.
    #[cfg(test)]
    pub(in crate::index) fn decode(&self, row: usize, into: &mut [f32]) {
        let span = row * self.dim..(row + 1) * self.dim;
        let scaled = into.iter_mut().zip(self.parts.steps.iter());
        match &self.parts.values {
            RefineValues::Flat(values) => into.copy_from_slice(&values[span]),
            RefineValues::F16(values) => {
                for ((into, step), half) in scaled.zip(&values[span]) {
                    *into = half_to_float(*half) * step;
                }
            }
            RefineValues::Sq8(values) => {
                let stored = values[span].iter().zip(self.parts.least.iter());
                for ((into, step), (byte, least)) in scaled.zip(stored) {
                    *into = least + f32::from(*byte) * step;
                }
            }
        }
    }

    /// Offers the scores of rows that another index `found`, its best first, to `best`.
    ///
    /// It ends where the rest would need to gain far more by the second look than any row has so
    /// far.
    pub(super) fn score(&self, query: &[f32], found: &[Neighbour], best: &mut TopK) {
        assert_eq!(query.len(), self.dim, "a query has the index's dimension");
        let level = Level::detected();
        let query = self.turned(level, query);
        let (head, rest) = found.split_at(found.len().min(AHEAD));
        for hit in head {
            self.fetch(hit.row);
        }
        let mut ahead = rest.iter();
        let (mut most_gained, mut gained) = (f32::NEG_INFINITY, 0.0);
        for (nth, hit) in found.iter().enumerate() {
            if nth >= SCORED_AT_LEAST && nth.is_multiple_of(SCORED_AT_A_TIME) {
                best.raise_floor();
                let mean = gained / nth as f32;
                if hit.score + most_gained + SPARE * (most_gained - mean) < best.floor() {
                    break;
                }
            }
            if let Some(next) = ahead.next() {
                self.fetch(next.row);
            }
            let score = self.score_row(level, &query, hit.row as usize);
            most_gained = most_gained.max(score - hit.score);
            gained += score - hit.score;
            best.push(hit.row, score);
        }
    }

    /// What a query is for the rows as they are kept.
    ///
    /// q.x = q.least + (q step).bytes: for the inner product it takes up what rows are scaled by.
    /// |q - x| = |(q - least) - step bytes|.
    fn turned(&self, level: Level, query: &[f32]) -> Query {
        let (least, steps) = (&self.parts.least, &self.parts.steps);
        let mut values = query.to_vec();
        match self.metric {
            Metric::InnerProduct => {
                for (x, step) in values.iter_mut().zip(steps.iter()) {
                    *x *= step;
                }
            }
            Metric::L2 => {
                for (x, least) in values.iter_mut().zip(least.iter()) {
                    *x -= least;
                }
            }
        }
        Query {
            values,
            constant: dot(level, &query[..least.len()], least),
        }
    }

    fn score_row(&self, level: Level, query: &Query, row: usize) -> f32 {
        let (span, q) = (row * self.dim..(row + 1) * self.dim, &query.values);
        let (values, steps) = (&self.parts.values, &self.parts.steps);
        match (self.metric, values) {
            (Metric::InnerProduct, RefineValues::Flat(values)) => dot(level, q, &values[span]),
            (Metric::InnerProduct, RefineValues::F16(values)) => {
                dot_halves(level, q, &values[span])
            }
            (Metric::InnerProduct, RefineValues::Sq8(values)) => {
                query.constant + dot_bytes(level, q, &values[span])
            }
            (Metric::L2, RefineValues::Flat(values)) => -distance(level, q, &values[span]),
            (Metric::L2, RefineValues::F16(values)) => {
                -distance_halves(level, q, &values[span], steps)
            }
            (Metric::L2, RefineValues::Sq8(values)) => {
                -distance_bytes(level, q, &values[span], steps)
            }
        }
    }

    fn fetch(&self, row: u32) {
        let span = row as usize * self.dim..(row as usize + 1) * self.dim;
        match &self.parts.values {
            RefineValues::Flat(values) => prefetch(&values[span]),
            RefineValues::F16(values) => prefetch(&values[span]),
            RefineValues::Sq8(values) => prefetch(&values[span]),
        }
    }
}

/// The least power of two by which `greatest` must be divided to be a half-precision number.
fn half_step(greatest: f32) -> f32 {
    let mut step = 1.0;
    while greatest / step > 32_768.0 {
        step *= 2.0;
    }
    step
}
