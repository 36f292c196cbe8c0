//! Squared norms of the rows that codes stand for, added up without making the rows.

use super::codebook::Codebook;

/// Independent partial sums, so that additions need not wait for one another.
const LANES: usize = 4;

/// For each sub-space and codeword the square of what it comes to with a centre.
#[derive(Debug, Default)]
pub(in crate::index) struct NormTable {
    n_codewords: usize,
    /// Sub-space after sub-space.
    squares: Vec<f32>,
}

impl NormTable {
    /// Makes the table for rows that codes add to `centre`.
    ///
    /// # Panics
    /// If the centre has another dimension than the codebook.
    pub(in crate::index) fn fill(&mut self, codebook: &Codebook, centre: &[f32]) {
        assert_eq!(
            centre.len(),
            codebook.dim(),
            "a centre has the rows' dimension"
        );
        let n = codebook.n_codewords();
        self.n_codewords = n;
        self.squares.clear();
        self.squares.resize(codebook.n_sub() * n, 0.0);
        let values: &[f32] = codebook.values();
        for (span, squares) in codebook
            .spans()
            .zip(self.squares.chunks_exact_mut(n.max(1)))
        {
            for place in span {
                let c = centre[codebook.coordinate(place)];
                for (square, w) in squares.iter_mut().zip(&values[place * n..][..n]) {
                    *square += (c + w) * (c + w);
                }
            }
        }
    }

    /// The squared norm of the centre and the row that a code stands for.
    ///
    /// # Panics
    /// If the code has no codeword.
    pub(in crate::index) fn of(&self, code: &[u8]) -> f32 {
        let mut lanes = [0.0_f32; LANES];
        let (groups, rest) = code.as_chunks::<LANES>();
        let mut rows = self.squares.chunks_exact(self.n_codewords.max(1));
        let mut square = |code: u8| rows.next().map_or(0.0, |row| row[usize::from(code)]);
        for codes in groups {
            for (lane, &code) in lanes.iter_mut().zip(codes) {
                *lane += square(code);
            }
        }
        for (lane, &code) in lanes.iter_mut().zip(rest) {
            *lane += square(code);
        }
        (lanes[0] + lanes[2]) + (lanes[1] + lanes[3])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::kmeans::KMeansSettings;
    use crate::index::pq::CodeBits;
    use crate::index::random::Random;
    use ndarray::Array2;

    #[test]
    fn norms_are_those_of_decoded_rows() {
        let mut random = Random::new(3, 0);
        // Uneven coordinates, so that places are not coordinates.
        let rows = Array2::from_shape_fn((300, 13), |(_, d)| {
            (d % 4) as f32 * (random.unit() as f32 - 0.5)
        });
        let settings = KMeansSettings {
            max_iterations: 5,
            max_points_per_centre: 64,
        };
        for (n_sub, bits) in [
            (6, CodeBits::Eight),
            (5, CodeBits::Four),
            (13, CodeBits::Four),
        ] {
            let codebook = Codebook::train(rows.view(), (n_sub, bits), 1, settings, false);
            let centre: Vec<f32> = (0..13).map(|d| d as f32 - 5.0).collect();
            let mut table = NormTable::default();
            table.fill(&codebook, &centre);
            let mut decoded = vec![0.0; 13];
            for code in codebook.encode(rows.view()).chunks_exact(n_sub) {
                codebook.decode(code.iter().copied(), &mut decoded);
                let both = decoded.iter().zip(&centre).map(|(r, c)| r + c);
                let expected: f32 = both.map(|x| x * x).sum();
                assert!((table.of(code) - expected).abs() < 1e-3, "{n_sub}");
            }
        }
    }
}
