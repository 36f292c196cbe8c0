//! Which peak of one spectrum is which peak of the other.
//!
//! Every peak is used at most once. Where peaks of a spectrum lie further apart than twice the
//! tolerance, which preparation sees to, the pairs are unique and one pass finds them. Where they
//! do not, the most intense pairs are taken first (greedy, as in Stein & Scott 1994).

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
    pairs: Vec<Pair>,
    used_query: Vec<bool>,
    used_reference: Vec<bool>,
}

/// Peaks to align: ascending m/z, and the intensities that decide between rival pairs.
#[derive(Debug, Clone, Copy)]
pub struct Peaks<'a> {
    /// m/z in Th, ascending.
    pub mz: &'a [f32],
    /// One per m/z.
    pub intensity: &'a [f32],
}

/// Pairs `query` peaks, moved up by `shift` Da, with `reference` peaks within `tolerance`.
///
/// The pairs are in ascending order of the query where they were unique, else of falling product
/// of intensities.
pub fn align<'s>(
    query: Peaks<'_>,
    reference: Peaks<'_>,
    shift: f64,
    tolerance: Tolerance,
    scratch: &'s mut Scratch,
) -> &'s [Pair] {
    scratch.pairs.clear();
    let mut rivals = false;
    let mut first = 0;
    for (query_idx, &mz) in query.mz.iter().enumerate() {
        let target = f64::from(mz) + shift;
        while first < reference.mz.len() && below(reference.mz[first], target, tolerance) {
            first += 1;
        }
        let mut at = first;
        while at < reference.mz.len() && within(reference.mz[at], target, tolerance) {
            let pair = Pair {
                query: query_idx as u32,
                reference: at as u32,
            };
            let last = scratch.pairs.last();
            rivals |= last.is_some_and(|l| l.query == pair.query || l.reference >= pair.reference);
            scratch.pairs.push(pair);
            at += 1;
        }
    }
    if rivals {
        take_greedily(query.intensity, reference.intensity, scratch);
    }
    &scratch.pairs
}

fn within(reference: f32, target: f64, tolerance: Tolerance) -> bool {
    let reference = f64::from(reference);
    (reference - target).abs() <= tolerance.half_width(reference) + ROUNDING * reference
}

fn below(reference: f32, target: f64, tolerance: Tolerance) -> bool {
    f64::from(reference) < target && !within(reference, target, tolerance)
}

/// m/z is stored as `f32`; this much of it may be rounding, and must not shut out a pair that lies
/// on the edge of the tolerance.
const ROUNDING: f64 = 1.2e-7;

fn take_greedily(query: &[f32], reference: &[f32], scratch: &mut Scratch) {
    let Scratch {
        pairs,
        used_query,
        used_reference,
    } = scratch;
    let product = |p: &Pair| query[p.query as usize] * reference[p.reference as usize];
    // Stable: among equal products the lower m/z comes first.
    pairs.sort_by(|a, b| product(b).total_cmp(&product(a)));
    used_query.clear();
    used_query.resize(query.len(), false);
    used_reference.clear();
    used_reference.resize(reference.len(), false);
    pairs.retain(|p| {
        let (q, r) = (p.query as usize, p.reference as usize);
        let free = !used_query[q] && !used_reference[r];
        used_query[q] |= free;
        used_reference[r] |= free;
        free
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Da, Ppm};

    fn pairs(
        query: &[(f32, f32)],
        reference: &[(f32, f32)],
        shift: f64,
        tolerance: Tolerance,
    ) -> Vec<(u32, u32)> {
        let split = |p: &[(f32, f32)]| -> (Vec<f32>, Vec<f32>) { p.iter().copied().unzip() };
        let ((qm, qi), (rm, ri)) = (split(query), split(reference));
        let mut scratch = Scratch::default();
        align(
            Peaks {
                mz: &qm,
                intensity: &qi,
            },
            Peaks {
                mz: &rm,
                intensity: &ri,
            },
            shift,
            tolerance,
            &mut scratch,
        )
        .iter()
        .map(|p| (p.query, p.reference))
        .collect()
    }

    fn da(width: f64) -> Tolerance {
        Tolerance::Da(Da::new(width).unwrap())
    }

    #[test]
    fn tolerance_is_inclusive() {
        let found = pairs(&[(100.0, 1.0)], &[(100.02, 1.0)], 0.0, da(0.02));
        assert_eq!(found, [(0, 0)]);
        assert!(pairs(&[(100.0, 1.0)], &[(100.021, 1.0)], 0.0, da(0.02)).is_empty());
    }

    #[test]
    fn ppm_is_taken_at_the_reference() {
        let ten = Tolerance::Ppm(Ppm::new(10.0).unwrap());
        assert_eq!(
            pairs(&[(1000.0, 1.0)], &[(1000.009, 1.0)], 0.0, ten).len(),
            1
        );
        assert_eq!(pairs(&[(100.0, 1.0)], &[(100.009, 1.0)], 0.0, ten).len(), 0);
    }

    #[test]
    fn rivals_go_to_the_more_intense_pair() {
        let found = pairs(
            &[(100.0, 1.0)],
            &[(99.95, 1.0), (100.05, 3.0)],
            0.0,
            da(0.1),
        );
        assert_eq!(found, [(0, 1)]);
        let found = pairs(
            &[(100.0, 1.0), (100.1, 5.0)],
            &[(100.05, 1.0), (100.12, 4.0)],
            0.0,
            da(0.1),
        );
        assert_eq!(found, [(1, 1), (0, 0)]);
    }

    #[test]
    fn shift_moves_the_query() {
        let found = pairs(
            &[(100.0, 1.0), (150.0, 1.0)],
            &[(90.0, 1.0)],
            -10.0,
            da(0.02),
        );
        assert_eq!(found, [(0, 0)]);
    }

    #[test]
    fn a_wide_reference_window_is_searched_from_its_start() {
        // The first query peak reaches the second reference peak only.
        let found = pairs(
            &[(10.0, 1.0), (10.5, 1.0)],
            &[(9.0, 1.0), (10.4, 1.0)],
            0.0,
            da(0.2),
        );
        assert_eq!(found, [(1, 1)]);
    }
}
