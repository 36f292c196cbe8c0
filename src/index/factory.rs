//! The words an index is ordered with, as vector people know them: `IVF256,PQ64`.

use super::pq::CodeBits;
use super::refine::RefineKind;
use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

/// Which index to train. `Display` and `FromStr` round-trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Factory {
    /// `IVF256`: the number of inverted lists; without, every row is scored.
    pub n_list: Option<NonZeroU32>,
    /// How rows are kept.
    pub rows: Rows,
    /// `Refine(F16)`: the best rows are scored again from rows kept so.
    pub refine: Option<RefineKind>,
}

/// How an index keeps its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rows {
    /// `Flat`: whole.
    Flat,
    /// `Sparse`: the values that are not 0, exactly enough.
    Sparse,
    /// `PQ64`: in a byte for each sub-space; `PQ64x4fs`: in half a byte for each. In lists, what
    /// they add to the list's centre.
    Pq {
        /// Sub-spaces.
        n_sub: NonZeroU32,
        /// Bits for each of them.
        bits: CodeBits,
    },
}

/// Text that orders no index.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not an index: write Flat, Sparse, PQ64 or PQ64x4fs for how rows are kept, with the \
     sub-spaces after PQ (of a byte each, or with x4fs of half a byte), IVF256, before it for that many lists, and \
     ,Refine(Flat), ,Refine(F16) or ,Refine(SQ8) behind it for a second look"
)]
pub struct UnknownFactory(String);

/// Below this many rows scoring all of them takes well under a millisecond.
const FLAT_BELOW: usize = 10_000;

/// Bytes per row beyond which recall rises little for the memory.
const MAX_AUTO_SUB: usize = 64;

impl Factory {
    /// `Flat`.
    pub const FLAT: Self = Self {
        n_list: None,
        rows: Rows::Flat,
        refine: None,
    };

    /// A sound choice for `n_rows` rows of `dim` coordinates: exact where that is cheap, else
    /// inverted lists.
    pub fn auto(n_rows: usize, dim: usize) -> Self {
        if n_rows < FLAT_BELOW {
            Self::FLAT
        } else {
            Self::auto_ivf_pq(n_rows, dim)
        }
    }

    /// Product quantisation with a byte for sixteen coordinates: where exact scores follow, more
    /// gained nothing on spectra.
    pub fn auto_pq(dim: usize) -> Self {
        Self {
            n_list: None,
            rows: Rows::Pq {
                n_sub: at_least_1((dim / 16).min(MAX_AUTO_SUB)),
                bits: CodeBits::Eight,
            },
            refine: None,
        }
    }

    /// The same in about 1.5 sqrt(n) lists, rounded up to a power of two.
    pub fn auto_ivf_pq(n_rows: usize, dim: usize) -> Self {
        let n_list = ((1.5 * (n_rows as f64).sqrt()) as usize).next_power_of_two();
        Self {
            n_list: Some(at_least_1(n_list)),
            ..Self::auto_pq(dim)
        }
    }
}

fn at_least_1(n: usize) -> NonZeroU32 {
    NonZeroU32::new(n as u32).unwrap_or(NonZeroU32::MIN)
}

impl fmt::Display for Factory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(n_list) = self.n_list {
            write!(f, "IVF{n_list},")?;
        }
        match self.rows {
            Rows::Flat => f.write_str("Flat"),
            Rows::Sparse => f.write_str("Sparse"),
            Rows::Pq { n_sub, bits } => match bits {
                CodeBits::Eight => write!(f, "PQ{n_sub}"),
                CodeBits::Four => write!(f, "PQ{n_sub}x4fs"),
            },
        }?;
        match self.refine {
            None => Ok(()),
            Some(RefineKind::Flat) => f.write_str(",Refine(Flat)"),
            Some(RefineKind::F16) => f.write_str(",Refine(F16)"),
            Some(RefineKind::Sq8) => f.write_str(",Refine(SQ8)"),
        }
    }
}

impl FromStr for Factory {
    type Err = UnknownFactory;

    fn from_str(text: &str) -> Result<Self, UnknownFactory> {
        let words = text.to_ascii_lowercase();
        let mut words = words.split(',').map(str::trim).peekable();
        let mut parse = || {
            let n_list = match words.next_if(|word| word.starts_with("ivf")) {
                Some(word) => Some(word.strip_prefix("ivf")?.parse().ok()?),
                None => None,
            };
            let rows = Rows::parse(words.next()?)?;
            let refine = match words.next() {
                None => None,
                Some("refine(flat)") => Some(RefineKind::Flat),
                Some("refine(f16)") => Some(RefineKind::F16),
                Some("refine(sq8)") => Some(RefineKind::Sq8),
                Some(_) => return None,
            };
            words.next().is_none().then_some(Self {
                n_list,
                rows,
                refine,
            })
        };
        parse().ok_or_else(|| UnknownFactory(text.to_owned()))
    }
}

impl Rows {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "flat" => Some(Self::Flat),
            "sparse" => Some(Self::Sparse),
            _ => {
                let number = word.strip_prefix("pq")?;
                let (n_sub, bits) = match number.split_once('x') {
                    None => (number, CodeBits::Eight),
                    Some((n_sub, "8")) => (n_sub, CodeBits::Eight),
                    Some((n_sub, "4" | "4fs")) => (n_sub, CodeBits::Four),
                    Some(_) => return None,
                };
                let n_sub = n_sub.parse().ok()?;
                Some(Self::Pq { n_sub, bits })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn words_round_trip(n_list in 0_u32.., n_sub in 1_u32.., kind in 0..4, refine in 0..4) {
            let rows = match kind {
                0 => Rows::Flat,
                1 => Rows::Sparse,
                _ => Rows::Pq {
                    n_sub: NonZeroU32::new(n_sub).unwrap(),
                    bits: if kind == 2 { CodeBits::Eight } else { CodeBits::Four },
                },
            };
            let refine = match refine {
                0 => None,
                1 => Some(RefineKind::Flat),
                2 => Some(RefineKind::F16),
                _ => Some(RefineKind::Sq8),
            };
            let factory = Factory { n_list: NonZeroU32::new(n_list), rows, refine };
            prop_assert_eq!(factory.to_string().parse(), Ok(factory));
        }
    }

    #[test]
    fn the_long_form_is_the_short_one() {
        for (long, short) in [
            ("ivf256, pq64x8", "IVF256,PQ64"),
            ("PQ32x4", "PQ32x4fs"),
            ("ivf4,pq8X4FS,refine(f16)", "IVF4,PQ8x4fs,Refine(F16)"),
        ] {
            assert_eq!(long.parse::<Factory>().unwrap().to_string(), short);
        }
    }

    #[test]
    fn other_words_are_refused_with_advice() {
        for text in [
            "",
            "IVF",
            "IVF0,PQ8",
            "PQ0",
            "PQ64x5",
            "PQ64x4fsx8",
            "PQ64x8x8",
            "PQ0x4fs",
            "IVF16",
            "HNSW32",
            "IVF4,PQ8,Flat",
            "IVF4,PQ8,Refine(F16),Flat",
            "Refine(F16)",
            "Flat,IVF4",
        ] {
            let error = text.parse::<Factory>().unwrap_err().to_string();
            assert!(error.contains("write Flat, Sparse"), "{error}");
        }
    }

    #[test]
    fn auto_grows_with_the_data() {
        assert_eq!(Factory::auto(0, 0), Factory::FLAT);
        assert_eq!(Factory::auto(27_720, 1024).to_string(), "IVF256,PQ64");
        assert_eq!(Factory::auto(1_000_000, 128).to_string(), "IVF2048,PQ8");
        assert_eq!(Factory::auto_pq(4).to_string(), "PQ1");
    }
}
