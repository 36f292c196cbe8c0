//! Arrays of mzMLb that hold what a prediction from the values before leaves, so that they compress
//! better (Bhamber et al. 2021, J. Proteome Res. 20, 172): MS:1003089 and MS:1003090.

/// Values predicted to be as the one before: x(i) = d(i) + x(i-1) - x(0).
pub(super) fn delta(mut values: Vec<f64>) -> Vec<f64> {
    for i in 2..values.len() {
        values[i] += values[i - 1] - values[0];
    }
    values
}

/// Values predicted to lie on a line with the two before: x(i) = d(i) + 2 x(i-1) - x(i-2) - x(1).
pub(super) fn linear(mut values: Vec<f64>) -> Vec<f64> {
    for i in 2..values.len() {
        values[i] += 2.0 * values[i - 1] - values[i - 2] - values[1];
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_predicted_comes_back() {
        let values = [100.0, 101.5, 104.0, 104.25, 250.0];
        let coded = [100.0, 101.5, 102.5, 100.25, 245.75];
        assert_eq!(delta(coded.to_vec()), values);
        // 104 - (2 * 101.5 - 100) + 101.5, and so on.
        let coded = [100.0, 101.5, 102.5, 99.25, 247.0];
        assert_eq!(linear(coded.to_vec()), values);
        assert_eq!(
            (delta(vec![1.0]), linear(vec![1.0, 2.0])),
            (vec![1.0], vec![1.0, 2.0])
        );
    }
}
