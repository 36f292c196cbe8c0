//! The vectors of a library's entries while it is built: whole, or without their zeros where the
//! index keeps them so.

use crate::embed::Embedding;
use crate::index::{
    Factory, Metric, RowOrder, Rows, SparseRows, TrainError, TrainSettings, Trained, train,
    train_sparse,
};
use crate::prepare::PreparedSpectrum;
use ndarray::Array2;
use rayon::prelude::*;

/// One vector per entry, in precursor order.
#[derive(Debug)]
pub(super) enum Vectors {
    Whole(Array2<f32>),
    Sparse(SparseRows),
}

/// Spectra embedded at a time.
const RUN: usize = 1024;

impl Vectors {
    /// The vectors of `prepared`, kept as an index of the kind `factory` takes them.
    pub(super) fn make(
        embedding: &Embedding,
        prepared: &[PreparedSpectrum],
        order: &RowOrder,
        factory: Factory,
    ) -> Self {
        let (rows, dim) = (order.parts().0, embedding.dim());
        let keeps_postings = factory.rows == Rows::Sparse && factory.refine.is_none();
        if keeps_postings {
            let runs: Vec<SparseRows> = rows
                .par_chunks(RUN)
                .map(|rows| {
                    let mut run = SparseRows::empty(dim);
                    for &row in rows {
                        run.push(&embedding.embed(&prepared[row as usize]));
                    }
                    run
                })
                .collect();
            let mut all = SparseRows::empty(dim);
            runs.iter().for_each(|run| all.append(run));
            return Self::Sparse(all);
        }
        let mut values = vec![0.0_f32; rows.len() * dim];
        values
            .par_chunks_mut(dim)
            .zip(rows)
            .for_each(|(vector, &row)| embedding.embed_into(&prepared[row as usize], vector));
        Self::Whole(
            Array2::from_shape_vec((rows.len(), dim), values)
                .unwrap_or_else(|_| unreachable!("one vector of dim numbers per spectrum")),
        )
    }

    /// An index over them.
    pub(super) fn train(&self, factory: Factory, seed: u64) -> Result<Trained, TrainError> {
        let (metric, settings) = (Metric::InnerProduct, TrainSettings::default());
        match self {
            Self::Whole(rows) => train(factory, metric, rows.view(), seed, settings),
            Self::Sparse(rows) => train_sparse(factory.n_list, metric, rows, seed, settings),
        }
    }

    /// Writes the vector at `position`.
    pub(super) fn write(&self, position: usize, into: &mut [f32]) {
        match self {
            Self::Whole(rows) => {
                for (into, value) in into.iter_mut().zip(rows.row(position)) {
                    *into = *value;
                }
            }
            Self::Sparse(rows) => rows.write_whole(position, into),
        }
    }
}
