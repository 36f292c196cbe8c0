//! How much the intensities of a spectrum say, and the weights that follow from it (Li et al. 2021,
//! Nat. Methods 18, 1524).

/// Below this entropy (natural logarithm) intensities are weighted.
const WEIGHTING_LIMIT: f64 = 3.0;

/// Shannon entropy of intensities that sum to 1, natural logarithm.
pub fn spectral_entropy(intensity: &[f32]) -> f64 {
    intensity
        .iter()
        .map(|&p| f64::from(p))
        .filter(|&p| p > 0.0)
        .map(|p| -p * p.ln())
        .sum()
}

/// Intensities raised to `0.25 + 0.25 S` where their entropy `S` is below 3, scaled to sum to 1.
pub fn entropy_weights(intensity: &[f32]) -> Vec<f32> {
    let entropy = spectral_entropy(intensity);
    if entropy >= WEIGHTING_LIMIT {
        return intensity.to_vec();
    }
    let power = 0.25 + 0.25 * entropy;
    let raised: Vec<f64> = intensity
        .iter()
        .map(|&p| f64::from(p).powf(power))
        .collect();
    let total: f64 = raised.iter().sum();
    raised.into_iter().map(|w| (w / total) as f32).collect()
}
