//! Which centre each point belongs to, by tiles of a matrix product.

use super::rounded::{self, Rounded, biases};
use crate::index::kernels::Level;
use crate::index::kernels::codewords::{ROWS, nearest_codewords};
use crate::index::matrix::{multiply, tile_rows};
use crate::index::metric::Metric;
use crate::index::panels::{Panels, PlacedRows};
use crate::index::points::{Points, are_sparse};
use crate::index::rounded::RoundedCentres;
use ndarray::ArrayView2;
use rayon::prelude::*;
use std::ops::Range;

/// The nearest centre of each point and how close it is; a tie goes to the lower centre.
///
/// Closeness is `p.c` for the inner product and `p.c - |c|^2 / 2` for L2: ordered as the distance
/// is, without the part that is the same for every centre.
///
/// # Panics
/// If there are points but no centres, or if their dimensions differ.
pub fn assign<'a>(
    points: impl Into<Points<'a>>,
    centres: ArrayView2<'_, f32>,
    metric: Metric,
) -> (Vec<u32>, Vec<f32>) {
    let points = points.into();
    let sparse = are_sparse(points);
    if !sparse && RoundedCentres::pays(centres.nrows(), centres.ncols()) {
        return assign_rounded(points, centres, metric);
    }
    let nearest = Nearest::for_points(centres, metric, sparse);
    let rows = tile_rows(centres.nrows());
    label_tiles(points.len(), rows, |tile, scratch, found| {
        nearest.visit_points(points.slice(tile), scratch, found);
    })
}

/// The same for points that were gathered before.
pub(super) fn assign_points(
    points: Points<'_>,
    centres: ArrayView2<'_, f32>,
    metric: Metric,
) -> (Vec<u32>, Vec<f32>) {
    if !points.is_sparse() && RoundedCentres::pays(centres.nrows(), centres.ncols()) {
        return assign_rounded(points, centres, metric);
    }
    if let Points::Dense(points) = points
        && points.ncols() <= NARROW
    {
        return assign_narrow(points, centres, metric);
    }
    let nearest = Nearest::for_points(centres, metric, points.is_sparse());
    let rows = tile_rows(centres.nrows());
    label_tiles(points.len(), rows, |tile, scratch, found| {
        nearest.visit_points(points.slice(tile), scratch, found);
    })
}

/// Up to that many coordinates, a product costs less than what a matrix product needs around it.
const NARROW: usize = 8;

/// Points of a piece of work where they are narrow.
const NARROW_TILE: usize = 64 * ROWS;

/// The same for whole points of few coordinates.
fn assign_narrow(
    points: ArrayView2<'_, f32>,
    centres: ArrayView2<'_, f32>,
    metric: Metric,
) -> (Vec<u32>, Vec<f32>) {
    let (bias, level) = (biases(centres, metric), Level::detected());
    let by_coordinate = centres.t();
    let by_coordinate = by_coordinate.as_standard_layout();
    let values = by_coordinate.as_slice().expect("a standard layout");
    label_tiles(
        points.nrows(),
        NARROW_TILE,
        |tile, columns: &mut Vec<_>, found| {
            columns.resize(points.ncols(), [0.0; ROWS]);
            for first in tile.clone().step_by(ROWS) {
                let rows = first..(first + ROWS).min(tile.end);
                for (column, into) in points.columns().into_iter().zip(columns.iter_mut()) {
                    for (row, into) in rows.clone().zip(into) {
                        *into = column[row];
                    }
                }
                let (labels, closeness) = nearest_codewords(level, columns, values, &bias);
                for (at, row) in rows.enumerate() {
                    found(row - tile.start, labels[at], closeness[at]);
                }
            }
        },
    )
}

/// The same with centres and points rounded to bytes.
fn assign_rounded(
    points: Points<'_>,
    centres: ArrayView2<'_, f32>,
    metric: Metric,
) -> (Vec<u32>, Vec<f32>) {
    let bias = biases(centres, metric);
    let rounded = Rounded::new(centres, &bias);
    label_tiles(points.len(), rounded::TILE, |tile, scratch, found| {
        rounded.visit(points.slice(tile).whole().view(), scratch, found);
    })
}

/// Labels and closeness of all points, as `visit(tile, scratch, found)` finds them tile by tile.
pub(super) fn label_tiles<S: Default>(
    n_points: usize,
    tile: usize,
    visit: impl Fn(Range<usize>, &mut S, &mut dyn FnMut(usize, u32, f32)) + Sync,
) -> (Vec<u32>, Vec<f32>) {
    let mut labels = vec![0; n_points];
    let mut closeness = vec![0.0; n_points];
    labels
        .par_chunks_mut(tile)
        .zip(closeness.par_chunks_mut(tile))
        .enumerate()
        .for_each_init(S::default, |scratch, (tile_idx, (labels, closeness))| {
            let first = tile_idx * tile;
            visit(
                first..first + labels.len(),
                scratch,
                &mut |row, label, close| {
                    labels[row] = label;
                    closeness[row] = close;
                },
            );
        });
    (labels, closeness)
}

/// The `n` nearest centres of each point, nearest first, point after point.
pub(super) fn label_lists(points: Points<'_>, nearest: &Nearest<'_>, n: usize) -> Vec<u32> {
    let tile = tile_rows(nearest.bias.len());
    let starts: Vec<usize> = (0..points.len()).step_by(tile).collect();
    let lists: Vec<Vec<u32>> = (starts.into_par_iter())
        .map_init(Products::default, |scratch, first| {
            let end = points.len().min(first + tile);
            let mut labels = Vec::with_capacity((end - first) * n);
            nearest.visit_lists(points.slice(first..end), scratch, n, &mut labels);
            labels
        })
        .collect();
    lists.concat()
}

/// Centres prepared for being compared with many points.
pub(super) struct Nearest<'a> {
    centres: ArrayView2<'a, f32>,
    bias: Vec<f32>,
    /// The centres once more, where points are mostly zeros.
    panels: Option<Panels>,
}

/// Memory of one tile, reused by the next.
#[derive(Debug, Default)]
pub(super) struct Products {
    rows: PlacedRows,
    products: Vec<f32>,
}

impl<'a> Nearest<'a> {
    /// Centres for points that are mostly zeros or others, whichever way they are kept.
    pub(super) fn for_points(centres: ArrayView2<'a, f32>, metric: Metric, sparse: bool) -> Self {
        Self {
            centres,
            bias: biases(centres, metric),
            panels: sparse.then(|| Panels::new(centres)),
        }
    }

    pub(super) fn n_centres(&self) -> usize {
        self.bias.len()
    }

    /// Calls `found(row, centre, closeness)` for each row of a tile of points, in order.
    pub(super) fn visit_points(
        &self,
        points: Points<'_>,
        scratch: &mut Products,
        mut found: impl FnMut(usize, u32, f32),
    ) {
        self.visit_sums(points, scratch, |row, products, bias| {
            let (centre, closeness) = greatest_sum(products, bias);
            found(row, centre as u32, closeness);
        });
    }

    /// Appends the `n` nearest centres of each row of a tile of points, nearest first; of equally
    /// near ones the lower.
    pub(super) fn visit_lists(
        &self,
        points: Points<'_>,
        scratch: &mut Products,
        n: usize,
        labels: &mut Vec<u32>,
    ) {
        self.visit_sums(points, scratch, |_, products, bias| {
            for (product, bias) in products.iter_mut().zip(bias) {
                *product += bias;
            }
            push_greatest(products, n, labels);
        });
    }

    /// Calls `each(row, products, bias)` for each row of a tile of points: `products[i] + bias[i]`
    /// is how close centre `i` is.
    fn visit_sums(
        &self,
        points: Points<'_>,
        scratch: &mut Products,
        mut each: impl FnMut(usize, &mut [f32], &[f32]),
    ) {
        let n_centres = self.bias.len();
        let Products { rows, products } = scratch;
        if let Some(panels) = &self.panels {
            rows.clear();
            (0..points.len()).for_each(|point| rows.push(points, point));
            panels.multiply(rows, products);
        } else {
            // All of them are written.
            products.resize(points.len() * n_centres, 0.0);
            multiply(points.whole().view(), self.centres.t(), products);
        }
        for (row, products) in products.chunks_exact_mut(n_centres).enumerate() {
            each(row, products, &self.bias);
        }
    }
}

/// Sums compared at once: a vector register or a few.
const LANES: usize = 16;

/// Position and value of the greatest `products[i] + bias[i]`; `products` keeps the sums.
///
/// The maximum is found lane by lane, then its first position: two passes that the compiler can
/// turn into vector instructions, where one that carries the position along cannot be.
fn greatest_sum(products: &mut [f32], bias: &[f32]) -> (usize, f32) {
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let (chunks, rest) = products.as_chunks_mut::<LANES>();
    let (bias_chunks, bias_rest) = bias.as_chunks::<LANES>();
    for (sums, bias) in chunks.iter_mut().zip(bias_chunks) {
        for lane in 0..LANES {
            sums[lane] += bias[lane];
            lanes[lane] = if sums[lane] > lanes[lane] {
                sums[lane]
            } else {
                lanes[lane]
            };
        }
    }
    let mut greatest = lanes.into_iter().fold(f32::NEG_INFINITY, f32::max);
    for (sum, bias) in rest.iter_mut().zip(bias_rest) {
        *sum += bias;
        greatest = greatest.max(*sum);
    }
    (first_at(products, greatest), greatest)
}

/// The first position of the greatest value, which is `greatest`. Whole chunks are tested first:
/// counting has no early exit and so is done in vector registers.
fn first_at(values: &[f32], greatest: f32) -> usize {
    let reaches = |value: &&f32| **value >= greatest;
    let chunk = (values.chunks(LANES))
        .position(|chunk| chunk.iter().filter(reaches).count() > 0)
        .unwrap_or(0);
    let start = chunk * LANES;
    let within = values[start..].iter().position(|value| reaches(&value));
    start + within.unwrap_or(0)
}

/// Centres one point asks for at most, where it asks for several.
pub(super) const MAX_LISTED: usize = 8;

/// Appends the positions of the `n` greatest values; of equal ones the lower come first.
///
/// A sorted array of fixed size and its least value in a register: most values are one comparison.
fn push_greatest(values: &[f32], n: usize, into: &mut Vec<u32>) {
    let n = n.min(MAX_LISTED).min(values.len());
    let mut kept = [(f32::NEG_INFINITY, 0); MAX_LISTED];
    let mut least = f32::NEG_INFINITY;
    for (position, &value) in values.iter().enumerate() {
        if value <= least && position >= n {
            continue;
        }
        let mut at = n.min(position + 1) - 1;
        while at > 0 && kept[at - 1].0 < value {
            kept[at] = kept[at - 1];
            at -= 1;
        }
        kept[at] = (value, position as u32);
        least = kept[n - 1].0;
    }
    into.extend(kept[..n].iter().map(|&(_, position)| position));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::random::Random;
    use ndarray::{Array2, array};

    #[test]
    fn ties_go_to_the_lower_centre() {
        let (labels, closeness) = assign(
            array![[1.0, 0.0], [0.0, 2.0]].view(),
            array![[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]].view(),
            Metric::L2,
        );
        assert_eq!(labels, [0, 2]);
        assert_eq!(closeness, [0.5, 1.5]);
    }

    #[test]
    fn equals_comparing_one_by_one() {
        // Small whole numbers, so that both ways are exact; 37 centres leave a remainder.
        let mut random = Random::new(5, 0);
        let mut whole = |rows| Array2::from_shape_simple_fn((rows, 9), || random.below(7) as f32);
        let (points, centres) = (whole(600), whole(37));
        let (labels, _) = assign(points.view(), centres.view(), Metric::L2);
        for (point, label) in points.outer_iter().zip(labels) {
            let distance = |centre: usize| {
                let difference = &point - &centres.row(centre);
                difference.dot(&difference)
            };
            let best = (0..37).min_by(|&a, &b| distance(a).total_cmp(&distance(b)));
            assert_eq!(best, Some(label as usize));
        }
    }

    #[test]
    fn the_greatest_come_first_and_ties_by_position() {
        let mut into = vec![7];
        push_greatest(&[1.0, 3.0, 2.0, 3.0, 0.0], 3, &mut into);
        assert_eq!(into, [7, 1, 3, 2]);
        into.clear();
        push_greatest(&[-1.0, -3.0, -2.0], 5, &mut into);
        assert_eq!(into, [0, 2, 1]);
        into.clear();
        push_greatest(&[f32::NEG_INFINITY, 0.0, 5.0, 4.0], 2, &mut into);
        assert_eq!(into, [2, 3]);
    }
}
