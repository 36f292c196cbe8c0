//! Rows to codes: the nearest codeword in each sub-space, by tiles of matrix products.

use super::codebook::Codebook;
use super::packing::CodeBits;
use crate::index::kmeans::Nearest;
use crate::index::matrix::tile_rows;
use crate::index::metric::Metric;
use ndarray::{ArrayView2, Axis, s};
use rayon::prelude::*;

/// Rows encoded at a time.
pub(in crate::index) fn encode_tile() -> usize {
    tile_rows(CodeBits::Eight.max_codewords())
}

/// A codebook prepared for encoding many rows.
pub(in crate::index) struct Encoder<'a> {
    codebook: &'a Codebook,
    sub_spaces: Vec<Nearest<'a>>,
}

impl<'a> Encoder<'a> {
    pub(in crate::index) fn new(codebook: &'a Codebook) -> Self {
        let sub_spaces = (0..codebook.n_sub())
            .map(|sub| {
                let codewords = codebook.matrix().slice_move(s![codebook.span(sub), ..]);
                Nearest::new(codewords.reversed_axes(), Metric::L2)
            })
            .collect();
        Self {
            codebook,
            sub_spaces,
        }
    }

    /// The codes of `rows`, in row order.
    pub(super) fn encode(&self, rows: ArrayView2<'_, f32>) -> Vec<u8> {
        let n_sub = self.codebook.n_sub();
        let mut codes = vec![0; rows.nrows() * n_sub];
        rows.axis_chunks_iter(Axis(0), encode_tile())
            .into_par_iter()
            .zip(codes.par_chunks_mut(encode_tile() * n_sub))
            .for_each_init(Vec::new, |products, (tile, codes)| {
                self.encode_into(tile, codes, products);
            });
        codes
    }

    /// Writes the codes of one tile; `products` is scratch space.
    pub(in crate::index) fn encode_into(
        &self,
        tile: ArrayView2<'_, f32>,
        codes: &mut [u8],
        products: &mut Vec<f32>,
    ) {
        let n_sub = self.codebook.n_sub();
        let tile = self.codebook.in_order(tile);
        for (sub, nearest) in self.sub_spaces.iter().enumerate() {
            let part = tile.slice(s![.., self.codebook.span(sub)]);
            nearest.visit(part, products, |row, codeword, _| {
                codes[row * n_sub + sub] = codeword as u8;
            });
        }
    }
}
