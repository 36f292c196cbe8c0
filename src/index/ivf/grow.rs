//! Lists with rows added, by the centres they have.

use super::codec::Codec;
use super::inverted::Ivf;
use super::kinds::{IvfFlat, IvfPq, IvfSparse};
use super::lists::Lists;
use crate::index::growth::Growth;
use crate::index::kmeans::Groups;
use crate::index::points::Points;
use crate::index::residuals::Residuals;
use crate::index::train::nearest_lists;
use ndarray::{Array2, ArrayView2};

impl<C: Codec> Ivf<C> {
    /// The list that each row belongs in, as in training.
    pub(in crate::index) fn lists_of(&self, rows: ArrayView2<'_, f32>) -> Vec<u32> {
        let shape = (self.coarse.n_lists(), self.coarse.dim());
        let centres = self.coarse.centroids().to_vec();
        let centres = Array2::from_shape_vec(shape, centres).expect("whole centres");
        nearest_lists(Points::Dense(rows), &centres, self.codec.metric())
    }

    /// The mean square of what rows in these lists add to their centres.
    pub(in crate::index) fn mean_square(&self, rows: ArrayView2<'_, f32>, labels: &[u32]) -> f64 {
        let added = rows.outer_iter().zip(labels).map(|(row, &list)| {
            let centre = self.coarse.centroid(list as usize);
            let pairs = row.iter().zip(centre);
            pairs.map(|(x, c)| f64::from(x - c).powi(2)).sum::<f64>()
        });
        added.sum::<f64>() / rows.nrows().max(1) as f64
    }

    fn grown_with(&self, growth: &Growth, n_added: usize, codec: C) -> Self {
        let n_held = self.lists.n_rows() as u32;
        let added: Vec<u32> = (n_held..n_held + n_added as u32).collect();
        let rows = growth.interleave(self.lists.rows(), &added, 1);
        let lists = Lists::new(growth.offsets().to_vec(), rows);
        Self::new(self.coarse.clone(), lists, codec)
    }
}

impl IvfFlat {
    /// The rows held, with `rows` added.
    pub(in crate::index) fn grown(&self, rows: ArrayView2<'_, f32>) -> Self {
        let growth = Growth::new(self.lists.offsets(), &self.lists_of(rows));
        self.grown_with(&growth, rows.nrows(), self.codec.grown(&growth, rows))
    }
}

impl IvfSparse {
    /// The rows held, with `rows` added.
    pub(in crate::index) fn grown(&self, rows: ArrayView2<'_, f32>) -> Self {
        let growth = Growth::new(self.lists.offsets(), &self.lists_of(rows));
        self.grown_with(&growth, rows.nrows(), self.codec.grown(&growth, rows))
    }
}

impl IvfPq {
    /// The rows held, with `rows` added.
    pub(in crate::index) fn grown(&self, rows: ArrayView2<'_, f32>) -> Self {
        let labels = self.lists_of(rows);
        let (codes, norms) = self.encode(rows, &labels);
        let growth = Growth::new(self.lists.offsets(), &labels);
        let codec = self.codec.grown(&growth, &codes, &norms);
        self.grown_with(&growth, rows.nrows(), codec)
    }

    /// Codes and norms of rows in these lists.
    fn encode(&self, rows: ArrayView2<'_, f32>, labels: &[u32]) -> (Vec<u8>, Vec<f32>) {
        let (n_sub, metric) = (self.codec.codebook().n_sub(), self.codec.metric());
        // List by list, so that what a centre adds to norms is computed once for all its rows.
        let by_list = Groups::new(labels, self.coarse.n_lists()).members;
        let list_at: Vec<u32> = by_list.iter().map(|&row| labels[row as usize]).collect();
        let residuals = self.residuals(rows, &by_list, &list_at);
        let codes = residuals.codes(self.codec.codebook());
        let norms = residuals.norms(self.codec.codebook(), metric, &codes);
        let mut by_row = (vec![0; codes.len()], vec![0.0; norms.len()]);
        for (code, &row) in codes.chunks_exact(n_sub).zip(&by_list) {
            by_row.0[row as usize * n_sub..][..n_sub].copy_from_slice(code);
        }
        for (&norm, &row) in norms.iter().zip(&by_list) {
            by_row.1[row as usize] = norm;
        }
        by_row
    }

    /// What the rows `members` of `rows`, which are in these lists, add to the centres.
    fn residuals<'a>(
        &'a self,
        rows: ArrayView2<'a, f32>,
        members: &'a [u32],
        list_at: &'a [u32],
    ) -> Residuals<'a> {
        Residuals {
            rows: Points::Dense(rows),
            coarse: &self.coarse,
            members,
            list_at,
        }
    }

    /// The mean squares of what rows in these lists add to their centres, and of what codes of that
    /// leave out.
    pub(in crate::index) fn mean_squares(
        &self,
        rows: ArrayView2<'_, f32>,
        labels: &[u32],
    ) -> (f64, f64) {
        let codebook = self.codec.codebook();
        let members: Vec<u32> = (0..rows.nrows() as u32).collect();
        let codes = self.residuals(rows, &members, labels).codes(codebook);
        let mut held = vec![0.0; rows.ncols()];
        let (mut added, mut lost) = (0.0, 0.0);
        for (row_idx, row) in rows.outer_iter().enumerate() {
            let code = &codes[row_idx * codebook.n_sub()..][..codebook.n_sub()];
            codebook.decode(code.iter().copied(), &mut held);
            let centre = self.coarse.centroid(labels[row_idx] as usize);
            for ((x, c), held) in row.iter().zip(centre).zip(&held) {
                added += f64::from(x - c).powi(2);
                lost += f64::from(x - c - held).powi(2);
            }
        }
        let n = rows.nrows().max(1) as f64;
        (added / n, lost / n)
    }
}
