//! Which peak of one spectrum is which peak of the other.
//!
//! Every peak is used at most once. Where peaks of a spectrum lie further apart than twice the
//! tolerance, which preparation sees to, the pairs of one shift are unique and one pass finds them.
//! Where they do not, or where several shifts compete, [`Assignment`] says who gets whom.

use super::assignment::{Assignment, assign};
use super::mz_table::{MzTable, PEAKS};
use super::reach::Reach;
use crate::domain::Tolerance;

/// A query peak and its reference peak, by position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// Position of the query peak.
    pub query: u32,
    /// Position of the reference peak.
    pub reference: u32,
}

/// Buffers that outlive one comparison, so that comparing allocates nothing.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) pairs: Vec<Pair>,
    pub(super) used_query: Vec<bool>,
    pub(super) used_reference: Vec<bool>,
    pub(super) query_weight: Vec<f32>,
    pub(super) reference_weight: Vec<f32>,
    pub(super) shifts: Vec<f64>,
}

/// Peaks to align: ascending m/z, and the weights that decide between rival pairs.
#[derive(Debug, Clone, Copy)]
pub struct Peaks<'a> {
    /// m/z in Th, ascending.
    pub mz: &'a [f32],
    /// One per m/z.
    pub weight: &'a [f32],
    /// Where a query's peaks lie, if that was looked up; the same pairs are found without.
    pub table: Option<&'a MzTable>,
}

/// How peaks may be paired.
#[derive(Debug, Clone, Copy)]
pub struct Matching<'a> {
    /// How far apart paired peaks may lie, both ends included; ppm are taken at the reference.
    pub tolerance: Tolerance,
    /// Differences reference minus query that count as the same peak, in Da: 0 for fragments, the
    /// difference of the precursors for neutral losses, both for modified cosine.
    pub shifts: &'a [f64],
    /// Who gets whom where peaks compete.
    pub assignment: Assignment,
}

/// Pairs the peaks of `query` and `reference` in `pairs`, which is cleared first.
///
/// Pairs come in ascending order of the query where they were unique, else of falling product of
/// weights.
pub(super) fn align(
    query: Peaks<'_>,
    reference: Peaks<'_>,
    how: Matching<'_>,
    pairs: &mut Vec<Pair>,
    used: (&mut Vec<bool>, &mut Vec<bool>),
) {
    pairs.clear();
    let reach = Reach::new(how.tolerance);
    let mut rivals = how.shifts.len() > 1;
    let table = (query.table).filter(|table| table.serves(reference.mz, how.tolerance));
    for &shift in how.shifts {
        let mz = (query.mz, reference.mz);
        let found = table.is_some_and(|table| look_up(table, mz, (shift, reach), pairs));
        if !found {
            rivals |= within_reach(mz, (shift, reach), pairs);
        }
    }
    if rivals {
        assign(query.weight, reference.weight, how.assignment, pairs, used);
    }
}

/// Appends every pair within reach after shifting the query; tells whether any peak is in two.
fn within_reach(
    (query, reference): (&[f32], &[f32]),
    (shift, reach): (f64, Reach),
    pairs: &mut Vec<Pair>,
) -> bool {
    let mut rivals = false;
    let mut first = 0;
    let mut last: Option<Pair> = None;
    for (query_idx, &mz) in query.iter().enumerate() {
        let (low, high) = reach.of(f64::from(mz) + shift);
        while first < reference.len() && f64::from(reference[first]) < low {
            first += 1;
        }
        let mut at = first;
        while at < reference.len() && f64::from(reference[at]) <= high {
            let pair = Pair {
                query: query_idx as u32,
                reference: at as u32,
            };
            rivals |= last.is_some_and(|l| l.query == pair.query || l.reference >= pair.reference);
            last = Some(pair);
            pairs.push(pair);
            at += 1;
        }
        if first == reference.len() {
            break;
        }
    }
    rivals
}

/// Does the same by the table of the query, if no peak is in two pairs: tells whether that is so,
/// and leaves `pairs` as they were where it is not.
///
/// Then the order is the same as well, though it is that of the reference: the ends of the reach of a
/// peak do not fall as its m/z rises, so where two pairs cross, each end of them is within reach of
/// an end of the other, and a peak is in two pairs.
fn look_up(
    table: &MzTable,
    (query, reference): (&[f32], &[f32]),
    (shift, reach): (f64, Reach),
    pairs: &mut Vec<Pair>,
) -> bool {
    let start = pairs.len();
    let (chunks, rest) = reference.as_chunks::<PEAKS>();
    // What comes after the last is beyond every reach.
    let mut last = [f32::INFINITY; PEAKS];
    last[..rest.len()].copy_from_slice(rest);
    let chunks = chunks.iter().chain((!rest.is_empty()).then_some(&last));
    for (chunk_idx, chunk) in chunks.enumerate() {
        let mut near = table.near(chunk, shift as f32);
        while near != 0 {
            let lane = near.trailing_zeros() / 8;
            let first = (near >> (8 * lane)) as u8;
            near ^= u64::from(first) << (8 * lane);
            let mz = f64::from(chunk[lane as usize]);
            for (query_idx, &query_mz) in query.iter().enumerate().skip(usize::from(first) - 1) {
                let (low, high) = reach.of(f64::from(query_mz) + shift);
                if mz < low {
                    break;
                }
                if mz <= high {
                    let pair = Pair {
                        query: query_idx as u32,
                        reference: (chunk_idx * PEAKS) as u32 + lane,
                    };
                    let rival = |l: &Pair| l.reference == pair.reference || l.query >= pair.query;
                    if pairs[start..].last().is_some_and(rival) {
                        pairs.truncate(start);
                        return false;
                    }
                    pairs.push(pair);
                }
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Da, Ppm};

    fn pairs(
        query: &[(f32, f32)],
        reference: &[(f32, f32)],
        shifts: &[f64],
        tolerance: Tolerance,
    ) -> Vec<(u32, u32)> {
        let split = |p: &[(f32, f32)]| -> (Vec<f32>, Vec<f32>) { p.iter().copied().unzip() };
        let ((qm, qi), (rm, ri)) = (split(query), split(reference));
        let mut scratch = Scratch::default();
        let Scratch {
            pairs,
            used_query,
            used_reference,
            ..
        } = &mut scratch;
        align(
            Peaks {
                mz: &qm,
                weight: &qi,
                table: None,
            },
            Peaks {
                mz: &rm,
                weight: &ri,
                table: None,
            },
            Matching {
                tolerance,
                shifts,
                assignment: Assignment::Greedy,
            },
            pairs,
            (used_query, used_reference),
        );
        pairs.iter().map(|p| (p.query, p.reference)).collect()
    }

    fn da(width: f64) -> Tolerance {
        Tolerance::Da(Da::new(width).unwrap())
    }

    #[test]
    fn tolerance_is_inclusive() {
        let found = pairs(&[(100.0, 1.0)], &[(100.02, 1.0)], &[0.0], da(0.02));
        assert_eq!(found, [(0, 0)]);
        assert!(pairs(&[(100.0, 1.0)], &[(100.021, 1.0)], &[0.0], da(0.02)).is_empty());
    }

    #[test]
    fn ppm_is_taken_at_the_reference() {
        let ten = Tolerance::Ppm(Ppm::new(10.0).unwrap());
        assert_eq!(
            pairs(&[(1000.0, 1.0)], &[(1000.009, 1.0)], &[0.0], ten).len(),
            1
        );
        assert_eq!(
            pairs(&[(100.0, 1.0)], &[(100.009, 1.0)], &[0.0], ten).len(),
            0
        );
    }

    #[test]
    fn rivals_go_to_the_more_intense_pair() {
        let found = pairs(
            &[(100.0, 1.0)],
            &[(99.95, 1.0), (100.05, 3.0)],
            &[0.0],
            da(0.1),
        );
        assert_eq!(found, [(0, 1)]);
        let found = pairs(
            &[(100.0, 1.0), (100.1, 5.0)],
            &[(100.05, 1.0), (100.12, 4.0)],
            &[0.0],
            da(0.1),
        );
        assert_eq!(found, [(1, 1), (0, 0)]);
    }

    #[test]
    fn shifts_move_the_query_and_compete() {
        let found = pairs(
            &[(100.0, 1.0), (150.0, 1.0)],
            &[(90.0, 1.0)],
            &[-10.0],
            da(0.02),
        );
        assert_eq!(found, [(0, 0)]);
        let query = [(100.0, 1.0), (110.0, 5.0)];
        let found = pairs(&query, &[(100.0, 1.0)], &[0.0, -10.0], da(0.02));
        assert_eq!(found, [(1, 0)], "the shifted pair is the more intense one");
    }

    #[test]
    fn a_wide_reference_window_is_searched_from_its_start() {
        // The first query peak reaches the second reference peak only.
        let found = pairs(
            &[(10.0, 1.0), (10.5, 1.0)],
            &[(9.0, 1.0), (10.4, 1.0)],
            &[0.0],
            da(0.2),
        );
        assert_eq!(found, [(1, 1)]);
    }
}
