//! Where k-means starts: centres that lie apart.

use crate::index::matrix::squared_distance;
use crate::index::points::Points;
use crate::index::random::Random;
use ndarray::{Array2, Axis};
use rayon::prelude::*;

/// Points drawn from per centre. The cost of the start grows with it and stays a fixed part of an
/// iteration's, which takes 64 points and more per centre.
const POINTS_PER_CENTRE: usize = 8;

/// Points per parallel task.
const TILE: usize = 256;

/// k-means++ (Arthur & Vassilvitskii 2007) on a sub-sample: each further centre is a point, drawn
/// with a chance in proportion to its squared distance from the centres so far.
///
/// When fewer distinct points than centres were drawn, the rest are points drawn evenly.
pub(super) fn spread_out(points: Points<'_>, n_centres: usize, random: &mut Random) -> Array2<f32> {
    let n_centres = n_centres.min(points.len());
    let candidates = random.sample(points.len(), n_centres.saturating_mul(POINTS_PER_CENTRE));
    let pool = points.to_dense(&candidates);
    let mut distances = vec![f32::INFINITY; pool.nrows()];
    let mut chosen = Vec::with_capacity(n_centres);
    while chosen.len() < n_centres {
        let next = match chosen.last() {
            None => random.below(pool.nrows()),
            Some(&last) => {
                shorten(&mut distances, &pool, last);
                draw(&distances, random).unwrap_or_else(|| random.below(pool.nrows()))
            }
        };
        chosen.push(next);
    }
    pool.select(Axis(0), &chosen)
}

/// Lowers each distance to that from centre `last`, where it is nearer.
fn shorten(distances: &mut [f32], pool: &Array2<f32>, last: usize) {
    let values = pool.as_slice().expect("a selection has standard layout");
    let dim = pool.ncols();
    let centre = &values[last * dim..(last + 1) * dim];
    distances
        .par_chunks_mut(TILE)
        .zip(values.par_chunks(TILE * dim))
        .for_each(|(distances, points)| {
            for (distance, point) in distances.iter_mut().zip(points.chunks_exact(dim)) {
                *distance = distance.min(squared_distance(point, centre));
            }
        });
}

/// A position, drawn in proportion to its weight; none if all weights are 0.
fn draw(weights: &[f32], random: &mut Random) -> Option<usize> {
    let total: f64 = weights.iter().map(|&weight| f64::from(weight)).sum();
    let mut left = random.unit() * total;
    let mut last_possible = None;
    for (position, &weight) in weights.iter().enumerate() {
        if weight > 0.0 {
            last_possible = Some(position);
            left -= f64::from(weight);
            if left < 0.0 {
                break;
            }
        }
    }
    last_possible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_of_zero_are_never_drawn() {
        let mut random = Random::new(1, 0);
        for _ in 0..50 {
            let drawn = draw(&[0.0, 1.0, 0.0, 2.0, 0.0], &mut random);
            assert!(matches!(drawn, Some(1 | 3)));
        }
        assert_eq!(draw(&[0.0, 0.0], &mut random), None);
    }

    #[test]
    fn distinct_points_are_all_chosen() {
        let points = Array2::from_shape_fn((5, 2), |(row, _)| row as f32);
        let centres = spread_out(Points::Dense(points.view()), 5, &mut Random::new(3, 0));
        let mut firsts = centres.column(0).to_vec();
        firsts.sort_by(f32::total_cmp);
        assert_eq!(firsts, [0.0, 1.0, 2.0, 3.0, 4.0]);
    }
}
