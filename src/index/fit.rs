//! How well what an index learned suits rows: those it was trained on, or others.

use super::any_index::AnyIndex;
use super::kmeans::sample_rows;
use super::matrix::squared_distance;
use super::random::Random;
use ndarray::ArrayView2;

/// Mean squares over rows; what an index has no use for is absent.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Fit {
    /// The squared distance of a row from the centre of its list.
    pub to_centre: Option<f64>,
    /// The squared distance of a row from what its code stands for.
    pub to_code: Option<f64>,
}

/// Rows looked at, at most.
const MAX_ROWS: usize = 1 << 14;

/// The stream of chance that draws them.
const STREAM: u64 = (1 << 40) + 4;

impl AnyIndex {
    /// How well the lists and codes of this index suit `rows`, judged by 16,384 of them.
    ///
    /// # Panics
    /// If the rows have another dimension, or the index was trained on nothing.
    pub fn fit(&self, rows: ArrayView2<'_, f32>) -> Fit {
        let sample = sample_rows(rows, MAX_ROWS, &mut Random::new(0, STREAM));
        self.fit_all(sample.view())
    }

    fn fit_all(&self, rows: ArrayView2<'_, f32>) -> Fit {
        match self {
            Self::Flat(_) | Self::Sparse(_) => Fit::default(),
            Self::Pq(index) => {
                let codebook = index.store().codebook();
                let codes = codebook.encode(rows);
                let mut held = vec![0.0; rows.ncols()];
                let lost = rows.outer_iter().enumerate().map(|(row_idx, row)| {
                    let code = &codes[row_idx * codebook.n_sub()..][..codebook.n_sub()];
                    codebook.decode(code.iter().copied(), &mut held);
                    f64::from(squared_distance(&row.to_vec(), &held))
                });
                Fit {
                    to_centre: None,
                    to_code: Some(lost.sum::<f64>() / rows.nrows().max(1) as f64),
                }
            }
            Self::IvfFlat(index) => Fit {
                to_centre: Some(index.mean_square(rows, &index.lists_of(rows))),
                to_code: None,
            },
            Self::IvfSparse(index) => Fit {
                to_centre: Some(index.mean_square(rows, &index.lists_of(rows))),
                to_code: None,
            },
            Self::IvfPq(index) => {
                let (to_centre, to_code) = index.mean_squares(rows, &index.lists_of(rows));
                Fit {
                    to_centre: Some(to_centre),
                    to_code: Some(to_code),
                }
            }
            Self::Mapped(index) => index.index().fit_all(index.map().apply(rows).view()),
            Self::Refined(index) => index.first().fit_all(rows),
        }
    }

    /// How uneven the lists are: the rows in the list of a row, on average, against those there
    /// would be were all lists as long. 1 is even; a search of n lists reads as many rows more.
    pub fn imbalance(&self) -> Option<f64> {
        let sizes = match self {
            Self::Flat(_) | Self::Sparse(_) | Self::Pq(_) => return None,
            Self::IvfFlat(index) => index.list_sizes(),
            Self::IvfSparse(index) => index.list_sizes(),
            Self::IvfPq(index) => index.list_sizes(),
            Self::Mapped(index) => return index.index().imbalance(),
            Self::Refined(index) => return index.first().imbalance(),
        };
        let n_rows: usize = sizes.iter().sum();
        let squares: f64 = sizes.iter().map(|&size| (size as f64).powi(2)).sum();
        Some(squares * sizes.len() as f64 / (n_rows.max(1) as f64).powi(2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{Metric, TrainSettings, train};
    use ndarray::{Array2, array};

    fn index(words: &str, rows: &Array2<f32>) -> AnyIndex {
        let order = words.parse().unwrap();
        let trained = train(order, Metric::L2, rows.view(), 1, TrainSettings::default());
        trained.unwrap().index
    }

    #[test]
    fn distances_are_those_from_centres_and_codes() {
        // Lists {0, 2} and {100, 102} with centres 1 and 101: every row is 1 away from its own.
        let rows = array![[0.0], [2.0], [100.0], [102.0]];
        let fit = index("IVF2,Flat", &rows).fit(rows.view());
        assert_eq!((fit.to_centre, fit.to_code), (Some(1.0), None));
        // 104 is 3 from its centre; four codewords say -1 and 1, and so at best 1.
        let others = array![[104.0]];
        let fit = index("IVF2,PQ1", &rows).fit(others.view());
        assert_eq!(fit.to_centre, Some(9.0));
        // A codeword that took rows from another lies a thousandth beside them.
        assert!((fit.to_code.unwrap() - 4.0).abs() < 0.01, "{fit:?}");
        assert_eq!(index("Flat", &rows).fit(others.view()), Fit::default());
        let fit = index("PQ1", &rows).fit(others.view());
        assert!((fit.to_code.unwrap() - 4.0).abs() < 0.01, "{fit:?}");
    }

    #[test]
    fn imbalance_is_1_where_lists_are_as_long() {
        let rows = array![[0.0], [2.0], [100.0], [102.0]];
        assert_eq!(index("IVF2,Flat", &rows).imbalance(), Some(1.0));
        // Lists of 3 and 1: 2 (9 + 1) / 16.
        let rows = array![[0.0], [2.0], [1.0], [102.0]];
        assert_eq!(index("IVF2,Sparse", &rows).imbalance(), Some(1.25));
        assert_eq!(index("PQ1", &rows).imbalance(), None);
    }
}
