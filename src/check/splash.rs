//! SPLASH: one name for one list of peaks (Wohlgemuth et al., Nat. Biotechnol. 34, 1099, 2016).

use crate::domain::{Peak, PeakList};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// What the reference implementation adds before it cuts a number off.
const EPSILON: f64 = 1.0e-7;
const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// Length of both histograms, which wrap around.
const BINS: usize = 10;

/// The SPLASH of `peaks`; `None` where there are none.
///
/// Intensities are taken as the shortest decimal number that is the same `f32`: as the file wrote
/// them, where it wrote at most seven digits.
pub fn splash(peaks: &PeakList) -> Option<String> {
    let peaks: Vec<(f64, f64)> = peaks.as_slice().iter().map(as_written).collect();
    let highest = peaks.iter().map(|(_, i)| *i).fold(0.0, f64::max);
    let relative = |&(mz, intensity): &(f64, f64)| (mz, intensity * 100.0 / highest);
    let mut peaks: Vec<(f64, f64)> = peaks.iter().map(relative).collect();
    if peaks.is_empty() {
        return None;
    }
    let mut top: Vec<_> = peaks.iter().copied().filter(|p| p.1 + EPSILON >= 10.0).collect();
    top.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.total_cmp(&b.0)));
    top.truncate(10);
    let filter = in_base_36(&histogram(&top, 3, 5.0), 3);
    let similarity: String = histogram(&peaks, 10, 100.0).iter().map(|&d| digit(d)).collect();
    peaks.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.total_cmp(&a.1)));
    let mut text = String::new();
    for (mz, intensity) in &peaks {
        let (mz, intensity) = (((mz + EPSILON) * 1.0e6) as u64, (intensity + EPSILON) as u64);
        let blank = if text.is_empty() { "" } else { " " };
        // Writing to a String does not fail.
        let _ = write!(text, "{blank}{mz}:{intensity}");
    }
    let mut hash = String::new();
    for byte in &Sha256::digest(text.as_bytes())[..10] {
        let _ = write!(hash, "{byte:02x}");
    }
    Some(format!("splash10-{filter}-{similarity}-{hash}"))
}

fn as_written(peak: &Peak) -> (f64, f64) {
    let shortest = peak.intensity.to_string().parse();
    (peak.mz, shortest.unwrap_or_else(|_| f64::from(peak.intensity)))
}

/// Sums of intensities in bins of `width`, as digits below `base`.
fn histogram(peaks: &[(f64, f64)], base: u8, width: f64) -> [u8; BINS] {
    let mut sums = [0.0; BINS];
    for (mz, intensity) in peaks {
        sums[(mz / width) as usize % BINS] += intensity;
    }
    let highest = sums.iter().copied().fold(0.0, f64::max);
    sums.map(|sum: f64| (EPSILON + f64::from(base - 1) * sum / highest) as u8)
}

fn digit(value: u8) -> char {
    char::from(DIGITS[usize::from(value)])
}

/// Digits of base `base`, highest first, as four digits of base 36.
fn in_base_36(digits: &[u8; BINS], base: u32) -> String {
    let number = digits.iter().fold(0, |number, &d| number * base + u32::from(d));
    let at = |power: u32| digit((number / 36_u32.pow(power) % 36) as u8);
    [at(3), at(2), at(1), at(0)].iter().collect()
}
