//! Rows to codes: the nearest codeword in each sub-space.

use super::codebook::Codebook;
use crate::index::kernels::Level;
use crate::index::kernels::codewords::{ROWS, nearest_codewords};
use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;

/// Rows encoded at a time, so that they and the codewords of a sub-space stay in cache.
pub(in crate::index) const ENCODE_TILE: usize = 256;

/// A codebook prepared for encoding many rows.
pub(in crate::index) struct Encoder<'a> {
    codebook: &'a Codebook,
    /// By sub-space, -|codeword|^2 / 2 of each: what a product lacks to be ordered as distances.
    biases: Vec<Vec<f32>>,
}

impl<'a> Encoder<'a> {
    pub(in crate::index) fn new(codebook: &'a Codebook) -> Self {
        let n = codebook.n_codewords();
        let biases = (codebook.spans())
            .map(|span| {
                let mut squares = vec![0.0; n];
                for place in span {
                    let values = &codebook.values()[place * n..][..n];
                    for (square, x) in squares.iter_mut().zip(values) {
                        *square -= 0.5 * x * x;
                    }
                }
                squares
            })
            .collect();
        Self { codebook, biases }
    }

    /// Bytes of a code.
    pub(in crate::index) fn n_sub(&self) -> usize {
        self.codebook.n_sub()
    }

    /// The codes of `rows`, in row order.
    pub(super) fn encode(&self, rows: ArrayView2<'_, f32>) -> Vec<u8> {
        let n_sub = self.codebook.n_sub();
        let mut codes = vec![0; rows.nrows() * n_sub];
        rows.axis_chunks_iter(Axis(0), ENCODE_TILE)
            .into_par_iter()
            .zip(codes.par_chunks_mut(ENCODE_TILE * n_sub))
            .for_each(|(tile, codes)| self.encode_into(tile, codes));
        codes
    }

    /// Writes the codes of one tile.
    pub(in crate::index) fn encode_into(&self, tile: ArrayView2<'_, f32>, codes: &mut [u8]) {
        let (level, n_sub) = (Level::detected(), self.codebook.n_sub());
        let n = self.codebook.n_codewords();
        let mut columns = vec![[0.0; ROWS]; self.codebook.dim()];
        let rows = tile.axis_chunks_iter(Axis(0), ROWS);
        for (rows, codes) in rows.zip(codes.chunks_mut(ROWS * n_sub)) {
            for (place, column) in columns.iter_mut().enumerate() {
                let values = rows.column(self.codebook.coordinate(place));
                for (into, x) in column.iter_mut().zip(values) {
                    *into = *x;
                }
            }
            let spans = self.codebook.spans();
            for (sub, (biases, span)) in self.biases.iter().zip(spans).enumerate() {
                let values = &self.codebook.values()[span.start * n..span.end * n];
                let (found, _) = nearest_codewords(level, &columns[span], values, biases);
                for (code, codeword) in codes.chunks_exact_mut(n_sub).zip(found) {
                    code[sub] = codeword as u8;
                }
            }
        }
    }
}
