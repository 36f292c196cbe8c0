//! Logistic regression by Newton's method (iteratively reweighted least squares; Hastie et al.
//! 2009, The Elements of Statistical Learning, 4.4.1) with a small ridge, so that separable classes
//! have an answer too.

use nalgebra::{DMatrix, DVector};

/// Penalty on each squared weight but the intercept's, in units of one case.
const RIDGE: f64 = 0.1;
/// Newton's method needs five or six steps; this many only where it cannot settle.
const MOST_STEPS: usize = 50;
/// Weights that move less than this have settled.
const SETTLED: f64 = 1.0e-9;

/// Weights, the intercept first, that make `labels` likeliest given `rows`, which all have one
/// length and finite numbers of about unit size. `None` without rows, or where rounding leaves no
/// way down.
pub(super) fn fit(rows: &[Vec<f64>], labels: &[bool]) -> Option<Vec<f64>> {
    let n_weights = rows.first()?.len() + 1;
    let x = DMatrix::from_fn(rows.len(), n_weights, |row, column| {
        if column == 0 {
            1.0
        } else {
            rows[row][column - 1]
        }
    });
    let y = DVector::from_iterator(labels.len(), labels.iter().map(|&l| f64::from(u8::from(l))));
    let ridge = DVector::from_fn(n_weights, |row, _| if row == 0 { 0.0 } else { RIDGE });
    let mut weights = DVector::zeros(n_weights);
    for _ in 0..MOST_STEPS {
        let p = (&x * &weights).map(sigmoid);
        let slope = x.transpose() * (&y - &p) - ridge.component_mul(&weights);
        let mut weighed = x.clone();
        for (mut row, p) in weighed.row_iter_mut().zip(p.iter()) {
            // The floor keeps the matrix invertible where all is certain.
            row *= (p * (1.0 - p)).max(1.0e-9);
        }
        let mut curvature = x.transpose() * weighed;
        for (at, ridge) in ridge.iter().enumerate() {
            curvature[(at, at)] += ridge;
        }
        let step = curvature.cholesky()?.solve(&slope);
        weights += &step;
        if step.amax() < SETTLED {
            break;
        }
    }
    let weights: Vec<f64> = weights.iter().copied().collect();
    weights.iter().all(|w| w.is_finite()).then_some(weights)
}

/// `1 / (1 + e^-x)`.
pub(super) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_groups_of_known_odds_are_recovered() {
        // Of 100 cases at 0, 25 are right; of 100 at 1, 75: odds 1/3 and 3.
        let rows: Vec<Vec<f64>> = (0..200).map(|i| vec![f64::from(i / 100)]).collect();
        let labels: Vec<bool> = (0..200)
            .map(|i| i % 100 < if i < 100 { 25 } else { 75 })
            .collect();
        let weights = fit(&rows, &labels).unwrap();
        assert!(
            (sigmoid(weights[0]) - 0.25).abs() < 0.005,
            "the ridge pulls a little: {weights:?}"
        );
        assert!((sigmoid(weights[0] + weights[1]) - 0.75).abs() < 0.005);
    }

    #[test]
    fn separable_cases_and_constant_columns_have_an_answer() {
        let rows: Vec<Vec<f64>> = (0..20)
            .map(|i| vec![f64::from(i) / 10.0 - 1.0, 1.0])
            .collect();
        let labels: Vec<bool> = (0..20).map(|i| i >= 10).collect();
        let weights = fit(&rows, &labels).unwrap();
        let at = |x: f64| sigmoid(weights[0] + weights[1] * x + weights[2]);
        assert!(at(0.9) > 0.95 && at(-0.9) < 0.05);
        assert!(fit(&[], &[]).is_none());
    }
}
