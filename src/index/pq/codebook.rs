//! The codewords of every sub-space: trained, checked, and turned back into rows.

use super::encoder::Encoder;
use super::lookup::LookupTable;
use crate::index::kmeans::{KMeansSettings, lloyd, sample_rows};
use crate::index::metric::Metric;
use crate::index::parts::{PartsError, check_finite, count_rows};
use crate::index::random::Random;
use crate::index::slab::Slab;
use ndarray::{Array2, ArrayView2, Axis, s};
use rayon::prelude::*;
use std::ops::Range;

/// Codewords a byte can tell apart.
pub(super) const MAX_CODEWORDS: usize = 256;

/// Codewords for `n_sub` sub-spaces of `dim` coordinates.
///
/// Sub-spaces are neighbouring coordinates and differ by at most one in width, so any `n_sub` from
/// 1 to `dim` will do. `values[d * n_codewords + code]` is coordinate `d` of codeword `code` of the
/// sub-space `d` lies in: one matrix for all sub-spaces, laid out as the table build reads it.
#[derive(Debug, Clone)]
pub struct Codebook {
    dim: usize,
    n_sub: usize,
    n_codewords: usize,
    values: Slab<f32>,
}

impl Codebook {
    /// Learns codewords from `rows` by k-means in each sub-space. `n_sub` is cut to the dimension,
    /// and the number of codewords to that of the rows.
    ///
    /// # Panics
    /// If the rows have no coordinates.
    pub fn train(
        rows: ArrayView2<'_, f32>,
        n_sub: usize,
        seed: u64,
        settings: KMeansSettings,
    ) -> Self {
        let dim = rows.ncols();
        assert!(dim > 0, "rows have coordinates");
        let n_sub = n_sub.clamp(1, dim);
        let limit = MAX_CODEWORDS.saturating_mul(settings.max_points_per_centre.max(1));
        let sample = sample_rows(rows, limit, &mut Random::new(seed, 0));
        let n_codewords = sample.nrows().min(MAX_CODEWORDS);
        let codewords: Vec<Array2<f32>> = (0..n_sub)
            .into_par_iter()
            .map(|sub| {
                // Stream 0 drew the sample.
                let mut random = Random::new(seed, sub as u64 + 1);
                let part = sample.slice(s![.., span(dim, n_sub, sub)]);
                let part = part.as_standard_layout();
                let iterations = settings.max_iterations;
                lloyd(
                    part.view(),
                    n_codewords,
                    Metric::L2,
                    iterations,
                    &mut random,
                )
            })
            .collect();
        let transposed: Vec<_> = codewords.iter().map(|codewords| codewords.t()).collect();
        let values = ndarray::concatenate(Axis(0), &transposed)
            .expect("every sub-space has as many codewords");
        let values: Vec<f32> = values.iter().copied().collect();
        Self {
            dim,
            n_sub,
            n_codewords,
            values: values.into(),
        }
    }

    /// Checks the arrays of a codebook.
    pub(super) fn checked(dim: usize, n_sub: usize, values: Slab<f32>) -> Result<Self, PartsError> {
        if dim == 0 {
            return Err(PartsError::NoDimension);
        }
        if n_sub == 0 || n_sub > dim {
            return Err(PartsError::SubSpaces { n_sub, dim });
        }
        let n_codewords = count_rows("codebooks", values.len(), dim)?;
        if n_codewords > MAX_CODEWORDS {
            return Err(PartsError::Codewords(n_codewords));
        }
        check_finite("codebooks", &values)?;
        Ok(Self {
            dim,
            n_sub,
            n_codewords,
            values,
        })
    }

    /// Coordinates per row.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Sub-spaces, and so bytes per row.
    pub fn n_sub(&self) -> usize {
        self.n_sub
    }

    /// Codewords per sub-space.
    pub fn n_codewords(&self) -> usize {
        self.n_codewords
    }

    /// The codewords, laid out as the type says.
    pub fn values(&self) -> &Slab<f32> {
        &self.values
    }

    /// The coordinates of sub-space `sub`.
    pub(super) fn span(&self, sub: usize) -> Range<usize> {
        span(self.dim, self.n_sub, sub)
    }

    /// `values` as a matrix: a row per coordinate, a column per codeword.
    pub(super) fn matrix(&self) -> ArrayView2<'_, f32> {
        ArrayView2::from_shape((self.dim, self.n_codewords), &self.values)
            .expect("one value per coordinate and codeword")
    }

    /// The nearest codewords of each row, `n_sub` bytes after `n_sub` bytes.
    pub fn encode(&self, rows: ArrayView2<'_, f32>) -> Vec<u8> {
        Encoder::new(self).encode(rows)
    }

    /// Writes the row that a code stands for.
    ///
    /// # Panics
    /// If the row has another length than the codebook's, or a code has no codeword.
    pub(in crate::index) fn decode(&self, code: impl IntoIterator<Item = u8>, row: &mut [f32]) {
        assert_eq!(row.len(), self.dim, "a row has the codebook's dimension");
        for (sub, codeword) in code.into_iter().enumerate() {
            assert!(
                usize::from(codeword) < self.n_codewords,
                "a code has a codeword"
            );
            for coordinate in self.span(sub) {
                row[coordinate] =
                    self.values[coordinate * self.n_codewords + usize::from(codeword)];
            }
        }
    }

    /// Fills `table` with the products of `query` and every codeword.
    ///
    /// # Panics
    /// If the query has another dimension than the codebook.
    pub(in crate::index) fn look_up(&self, query: &[f32], table: &mut LookupTable) {
        assert_eq!(
            query.len(),
            self.dim,
            "a query has the codebook's dimension"
        );
        table.fill(self, query);
    }
}

/// Sub-space `sub` of `n_sub` over `dim` coordinates.
fn span(dim: usize, n_sub: usize, sub: usize) -> Range<usize> {
    sub * dim / n_sub..(sub + 1) * dim / n_sub
}

#[cfg(test)]
mod tests {
    use super::super::lookup::Bound;
    use super::*;

    const SETTINGS: KMeansSettings = KMeansSettings {
        max_iterations: 10,
        max_points_per_centre: 64,
    };

    #[test]
    fn spans_cover_every_coordinate_once() {
        for (dim, n_sub) in [(10, 3), (7, 7), (1024, 64), (5, 1)] {
            let spans: Vec<_> = (0..n_sub).map(|sub| span(dim, n_sub, sub)).collect();
            assert_eq!(spans[0].start, 0);
            assert_eq!(spans[n_sub - 1].end, dim);
            assert!(spans.windows(2).all(|pair| pair[0].end == pair[1].start));
            let widths: Vec<usize> = spans.iter().map(ExactSizeIterator::len).collect();
            assert!(widths.iter().max().unwrap() - widths.iter().min().unwrap() <= 1);
        }
    }

    #[test]
    fn few_distinct_rows_are_kept_exactly() {
        let rows = Array2::from_shape_fn((200, 10), |(row, d)| ((row % 5) * (d + 1)) as f32);
        let codebook = Codebook::train(rows.view(), 3, 1, SETTINGS);
        let codes = codebook.encode(rows.view());
        let mut decoded = vec![0.0; 10];
        for (row, code) in rows.outer_iter().zip(codes.chunks_exact(3)) {
            codebook.decode(code.iter().copied(), &mut decoded);
            for (a, b) in row.iter().zip(&decoded) {
                assert!((a - b).abs() < 0.1, "{row} became {decoded:?}");
            }
        }
    }

    #[test]
    fn a_table_sums_to_the_product_with_the_decoded_row() {
        let mut random = Random::new(2, 0);
        let rows = Array2::from_shape_simple_fn((300, 11), || random.unit() as f32 - 0.5);
        let codebook = Codebook::train(rows.view(), 4, 1, SETTINGS);
        let codes = codebook.encode(rows.slice(s![..9, ..]));
        let query = rows.row(20).to_vec();
        let mut table = LookupTable::default();
        codebook.look_up(&query, &mut table);
        let mut decoded = vec![0.0; 11];
        let Bound { base, step, size } = table.bound();
        for code in codes.chunks_exact(4) {
            let sum = table.sum(code, 1);
            codebook.decode(code.iter().copied(), &mut decoded);
            let product: f32 = query.iter().zip(&decoded).map(|(x, y)| x * y).sum();
            assert!((product - sum).abs() < 1e-5);
            let steps = code.iter().zip(table.bytes());
            let steps: u32 = steps
                .map(|(&code, row)| u32::from(row[usize::from(code)]))
                .sum();
            let bound = base + step * steps as f32;
            assert!(bound >= sum - 1e-5, "{bound} is below {sum}");
            assert!(
                bound <= sum + 4.0 * step + 1e-5,
                "{bound} is far above {sum}"
            );
            assert!(size >= sum.abs());
        }
    }
}
