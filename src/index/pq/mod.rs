//! Product quantisation: a row as a few bytes, and scores from table look-ups.
//!
//! The coordinates are cut into `n_sub` sub-spaces and each is replaced by the nearest of at most
//! 256 codewords, or 16 (Jégou, Douze & Schmid 2011, section II). A query is not quantised: its
//! products with all codewords are computed once, and a row's score is a sum of `n_sub` of them
//! (asymmetric distance computation, section III). With 16 codewords the products themselves are
//! rounded to 7 bits, for half a byte is looked up faster than anything is read (fast scan, André,
//! Kermarrec & Le Scouarnec 2015).

mod code_store;
mod codebook;
mod encoder;
mod lookup;
mod norms;
mod order;
mod packing;
mod pq_index;
mod scores;

pub use code_store::CodeParts;
pub(super) use code_store::{CodeQuery, CodeScan, CodeStore, CodeSums};
pub use codebook::Codebook;
pub(super) use encoder::{ENCODE_TILE, Encoder};
pub(super) use norms::NormTable;
pub use packing::CodeBits;
pub use pq_index::{Pq, PqParts};
