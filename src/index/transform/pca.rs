//! Principal components: the directions along which rows differ most, as many as are worth keeping.

use super::eigen::eigen;
use super::linear::LinearMap;
use super::moments::Moments;
use crate::index::row_source::RowSource;
use std::io;

/// How many components to keep.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Keep {
    /// This many.
    Components(usize),
    /// As few as explain this part of the variance, from 0 to 1.
    Variance(f64),
}

/// What is asked of a principal component analysis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PcaSettings {
    /// How many components to keep.
    pub keep: Keep,
    /// Whether the mean is subtracted first, as textbooks do. Distances do not notice. Inner
    /// products and cosines do: for those leave it out, and the components are the directions
    /// that preserve products best.
    pub centred: bool,
}

/// Why there are no components.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PcaError {
    /// Rows without coordinates.
    #[error("the rows have no coordinates")]
    NoDimension,
    /// A value that is not a number.
    #[error("row {row} holds {value} at coordinate {coordinate}: values must be finite")]
    Value {
        /// The first row with such a value.
        row: usize,
        /// Where in the row.
        coordinate: usize,
        /// The value.
        value: f32,
    },
    /// The part of the variance to keep is not one.
    #[error("{0} is not a part of the variance: it lies above 0 and is at most 1")]
    Variance(f64),
    /// The rows cannot be read.
    #[error("the rows cannot be read")]
    Read(#[from] io::Error),
}

/// Components of rows, and how much each explains.
#[derive(Debug, Clone)]
pub struct Pca {
    /// Rows to their components.
    pub map: LinearMap,
    /// The variance along every direction there is, greatest first; the first are those kept.
    pub variances: Vec<f64>,
    /// Where fewer components are kept than were asked for.
    pub notes: Vec<String>,
}

/// Directions with less than this part of the greatest variance are rounding, not data.
const NO_VARIANCE: f64 = 1e-9;

impl Pca {
    /// The components of the rows of `source`, which is read once: mean and covariance in double
    /// precision, then the eigenvectors of the covariance (Jolliffe, "Principal Component
    /// Analysis", 2002). Signs are settled by the component's greatest coordinate. Rows that span
    /// fewer directions than asked for give fewer components and a note.
    pub fn fit(source: &dyn RowSource, settings: PcaSettings) -> Result<Self, PcaError> {
        if source.dim() == 0 {
            return Err(PcaError::NoDimension);
        }
        if let Keep::Variance(part) = settings.keep
            && !(part > 0.0 && part <= 1.0)
        {
            return Err(PcaError::Variance(part));
        }
        let moments = Moments::of(source)?;
        let n_rows = moments.n_rows;
        let moments = if settings.centred {
            moments
        } else {
            moments.around_zero()
        };
        let (mut variances, vectors) = eigen(&moments.covariance);
        for variance in &mut variances {
            *variance = variance.max(0.0);
        }
        let mut notes = Vec::new();
        let n_kept = n_kept(&variances, settings.keep, n_rows, &mut notes);
        let directions = vectors
            .iter()
            .take(n_kept * source.dim())
            .map(|&x| x as f32);
        let offset = moments.mean.iter().map(|&x| x as f32).collect();
        Ok(Self {
            map: LinearMap::new(offset, directions.collect()),
            variances,
            notes,
        })
    }

    /// The part of the variance that the kept components explain; 1 where there is none.
    pub fn explained(&self) -> f64 {
        part(&self.variances, self.map.dim_out())
    }
}

/// The part of the variance in the first `n` directions.
fn part(variances: &[f64], n: usize) -> f64 {
    let total: f64 = variances.iter().sum();
    if total > 0.0 {
        variances[..n].iter().sum::<f64>() / total
    } else {
        1.0
    }
}

fn n_kept(variances: &[f64], keep: Keep, n_rows: usize, notes: &mut Vec<String>) -> usize {
    let least = NO_VARIANCE * variances.first().copied().unwrap_or(0.0);
    let n_spanned = variances
        .iter()
        .take_while(|&&variance| variance > least)
        .count()
        .max(1);
    match keep {
        Keep::Components(asked) => {
            let asked = asked.max(1);
            if asked > n_spanned {
                notes.push(format!(
                    "{n_spanned} components instead of {asked}: the {n_rows} rows of {} \
                     coordinates differ along no more",
                    variances.len()
                ));
            }
            asked.min(n_spanned)
        }
        Keep::Variance(wanted) => (1..n_spanned)
            .find(|&n| part(variances, n) >= wanted)
            .unwrap_or(n_spanned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::random::Random;
    use ndarray::{Array2, array};

    fn fit(rows: &Array2<f32>, keep: Keep) -> Pca {
        let settings = PcaSettings {
            keep,
            centred: true,
        };
        Pca::fit(&rows.view(), settings).unwrap()
    }

    /// Rows in 3 of 20 directions, with a little noise.
    fn flat_rows(n_rows: usize) -> Array2<f32> {
        let mut random = Random::new(8, 0);
        let turn = Array2::from_shape_simple_fn((3, 20), || random.unit() as f32 - 0.5);
        let spread = Array2::from_shape_fn((n_rows, 3), |(_, d)| {
            (random.unit() as f32 - 0.5) * [10.0, 5.0, 2.0][d]
        });
        let noise = Array2::from_shape_simple_fn((n_rows, 20), || random.unit() as f32 * 0.01);
        spread.dot(&turn) + noise + 3.0
    }

    #[test]
    fn a_line_is_one_component() {
        let rows = array![[1.0, 1.0], [2.0, 2.0], [4.0, 4.0], [5.0, 5.0]];
        let pca = fit(&rows, Keep::Components(2));
        // The mean is (3, 3), the squares of deviations 8, 2, 2, 8: variance 20 / 4 along (1, 1).
        assert_eq!(pca.notes.len(), 1);
        assert_eq!(pca.map.dim_out(), 1);
        assert!((pca.variances[0] - 5.0).abs() < 1e-9);
        let mapped = pca.map.apply(rows.view());
        assert!((mapped[[3, 0]] - 2.0 * 2.0_f32.sqrt()).abs() < 1e-5);
    }

    #[test]
    fn the_variance_asked_for_chooses_the_dimension() {
        let rows = flat_rows(2000);
        let all = fit(&rows, Keep::Components(20));
        for wanted in [0.3, 0.9, 0.95, 0.999, 1.0] {
            let pca = fit(&rows, Keep::Variance(wanted));
            let n = pca.map.dim_out();
            assert!(pca.explained() >= wanted - 1e-12);
            assert!(n == 1 || part(&all.variances, n - 1) < wanted);
        }
        assert_eq!(fit(&rows, Keep::Variance(0.999)).map.dim_out(), 3);
    }

    #[test]
    fn variances_are_those_of_the_mapped_rows_and_inversion_loses_the_rest() {
        let rows = flat_rows(1500);
        let pca = fit(&rows, Keep::Components(3));
        let mapped = pca.map.apply(rows.view());
        for (column, variance) in mapped.axis_iter(ndarray::Axis(1)).zip(&pca.variances) {
            assert!((f64::from(column.var(0.0)) / variance - 1.0).abs() < 1e-3);
            assert!(column.mean().unwrap().abs() < 1e-4);
        }
        let lost = (&pca.map.invert(mapped.view()) - &rows).mapv(|x| f64::from(x * x));
        let expected: f64 = pca.variances[3..].iter().sum();
        assert!((lost.sum() / 1500.0 / expected - 1.0).abs() < 0.02);
        assert!(LinearMap::from_parts(pca.map.parts()).is_ok());
    }

    #[test]
    fn few_or_no_or_equal_rows_give_what_there_is() {
        assert_eq!(fit(&flat_rows(3), Keep::Components(9)).map.dim_out(), 2);
        assert_eq!(
            fit(&Array2::zeros((0, 4)), Keep::Components(9))
                .map
                .dim_out(),
            1
        );
        assert_eq!(
            fit(&Array2::ones((9, 4)), Keep::Variance(0.5))
                .map
                .dim_out(),
            1
        );
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let settings = |keep| PcaSettings {
            keep,
            centred: false,
        };
        let refused = |rows: Array2<f32>, keep| Pca::fit(&rows.view(), settings(keep)).unwrap_err();
        let one = Keep::Components(1);
        assert!(matches!(
            refused(Array2::zeros((2, 0)), one),
            PcaError::NoDimension
        ));
        let bad = array![[0.0, 1.0], [2.0, f32::NAN]];
        assert!(matches!(
            refused(bad, one),
            PcaError::Value {
                row: 1,
                coordinate: 1,
                ..
            }
        ));
        for part in [0.0, 1.5, f64::NAN] {
            let error = refused(Array2::zeros((2, 2)), Keep::Variance(part));
            assert!(matches!(error, PcaError::Variance(_)));
        }
    }

    #[test]
    fn left_where_they_are_rows_keep_their_products() {
        let rows = flat_rows(500);
        let settings = PcaSettings {
            keep: Keep::Variance(1.0 - 1e-6),
            centred: false,
        };
        let mapped = Pca::fit(&rows.view(), settings)
            .unwrap()
            .map
            .apply(rows.view());
        assert!(mapped.ncols() <= 20);
        let product = |x: &Array2<f32>| x.row(3).dot(&x.row(77));
        assert!((product(&mapped) / product(&rows) - 1.0).abs() < 1e-3);
    }
}
