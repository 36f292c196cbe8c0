//! The words an index is ordered with, as vector people know them: `IVF256,PQ64`.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

/// Which index to train. `Display` and `FromStr` round-trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Factory {
    /// `Flat`: every row kept, every row scored.
    Flat,
    /// `PQ64`: every row in `n_sub` bytes, every row scored.
    Pq {
        /// Sub-spaces, and so bytes per row.
        n_sub: NonZeroU32,
    },
    /// `IVF256,Flat`: rows kept whole in `n_list` lists.
    IvfFlat {
        /// Number of lists.
        n_list: NonZeroU32,
    },
    /// `IVF256,PQ64`: residuals in `n_sub` bytes, in `n_list` lists.
    IvfPq {
        /// Number of lists.
        n_list: NonZeroU32,
        /// Sub-spaces, and so bytes per row.
        n_sub: NonZeroU32,
    },
}

/// Text that orders no index.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not an index: write Flat, PQ64, IVF256,Flat or IVF256,PQ64, with the number of \
     lists after IVF and the bytes per row after PQ (PQ64x8 is the same as PQ64)"
)]
pub struct UnknownFactory(String);

/// Below this many rows scoring all of them takes well under a millisecond.
const FLAT_BELOW: usize = 10_000;

/// Bytes per row beyond which recall rises little for the memory.
const MAX_AUTO_SUB: usize = 64;

impl Factory {
    /// A sound choice for `n_rows` rows of `dim` coordinates: exact where that is cheap, else
    /// inverted lists.
    pub fn auto(n_rows: usize, dim: usize) -> Self {
        if n_rows < FLAT_BELOW {
            Self::Flat
        } else {
            Self::auto_ivf_pq(n_rows, dim)
        }
    }

    /// Product quantisation with a byte for sixteen coordinates: where exact scores follow, more
    /// gained nothing on spectra.
    pub fn auto_pq(dim: usize) -> Self {
        Self::Pq {
            n_sub: at_least_1((dim / 16).min(MAX_AUTO_SUB)),
        }
    }

    /// The same in about 1.5 sqrt(n) lists, rounded up to a power of two.
    pub fn auto_ivf_pq(n_rows: usize, dim: usize) -> Self {
        let n_list = ((1.5 * (n_rows as f64).sqrt()) as usize).next_power_of_two();
        let n_sub = at_least_1((dim / 16).min(MAX_AUTO_SUB));
        Self::IvfPq {
            n_list: at_least_1(n_list),
            n_sub,
        }
    }
}

fn at_least_1(n: usize) -> NonZeroU32 {
    NonZeroU32::new(n as u32).unwrap_or(NonZeroU32::MIN)
}

impl fmt::Display for Factory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flat => f.write_str("Flat"),
            Self::Pq { n_sub } => write!(f, "PQ{n_sub}"),
            Self::IvfFlat { n_list } => write!(f, "IVF{n_list},Flat"),
            Self::IvfPq { n_list, n_sub } => write!(f, "IVF{n_list},PQ{n_sub}"),
        }
    }
}

impl FromStr for Factory {
    type Err = UnknownFactory;

    fn from_str(text: &str) -> Result<Self, UnknownFactory> {
        let words: Vec<String> = text
            .split(',')
            .map(|word| word.trim().to_ascii_lowercase())
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let factory = match words[..] {
            ["flat"] => Some(Self::Flat),
            [pq] => sub_spaces(pq).map(|n_sub| Self::Pq { n_sub }),
            [ivf, "flat"] => lists(ivf).map(|n_list| Self::IvfFlat { n_list }),
            [ivf, pq] => lists(ivf)
                .zip(sub_spaces(pq))
                .map(|(n_list, n_sub)| Self::IvfPq { n_list, n_sub }),
            _ => None,
        };
        factory.ok_or_else(|| UnknownFactory(text.to_owned()))
    }
}

fn lists(word: &str) -> Option<NonZeroU32> {
    word.strip_prefix("ivf")?.parse().ok()
}

fn sub_spaces(word: &str) -> Option<NonZeroU32> {
    let number = word.strip_prefix("pq")?;
    number.strip_suffix("x8").unwrap_or(number).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn words_round_trip(n_list in 1_u32.., n_sub in 1_u32.., kind in 0..4) {
            let (n_list, n_sub) = (NonZeroU32::new(n_list).unwrap(), NonZeroU32::new(n_sub).unwrap());
            let factory = match kind {
                0 => Factory::Flat,
                1 => Factory::Pq { n_sub },
                2 => Factory::IvfFlat { n_list },
                _ => Factory::IvfPq { n_list, n_sub },
            };
            prop_assert_eq!(factory.to_string().parse(), Ok(factory));
        }
    }

    #[test]
    fn the_long_form_is_the_short_one() {
        assert_eq!(
            "ivf256, pq64x8".parse::<Factory>().unwrap().to_string(),
            "IVF256,PQ64"
        );
    }

    #[test]
    fn other_words_are_refused_with_advice() {
        for text in [
            "",
            "IVF",
            "IVF0,PQ8",
            "PQ0",
            "PQ64x4fs",
            "IVF16",
            "HNSW32",
            "IVF4,PQ8,Flat",
        ] {
            let error = text.parse::<Factory>().unwrap_err().to_string();
            assert!(error.contains("write Flat, PQ64"), "{error}");
        }
    }

    #[test]
    fn auto_grows_with_the_data() {
        assert_eq!(Factory::auto(0, 0), Factory::Flat);
        assert_eq!(Factory::auto(27_720, 1024).to_string(), "IVF256,PQ64");
        assert_eq!(Factory::auto(1_000_000, 128).to_string(), "IVF2048,PQ8");
        assert_eq!(Factory::auto_pq(4).to_string(), "PQ1");
    }
}
