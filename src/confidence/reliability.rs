//! Whether a probability means what it says: cases by what was predicted.

/// Bins of equal width from 0 to 1.
const N_BINS: usize = 10;

/// Cases whose predicted probability lies in one bin.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ReliabilityBin {
    /// Cases; not whole where they were weighted.
    pub n: f64,
    /// Mean of the predicted probabilities.
    pub predicted: f64,
    /// Share that was right.
    pub observed: f64,
}

/// Predicted against observed shares, in bins of equal width.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reliability {
    bins: [ReliabilityBin; N_BINS],
}

impl Reliability {
    /// Sorts `(probability, right, weight)` into bins.
    pub fn of(cases: impl IntoIterator<Item = (f64, bool, f64)>) -> Self {
        let mut bins = [ReliabilityBin::default(); N_BINS];
        for (probability, right, weight) in cases {
            let at = (probability * N_BINS as f64) as usize;
            let bin = &mut bins[at.min(N_BINS - 1)];
            bin.n += weight;
            bin.predicted += weight * probability;
            bin.observed += weight * f64::from(u8::from(right));
        }
        for bin in bins.iter_mut().filter(|bin| bin.n > 0.0) {
            bin.predicted /= bin.n;
            bin.observed /= bin.n;
        }
        Self { bins }
    }

    /// The bins, from 0 to 1; an empty one has an `n` of 0.
    pub fn bins(&self) -> &[ReliabilityBin] {
        &self.bins
    }

    /// Expected calibration error: the mean distance of predicted and observed shares, each bin
    /// by its cases (Naeini et al. 2015). 0 without cases.
    pub fn error(&self) -> f64 {
        let n: f64 = self.bins.iter().map(|bin| bin.n).sum();
        let apart = |bin: &ReliabilityBin| bin.n * (bin.predicted - bin.observed).abs();
        let sum: f64 = self.bins.iter().map(apart).sum();
        if n > 0.0 { sum / n } else { 0.0 }
    }

    /// As numbers: `n`, `predicted` and `observed` of each bin.
    pub fn to_parts(&self) -> Vec<f64> {
        let parts = |bin: &ReliabilityBin| [bin.n, bin.predicted, bin.observed];
        self.bins.iter().flat_map(parts).collect()
    }

    /// From those numbers.
    ///
    /// # Errors
    /// Says what is wrong with them.
    pub fn from_parts(parts: &[f64]) -> Result<Self, &'static str> {
        if parts.len() != 3 * N_BINS {
            return Err("does not have three numbers for each of ten bins");
        }
        let share = |x: f64| (0.0..=1.0).contains(&x);
        let mut bins = [ReliabilityBin::default(); N_BINS];
        for (bin, &[n, predicted, observed]) in bins.iter_mut().zip(parts.as_chunks().0) {
            if !(n.is_finite() && n >= 0.0 && share(predicted) && share(observed)) {
                return Err("holds a number that is no share");
            }
            *bin = ReliabilityBin {
                n,
                predicted,
                observed,
            };
        }
        Ok(Self { bins })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_hold_means_and_the_error_is_their_mean_distance() {
        let cases = [
            (0.05, false, 1.0),
            (0.85, true, 1.0),
            (0.85, false, 1.0),
            (1.0, true, 2.0),
        ];
        let found = Reliability::of(cases);
        let eighth = found.bins()[8];
        assert_eq!((eighth.n, eighth.observed), (2.0, 0.5));
        assert!((eighth.predicted - 0.85).abs() < 1e-12);
        assert_eq!(found.bins()[9].n, 2.0, "1 belongs to the last bin");
        // (1 * .05 + 2 * .35 + 2 * 0) / 5
        assert!((found.error() - 0.15).abs() < 1e-12);
        assert_eq!(
            Reliability::from_parts(&found.to_parts()).as_ref(),
            Ok(&found)
        );
        assert_eq!(Reliability::default().error(), 0.0);
    }

    #[test]
    fn damaged_parts_are_told() {
        assert!(Reliability::from_parts(&[0.0; 29]).is_err());
        let mut parts = [0.0; 30];
        parts[1] = 1.5;
        assert!(Reliability::from_parts(&parts).is_err());
        parts[1] = f64::NAN;
        assert!(Reliability::from_parts(&parts).is_err());
    }
}
