//! Moving centres: to the mean of their members, apart when one is empty, onto the unit sphere.

use super::group::Groups;
use crate::index::metric::Metric;
use crate::index::points::{AHEAD, Points};
use ndarray::{Array2, Axis};
use rayon::prelude::*;

/// How far the halves of a split centre lie apart, relative to it. Only the direction matters:
/// points fall to either side of the plane between them, however near they are.
const SPLIT: f32 = 1.0 / 1024.0;

/// Each centre becomes the mean of its members. A centre without members stays.
pub(super) fn move_to_means<'a>(
    centres: &mut Array2<f32>,
    points: impl Into<Points<'a>>,
    groups: &Groups,
) {
    let points = points.into();
    let dim = centres.ncols();
    centres
        .axis_iter_mut(Axis(0))
        .into_par_iter()
        .enumerate()
        .for_each_init(
            || vec![0.0_f64; dim],
            |sums, (group, mut centre)| {
                let members = groups.of(group);
                if members.is_empty() {
                    return;
                }
                // One task sums one cluster in ascending order, in double precision, so the mean
                // depends neither on the threads nor on the size of the cluster.
                sums.fill(0.0);
                for (at, &member) in members.iter().enumerate() {
                    if let Some(&later) = members.get(at + AHEAD) {
                        points.prefetch(later as usize);
                    }
                    points.add_to(member as usize, sums);
                }
                let n = members.len() as f64;
                for (coordinate, sum) in centre.iter_mut().zip(sums.iter()) {
                    *coordinate = (sum / n) as f32;
                }
            },
        );
}

/// Puts each centre without members beside that of the largest cluster, so that the two share it.
/// Returns how many were moved.
pub(super) fn split_for_empty(centres: &mut Array2<f32>, groups: &Groups) -> usize {
    let mut sizes: Vec<usize> = (0..centres.nrows())
        .map(|group| groups.of(group).len())
        .collect();
    split_sizes(centres, &mut sizes)
}

/// The same for clusters of these sizes, which follow the splits.
pub(super) fn split_sizes(centres: &mut Array2<f32>, sizes: &mut [usize]) -> usize {
    let mut n_split = 0;
    for empty in 0..sizes.len() {
        if sizes[empty] > 0 {
            continue;
        }
        let Some(largest) =
            (0..sizes.len()).max_by_key(|&group| (sizes[group], usize::MAX - group))
        else {
            break;
        };
        if sizes[largest] < 2 {
            break;
        }
        for coordinate in 0..centres.ncols() {
            let whole = centres[[largest, coordinate]];
            let step = if coordinate % 2 == 0 { SPLIT } else { -SPLIT };
            centres[[empty, coordinate]] = whole * (1.0 + step);
            centres[[largest, coordinate]] = whole * (1.0 - step);
        }
        sizes[empty] = sizes[largest] / 2;
        sizes[largest] -= sizes[empty];
        n_split += 1;
    }
    n_split
}

/// Scales centres to unit length where the metric is the inner product; zeros stay zeros.
pub(in crate::index) fn normalise(centres: &mut Array2<f32>, metric: Metric) {
    if metric == Metric::L2 {
        return;
    }
    for mut centre in centres.outer_iter_mut() {
        let norm = centre
            .iter()
            .map(|&x| f64::from(x) * f64::from(x))
            .sum::<f64>()
            .sqrt();
        if norm > 0.0 {
            centre.mapv_inplace(|x| (f64::from(x) / norm) as f32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn an_empty_centre_takes_half_of_the_largest_cluster() {
        let mut centres = array![[8.0_f32, 8.0], [0.0, 0.0], [1.0, 1.0]];
        let groups = Groups::new(&[0, 0, 0, 2], 3);
        assert_eq!(split_for_empty(&mut centres, &groups), 1);
        assert!((centres[[1, 0]] - 8.0).abs() < 0.1);
        assert!(centres[[0, 0]] < centres[[1, 0]] && centres[[0, 1]] > centres[[1, 1]]);
        assert_eq!(centres.row(2), array![1.0, 1.0].view());
    }

    #[test]
    fn single_members_are_not_split() {
        let mut centres = array![[1.0_f32], [2.0], [3.0]];
        let before = centres.clone();
        assert_eq!(split_for_empty(&mut centres, &Groups::new(&[0, 2], 3)), 0);
        assert_eq!(centres, before);
    }
}
