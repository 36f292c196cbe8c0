//! Where k-medoids starts: rows that lie apart.

use super::matrix::Pairs;
use crate::index::random::Random;
use std::io;

/// The first by chance, each further one drawn in proportion to how much farther it is from the
/// nearest so far than from itself (k-means++, Arthur & Vassilvitskii 2007, with plain distances).
/// When none is farther, the rest are the lowest rows left.
pub(super) fn spread_out(
    pairs: &Pairs<'_>,
    n_medoids: usize,
    random: &mut Random,
) -> io::Result<Vec<u32>> {
    let n = pairs.n();
    let mut medoids = Vec::with_capacity(n_medoids);
    let mut is_chosen = vec![false; n];
    let mut distances = vec![f32::INFINITY; n];
    let mut row = Vec::new();
    let mut next = random.below(n);
    loop {
        medoids.push(next as u32);
        is_chosen[next] = true;
        if medoids.len() == n_medoids {
            return Ok(medoids);
        }
        pairs.read(next..next + 1, &mut row)?;
        for (distance, &new) in distances.iter_mut().zip(&row) {
            *distance = distance.min(new);
        }
        let weight = |row: usize| {
            let farther = f64::from(distances[row]) - f64::from(pairs.to_itself(row));
            if is_chosen[row] {
                0.0
            } else {
                farther.max(0.0)
            }
        };
        let total: f64 = (0..n).map(weight).sum();
        let mut left = random.unit() * total;
        let drawn = (0..n).find(|&row| {
            let weight = weight(row);
            left -= weight;
            weight > 0.0 && left < 0.0
        });
        let lowest = || (0..n).find(|&row| !is_chosen[row]).unwrap_or(0);
        next = drawn.unwrap_or_else(lowest);
    }
}
