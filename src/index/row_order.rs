//! Rows sorted by one number, so that a window of that number is a range of positions.

use crate::memory::Slab;
use std::ops::Range;

/// An order of rows by an ascending key; rows whose key is not a number come last.
///
/// An index trained on the rows in this order takes a window of keys as a row range, which costs
/// its scan nothing: see [`super::Filter`].
#[derive(Debug, Clone)]
pub struct RowOrder {
    rows: Slab<u32>,
    keys: Slab<f64>,
}

impl RowOrder {
    /// Sorts rows `0..keys.len()` by their key; equal keys keep the order of rows.
    pub fn by_key(keys: &[f64]) -> Self {
        let mut rows: Vec<u32> = (0..keys.len() as u32).collect();
        let key = |row: &u32| keys[*row as usize];
        rows.sort_by(|a, b| {
            let (a, b) = (key(a), key(b));
            a.is_nan().cmp(&b.is_nan()).then_with(|| {
                if a.is_nan() {
                    std::cmp::Ordering::Equal
                } else {
                    a.total_cmp(&b)
                }
            })
        });
        let keys: Vec<f64> = rows.iter().map(key).collect();
        Self {
            rows: rows.into(),
            keys: keys.into(),
        }
    }

    /// Puts an order together.
    ///
    /// # Errors
    /// If the rows are not each of `0..n` once, or the keys do not ascend with NaN last.
    pub fn from_parts(rows: Slab<u32>, keys: Slab<f64>) -> Result<Self, &'static str> {
        if rows.len() != keys.len() {
            return Err("rows and keys differ in number");
        }
        let mut seen = vec![false; rows.len()];
        for &row in rows.iter() {
            match seen.get_mut(row as usize) {
                Some(first) if !*first => *first = true,
                _ => return Err("rows are not each listed once"),
            }
        }
        let ascending = keys.windows(2).all(|w| w[1].is_nan() || w[0] <= w[1]);
        ascending
            .then_some(Self { rows, keys })
            .ok_or("keys do not ascend")
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Positions whose key lies from `low` to `high`, both included.
    pub fn window(&self, low: f64, high: f64) -> Range<u32> {
        let start = self.keys.partition_point(|&key| key < low);
        let end = self.keys.partition_point(|&key| key <= high);
        start as u32..end.max(start) as u32
    }

    /// Positions whose key is not a number.
    pub fn without_key(&self) -> Range<u32> {
        self.keys.partition_point(|key| !key.is_nan()) as u32..self.len() as u32
    }

    /// The row at `position`.
    pub fn row(&self, position: u32) -> u32 {
        self.rows[position as usize]
    }

    /// `(rows, keys)` in order of position, for writing.
    pub fn parts(&self) -> (&[u32], &[f64]) {
        (&self.rows, &self.keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn window_is_inclusive_and_skips_rows_without_key() {
        let order = RowOrder::by_key(&[300.0, f64::NAN, 100.0, 200.0, 100.0]);
        assert_eq!(order.parts().0, [2, 4, 3, 0, 1]);
        assert_eq!(order.window(100.0, 200.0), 0..3);
        assert_eq!(order.window(f64::NEG_INFINITY, f64::INFINITY), 0..4);
        assert_eq!(order.window(150.0, 160.0), 2..2);
        assert_eq!(order.without_key(), 4..5);
    }

    #[test]
    fn damaged_parts_are_refused() {
        let check = |rows: Vec<u32>, keys: Vec<f64>| RowOrder::from_parts(rows.into(), keys.into());
        assert!(check(vec![1, 0], vec![1.0, 2.0]).is_ok());
        assert!(check(vec![1, 1], vec![1.0, 2.0]).is_err());
        assert!(check(vec![0, 2], vec![1.0, 2.0]).is_err());
        assert!(check(vec![0, 1], vec![2.0, 1.0]).is_err());
        assert!(check(vec![0], vec![]).is_err());
    }

    proptest! {
        #[test]
        fn window_equals_a_scan(keys in prop::collection::vec(0.0_f64..50.0, 0..60), low in 0.0_f64..50.0, width in 0.0_f64..20.0) {
            let order = RowOrder::by_key(&keys);
            let mut found: Vec<u32> = order.window(low, low + width).map(|p| order.row(p)).collect();
            found.sort_unstable();
            let expected: Vec<u32> = (0..keys.len() as u32)
                .filter(|&r| (low..=low + width).contains(&keys[r as usize]))
                .collect();
            prop_assert_eq!(found, expected);
            let (rows, keys) = order.parts();
            prop_assert!(RowOrder::from_parts(rows.to_vec().into(), keys.to_vec().into()).is_ok());
        }
    }
}
