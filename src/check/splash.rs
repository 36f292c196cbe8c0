//! SPLASH: one name for one list of peaks (Wohlgemuth et al., Nat. Biotechnol. 34, 1099, 2016).

use crate::domain::{Peak, PeakList};
use sha2::{Digest, Sha256};
use std::cmp::Reverse;
use std::fmt::Write;

/// What the reference implementation adds before it cuts a number off.
const EPSILON: f64 = 1.0e-7;

/// Length of both histograms, which wrap around.
const BINS: usize = 10;

/// How many peaks the first histogram is made of, and their least share of the highest in percent.
const TOP: (usize, f64) = (10, 10.0);

/// Characters of the hash that are kept; two of them are a byte.
const HASH_LENGTH: usize = 20;

/// The SPLASH of `peaks`; `None` where there are none.
///
/// Intensities are taken as the shortest decimal number that is the same `f32`: as the file wrote
/// them, where it wrote at most seven digits.
pub fn splash(peaks: &PeakList) -> Option<String> {
    let peaks: Vec<(f64, f64)> = peaks.as_slice().iter().map(as_written).collect();
    let highest = peaks.iter().map(|(_, i)| *i).fold(0.0, f64::max);
    if highest <= 0.0 {
        return None;
    }
    let relative = |&(mz, intensity): &(f64, f64)| (mz, intensity * 100.0 / highest);
    let peaks: Vec<(f64, f64)> = peaks.iter().map(relative).collect();
    let (n_top, least) = TOP;
    let high = peaks.iter().filter(|(_, i)| i + EPSILON >= least);
    let mut top: Vec<(f64, f64)> = high.copied().collect();
    top.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.total_cmp(&b.0)));
    top.truncate(n_top);
    let filter = in_base_36(&histogram(&top, 3, 5.0), 3);
    let histogram = histogram(&peaks, 10, 100.0);
    let similarity: String = histogram.iter().map(|&value| digit(value)).collect();
    let hash = hash(&peaks);
    Some(format!("splash10-{filter}-{similarity}-{hash}"))
}

fn as_written(peak: &Peak) -> (f64, f64) {
    let shortest = peak.intensity.to_string().parse();
    // What a number is written as is a number.
    (
        peak.mz,
        shortest.unwrap_or_else(|_| f64::from(peak.intensity)),
    )
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

/// The start of SHA-256 over m/z in millionths of Th and whole percents, by rising m/z and falling
/// intensity.
fn hash(peaks: &[(f64, f64)]) -> String {
    let whole = |&(mz, intensity): &(f64, f64)| {
        (
            ((mz + EPSILON) * 1.0e6) as u64,
            (intensity + EPSILON) as u64,
        )
    };
    let mut peaks: Vec<(u64, u64)> = peaks.iter().map(whole).collect();
    peaks.sort_by_key(|&(mz, intensity)| (mz, Reverse(intensity)));
    let texts: Vec<String> = peaks.iter().map(|(mz, i)| format!("{mz}:{i}")).collect();
    let mut hash = String::with_capacity(HASH_LENGTH);
    for byte in &Sha256::digest(texts.join(" ").as_bytes())[..HASH_LENGTH / 2] {
        // Writing to a String does not fail.
        let _ = write!(hash, "{byte:02x}");
    }
    hash
}

fn digit(value: u8) -> char {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    char::from(DIGITS[usize::from(value)])
}

/// Digits of base `base`, highest first, as four digits of base 36.
fn in_base_36(digits: &[u8; BINS], base: u32) -> String {
    let number = digits
        .iter()
        .fold(0, |number, &d| number * base + u32::from(d));
    let at = |power: u32| digit((number / 36_u32.pow(power) % 36) as u8);
    [at(3), at(2), at(1), at(0)].iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn peaks(text: &str) -> PeakList {
        let peak = |pair: &str| {
            let (mz, intensity) = pair.split_once(':').unwrap();
            Peak {
                mz: mz.parse().unwrap(),
                intensity: intensity.parse().unwrap(),
            }
        };
        PeakList::new(text.split(' ').map(peak).collect()).unwrap()
    }

    /// The first two are tests of the reference implementation in Python
    /// (github.com/berlinguyinca/spectra-hash, `python/tests/test_splash.py`); then MassBank AC000001,
    /// whose record states its SPLASH.
    #[test]
    fn names_are_those_of_the_reference() {
        for (text, name) in [
            (
                "66.0463:2.1827 105.0698:7.9976 103.0541:4.5676 130.065:8.6025 93.0572:0.2544 \
                 79.0542:4.4657 91.0541:2.5671 131.0728:2.6844 115.0541:1.3542 65.0384:0.6554 \
                 94.0412:0.5614 116.0494:1.2008 95.049:2.1338 117.0572:100 89.0385:11.7808 \
                 77.0385:3.3802 90.0463:35.6373 132.0806:2.343 105.0446:1.771",
                "splash10-014i-4900000000-889a38f7ace2626a0435",
            ),
            (
                "303.07:100 662.26:1.2111 454.91:1.2023 433.25:0.8864 432.11:2.308 592.89:3.9052 \
                 259.99:0.6406 281.14:1.2549 451.34:1.1847 499.85:1.2374 482.14:2.4133 450:23.5191 \
                 483:1.0004 285.25:1.448 253.1:46.5731 254.11:3.247 259.13:6.9241 304.14:17.2795",
                "splash10-0udi-0049200000-ef488ecacceeaaadb4a2",
            ),
            (
                "133.0648:21905.33203125 151.0754:9239.8974609375 155.9743:10980.8896484375 \
                 161.0597:96508.4375 179.0703:72563.875",
                "splash10-03fr-0900000000-035ec76d23650a15673b",
            ),
        ] {
            assert_eq!(splash(&peaks(text)).as_deref(), Some(name));
        }
        assert_eq!(splash(&PeakList::default()), None);
    }

    proptest! {
        /// Intensities are relative, and written numbers mean what they say.
        #[test]
        fn the_scale_does_not_matter(list in prop::collection::vec((1_u32..200_000, 1_u16..1000), 1..30)) {
            let of = |scale: f32| {
                let peak = |&(mz, intensity): &(u32, u16)| Peak {
                    mz: f64::from(mz) / 100.0,
                    intensity: f32::from(intensity) * scale,
                };
                splash(&PeakList::new(list.iter().map(peak).collect()).unwrap()).unwrap()
            };
            // Powers of two change no digit of the ratios.
            prop_assert_eq!(of(1.0), of(64.0));
            prop_assert_eq!(of(1.0).len(), "splash10-0000-0000000000-".len() + HASH_LENGTH);
        }

        #[test]
        fn peaks_of_any_size_have_a_name(list in prop::collection::vec((1e-6_f64..1e6, 0.0_f32..f32::MAX), 0..9)) {
            let peak = |&(mz, intensity): &(f64, f32)| Peak { mz, intensity };
            let list = PeakList::new(list.iter().map(peak).collect()).unwrap();
            prop_assert_eq!(splash(&list).is_none(), list.is_empty());
        }
    }
}
