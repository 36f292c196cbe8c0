//! The codewords of every sub-space: trained, checked, and turned back into rows.

use super::encoder::Encoder;
use super::lookup::LookupTable;
use super::order;
use super::packing::CodeBits;
use crate::index::kmeans::{KMeansSettings, lloyd, sample_rows};
use crate::index::metric::Metric;
use crate::index::parts::{PartsError, check_finite, count_rows};
use crate::index::random::Random;
use crate::memory::Slab;
use ndarray::{Array2, ArrayView2, Axis, CowArray, Ix2, s};
use rayon::prelude::*;
use std::ops::Range;

/// Rows are drawn to learn as many codewords from as a byte can tell apart, also where there are
/// fewer: all the better will they be.
const LEARNED_FOR: usize = 256;

/// Codewords for `n_sub` sub-spaces of `dim` coordinates.
///
/// Sub-spaces differ by at most one in width, so any `n_sub` from 1 to `dim` will do. They hold
/// neighbouring places; place `p` is coordinate `order[p]`, or `p` itself where no order is given.
/// `values[p * n_codewords + code]` is place `p` of codeword `code` of the sub-space `p` lies in:
/// one matrix for all sub-spaces, laid out as the table build reads it.
#[derive(Debug, Clone)]
pub struct Codebook {
    dim: usize,
    n_sub: usize,
    bits: CodeBits,
    n_codewords: usize,
    values: Slab<f32>,
    order: Slab<u32>,
    /// See [`Self::n_sub_of_half`].
    n_sub_of_half: Option<usize>,
}

impl Codebook {
    /// Learns codewords from `rows` by k-means in each sub-space. `n_sub` is cut to the dimension,
    /// and the number of codewords to that of the rows.
    ///
    /// With `halves_apart` no sub-space holds coordinates of both halves, where the coordinates and
    /// the bytes of a code can be halved.
    ///
    /// # Panics
    /// If the rows have no coordinates.
    pub fn train(
        rows: ArrayView2<'_, f32>,
        (n_sub, bits): (usize, CodeBits),
        seed: u64,
        settings: KMeansSettings,
        halves_apart: bool,
    ) -> Self {
        let dim = rows.ncols();
        assert!(dim > 0, "rows have coordinates");
        let n_sub = n_sub.clamp(1, dim);
        let sample = sample_rows(rows, Self::most_rows(settings), &mut Random::new(seed, 0));
        let n_codewords = sample.nrows().min(bits.max_codewords());
        let n_parts = if halves_apart && can_be_halved(dim, (n_sub, bits)) {
            2
        } else {
            1
        };
        let order = order::choose(sample.view(), n_sub, n_parts);
        let spans: Vec<Range<usize>> = spans(dim, n_sub).collect();
        let codewords: Vec<Array2<f32>> = (spans.into_par_iter().enumerate())
            .map(|(sub, span)| {
                // Stream 0 drew the sample.
                let mut random = Random::new(seed, sub as u64 + 1);
                let part = in_order(&order, sample.view(), span);
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
            bits,
            n_codewords,
            values: values.into(),
            n_sub_of_half: n_sub_of_half(dim, (n_sub, bits), &order),
            order: order.into(),
        }
    }

    /// Rows that codewords are learned from, at most.
    pub(in crate::index) fn most_rows(settings: KMeansSettings) -> usize {
        LEARNED_FOR.saturating_mul(settings.max_points_per_centre.max(1))
    }

    /// Checks the arrays of a codebook.
    pub(super) fn checked(
        dim: usize,
        (n_sub, bits): (usize, CodeBits),
        values: Slab<f32>,
        order: Slab<u32>,
    ) -> Result<Self, PartsError> {
        if dim == 0 {
            return Err(PartsError::NoDimension);
        }
        if n_sub == 0 || n_sub > dim {
            return Err(PartsError::SubSpaces { n_sub, dim });
        }
        let n_codewords = count_rows("codebooks", values.len(), dim)?;
        if n_codewords > bits.max_codewords() {
            return Err(PartsError::Codewords(n_codewords));
        }
        check_finite("codebooks", &values)?;
        order::check(&order, dim)?;
        Ok(Self {
            dim,
            n_sub,
            bits,
            n_codewords,
            values,
            n_sub_of_half: n_sub_of_half(dim, (n_sub, bits), &order),
            order,
        })
    }

    /// Coordinates per row.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Sub-spaces.
    pub fn n_sub(&self) -> usize {
        self.n_sub
    }

    /// Bits per sub-space.
    pub(in crate::index) fn bits(&self) -> CodeBits {
        self.bits
    }

    /// Bytes per row.
    pub(in crate::index) fn n_bytes(&self) -> usize {
        self.bits.n_bytes(self.n_sub)
    }

    /// Codewords per sub-space.
    pub fn n_codewords(&self) -> usize {
        self.n_codewords
    }

    /// The codewords, laid out as the type says.
    pub fn values(&self) -> &Slab<f32> {
        &self.values
    }

    /// The coordinate at each place; empty where places are coordinates.
    pub(super) fn order(&self) -> &Slab<u32> {
        &self.order
    }

    /// How many sub-spaces are of the first half of the coordinates, where the others are of the
    /// second and their codes are whole bytes.
    pub(super) fn n_sub_of_half(&self) -> Option<usize> {
        self.n_sub_of_half
    }

    /// The coordinate at a place.
    pub(super) fn coordinate(&self, place: usize) -> usize {
        self.order.get(place).map_or(place, |&at| at as usize)
    }

    /// The places of each sub-space in turn.
    pub(super) fn spans(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        spans(self.dim, self.n_sub)
    }

    /// The nearest codewords of each row, a byte each, `n_sub` after `n_sub`.
    pub fn encode(&self, rows: ArrayView2<'_, f32>) -> Vec<u8> {
        Encoder::new(self).encode(rows)
    }

    /// Packs codes of rows in lists that start at `list_offsets`, and puts them behind others.
    pub(in crate::index) fn pack(&self, codes: &[u8], list_offsets: &[u64], into: &mut Vec<u8>) {
        (self.bits).pack(codes, self.n_sub, list_offsets, into);
    }

    /// Writes the row that the first `n_sub` of some codes stand for.
    ///
    /// # Panics
    /// If the row has another length than the codebook's, or a code has no codeword.
    pub(in crate::index) fn decode(&self, code: impl IntoIterator<Item = u8>, row: &mut [f32]) {
        assert_eq!(row.len(), self.dim, "a row has the codebook's dimension");
        // Where the arrays lie is asked once: that may be a mapped file.
        let (values, order): (&[f32], &[u32]) = (&self.values, &self.order);
        for (span, codeword) in self.spans().zip(code) {
            let codeword = usize::from(codeword);
            assert!(codeword < self.n_codewords, "a code has a codeword");
            for place in span {
                let coordinate = order.get(place).map_or(place, |&at| at as usize);
                row[coordinate] = values[place * self.n_codewords + codeword];
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

/// Whether half of the bytes of a code can be of one half of the coordinates.
fn can_be_halved(dim: usize, (n_sub, bits): (usize, CodeBits)) -> bool {
    let whole_bytes = bits.n_bytes(n_sub) == 2 * bits.n_bytes(n_sub / 2);
    dim.is_multiple_of(2) && n_sub.is_multiple_of(2) && whole_bytes
}

/// See [`Codebook::n_sub_of_half`].
fn n_sub_of_half(dim: usize, shape: (usize, CodeBits), order: &[u32]) -> Option<usize> {
    let half = dim / 2;
    let apart = order.is_empty() || order[..half].iter().all(|&at| (at as usize) < half);
    (apart && can_be_halved(dim, shape)).then_some(shape.0 / 2)
}

/// What `rows` have at some places.
fn in_order<'r>(
    order: &[u32],
    rows: ArrayView2<'r, f32>,
    places: Range<usize>,
) -> CowArray<'r, f32, Ix2> {
    if order.is_empty() {
        return rows.slice_move(s![.., places]).into();
    }
    let coordinates: Vec<usize> = order[places].iter().map(|&at| at as usize).collect();
    rows.select(Axis(1), &coordinates).into()
}

/// The places of each sub-space in turn: made without a division for each, which would cost as
/// much as the products of its codewords with a query.
pub(super) fn spans(dim: usize, n_sub: usize) -> impl Iterator<Item = Range<usize>> + Clone {
    let (width, left) = (dim / n_sub, dim % n_sub);
    let mut end = 0;
    // So many times a `n_sub`-th of a place have sub-spaces lacked so far.
    let mut lacked = 0;
    (0..n_sub).map(move |_| {
        let start = end;
        lacked += left;
        let one_more = usize::from(lacked >= n_sub);
        lacked -= one_more * n_sub;
        end += width + one_more;
        start..end
    })
}

#[cfg(test)]
mod tests {
    use super::super::lookup::Scale;
    use super::*;
    use crate::index::kernels::scan::Table;

    const SETTINGS: KMeansSettings = KMeansSettings {
        max_iterations: 10,
        max_points_per_centre: 64,
    };

    #[test]
    fn spans_cover_every_coordinate_once() {
        for (dim, n_sub) in [(10, 3), (7, 7), (1024, 64), (5, 1)] {
            let spans: Vec<_> = spans(dim, n_sub).collect();
            assert_eq!(spans.len(), n_sub);
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
        let codebook = Codebook::train(rows.view(), (3, CodeBits::Eight), 1, SETTINGS, false);
        let codes = codebook.encode(rows.view());
        let mut decoded = vec![0.0; 10];
        for (row, code) in rows.outer_iter().zip(codes.as_chunks::<3>().0) {
            codebook.decode(code.iter().copied(), &mut decoded);
            for (a, b) in row.iter().zip(&decoded) {
                assert!((a - b).abs() < 0.1, "{row} became {decoded:?}");
            }
        }
    }

    #[test]
    fn uneven_coordinates_are_coded_in_an_order_and_decoded_in_place() {
        let mut random = Random::new(6, 0);
        let mut rows = Array2::zeros((400, 12));
        for mut row in rows.outer_iter_mut() {
            // All that varies lies in the first sub-space.
            row[0] = random.below(10) as f32;
            row[1] = random.below(10) as f32;
            row[2] = random.below(10) as f32;
        }
        let codebook = Codebook::train(rows.view(), (4, CodeBits::Eight), 1, SETTINGS, false);
        assert_eq!(codebook.order().len(), 12);
        let codes = codebook.encode(rows.view());
        let mut decoded = vec![0.0; 12];
        let mut table = LookupTable::default();
        codebook.look_up(
            &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 1.0, 2.0, 3.0],
            &mut table,
        );
        for (row, code) in rows.outer_iter().zip(codes.as_chunks::<4>().0) {
            codebook.decode(code.iter().copied(), &mut decoded);
            assert!(row.iter().zip(&decoded).all(|(a, b)| (a - b).abs() < 0.1));
            let product = row[0] + 2.0 * row[1] + 3.0 * row[2];
            assert!((table.sum(code, 1) - product).abs() < 0.6);
        }
    }

    #[test]
    fn a_table_sums_to_the_product_with_the_decoded_row() {
        let mut random = Random::new(2, 0);
        let rows = Array2::from_shape_simple_fn((300, 11), || random.unit() as f32 - 0.5);
        for n_rows in [300, 200, 9] {
            let rows = rows.slice(s![..n_rows, ..]);
            let codebook = Codebook::train(rows, (4, CodeBits::Eight), 1, SETTINGS, false);
            let codes = codebook.encode(rows.slice(s![..9, ..]));
            let query = rows.row(8).to_vec();
            let mut table = LookupTable::default();
            codebook.look_up(&query, &mut table);
            let mut decoded = vec![0.0; 11];
            let Scale {
                base,
                step,
                slack,
                size,
            } = table.scale();
            let Table::Bytes(steps) = table.steps() else {
                panic!("not bytes")
            };
            for code in codes.as_chunks::<4>().0 {
                let sum = table.sum(code, 1);
                codebook.decode(code.iter().copied(), &mut decoded);
                let product: f32 = query.iter().zip(&decoded).map(|(x, y)| x * y).sum();
                assert!((product - sum).abs() < 1e-5);
                let steps: u32 = (code.iter().zip(steps))
                    .map(|(&code, row)| u32::from(row[usize::from(code)]))
                    .sum();
                let about = base + step * steps as f32;
                assert!((about - sum).abs() <= slack + 1e-5, "{about} {sum}");
                assert!(size >= sum.abs());
            }
        }
    }

    #[test]
    fn halves_of_bytes_sum_to_about_the_product_with_the_decoded_row() {
        let mut random = Random::new(4, 0);
        let rows = Array2::from_shape_simple_fn((300, 11), || random.unit() as f32 - 0.5);
        for (n_sub, n_rows) in [(4, 300), (5, 300), (3, 7)] {
            let rows = rows.slice(s![..n_rows, ..]);
            let codebook = Codebook::train(rows, (n_sub, CodeBits::Four), 1, SETTINGS, false);
            assert_eq!(codebook.n_codewords(), n_rows.min(16));
            let query = rows.row(6).to_vec();
            let mut table = LookupTable::default();
            codebook.look_up(&query, &mut table);
            let Table::Halves(steps) = table.steps() else {
                panic!("not halves")
            };
            assert_eq!(steps.len(), n_sub.next_multiple_of(2));
            assert_eq!(steps.len() > n_sub, steps.last() == Some(&[0; 16]));
            let Scale {
                base, step, slack, ..
            } = table.scale();
            let mut decoded = vec![0.0; 11];
            for code in codebook.encode(rows).chunks_exact(n_sub) {
                codebook.decode(code.iter().copied(), &mut decoded);
                let product: f32 = query.iter().zip(&decoded).map(|(x, y)| x * y).sum();
                let steps: u32 = (code.iter().zip(steps))
                    .map(|(&code, row)| u32::from(row[usize::from(code)]))
                    .sum();
                let about = base + step * steps as f32;
                assert!((about - product).abs() <= slack + 1e-5, "{about} {product}");
            }
        }
    }
}
