//! Rows sorted by a sign and a number, so that a window of that number is a range of positions.

use crate::memory::Slab;
use std::cmp::Ordering;
use std::ops::Range;

/// An order of rows: by sign, and by an ascending key among those of one sign; rows whose key is not
/// a number come last, by sign.
///
/// An index trained on the rows in this order takes a window of keys, or all rows that a sign agrees
/// with, as row ranges, which costs its scan nothing: see [`super::Filter`].
#[derive(Debug, Clone)]
pub struct RowOrder {
    rows: Slab<u32>,
    keys: Slab<f64>,
    with_key: BySign,
    without_key: BySign,
    tells_signs: bool,
}

/// The positions of sign -1, 0 and 1, one after another.
type BySign = [Range<u32>; 3];

impl RowOrder {
    /// Sorts rows `0..keys.len()` by their key; equal keys keep the order of rows. All have sign 0.
    pub fn by_key(keys: &[f64]) -> Self {
        Self::sorted(keys, None)
    }

    /// Sorts rows by their sign, which is -1, 0 or 1, and their key.
    ///
    /// # Panics
    /// If there are not as many signs as keys.
    pub fn by_sign_and_key(signs: &[i8], keys: &[f64]) -> Self {
        assert_eq!(signs.len(), keys.len(), "a sign for each key");
        Self::sorted(keys, Some(signs))
    }

    fn sorted(keys: &[f64], signs: Option<&[i8]>) -> Self {
        let mut rows: Vec<u32> = (0..keys.len() as u32).collect();
        let key = |row: &u32| keys[*row as usize];
        let sign = |row: &u32| sign_of(signs, *row);
        rows.sort_by(|a, b| {
            let (x, y) = (key(a), key(b));
            let by_key = if x.is_nan() {
                Ordering::Equal
            } else {
                x.total_cmp(&y)
            };
            (x.is_nan().cmp(&y.is_nan()))
                .then_with(|| sign(a).cmp(&sign(b)))
                .then(by_key)
        });
        let keys: Vec<f64> = rows.iter().map(key).collect();
        Self::of(rows.into(), keys.into(), signs)
    }

    /// Puts an order together; `signs` are by row, where the order tells them.
    ///
    /// # Errors
    /// If the rows are not each of `0..n` once, or they are not in the order that
    /// [`Self::by_sign_and_key`] makes.
    pub fn from_parts(
        rows: Slab<u32>,
        keys: Slab<f64>,
        signs: Option<&[i8]>,
    ) -> Result<Self, &'static str> {
        if rows.len() != keys.len() || signs.is_some_and(|signs| signs.len() != rows.len()) {
            return Err("rows and keys differ in number");
        }
        let mut seen = vec![false; rows.len()];
        for &row in rows.iter() {
            match seen.get_mut(row as usize) {
                Some(first) if !*first => *first = true,
                _ => return Err("rows are not each listed once"),
            }
        }
        let sign = |at: usize| sign_of(signs, rows[at]);
        let ascend = (1..rows.len()).all(|at| {
            let (x, y) = (keys[at - 1], keys[at]);
            let (before, after) = (sign(at - 1), sign(at));
            match (x.is_nan(), y.is_nan()) {
                (false, false) => before < after || before == after && x <= y,
                (true, true) => before <= after,
                (false, true) => true,
                (true, false) => false,
            }
        });
        ascend
            .then(|| Self::of(rows, keys, signs))
            .ok_or("keys do not ascend")
    }

    fn of(rows: Slab<u32>, keys: Slab<f64>, signs: Option<&[i8]>) -> Self {
        let n_with = keys.partition_point(|key| !key.is_nan());
        let by_sign = |positions: Range<usize>| -> BySign {
            let below = |sign: i8| {
                let before = |&row: &u32| sign_of(signs, row) < sign;
                (positions.start + rows[positions.clone()].partition_point(before)) as u32
            };
            let (zero, one) = (below(0), below(1));
            let (start, end) = (positions.start as u32, positions.end as u32);
            [start..zero, zero..one, one..end]
        };
        Self {
            with_key: by_sign(0..n_with),
            without_key: by_sign(n_with..keys.len()),
            tells_signs: signs.is_some(),
            rows,
            keys,
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether rows have signs of their own; otherwise all have sign 0 here.
    pub fn tells_signs(&self) -> bool {
        self.tells_signs
    }

    /// The sign of the row at `position`.
    pub fn sign(&self, position: u32) -> i8 {
        let of = if self.keys[position as usize].is_nan() {
            &self.without_key
        } else {
            &self.with_key
        };
        i8::from(position >= of[1].start) + i8::from(position >= of[2].start) - 1
    }

    /// Positions of a sign that does not contradict `sign`, and whose key lies from `low` to `high`,
    /// both included: at most a range for each sign.
    pub fn windows(&self, sign: i8, low: f64, high: f64) -> impl Iterator<Item = Range<u32>> {
        self.with_key[agreeing(sign)]
            .iter()
            .map(move |of_sign| {
                let keys = &self.keys[of_sign.start as usize..of_sign.end as usize];
                let start = of_sign.start + keys.partition_point(|&key| key < low) as u32;
                let end = of_sign.start + keys.partition_point(|&key| key <= high) as u32;
                start..end.max(start)
            })
            .filter(|range| !range.is_empty())
    }

    /// Positions with a key, of a sign that does not contradict `sign`.
    pub fn with_key(&self, sign: i8) -> Range<u32> {
        joined(&self.with_key[agreeing(sign)])
    }

    /// Positions whose key is not a number, of a sign that does not contradict `sign`.
    pub fn without_key(&self, sign: i8) -> Range<u32> {
        joined(&self.without_key[agreeing(sign)])
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

fn sign_of(signs: Option<&[i8]>, row: u32) -> i8 {
    signs.map_or(0, |signs| signs[row as usize].signum())
}

/// Where the signs that do not contradict `sign` stand in [`BySign`]: 0 contradicts none.
fn agreeing(sign: i8) -> Range<usize> {
    match sign {
        ..0 => 0..2,
        0 => 0..3,
        1.. => 1..3,
    }
}

/// Ranges that follow each other, as one.
fn joined(ranges: &[Range<u32>]) -> Range<u32> {
    match ranges {
        [first, .., last] => first.start..last.end,
        [only] => only.clone(),
        [] => 0..0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Starts and ends of the windows that agree with `sign`.
    fn windows(order: &RowOrder, sign: i8, low: f64, high: f64) -> Vec<(u32, u32)> {
        let windows = order.windows(sign, low, high);
        windows.map(|range| (range.start, range.end)).collect()
    }

    #[test]
    fn window_is_inclusive_and_skips_rows_without_key() {
        let order = RowOrder::by_key(&[300.0, f64::NAN, 100.0, 200.0, 100.0]);
        assert_eq!(order.parts().0, [2, 4, 3, 0, 1]);
        assert_eq!(windows(&order, 0, 100.0, 200.0), [(0, 3)]);
        assert_eq!(
            windows(&order, 0, f64::NEG_INFINITY, f64::INFINITY),
            [(0, 4)]
        );
        assert_eq!(windows(&order, 0, 150.0, 160.0), []);
        assert_eq!(order.without_key(0), 4..5);
        assert!(!order.tells_signs());
    }

    #[test]
    fn what_agrees_with_a_sign_is_one_range() {
        let signs = [1, -1, 0, 1, -1, 0];
        let keys = [300.0, 100.0, 200.0, 50.0, f64::NAN, f64::NAN];
        let order = RowOrder::by_sign_and_key(&signs, &keys);
        assert_eq!(order.parts().0, [1, 2, 3, 0, 4, 5]);
        assert_eq!(order.with_key(-1), 0..2);
        assert_eq!(order.with_key(0), 0..4);
        assert_eq!(order.with_key(1), 1..4);
        assert_eq!(order.without_key(-1), 4..6);
        assert_eq!(order.without_key(1), 5..6);
        assert_eq!(windows(&order, 0, 50.0, 250.0), [(0, 1), (1, 2), (2, 3)]);
        assert_eq!(windows(&order, 1, 50.0, 250.0), [(1, 2), (2, 3)]);
        for position in 0..6 {
            assert_eq!(order.sign(position), signs[order.row(position) as usize]);
        }
    }

    #[test]
    fn damaged_parts_are_refused() {
        let check = |rows: Vec<u32>, keys: Vec<f64>, signs: Option<&[i8]>| {
            RowOrder::from_parts(rows.into(), keys.into(), signs)
        };
        assert!(check(vec![1, 0], vec![1.0, 2.0], None).is_ok());
        assert!(check(vec![1, 1], vec![1.0, 2.0], None).is_err());
        assert!(check(vec![0, 2], vec![1.0, 2.0], None).is_err());
        assert!(check(vec![0, 1], vec![2.0, 1.0], None).is_err());
        assert!(check(vec![0], vec![], None).is_err());
        assert!(check(vec![0, 1], vec![f64::NAN, 1.0], None).is_err());
        assert!(check(vec![1, 0], vec![1.0, 2.0], Some(&[1, -1])).is_ok());
        assert!(check(vec![1, 0], vec![1.0, 2.0], Some(&[-1, 1])).is_err());
        assert!(check(vec![1, 0], vec![f64::NAN; 2], Some(&[-1, 1])).is_err());
        assert!(check(vec![1, 0], vec![1.0, 2.0], Some(&[1])).is_err());
    }

    proptest! {
        #[test]
        fn windows_equal_a_scan(
            entries in prop::collection::vec((-1_i8..=1, prop_oneof![4 => 0.0_f64..50.0, 1 => Just(f64::NAN)]), 0..60),
            sign in -1_i8..=1, low in 0.0_f64..50.0, width in 0.0_f64..20.0,
        ) {
            let (signs, keys): (Vec<i8>, Vec<f64>) = entries.into_iter().unzip();
            let order = RowOrder::by_sign_and_key(&signs, &keys);
            let rows = |positions: &mut dyn Iterator<Item = u32>| {
                let mut rows: Vec<u32> = positions.map(|p| order.row(p)).collect();
                rows.sort_unstable();
                rows
            };
            let expected = |wanted: &dyn Fn(f64) -> bool| -> Vec<u32> {
                (0..keys.len() as u32)
                    .filter(|&row| wanted(keys[row as usize]) && signs[row as usize] * sign >= 0)
                    .collect()
            };
            let within = |key: f64| (low..=low + width).contains(&key);
            prop_assert_eq!(rows(&mut order.windows(sign, low, low + width).flatten()), expected(&within));
            prop_assert_eq!(rows(&mut order.with_key(sign)), expected(&|key| !key.is_nan()));
            prop_assert_eq!(rows(&mut order.without_key(sign)), expected(&f64::is_nan));
            for position in 0..order.len() as u32 {
                prop_assert_eq!(order.sign(position), signs[order.row(position) as usize]);
            }
            let (rows, keys) = order.parts();
            prop_assert!(RowOrder::from_parts(rows.to_vec().into(), keys.to_vec().into(), Some(&signs)).is_ok());
        }
    }
}
