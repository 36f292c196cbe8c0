//! A set to measure indexes on where there is none: points around many centres on a bent surface.

use crate::vectors::Vectors;
use ndarray::{Array2, s};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Centres of the mixture.
const N_CENTRES: usize = 2000;

/// Coordinates that points really have; all others follow from them, but for noise.
const INNER_DIM: usize = 24;

/// How far points lie from their centres, and what noise is added to each coordinate.
const SPREAD: f64 = 0.35;
const NOISE: f64 = 0.08;

/// A base of `n` points of `dim` numbers and `n_queries` more as queries. Each is drawn around one
/// of 2,000 centres in 24 dimensions, bent into `dim` by a smooth map, so that no rotation makes
/// the set round, and blurred. The same arguments give the same points.
pub fn mixture(n: usize, dim: usize, n_queries: usize, seed: u64) -> (Vectors, Vectors) {
    let mut chance = Chance(ChaCha8Rng::seed_from_u64(seed));
    let centres = Array2::from_shape_simple_fn((N_CENTRES, INNER_DIM), || chance.normal());
    let bend = Array2::from_shape_simple_fn((INNER_DIM, dim), || chance.normal() / 5.0);
    let mut draw = |n: usize| {
        let mut points = Array2::zeros((n, dim));
        for mut point in points.outer_iter_mut() {
            let centre = (chance.unit() * N_CENTRES as f64) as usize;
            let inner = centres
                .slice(s![centre, ..])
                .mapv(|x| x + SPREAD * chance.normal());
            for (value, bent) in point.iter_mut().zip(&inner.dot(&bend)) {
                *value = (bent.tanh() + NOISE * chance.normal()) as f32;
            }
        }
        points
    };
    let queries = Vectors::made("the synthetic queries".to_owned(), draw(n_queries));
    let base = Vectors::made("the synthetic base".to_owned(), draw(n));
    (base, queries)
}

struct Chance(ChaCha8Rng);

impl Chance {
    /// Above 0, at most 1.
    fn unit(&mut self) -> f64 {
        1.0 - (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A draw from the normal distribution (Box & Muller 1958).
    fn normal(&mut self) -> f64 {
        let (length, turn) = (self.unit(), self.unit());
        (-2.0 * length.ln()).sqrt() * (std::f64::consts::TAU * turn).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_normal_and_in_range() {
        let mut chance = Chance(ChaCha8Rng::seed_from_u64(1));
        let draws: Vec<f64> = (0..20_000).map(|_| chance.normal()).collect();
        let mean = draws.iter().sum::<f64>() / 20_000.0;
        let square = draws.iter().map(|x| x * x).sum::<f64>() / 20_000.0;
        assert!(
            mean.abs() < 0.03 && (square - 1.0).abs() < 0.05,
            "{mean} {square}"
        );
        let within = draws.iter().filter(|x| x.abs() < 1.0).count();
        assert!(
            (within as f64 / 20_000.0 - 0.6827).abs() < 0.015,
            "{within}"
        );
        assert!((0..1000).all(|_| (0.0..=1.0).contains(&chance.unit())));
    }

    #[test]
    fn the_same_arguments_give_the_same_points_and_queries_are_others() {
        let (base, queries) = mixture(30, 5, 3, 7);
        assert_eq!((base.n_rows(), base.dim(), queries.n_rows()), (30, 5, 3));
        let (again, _) = mixture(30, 5, 3, 7);
        assert_eq!(base.matrix().unwrap(), again.matrix().unwrap());
        let first = queries.matrix().unwrap().row(0).to_owned();
        assert!(base.matrix().unwrap().outer_iter().all(|row| row != first));
    }
}
