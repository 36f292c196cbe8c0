//! Which index for these rows, where the choice is left to us.
//!
//! Sparse rows are kept as postings, which are exact: all of them are scored while that is as fast
//! as looking at part of the codes of an inverted file, and those of some lists beyond. Dense rows
//! are kept whole while there are few, else as codes in lists with a second look at the best.

use super::factory::{Factory, Rows, UnknownFactory};
use super::points::{Points, are_sparse};
use super::pq::CodeBits;
use super::refine::RefineKind;
use ndarray::ArrayView2;
use std::num::NonZeroU32;
use std::str::FromStr;

/// What a choice depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowShape {
    /// How many rows there are.
    pub n_rows: usize,
    /// Coordinates per row.
    pub dim: usize,
    /// Whether most coordinates of most rows are 0.
    pub sparse: bool,
}

impl RowShape {
    /// The shape of `rows`; whether they are sparse is judged by some of them.
    pub fn of(rows: ArrayView2<'_, f32>) -> Self {
        Self {
            n_rows: rows.nrows(),
            dim: rows.ncols(),
            sparse: are_sparse(Points::Dense(rows)),
        }
    }
}

/// An order for an index that may leave the kind or its sizes to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// `auto`: whatever suits the rows.
    Auto,
    /// `pq`: product quantisation alone, size chosen.
    Pq,
    /// `ivfpq`: inverted lists of product-quantised rows, sizes chosen.
    IvfPq,
    /// Factory words: exactly this.
    Exactly(Factory),
}

/// Below this many dense rows scoring all of them takes well under a millisecond.
const FLAT_BELOW: usize = 10_000;

/// Up to this many sparse rows a query is compared with every one: postings make that as fast as
/// looking at part of the codes of an inverted file, and nothing is missed.
const COMPARE_ALL: usize = 200_000;

/// Fewest rows of a list of codes of spectra, on the mean: a search visits many lists, and to come to
/// one takes about as long as the codes of some hundred rows. Among 27,720 and 982,539 entries shorter
/// lists answered no more queries right.
const LEAST_ROWS: usize = 2048;

/// Bytes per row beyond which recall rises little for the memory.
const MAX_BYTES: usize = 64;

impl Wish {
    /// The index for rows of this shape.
    pub fn settle(self, rows: RowShape) -> Factory {
        match self {
            Self::Exactly(factory) => factory,
            Self::Pq => coded_alone(rows),
            Self::IvfPq => {
                let codes = in_lists(coded_alone(rows), rows.n_rows);
                if rows.sparse {
                    codes.with_lists_at_most(rows.n_rows / LEAST_ROWS)
                } else {
                    codes
                }
            }
            Self::Auto if rows.sparse => {
                let postings = Factory {
                    rows: Rows::Sparse,
                    ..Factory::FLAT
                };
                if rows.n_rows <= COMPARE_ALL {
                    postings
                } else {
                    in_lists(postings, rows.n_rows).with_lists_at_most(most_lists(rows))
                }
            }
            Self::Auto if rows.n_rows < FLAT_BELOW => Factory::FLAT,
            Self::Auto => Factory {
                refine: Some(RefineKind::F16),
                ..in_lists(coded(rows.dim / 4, CodeBits::Four), rows.n_rows)
            },
        }
    }
}

impl FromStr for Wish {
    type Err = UnknownFactory;

    fn from_str(text: &str) -> Result<Self, UnknownFactory> {
        match text.trim().to_ascii_lowercase().as_str() {
            "auto" => Ok(Self::Auto),
            "pq" => Ok(Self::Pq),
            "ivfpq" => Ok(Self::IvfPq),
            _ => text.parse().map(Self::Exactly),
        }
    }
}

/// Codes without a second look at the rows. Sparse rows are those of spectra, whose scores are
/// computed from peaks afterwards: there a third more bytes gained nothing, and an even number of
/// them can be halved. Of other rows the codes themselves should say as much as they can.
fn coded_alone(rows: RowShape) -> Factory {
    if rows.sparse {
        coded((rows.dim * 3 / 64).next_multiple_of(2), CodeBits::Four)
    } else {
        coded(rows.dim / 16, CodeBits::Eight)
    }
}

/// Codes of `n_bytes`, if that is a number of bytes worth having. Half a byte for each of twice the
/// sub-spaces finds as much before a second look and is scanned faster; without one, the rounded
/// sums of its scan are all there is.
fn coded(n_bytes: usize, bits: CodeBits) -> Factory {
    let n_bytes = n_bytes.min(MAX_BYTES);
    let n_sub = at_least_1(match bits {
        CodeBits::Four => 2 * n_bytes,
        CodeBits::Eight => n_bytes,
    });
    Factory {
        rows: Rows::Pq { n_sub, bits },
        ..Factory::FLAT
    }
}

/// The same in about 1.5 sqrt(n) lists, rounded up to a power of two.
fn in_lists(factory: Factory, n_rows: usize) -> Factory {
    let n_list = ((1.5 * (n_rows as f64).sqrt()) as usize).next_power_of_two();
    Factory {
        n_list: Some(at_least_1(n_list)),
        ..factory
    }
}

/// Every list holds where the postings of each coordinate start: lists are so long that this takes
/// no more than 16 bytes a row.
fn most_lists(rows: RowShape) -> usize {
    4 * rows.n_rows / rows.dim.max(1)
}

impl Factory {
    fn with_lists_at_most(self, most: usize) -> Self {
        Self {
            n_list: self.n_list.map(|n| n.min(at_least_1(most))),
            ..self
        }
    }
}

fn at_least_1(n: usize) -> NonZeroU32 {
    NonZeroU32::new(n as u32).unwrap_or(NonZeroU32::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    fn settled(words: &str, n_rows: usize, dim: usize, sparse: bool) -> String {
        let shape = RowShape {
            n_rows,
            dim,
            sparse,
        };
        words.parse::<Wish>().unwrap().settle(shape).to_string()
    }

    #[test]
    fn auto_suits_the_rows() {
        for (n_rows, dim, sparse, expected) in [
            (0, 0, false, "Flat"),
            (9_999, 128, false, "Flat"),
            (27_720, 1024, false, "IVF256,PQ128x4fs,Refine(F16)"),
            (1_000_000, 128, false, "IVF2048,PQ64x4fs,Refine(F16)"),
            (9_999, 512, true, "Sparse"),
            (200_000, 512, true, "Sparse"),
            (1_000_000, 512, true, "IVF2048,Sparse"),
            (1_000_000, 16_384, true, "IVF244,Sparse"),
        ] {
            assert_eq!(settled("auto", n_rows, dim, sparse), expected);
        }
    }

    #[test]
    fn kinds_have_their_sizes_chosen_and_words_are_obeyed() {
        assert_eq!(settled("pq", 1000, 4, false), "PQ1");
        assert_eq!(settled(" IvfPQ ", 27_720, 1024, true), "IVF13,PQ96x4fs");
        assert_eq!(settled("pq", 27_720, 1024, true), "PQ96x4fs");
        assert_eq!(settled("ivfpq", 1_000_000, 128, false), "IVF2048,PQ8");
        assert_eq!(settled("IVF3,Flat", 9, 9, true), "IVF3,Flat");
        assert!("automatic".parse::<Wish>().is_err());
    }

    #[test]
    fn rows_are_sparse_when_most_of_them_is_0() {
        let rows = Array2::from_shape_fn((50, 20), |(row, d)| f32::from((row + d) % 9 == 0));
        let shape = RowShape::of(rows.view());
        assert_eq!((shape.n_rows, shape.dim, shape.sparse), (50, 20, true));
        assert!(!RowShape::of(Array2::ones((50, 20)).view()).sparse);
    }
}
