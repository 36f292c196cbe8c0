//! What "near" means to a user, and rows made ready for it.

use super::rows::values_of;
use super::{Vectors, VectorsError};
use crate::index::Metric;
use ndarray::{CowArray, Ix2};
use rayon::prelude::*;
use std::fmt;
use std::str::FromStr;

/// How vectors are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VectorMetric {
    /// The inner product, higher is nearer.
    InnerProduct,
    /// The Euclidean distance.
    L2,
    /// The angle alone: rows and queries are brought to unit length.
    Cosine,
}

/// Text that names no metric.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a metric: write ip (inner product), l2 (Euclidean distance) or cosine")]
pub struct UnknownVectorMetric(String);

impl VectorMetric {
    /// What the index core compares by.
    pub fn core(self) -> Metric {
        match self {
            Self::InnerProduct | Self::Cosine => Metric::InnerProduct,
            Self::L2 => Metric::L2,
        }
    }

    /// What is reported for a score of the core: the inner product itself, the Euclidean distance,
    /// or 1 - cosine.
    pub fn distance(self, score: f32) -> f32 {
        match self {
            Self::InnerProduct => score,
            Self::L2 => (-score).max(0.0).sqrt(),
            Self::Cosine => 1.0 - score.clamp(-1.0, 1.0),
        }
    }

    /// Brings rows of `dim` numbers to the form they are compared in. Gives the rows that have no
    /// direction, and so no cosine.
    pub fn prepare(self, values: &mut [f32], dim: usize) -> Vec<usize> {
        match self {
            Self::InnerProduct | Self::L2 => Vec::new(),
            Self::Cosine => to_unit_length(values, dim),
        }
    }

    /// All of a set in the form it is compared in, with the number of rows without direction.
    ///
    /// # Errors
    /// What is wrong with the numbers of the set.
    pub fn matrix(self, set: &Vectors) -> Result<(CowArray<'_, f32, Ix2>, usize), VectorsError> {
        let matrix = set.matrix()?;
        if self != Self::Cosine {
            return Ok((matrix, 0));
        }
        let mut matrix = matrix.into_owned();
        let n_zero = self.prepare(values_of(&mut matrix), set.dim()).len();
        Ok((matrix.into(), n_zero))
    }
}

/// Divides each row by its length; rows of zeros stay, and their positions are given back.
pub fn to_unit_length(values: &mut [f32], dim: usize) -> Vec<usize> {
    let zeros = values
        .par_chunks_mut(dim.max(1))
        .enumerate()
        .map(|(row_idx, row)| {
            // Squares of large or tiny values leave single precision.
            let square: f64 = row.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
            if square == 0.0 {
                return Some(row_idx);
            }
            let scale = square.sqrt().recip();
            for value in row {
                *value = (f64::from(*value) * scale) as f32;
            }
            None
        });
    zeros.flatten().collect()
}

/// The exact score of two prepared rows, summed in double precision.
pub(super) fn exact_score(metric: Metric, a: &[f32], b: &[f32]) -> f64 {
    let pairs = a.iter().zip(b).map(|(&a, &b)| (f64::from(a), f64::from(b)));
    match metric {
        Metric::InnerProduct => pairs.map(|(a, b)| a * b).sum(),
        Metric::L2 => -pairs.map(|(a, b)| (a - b) * (a - b)).sum::<f64>(),
    }
}

/// Text of settings made of plain values.
pub(super) fn settings_text(settings: &impl serde::Serialize) -> String {
    toml::to_string(settings).expect("plain values are TOML")
}

impl fmt::Display for VectorMetric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InnerProduct => "ip",
            Self::L2 => "l2",
            Self::Cosine => "cosine",
        })
    }
}

impl FromStr for VectorMetric {
    type Err = UnknownVectorMetric;

    fn from_str(text: &str) -> Result<Self, UnknownVectorMetric> {
        match text.trim().to_ascii_lowercase().as_str() {
            "ip" => Ok(Self::InnerProduct),
            "l2" => Ok(Self::L2),
            "cosine" => Ok(Self::Cosine),
            _ => Err(UnknownVectorMetric(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip() {
        for metric in [
            VectorMetric::InnerProduct,
            VectorMetric::L2,
            VectorMetric::Cosine,
        ] {
            assert_eq!(metric.to_string().parse(), Ok(metric));
        }
        assert!("cos".parse::<VectorMetric>().is_err());
    }

    #[test]
    fn unit_length_at_any_scale_and_zeros_stay() {
        let mut values = [3e30, 4e30, 0.0, 0.0, 3e-30, -4e-30];
        assert_eq!(to_unit_length(&mut values, 2), [1]);
        let expected = [0.6, 0.8, 0.0, 0.0, 0.6, -0.8];
        for (value, expected) in values.iter().zip(expected) {
            assert!((value - expected).abs() < 1e-6);
        }
    }

    #[test]
    fn distances_are_what_users_know() {
        // (1, 2) to (4, 6) is 5.
        let score = exact_score(Metric::L2, &[1.0, 2.0], &[4.0, 6.0]);
        assert_eq!(VectorMetric::L2.distance(score as f32), 5.0);
        assert_eq!(VectorMetric::Cosine.distance(1.000_001), 0.0);
        assert_eq!(VectorMetric::InnerProduct.distance(-7.0), -7.0);
    }
}
