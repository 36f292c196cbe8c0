//! Postings from rows that were never whole: spectra have tens of values in thousands of places.

use super::any_index::AnyIndex;
use super::ivf::{Coarse, Ivf, Lists};
use super::kmeans::{
    Groups, Points, SparseRows, assign_points_routed, kmeans_sparse, move_to_means_of,
};
use super::metric::Metric;
use super::sparse::{Sparse, SparseStore};
use super::train::{TrainError, TrainSettings, Trained};
use std::num::NonZeroU32;

/// Keeps `rows` as postings, in `n_list` lists or in one; to the byte what [`train`] makes of the
/// same rows with their zeros, where those are mostly zeros.
///
/// [`train`]: super::train()
pub fn train_sparse(
    n_list: Option<NonZeroU32>,
    metric: Metric,
    rows: &SparseRows,
    seed: u64,
    settings: TrainSettings,
) -> Result<Trained, TrainError> {
    if rows.dim() == 0 {
        return Err(TrainError::NoDimension);
    }
    if rows.len() > u32::MAX as usize {
        return Err(TrainError::TooManyRows(rows.len()));
    }
    let points = Points::Sparse(rows.view());
    let mut notes = Vec::new();
    let Some(n_list) = n_list else {
        let index = AnyIndex::Sparse(Sparse::new(metric, points));
        return Ok(Trained { index, notes });
    };
    let n_list = n_list.get() as usize;
    let mut centroids = kmeans_sparse(rows, n_list, metric, seed, settings.coarse);
    let found = centroids.nrows();
    if found < n_list {
        notes.push(fewer_lists(found, n_list));
    }
    let labels = assign_points_routed(points, centroids.view(), metric).0;
    let groups = Groups::new(&labels, found);
    move_to_means_of(&mut centroids, points, &groups);
    let centroids = centroids.into_raw_vec_and_offset().0;
    let coarse = Coarse::checked(metric, rows.dim(), centroids.into())?;
    let lists = Lists::new(groups.offsets, groups.members);
    let store = SparseStore::build(metric, points, lists.offsets(), lists.rows());
    let index = AnyIndex::IvfSparse(Ivf::new(coarse, lists, store));
    Ok(Trained { index, notes })
}

/// What people are told where there are fewer rows than lists.
pub(super) fn fewer_lists(found: usize, ordered: usize) -> String {
    format!("{found} lists instead of {ordered}: there are only {found} rows")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::random::Random;
    use crate::index::{Factory, train};
    use ndarray::Array2;

    /// Mostly zeros, some rows nothing but.
    fn rows(n: usize, dim: usize) -> (Array2<f32>, SparseRows) {
        let mut random = Random::new(8, 0);
        let mut whole = Array2::zeros((n, dim));
        let mut sparse = SparseRows::empty(dim);
        for mut row in whole.outer_iter_mut() {
            let mut places: Vec<(u32, f32)> = Vec::new();
            for column in 0..dim {
                if random.below(9) == 0 {
                    places.push((column as u32, random.unit() as f32 + 0.1));
                    row[column] = places.last().map_or(0.0, |p| p.1);
                }
            }
            sparse.push(&places);
        }
        (whole, sparse)
    }

    #[test]
    fn it_is_what_whole_rows_make() {
        let (whole, sparse) = rows(900, 40);
        for metric in [Metric::InnerProduct, Metric::L2] {
            for n_list in [None, NonZeroU32::new(7)] {
                let mut factory: Factory = "Sparse".parse().unwrap();
                factory.n_list = n_list;
                let settings = TrainSettings::default();
                let of_whole = train(factory, metric, whole.view(), 3, settings).unwrap();
                let of_sparse = train_sparse(n_list, metric, &sparse, 3, settings).unwrap();
                assert_eq!(
                    format!("{:?}", of_whole.index),
                    format!("{:?}", of_sparse.index)
                );
            }
        }
    }

    #[test]
    fn few_rows_shrink_the_lists_with_a_note() {
        let (_, sparse) = rows(5, 40);
        let trained = train_sparse(
            NonZeroU32::new(9),
            Metric::InnerProduct,
            &sparse,
            3,
            TrainSettings::default(),
        );
        let trained = trained.unwrap();
        assert_eq!(trained.index.n_lists(), 5);
        assert_eq!(trained.notes, [fewer_lists(5, 9)]);
        let none = train_sparse(
            None,
            Metric::L2,
            &SparseRows::empty(0),
            3,
            TrainSettings::default(),
        );
        assert_eq!(none.unwrap_err(), TrainError::NoDimension);
    }
}
