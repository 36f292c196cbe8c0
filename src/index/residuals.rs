//! What rows add to the centres of their lists, coded a tile at a time, so that residuals of all
//! rows never exist at once.

use super::ivf::Coarse;
use super::metric::Metric;
use super::points::{AHEAD, Points};
use super::pq::{Codebook, ENCODE_TILE, Encoder, NormTable};
use ndarray::{Array2, ArrayView2, Axis};
use rayon::prelude::*;
use std::ops::Range;

/// For L2, the squared norms of the rows that codes stand for.
pub(super) fn norms_of_codes(codebook: &Codebook, metric: Metric, codes: &[u8]) -> Vec<f32> {
    let mut table = NormTable::default();
    table.fill(codebook, &vec![0.0; codebook.dim()]);
    let mut norms = vec![0.0; metric.n_norms(codes.len() / codebook.n_sub())];
    norms
        .par_iter_mut()
        .zip(codes.par_chunks(codebook.n_sub()))
        .for_each(|(norm, code)| *norm = table.of(code));
    norms
}

/// What rows add to the centres of their lists, by position, computed when asked for.
pub(super) struct Residuals<'a> {
    pub(super) rows: Points<'a>,
    pub(super) coarse: &'a Coarse,
    /// The row at each position.
    pub(super) members: &'a [u32],
    /// The list of each position. Where neighbours have the same, norms cost least.
    pub(super) list_at: &'a [u32],
}

impl Residuals<'_> {
    /// Those at a run of positions.
    pub(super) fn slice(&self, positions: Range<usize>) -> Residuals<'_> {
        Residuals {
            rows: self.rows.view(),
            coarse: self.coarse,
            members: &self.members[positions.clone()],
            list_at: &self.list_at[positions],
        }
    }

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

    /// Codes of all positions.
    pub(super) fn codes(&self, codebook: &Codebook) -> Vec<u8> {
        let n_sub = codebook.n_sub();
        let encoder = Encoder::new(codebook);
        let mut codes = vec![0; self.members.len() * n_sub];
        codes
            .par_chunks_mut(ENCODE_TILE * n_sub)
            .enumerate()
            .for_each_init(Vec::new, |residuals, (tile_idx, codes)| {
                self.encode_tile(&encoder, tile_idx * ENCODE_TILE, codes, residuals);
            });
        codes
    }

    /// For L2, the squared norms of the rows that the codes of all positions stand for:
    /// |centre + decoded residual|^2.
    pub(super) fn norms(&self, codebook: &Codebook, metric: Metric, codes: &[u8]) -> Vec<f32> {
        let mut norms = vec![0.0; metric.n_norms(self.members.len())];
        (norms.par_chunks_mut(ENCODE_TILE))
            .zip(codes.par_chunks(ENCODE_TILE * codebook.n_sub()))
            .zip(self.list_at.par_chunks(ENCODE_TILE))
            .for_each_init(NormTable::default, |table, ((norms, codes), lists)| {
                let mut last = None;
                let codes = codes.chunks_exact(codebook.n_sub());
                for ((norm, code), &list) in norms.iter_mut().zip(codes).zip(lists) {
                    if last != Some(list) {
                        table.fill(codebook, self.coarse.centroid(list as usize));
                        last = Some(list);
                    }
                    *norm = table.of(code);
                }
            });
        norms
    }

    /// Both, the codes packed, for positions that are whole lists, which start at `list_offsets`.
    pub(super) fn encode_lists(
        &self,
        codebook: &Codebook,
        metric: Metric,
        list_offsets: &[u64],
    ) -> (Vec<u8>, Vec<f32>) {
        let n_rows = self.members.len();
        let mut blocks = Vec::with_capacity(n_rows * codebook.n_bytes());
        let mut norms = Vec::with_capacity(metric.n_norms(n_rows));
        for ends in runs(list_offsets) {
            let (first, end) = (ends[0], ends[ends.len() - 1]);
            let run = self.slice(first as usize..end as usize);
            let codes = run.codes(codebook);
            let ends: Vec<u64> = ends.iter().map(|end| end - first).collect();
            codebook.pack(&codes, &ends, &mut blocks);
            norms.extend(run.norms(codebook, metric, &codes));
        }
        (blocks, norms)
    }

    /// Writes the codes of the positions from `first` on.
    fn encode_tile(
        &self,
        encoder: &Encoder<'_>,
        first: usize,
        codes: &mut [u8],
        residuals: &mut Vec<f32>,
    ) {
        let (dim, n_rows) = (self.rows.dim(), codes.len() / encoder.n_sub());
        residuals.resize(n_rows * dim, 0.0);
        for (at, into) in residuals.chunks_exact_mut(dim).enumerate() {
            if let Some(&later) = self.members.get(first + at + AHEAD) {
                self.rows.prefetch(later as usize);
            }
            self.write(first + at, into);
        }
        let tile = ArrayView2::from_shape((n_rows, dim), residuals).expect("whole rows");
        encoder.encode_into(tile, codes);
    }
}

/// Rows encoded before their codes are packed, at least: codes of all, a byte each, need not exist
/// at once.
const PACKED_AT_ONCE: u64 = 1 << 15;

/// The starts of some lists, and the end of the last of them, for run after run of lists.
fn runs(mut offsets: &[u64]) -> impl Iterator<Item = &[u64]> {
    std::iter::from_fn(move || {
        let first = *offsets.first()?;
        let enough = |&end: &u64| end - first >= PACKED_AT_ONCE;
        let last = offsets.iter().position(enough);
        let last = last.unwrap_or(offsets.len() - 1);
        let run = &offsets[..=last];
        offsets = &offsets[last..];
        (last > 0).then_some(run)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_of_whole_lists_and_leave_none_out() {
        let offsets = [0, 10, 40_000, 40_000, 50_000, 90_000, 90_000];
        let found: Vec<&[u64]> = runs(&offsets).collect();
        assert_eq!(found, [&offsets[..3], &offsets[2..6], &offsets[5..]]);
        assert_eq!(runs(&[0]).count(), 0);
        assert_eq!(runs(&[]).count(), 0);
    }
}
