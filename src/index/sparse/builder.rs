//! Rows to postings, block by block.

use super::store::{SparseParts, SparseStore, blocks};
use crate::index::kmeans::{Points, SparseRows, SparseView};
use crate::index::metric::Metric;
use rayon::prelude::*;
use std::ops::Range;

/// A column that fewer than one row in this many have a value in is a list of postings; one with
/// more is a weight per row, which takes less memory from one in two on, and is summed at the width
/// of a register instead of row by row.
const DENSE_FROM: usize = 3;

/// The greatest weight.
const MAX_WEIGHT: f32 = 32_767.0;

impl SparseStore {
    /// The rows `members` of `rows`, position by position, in lists that start at `list_offsets`.
    pub(in crate::index) fn build(
        metric: Metric,
        rows: Points<'_>,
        list_offsets: &[u64],
        members: &[u32],
    ) -> Self {
        let scales = scales(rows);
        let bounds: Vec<Range<usize>> = blocks(list_offsets).collect();
        let built: Vec<(Vec<u32>, Vec<u16>)> = bounds
            .par_iter()
            .map(|block| {
                let members = &members[block.clone()];
                build_block(select(rows, members).view(), &scales)
            })
            .collect();
        let mut starts = Vec::with_capacity(built.len() + 1);
        let mut end = 0;
        starts.push(end);
        for (_, words) in &built {
            end += words.len() as u64;
            starts.push(end);
        }
        let mut offsets = Vec::with_capacity(built.len() * (scales.len() + 1));
        let mut postings = Vec::with_capacity(end as usize);
        for (block_offsets, words) in built {
            offsets.extend_from_slice(&block_offsets);
            postings.extend_from_slice(&words);
        }
        let mut norms = vec![0.0; metric.n_norms(members.len())];
        norms
            .par_iter_mut()
            .zip(members)
            .for_each(|(norm, &row)| *norm = rows.square(row as usize));
        let parts = SparseParts {
            scales: scales.into(),
            starts: starts.into(),
            offsets: offsets.into(),
            postings: postings.into(),
            norms: norms.into(),
        };
        Self::new(metric, list_offsets, parts)
    }
}

/// Some of the rows, without their zeros.
fn select(rows: Points<'_>, members: &[u32]) -> SparseRows {
    match rows {
        Points::Dense(rows) => {
            let picked = members.iter().map(|&member| rows.row(member as usize));
            SparseRows::new(rows.ncols(), picked)
        }
        Points::Sparse(rows) => rows.select(members),
    }
}

/// Rows looked through at a time for the greatest values.
const TILE: usize = 1024;

/// What a weight of 1 stands for, by coordinate.
fn scales(rows: Points<'_>) -> Vec<f32> {
    let dim = match rows {
        Points::Dense(rows) => rows.ncols(),
        Points::Sparse(rows) => rows.dim(),
    };
    let greatest = (0..rows.len())
        .into_par_iter()
        .step_by(TILE)
        .fold(
            || vec![0.0_f32; dim],
            |mut greatest, first| {
                let tile = rows.slice(first..(first + TILE).min(rows.len()));
                let mut meet = |coordinate: usize, x: f32| {
                    let greatest: &mut f32 = &mut greatest[coordinate];
                    *greatest = greatest.max(x.abs());
                };
                match tile {
                    Points::Dense(tile) => {
                        let all = tile.indexed_iter();
                        all.for_each(|((_, coordinate), &x)| meet(coordinate, x));
                    }
                    Points::Sparse(tile) => (0..tile.len()).for_each(|row| {
                        let (columns, values) = tile.row(row);
                        let all = columns.iter().zip(values);
                        all.for_each(|(&column, &x)| meet(column as usize, x));
                    }),
                }
                greatest
            },
        )
        .reduce(
            || vec![0.0; dim],
            |a, b| a.iter().zip(&b).map(|(a, b)| a.max(*b)).collect(),
        );
    greatest.into_iter().map(scale).collect()
}

/// The least power of two that takes `greatest` to a weight that there is; 0 for 0.
fn scale(greatest: f32) -> f32 {
    if greatest == 0.0 {
        return 0.0;
    }
    let mut scale = (2.0_f32)
        .powi(greatest.log2().floor() as i32 - 14)
        .max(f32::MIN_POSITIVE);
    while (greatest / scale).round() > MAX_WEIGHT {
        scale *= 2.0;
    }
    scale
}

/// The columns of a block, and where they start.
fn build_block(rows: SparseView<'_>, scales: &[f32]) -> (Vec<u32>, Vec<u16>) {
    let n_rows = rows.len();
    // Postings that do not round to nothing: column, row and weight, by row.
    let mut postings: Vec<(u32, u16, u16)> = Vec::with_capacity(rows.values().len());
    let mut counts = vec![0_u32; scales.len()];
    for at in 0..n_rows {
        let (columns, values) = rows.row(at);
        for (&column, x) in columns.iter().zip(values) {
            let weight = (x / scales[column as usize]).round() as i16;
            if weight != 0 {
                postings.push((column, at as u16, weight.cast_unsigned()));
                counts[column as usize] += 1;
            }
        }
    }
    let is_dense = |count: u32| count as usize * DENSE_FROM >= n_rows;
    let mut offsets = Vec::with_capacity(scales.len() + 1);
    let mut end = 0;
    offsets.push(end);
    for &count in &counts {
        end += if is_dense(count) {
            n_rows as u32
        } else {
            2 * count
        };
        offsets.push(end);
    }
    let mut words = vec![0; end as usize];
    // Rows come in ascending order, so each column's do.
    let mut filled = vec![0_u32; scales.len()];
    for (column, row, weight) in postings {
        let (start, count) = (offsets[column as usize], counts[column as usize]);
        if is_dense(count) {
            words[start as usize + usize::from(row)] = weight;
        } else {
            let place = &mut filled[column as usize];
            words[(start + *place) as usize] = row;
            words[(start + count + *place) as usize] = weight;
            *place += 1;
        }
    }
    (offsets, words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::random::Random;
    use ndarray::Array2;

    #[test]
    fn scales_are_powers_of_two_that_just_fit() {
        assert_eq!(scale(0.0), 0.0);
        assert_eq!(scale(4.0), 2.0_f32.powi(-12));
        assert_eq!(scale(1.0), 2.0_f32.powi(-14));
        // 1.99999 would round to 32768.
        assert_eq!(scale(1.999_999), 2.0_f32.powi(-13));
        for greatest in [1e-42_f32, 1e-3, 0.7, 32_767.4, 1e15] {
            assert!((greatest / scale(greatest)).round() <= MAX_WEIGHT);
        }
    }

    #[test]
    fn what_is_built_is_sound_and_holds_every_value() {
        let mut random = Random::new(3, 0);
        let rows = Array2::from_shape_fn((9000, 12), |(_, d)| {
            // Columns from nearly empty to full.
            if random.below(12) <= d {
                random.unit() as f32 - 0.5
            } else {
                0.0
            }
        });
        // Lists of 5000 (two blocks), 0 and 4000 rows.
        let list_offsets = [0, 5000, 5000, 9000];
        let members: Vec<u32> = (0..9000).rev().collect();
        let store = SparseStore::build(
            Metric::L2,
            Points::Dense(rows.view()),
            &list_offsets,
            &members,
        );
        let parts = store.parts().clone();
        let store = SparseStore::checked(Metric::L2, 12, &list_offsets, parts).unwrap();
        let mut held = Array2::<f32>::zeros((9000, 12));
        store.each_value(&list_offsets, |position, coordinate, value| {
            held[[members[position] as usize, coordinate]] = value;
        });
        for (value, held) in rows.iter().zip(&held) {
            assert!(
                (value - held).abs() <= 2.0_f32.powi(-16),
                "{value} is held as {held}"
            );
        }
    }
}
