//! Which rows each list holds, in ascending order.

use crate::index::parts::{PartsError, check_len, check_n_rows};
use crate::memory::Slab;
use std::ops::Range;

/// The arrays of inverted lists.
#[derive(Debug, Clone)]
pub struct ListParts {
    /// Coarse centres, one per list, one after another.
    pub centroids: Slab<f32>,
    /// Where each list starts in `rows`, and the end of the last: one more than there are lists.
    pub offsets: Slab<u64>,
    /// The rows of each list, ascending; every row stands in one list.
    pub rows: Slab<u32>,
}

/// Rows by list. A position counts through all lists; codes lie in its order.
#[derive(Debug, Clone)]
pub(in crate::index) struct Lists {
    offsets: Slab<u64>,
    rows: Slab<u32>,
    /// Whether each list holds a row.
    none_is_empty: bool,
}

/// Lists that are looked for beyond those to visit, for some that turn out to be empty.
const SPARE: usize = 2;

impl Lists {
    /// Lists as grouped by the caller, which vouches for what [`checked`](Self::checked) checks.
    pub(in crate::index) fn new(offsets: Vec<u64>, rows: Vec<u32>) -> Self {
        Self::of(offsets.into(), rows.into())
    }

    /// Checks that lists tile the positions, that each ascends, and that each row stands in one.
    pub(in crate::index) fn checked(
        n_lists: usize,
        offsets: Slab<u64>,
        rows: Slab<u32>,
    ) -> Result<Self, PartsError> {
        check_n_rows(rows.len())?;
        check_len("offsets", offsets.len(), n_lists + 1)?;
        if offsets[0] != 0 {
            return Err(PartsError::Offsets { list: 0 });
        }
        if let Some(list) = offsets.windows(2).position(|pair| pair[0] > pair[1]) {
            return Err(PartsError::Offsets { list });
        }
        if offsets[n_lists] != rows.len() as u64 {
            let list = n_lists.saturating_sub(1);
            return Err(PartsError::Offsets { list });
        }
        let lists = Self::of(offsets, rows);
        lists.check_rows()?;
        Ok(lists)
    }

    fn of(offsets: Slab<u64>, rows: Slab<u32>) -> Self {
        let none_is_empty = offsets.windows(2).all(|pair| pair[0] < pair[1]);
        Self {
            offsets,
            rows,
            none_is_empty,
        }
    }

    /// Of how many lists, the most promising first, `n_probe` are likely to hold any of `rows`.
    pub(super) fn likely_visits(&self, n_probe: usize, rows: &Range<u32>) -> usize {
        if self.none_is_empty && rows.start == 0 && rows.end as usize >= self.n_rows() {
            n_probe
        } else {
            n_probe.saturating_add(n_probe / 4 + SPARE)
        }
    }

    fn check_rows(&self) -> Result<(), PartsError> {
        let n_rows = self.rows.len();
        let mut seen = vec![0_u64; n_rows.div_ceil(64)];
        for list in 0..self.offsets.len() - 1 {
            let mut least = 0;
            for at in self.all(list) {
                let row = self.rows[at];
                if row as usize >= n_rows {
                    return Err(PartsError::RowOutOfRange { at, row, n_rows });
                }
                if row < least {
                    return Err(PartsError::RowOrder { at, row });
                }
                least = row + 1;
                let (word, bit) = (row as usize / 64, 1 << (row % 64));
                if seen[word] & bit != 0 {
                    return Err(PartsError::RowTwice { row });
                }
                seen[word] |= bit;
            }
        }
        Ok(())
    }

    /// Rows in all lists.
    pub(in crate::index) fn n_rows(&self) -> usize {
        self.rows.len()
    }

    pub(in crate::index) fn offsets(&self) -> &Slab<u64> {
        &self.offsets
    }

    pub(in crate::index) fn rows(&self) -> &Slab<u32> {
        &self.rows
    }

    /// The list of each position.
    pub(in crate::index) fn list_at_positions(&self) -> Vec<u32> {
        let mut list_at = vec![0; self.rows.len()];
        for list in 0..self.offsets.len() - 1 {
            list_at[self.all(list)].fill(list as u32);
        }
        list_at
    }

    /// The positions of one list.
    pub(in crate::index) fn all(&self, list: usize) -> Range<usize> {
        self.offsets[list] as usize..self.offsets[list + 1] as usize
    }

    /// The positions of one list whose rows are in `rows`: two binary searches, none at an end
    /// that does not cut.
    pub(in crate::index) fn within(&self, list: usize, rows: &Range<u32>) -> Range<usize> {
        let mut positions = self.all(list);
        let held = &self.rows[positions.clone()];
        if rows.end as usize <= self.rows.len() {
            positions.end = positions.start + held.partition_point(|&row| row < rows.end);
        }
        if rows.start > 0 {
            positions.start += held.partition_point(|&row| row < rows.start);
        }
        positions.start.min(positions.end)..positions.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(offsets: &[u64], rows: &[u32]) -> Result<Lists, PartsError> {
        let n_lists = offsets.len() - 1;
        Lists::checked(n_lists, offsets.to_vec().into(), rows.to_vec().into())
    }

    #[test]
    fn a_range_of_rows_is_a_slice_of_each_list() {
        let lists = checked(&[0, 3, 3, 6], &[1, 3, 5, 0, 2, 4]).unwrap();
        assert_eq!(lists.within(0, &(0..u32::MAX)), 0..3);
        assert_eq!(lists.within(0, &(2..5)), 1..2);
        assert_eq!(lists.within(1, &(2..5)), 3..3);
        assert_eq!(lists.within(2, &(2..5)), 4..6);
        #[expect(
            clippy::reversed_empty_ranges,
            reason = "a caller's window may be empty"
        )]
        let nothing = lists.within(2, &(5..1));
        assert!(nothing.is_empty());
    }

    #[test]
    fn damaged_lists_are_refused() {
        assert!(checked(&[0], &[]).is_ok());
        assert_eq!(
            checked(&[0, 3, 2], &[0, 1]).unwrap_err(),
            PartsError::Offsets { list: 1 }
        );
        assert_eq!(
            checked(&[1, 2], &[0, 1]).unwrap_err(),
            PartsError::Offsets { list: 0 }
        );
        assert_eq!(
            checked(&[0, 1], &[0, 1]).unwrap_err(),
            PartsError::Offsets { list: 0 }
        );
        assert_eq!(
            checked(&[0, 9], &[0, 1]).unwrap_err(),
            PartsError::Offsets { list: 0 }
        );
        assert_eq!(
            checked(&[0, 2], &[1, 0]).unwrap_err(),
            PartsError::RowOrder { at: 1, row: 0 }
        );
        assert_eq!(
            checked(&[0, 1, 2], &[1, 1]).unwrap_err(),
            PartsError::RowTwice { row: 1 }
        );
        assert_eq!(
            checked(&[0, 2], &[0, 2]).unwrap_err(),
            PartsError::RowOutOfRange {
                at: 1,
                row: 2,
                n_rows: 2
            }
        );
    }
}
