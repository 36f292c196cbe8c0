//! Rows kept as their values that are not 0.

use crate::memory::{Column, Workspace, WorkspaceError, mind_ceiling};
use ndarray::ArrayView1;
use std::ops::Range;

/// Rows by their values that are not 0, in ascending order of column.
#[derive(Debug)]
pub struct SparseRows {
    dim: usize,
    /// Where each row starts in `columns` and `values`, and the end of the last.
    offsets: Vec<usize>,
    columns: Column<u32>,
    values: Column<f32>,
}

/// Borrowed [`SparseRows`], or a run of them.
#[derive(Debug, Clone, Copy)]
pub struct SparseView<'a> {
    dim: usize,
    offsets: &'a [usize],
    columns: &'a [u32],
    values: &'a [f32],
}

impl SparseRows {
    /// No rows of `dim` coordinates yet. They are read after they were
    /// [settled](SparseRows::settle).
    pub fn within(workspace: &Workspace, dim: usize) -> Self {
        Self {
            dim,
            offsets: vec![0],
            columns: workspace.column(),
            values: workspace.column(),
        }
    }

    /// No rows of `dim` coordinates, in memory, with room for some that hold `n_values` values
    /// between them.
    pub fn with_room(dim: usize, n_rows: usize, n_values: usize) -> Self {
        let mut rows = Self::within(&Workspace::in_memory(), dim);
        rows.reserve(n_rows, n_values);
        rows
    }

    /// Makes room for more rows, where they are kept in memory.
    pub fn reserve(&mut self, n_rows: usize, n_values: usize) {
        self.offsets.reserve(n_rows);
        self.columns.reserve(n_values);
        self.values.reserve(n_values);
    }

    /// Makes the rows so far readable; in memory they are.
    ///
    /// # Errors
    /// If they could not be kept.
    pub fn settle(&mut self) -> Result<(), WorkspaceError> {
        self.columns.settle()?;
        self.values.settle()
    }

    /// Appends a row of these values; those of 0 are left out.
    ///
    /// # Panics
    /// If columns do not ascend, or reach past the last coordinate: the caller's mistake.
    pub fn push(&mut self, row: &[(u32, f32)]) {
        assert!(
            row.is_sorted_by(|a, b| a.0 < b.0),
            "columns of a row ascend"
        );
        assert!(
            row.last().is_none_or(|last| (last.0 as usize) < self.dim),
            "a column lies within the row"
        );
        for &(column, value) in row.iter().filter(|(_, value)| *value != 0.0) {
            self.columns.push(column);
            self.values.push(value);
        }
        self.offsets.push(self.columns.len());
    }

    /// Keeps what is not 0 of each row.
    pub(super) fn of<'r>(dim: usize, rows: impl Iterator<Item = ArrayView1<'r, f32>>) -> Self {
        let mut kept = Self::with_room(dim, 0, 0);
        for row in rows {
            each_set(row, |column, value| {
                kept.columns.push(column as u32);
                kept.values.push(value);
            });
            kept.offsets.push(kept.columns.len());
        }
        kept
    }

    /// Values that are not 0, in all rows.
    pub fn n_values(&self) -> usize {
        self.values.len()
    }

    /// All of them, borrowed.
    pub fn view(&self) -> SparseView<'_> {
        SparseView {
            dim: self.dim,
            offsets: &self.offsets,
            columns: self.columns.settled(),
            values: self.values.settled(),
        }
    }
}

impl<'a> SparseView<'a> {
    /// How many rows.
    pub fn len(self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Coordinates per row.
    pub fn dim(self) -> usize {
        self.dim
    }

    /// The columns and values of one row.
    #[inline]
    pub fn row(self, row: usize) -> (&'a [u32], &'a [f32]) {
        mind_ceiling();
        let held = self.offsets[row]..self.offsets[row + 1];
        (&self.columns[held.clone()], &self.values[held])
    }

    /// The values of all rows.
    pub(super) fn values(self) -> &'a [f32] {
        &self.values[self.offsets[0]..self.offsets[self.len()]]
    }

    pub(super) fn slice(self, rows: Range<usize>) -> Self {
        Self {
            offsets: &self.offsets[rows.start..=rows.end],
            ..self
        }
    }

    pub(super) fn select(self, members: impl Iterator<Item = usize>) -> SparseRows {
        let mut picked = SparseRows::with_room(self.dim, 0, 0);
        for member in members {
            let (columns, values) = self.row(member);
            picked.columns.extend_from_slice(columns);
            picked.values.extend_from_slice(values);
            picked.offsets.push(picked.columns.len());
        }
        picked
    }
}

/// Numbers seen to be all 0 in one comparison or a few.
const RUN: usize = 16;

/// Calls `each(column, value)` for what is not 0 of a row, in ascending order.
#[inline]
pub(super) fn each_set(row: ArrayView1<'_, f32>, mut each: impl FnMut(usize, f32)) {
    let Some(values) = row.to_slice() else {
        let set = row.iter().enumerate().filter(|(_, value)| **value != 0.0);
        return set.for_each(|(column, &value)| each(column, value));
    };
    for (run_idx, run) in values.chunks(RUN).enumerate() {
        // Most runs of a sparse row are empty. Counting has no early exit, and so needs no branch.
        if run.iter().filter(|x| **x != 0.0).count() == 0 {
            continue;
        }
        for (at, &value) in run.iter().enumerate() {
            if value != 0.0 {
                each(run_idx * RUN + at, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_were_put_in() {
        let mut rows = SparseRows::with_room(6, 3, 4);
        rows.push(&[(1, 2.0), (5, -1.0)]);
        rows.push(&[]);
        rows.push(&[(0, 0.0), (2, 3.0)]);
        assert_eq!((rows.view().len(), rows.n_values()), (3, 3));
        assert_eq!(rows.view().row(0), (&[1, 5][..], &[2.0, -1.0][..]));
        assert_eq!(rows.view().row(1), (&[][..], &[][..]));
        assert_eq!(rows.view().slice(2..3).row(0), (&[2][..], &[3.0][..]));
        assert_eq!(rows.view().slice(1..3).values(), [3.0]);
        let picked = rows.view().select([2, 0].into_iter());
        assert_eq!(picked.view().row(1), (&[1, 5][..], &[2.0, -1.0][..]));
    }

    #[test]
    fn what_is_not_0_is_found_wherever_it_stands() {
        let mut rows = ndarray::Array2::zeros((37, 2));
        (rows[[0, 1]], rows[[17, 1]], rows[[36, 1]]) = (1.0, -2.0, 3.0);
        let expected = [(0, 1.0), (17, -2.0), (36, 3.0)];
        // Side by side, and not.
        let side_by_side = rows.column(1).to_owned();
        for row in [side_by_side.view(), rows.column(1)] {
            let mut found = Vec::new();
            each_set(row, |column, value| found.push((column, value)));
            assert_eq!(found, expected);
        }
        each_set(rows.column(0), |_, _| panic!("all are 0"));
    }

    #[test]
    #[should_panic(expected = "a column lies within the row")]
    fn a_column_past_the_end_is_refused() {
        SparseRows::with_room(6, 1, 1).push(&[(6, 1.0)]);
    }

    #[test]
    #[should_panic(expected = "columns of a row ascend")]
    fn columns_in_disorder_are_refused() {
        SparseRows::with_room(6, 1, 2).push(&[(3, 1.0), (3, 1.0)]);
    }
}
