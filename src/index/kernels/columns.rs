//! Sums over the columns that a query's non-zero coordinates pick: sparse scores, coarse products.

use super::{Level, widened};

/// Rows whose sums one call may touch; row numbers within it wrap, so no check is needed.
pub(in crate::index) const MAX_ROWS: usize = 4096;

/// A coordinate of a query: where, and how much.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::index) struct Place {
    pub(in crate::index) coordinate: u32,
    pub(in crate::index) value: f32,
}

/// The postings of a block of rows, as [`SparseParts`](crate::index::SparseParts) lays them out.
#[derive(Debug, Clone, Copy)]
pub(in crate::index) struct Block<'a> {
    /// Where the column of each coordinate starts in `words`, and the end of the last.
    pub(in crate::index) offsets: &'a [u32],
    pub(in crate::index) words: &'a [u16],
    pub(in crate::index) n_rows: usize,
}

/// Adds to each row's sum what the columns at `places` hold for it, place after place.
pub(in crate::index) fn add_postings(
    level: Level,
    block: Block<'_>,
    places: &[Place],
    sums: &mut [f32; MAX_ROWS],
) {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi")]
        fn vbmi(block: Block<'_>, places: &[Place], sums: &mut [f32; MAX_ROWS]) {
            postings(block, places, sums, |value, weights| {
                products(value, weights)
            });
        }
        #[target_feature(enable = "avx2")]
        fn avx2(block: Block<'_>, places: &[Place], sums: &mut [f32; MAX_ROWS]) {
            postings(block, places, sums, |value, weights| {
                products(value, weights)
            });
        }
        match level {
            Level::Plain => postings(block, places, sums, plain_products),
            #[expect(unsafe_code, reason = "a function for a detected processor")]
            // SAFETY: a level other than plain exists only where it was detected.
            Level::Avx2 => unsafe { avx2(block, places, sums) },
            #[expect(unsafe_code, reason = "a function for a detected processor")]
            // SAFETY: as above.
            Level::Vbmi => unsafe { vbmi(block, places, sums) },
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = level;
        postings(block, places, sums, plain_products);
    }
}

/// Columns of a panel: as many sums as registers hold with room to add to them all the time.
pub(in crate::index) const PANEL: usize = 64;

widened! {
    /// The sums of the rows at `places` of a panel of [`PANEL`] columns, each times its value,
    /// place after place.
    pub(in crate::index) fn sum_panel(
        panel: &[f32],
        places: &[Place],
        sums: &mut [f32; PANEL],
    ) -> () = panel_rows
}

/// Postings multiplied at a time, in registers, before they are scattered one by one.
const LANES: usize = 16;

fn plain_products(value: f32, weights: &[u16; LANES]) -> [f32; LANES] {
    weights.map(|weight| value * f32::from(weight.cast_signed()))
}

/// The same, which compilers take apart into single conversions when the products are then used
/// one by one.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
#[inline]
fn products(value: f32, weights: &[u16; LANES]) -> [f32; LANES] {
    use std::arch::x86_64::{
        __m128i, __m256, _mm256_cvtepi16_epi32, _mm256_cvtepi32_ps, _mm256_mul_ps, _mm256_set1_ps,
    };
    let halves: [__m128i; 2] = bytemuck::cast(*weights);
    let products: [__m256; 2] = halves.map(|weights| {
        let weights = _mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(weights));
        _mm256_mul_ps(_mm256_set1_ps(value), weights)
    });
    bytemuck::cast(products)
}

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn postings(
    block: Block<'_>,
    places: &[Place],
    sums: &mut [f32; MAX_ROWS],
    products: impl Fn(f32, &[u16; LANES]) -> [f32; LANES],
) {
    for place in places {
        let at = place.coordinate as usize;
        let column = &block.words[block.offsets[at] as usize..block.offsets[at + 1] as usize];
        if column.len() == block.n_rows {
            for (sum, &weight) in sums.iter_mut().zip(column) {
                *sum += place.value * f32::from(weight.cast_signed());
            }
        } else {
            let (rows, weights) = column.split_at(column.len() / 2);
            let (row_chunks, rows) = rows.as_chunks::<LANES>();
            let (weight_chunks, weights) = weights.as_chunks::<LANES>();
            for (rows, weights) in row_chunks.iter().zip(weight_chunks) {
                let products = products(place.value, weights);
                for lane in 0..LANES {
                    sums[usize::from(rows[lane]) % MAX_ROWS] += products[lane];
                }
            }
            for (row, weight) in rows.iter().zip(weights) {
                sums[usize::from(*row) % MAX_ROWS] += place.value * f32::from(weight.cast_signed());
            }
        }
    }
}

#[expect(clippy::inline_always, reason = "it is compiled anew for each level")]
#[inline(always)]
fn panel_rows(panel: &[f32], places: &[Place], sums: &mut [f32; PANEL]) {
    let (rows, _) = panel.as_chunks::<PANEL>();
    let mut local = [0.0; PANEL];
    for place in places {
        let row = &rows[place.coordinate as usize];
        for (sum, x) in local.iter_mut().zip(row) {
            *sum += place.value * x;
        }
    }
    *sums = local;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::random::Random;

    #[test]
    fn every_level_gives_the_bits_of_the_plain_loop() {
        let mut random = Random::new(1, 0);
        // Columns of 40 rows: one dense, one of 19 postings, one empty, one of a single posting.
        let n_rows = 40;
        let mut words: Vec<u16> = (0..n_rows).map(|_| random.below(60_000) as u16).collect();
        words.extend((0..19).map(|row| row * 2));
        words.extend((0..19).map(|_| random.below(60_000) as u16));
        words.extend([7, 65_535]);
        let offsets = [0, 40, 78, 78, 80];
        let place = |coordinate, value| Place { coordinate, value };
        let places = [place(0, 0.3), place(1, -0.7), place(2, 9.0), place(3, 0.1)];
        let panel: Vec<f32> = (0..4 * PANEL).map(|_| random.unit() as f32 - 0.5).collect();
        let run = |level| {
            let mut sums = [0.25_f32; MAX_ROWS];
            let block = Block {
                offsets: &offsets,
                words: &words,
                n_rows,
            };
            add_postings(level, block, &places, &mut sums);
            let mut products = [0.0; PANEL];
            sum_panel(level, &panel, &places, &mut products);
            (sums.to_vec(), products)
        };
        let plain = run(Level::Plain);
        assert_eq!(plain.0[41..], [0.25; MAX_ROWS - 41]);
        let expected: f32 = (0..4)
            .map(|row| places[row].value * panel[row * PANEL + 5])
            .sum();
        assert!((plain.1[5] - expected).abs() < 1e-6);
        for level in Level::all() {
            assert_eq!(run(level), plain, "{level:?}");
        }
    }

    #[test]
    fn a_column_adds_value_times_weight() {
        // Two rows of 40 have a posting: 0.5 * 10 and 0.5 * -4.
        let block = Block {
            offsets: &[0, 4],
            words: &[3, 9, 10, 65_532],
            n_rows: 40,
        };
        let place = Place {
            coordinate: 0,
            value: 0.5,
        };
        let mut sums = [0.0; MAX_ROWS];
        add_postings(Level::detected(), block, &[place], &mut sums);
        assert_eq!((sums[3], sums[9], sums[4]), (5.0, -2.0, 0.0));
    }
}
