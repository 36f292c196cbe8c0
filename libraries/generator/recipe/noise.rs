//! Seeded randomness that gives the same numbers on every machine, and what it does to a spectrum.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// m/z error of a peak and of a precursor: one standard deviation, and where it is cut off.
const MZ_ERROR_PPM: f64 = 3.0;
const MAX_DEVIATIONS: f64 = 2.5;

/// Spread of a peak's intensity: standard deviation of its logarithm.
const INTENSITY_SIGMA: f64 = 0.35;

/// Share of peaks lost; weak ones are lost more often than strong ones.
const LEAST_LOST: f64 = 0.15;
const MOST_LOST: f64 = 0.30;

/// Peaks that belong to nothing: how many, and how strong relative to the base peak.
const MIN_NOISE_PEAKS: usize = 5;
const MAX_NOISE_PEAKS: usize = 20;
const LEAST_NOISE: f64 = 0.004;
const MOST_NOISE: f64 = 0.04;

/// A stream of random numbers.
pub(crate) struct Noise(ChaCha8Rng);

impl Noise {
    /// The stream of `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        // The seed is spelled out because `seed_from_u64` may change between versions.
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Self(ChaCha8Rng::from_seed(bytes))
    }

    /// Uniform in 0..1, from the 53 bits a double can hold.
    fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform in `low..high`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Uniform in `0..n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n - 1)
    }

    /// Close to normal with mean 0 and deviation 1: twelve uniform numbers less six. The usual
    /// formulas need logarithms, whose last bit differs between machines.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    /// `mz` with a mass error.
    pub(crate) fn measured(&mut self, mz: f64) -> f64 {
        let deviations = self.normal().clamp(-MAX_DEVIATIONS, MAX_DEVIATIONS);
        mz * (1.0 + deviations * MZ_ERROR_PPM * 1e-6)
    }

    /// A factor of mean logarithm 0.
    fn factor(&mut self) -> f64 {
        // exp(x) as (1 + x / 1024)^1024: exact enough here, and only multiplications.
        let mut power = 1.0 + self.normal() * INTENSITY_SIGMA / 1024.0;
        for _ in 0..10 {
            power *= power;
        }
        power
    }

    /// `peaks` as an instrument might see them, ascending in m/z; noise lies below `highest_mz`.
    pub(crate) fn spectrum(&mut self, peaks: &[(f64, f64)], highest_mz: f64) -> Vec<(f64, f64)> {
        let base = peaks.iter().map(|p| p.1).fold(0.0, f64::max);
        let mut by_intensity = peaks.to_vec();
        by_intensity.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.total_cmp(&b.0)));
        let lost = self.between(LEAST_LOST, MOST_LOST);
        let n = by_intensity.len() as f64;
        let mut seen = Vec::new();
        for (rank, &(mz, intensity)) in by_intensity.iter().enumerate() {
            // From half the share for the strongest to one and a half for the weakest.
            let is_lost = self.between(0.0, 1.0) < lost * (0.5 + rank as f64 / n);
            let peak = (self.measured(mz), intensity * self.factor());
            if rank < 2 || !is_lost {
                seen.push(peak);
            }
        }
        let n_noise = MIN_NOISE_PEAKS + self.below(MAX_NOISE_PEAKS - MIN_NOISE_PEAKS + 1);
        for _ in 0..n_noise {
            let mz = self.between(80.0, highest_mz);
            seen.push((mz, base * self.between(LEAST_NOISE, MOST_NOISE)));
        }
        seen.sort_by(|a, b| a.0.total_cmp(&b.0));
        seen
    }
}
