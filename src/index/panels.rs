//! Centres laid out for products with rows of few numbers that are not 0.

use super::kernels::Level;
use super::kernels::columns::{PANEL, Place, sum_panel};
use super::points::Points;
use ndarray::ArrayView2;

/// Centres in panels of 64, in each the values of coordinate 0 of all its centres, then those of
/// coordinate 1, and so on. A number of a row then meets 64 centres in one stretch of memory, and
/// a panel stays near while many rows pass it.
#[derive(Debug, Clone)]
pub(super) struct Panels {
    dim: usize,
    n_centres: usize,
    values: Vec<f32>,
}

/// What is not 0 of some rows. The memory of some is reused by the next.
#[derive(Debug, Default)]
pub(super) struct PlacedRows {
    /// Where the places of each row end.
    ends: Vec<usize>,
    places: Vec<Place>,
}

impl PlacedRows {
    /// Forgets all rows.
    pub(super) fn clear(&mut self) {
        self.ends.clear();
        self.places.clear();
    }

    /// How many.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Puts one of the points behind the rows there are.
    pub(super) fn push(&mut self, points: Points<'_>, point: usize) {
        points.each_value(point, |coordinate, value| {
            let coordinate = coordinate as u32;
            self.places.push(Place { coordinate, value });
        });
        self.ends.push(self.places.len());
    }
}

impl Panels {
    /// Centres, one per row.
    pub(super) fn new(centres: ArrayView2<'_, f32>) -> Self {
        let (n_centres, dim) = centres.dim();
        let mut values = vec![0.0; n_centres.next_multiple_of(PANEL) * dim];
        for (idx, centre) in centres.outer_iter().enumerate() {
            let panel = &mut values[idx / PANEL * PANEL * dim..][..PANEL * dim];
            for (coordinate, &value) in centre.iter().enumerate() {
                panel[coordinate * PANEL + idx % PANEL] = value;
            }
        }
        Self {
            dim,
            n_centres,
            values,
        }
    }

    /// Writes the product of each row with each centre, row after row.
    ///
    /// A product is summed in ascending order of coordinate, each term rounded before it is added,
    /// by whichever instructions the processor has: the bits depend neither on them nor on the
    /// other rows.
    pub(super) fn multiply(&self, rows: &PlacedRows, products: &mut Vec<f32>) {
        // All of them are written below.
        products.resize(rows.len() * self.n_centres, 0.0);
        let (level, mut sums) = (Level::detected(), [0.0; PANEL]);
        let panels = self.values.chunks_exact(self.dim.max(1) * PANEL);
        for (panel_idx, panel) in panels.enumerate() {
            let first = panel_idx * PANEL;
            let n = PANEL.min(self.n_centres - first);
            let mut start = 0;
            let products = products.chunks_exact_mut(self.n_centres);
            for (&end, products) in rows.ends.iter().zip(products) {
                let (places, into) = (&rows.places[start..end], &mut products[first..][..n]);
                if let Ok(into) = <&mut [f32; PANEL]>::try_from(&mut *into) {
                    sum_panel(level, panel, places, into);
                } else {
                    sum_panel(level, panel, places, &mut sums);
                    into.copy_from_slice(&sums[..n]);
                }
                start = end;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::random::Random;
    use crate::index::sparse_rows::SparseRows;
    use ndarray::Array2;

    #[test]
    fn products_equal_those_of_whole_rows() {
        // Small whole numbers, so that every order of summing is exact; 150 centres leave a part
        // of a panel, and row 3 is empty.
        let mut random = Random::new(4, 0);
        let mut whole = |rows, n| {
            Array2::from_shape_simple_fn((rows, 50), || {
                let value = random.below(n) as f32 - 3.0;
                if value > 2.0 { 0.0 } else { value }
            })
        };
        let (mut rows, centres) = (whole(9, 40), whole(150, 9));
        rows.row_mut(3).fill(0.0);
        let sparse = SparseRows::of(50, rows.outer_iter());
        let expected = rows.dot(&centres.t()).into_raw_vec_and_offset().0;
        let panels = Panels::new(centres.view());
        let mut products = vec![f32::NAN; 7];
        for points in [Points::from(rows.view()), Points::from(&sparse)] {
            let mut placed = PlacedRows::default();
            (0..9).for_each(|point| placed.push(points, point));
            assert_eq!(placed.places.len(), sparse.n_values());
            panels.multiply(&placed, &mut products);
            assert_eq!(products, expected);
            placed.clear();
            (4..6).for_each(|point| placed.push(points, point));
            panels.multiply(&placed, &mut products);
            assert_eq!(products, expected[4 * 150..6 * 150]);
        }
    }
}
