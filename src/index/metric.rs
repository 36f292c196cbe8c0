//! What "near" means: which of two rows answers a query better.

use std::fmt;
use std::str::FromStr;

/// How two rows are compared. Scores are always "higher is better".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metric {
    /// The inner product; the cosine, where rows and queries have unit length.
    InnerProduct,
    /// The negative squared Euclidean distance, so 0 is the best there is.
    L2,
}

/// Text that names no metric.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a metric: write ip (inner product) or l2 (Euclidean distance)")]
pub struct UnknownMetric(String);

impl Metric {
    /// Turns inner products with one query into scores, in place.
    ///
    /// L2 follows |q - x|^2 = |q|^2 - 2 q.x + |x|^2, so a row costs one product and one stored
    /// number. Rounding may lift a distance of 0 above 0; it is cut there.
    pub(super) fn finish(self, products: &mut [f32], norms: &[f32], query_norm: f32) {
        match self {
            Self::InnerProduct => {}
            Self::L2 => {
                for (product, norm) in products.iter_mut().zip(norms) {
                    *product = (2.0 * *product - norm - query_norm).min(0.0);
                }
            }
        }
    }

    /// How many squared norms are stored for `n_rows` rows: L2 needs them, the product does not.
    pub(super) fn n_norms(self, n_rows: usize) -> usize {
        match self {
            Self::InnerProduct => 0,
            Self::L2 => n_rows,
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InnerProduct => "ip",
            Self::L2 => "l2",
        })
    }
}

impl FromStr for Metric {
    type Err = UnknownMetric;

    fn from_str(text: &str) -> Result<Self, UnknownMetric> {
        match text.trim().to_ascii_lowercase().as_str() {
            "ip" => Ok(Self::InnerProduct),
            "l2" => Ok(Self::L2),
            _ => Err(UnknownMetric(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip() {
        for metric in [Metric::InnerProduct, Metric::L2] {
            assert_eq!(metric.to_string().parse(), Ok(metric));
        }
        assert!("cosine".parse::<Metric>().is_err());
    }

    #[test]
    fn l2_is_the_negative_squared_distance() {
        // q = (1, 2), x = (4, 6): product 16, |x|^2 = 52, |q|^2 = 5, distance^2 = 9 + 16 = 25.
        let mut products = [16.0];
        Metric::L2.finish(&mut products, &[52.0], 5.0);
        assert!((products[0] + 25.0).abs() < 1e-6);
    }
}
