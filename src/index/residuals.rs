//! What rows add to the centres of their lists, coded a tile at a time, so that residuals of all
//! rows never exist at once.

use super::ivf::Coarse;
use super::matrix::squared_norm;
use super::metric::Metric;
use super::points::Points;
use super::pq::{Codebook, ENCODE_TILE, Encoder};
use ndarray::{Array2, Axis};
use rayon::prelude::*;

/// For L2, the squared norms of the rows that codes stand for.
pub(super) fn norms_of_codes(codebook: &Codebook, metric: Metric, codes: &[u8]) -> Vec<f32> {
    let mut norms = vec![0.0; metric.n_norms(codes.len() / codebook.n_sub())];
    norms
        .par_iter_mut()
        .zip(codes.par_chunks(codebook.n_sub()))
        .for_each_init(
            || vec![0.0; codebook.dim()],
            |row, (norm, code)| {
                codebook.decode(code.iter().copied(), row);
                *norm = squared_norm(row);
            },
        );
    norms
}

/// What rows add to the centres of their lists, by position, computed when asked for.
pub(super) struct Residuals<'a> {
    pub(super) rows: Points<'a>,
    pub(super) coarse: &'a Coarse,
    /// The row at each position.
    pub(super) members: &'a [u32],
    /// The list of each position.
    pub(super) list_at: &'a [u32],
}

impl Residuals<'_> {
    fn write(&self, position: usize, into: &mut [f32]) {
        self.rows.write(self.members[position] as usize, into);
        let centre = self.coarse.centroid(self.list_at[position] as usize);
        for (into, c) in into.iter_mut().zip(centre) {
            *into -= c;
        }
    }

    pub(super) fn at(&self, positions: &[usize]) -> Array2<f32> {
        let mut residuals = Array2::zeros((positions.len(), self.rows.dim()));
        residuals
            .axis_iter_mut(Axis(0))
            .into_par_iter()
            .zip(positions)
            .for_each(|(mut into, &position)| {
                self.write(position, into.as_slice_mut().expect("a row is a slice"));
            });
        residuals
    }

    /// Codes of all positions and, for L2, the squared norms of the rows they stand for.
    pub(super) fn encode(&self, codebook: &Codebook, metric: Metric) -> (Vec<u8>, Vec<f32>) {
        let (n_rows, n_sub, tile) = (self.members.len(), codebook.n_sub(), ENCODE_TILE);
        let encoder = Encoder::new(codebook);
        let mut codes = vec![0; n_rows * n_sub];
        let norms: Vec<Vec<f32>> = codes
            .par_chunks_mut(tile * n_sub)
            .enumerate()
            .map(|(tile_idx, codes)| {
                let first = tile_idx * tile;
                let positions: Vec<usize> = (first..first + codes.len() / n_sub).collect();
                encoder.encode_into(self.at(&positions).view(), codes);
                match metric {
                    Metric::InnerProduct => Vec::new(),
                    Metric::L2 => self.norms(codebook, first, codes),
                }
            })
            .collect();
        (codes, norms.concat())
    }

    /// |centre + decoded residual|^2 of the positions from `first` on.
    fn norms(&self, codebook: &Codebook, first: usize, codes: &[u8]) -> Vec<f32> {
        let mut row = vec![0.0; codebook.dim()];
        (codes.chunks_exact(codebook.n_sub()).enumerate())
            .map(|(idx, code)| {
                codebook.decode(code.iter().copied(), &mut row);
                let centre = self.coarse.centroid(self.list_at[first + idx] as usize);
                for (value, c) in row.iter_mut().zip(centre) {
                    *value += c;
                }
                squared_norm(&row)
            })
            .collect()
    }
}
