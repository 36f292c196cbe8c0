//! The words an index is ordered with, as vector people know them: `PCA128,IVF256,PQ64`.

use super::mapped::MapKind;
use super::pq::CodeBits;
use super::refine::RefineKind;
use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

/// Which index to train. `Display` and `FromStr` round-trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Factory {
    /// `PCA128` or `OPQ64`: what rows and queries are mapped to first. A second look takes rows as
    /// they came.
    pub map: Option<MapKind>,
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
     sub-spaces after PQ (of a byte each, or with x4fs of half a byte), IVF256, before it for that many lists, PCA128, PCA95%, or OPQ64, \
     before all to map rows to so many components, to those that explain so much of the variance, or to turn them for codes of so many sub-spaces, and \
     ,Refine(Flat), ,Refine(F16) or ,Refine(SQ8) behind it for a second look; auto, pq and ivfpq \
     have the sizes chosen"
)]
pub struct UnknownFactory(String);

impl Factory {
    /// `Flat`.
    pub const FLAT: Self = Self {
        map: None,
        n_list: None,
        rows: Rows::Flat,
        refine: None,
    };
}

impl fmt::Display for Factory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(map) = self.map {
            write!(f, "{map},")?;
        }
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
            let map = words.peek().and_then(|word| MapKind::parse(word));
            if map.is_some() {
                words.next();
            }
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
                map,
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
    use crate::index::mapped::Percent;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn words_round_trip(
            map in 0..4, percent in 1_u8..=100, n_list in 0_u32.., n_sub in 1_u32.., kind in 0..4, refine in 0..4,
        ) {
            let map = match map {
                0 => None,
                1 => Some(MapKind::Pca(NonZeroU32::new(n_sub).unwrap())),
                2 => Percent::new(percent).map(MapKind::PcaShare),
                _ => Some(MapKind::Opq(NonZeroU32::new(n_sub).unwrap())),
            };
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
            let factory = Factory { map, n_list: NonZeroU32::new(n_list), rows, refine };
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
            "PCA0,Flat",
            "PCA0%,Flat",
            "PCA101%,Flat",
            "PCA9.5%,Flat",
            "OPQ8",
            "IVF4,PCA8,Flat",
        ] {
            let error = text.parse::<Factory>().unwrap_err().to_string();
            assert!(error.contains("write Flat, Sparse"), "{error}");
        }
    }
}
