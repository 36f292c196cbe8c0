//! Numbers of bytes, as people write them.

use std::fmt;
use std::str::FromStr;

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

/// Text that is no number of bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no size: write a number and kB, MB, GB, KiB, MiB or GiB, as in 2GB or 1.5GiB")]
pub struct NoSize(String);

const UNITS: [(&str, u64); 8] = [
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
];

impl FromStr for Bytes {
    type Err = NoSize;

    /// A number above 0, perhaps a space, and a unit; capital letters or not.
    fn from_str(text: &str) -> Result<Self, NoSize> {
        let lower = text.trim().to_ascii_lowercase();
        let mut units = UNITS.iter();
        let size = units
            .find_map(|&(unit, size)| Some((lower.strip_suffix(unit)?, size as f64)))
            .and_then(|(number, size)| Some(number.trim().parse::<f64>().ok()? * size))
            // Beyond 2^53 not every whole number is one of `f64`: more than any machine has.
            .filter(|size| (1.0..9.0e15).contains(size));
        let size = size.ok_or_else(|| NoSize(text.to_owned()))?;
        Ok(Self(size as u64))
    }
}

impl fmt::Display for Bytes {
    /// In MB, or GB from one on.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 >= 1_000_000_000 {
            write!(f, "{:.2} GB", self.0 as f64 / 1e9)
        } else {
            write!(f, "{:.0} MB", self.0 as f64 / 1e6)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes) in [
            ("2GB", 2_000_000_000),
            ("512MB", 512_000_000),
            ("1GiB", 1_073_741_824),
            ("1.5 gib", 1_610_612_736),
            (" 64mib ", 67_108_864),
            ("100kB", 100_000),
            ("100KiB", 102_400),
            ("1TB", 1_000_000_000_000),
        ] {
            assert_eq!(text.parse(), Ok(Bytes(bytes)), "{text}");
        }
        for text in [
            "",
            "2",
            "GB",
            "-1GB",
            "0MB",
            "1e99GB",
            "nanGB",
            "2 GB or so",
            "2XB",
        ] {
            assert!(text.parse::<Bytes>().is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_told_in_round_numbers() {
        assert_eq!(Bytes(1_234_567_890).to_string(), "1.23 GB");
        assert_eq!(Bytes(999_400_000).to_string(), "999 MB");
    }
}
