//! Laws every kind of index obeys, whatever the data.

mod adding;
mod answers;
mod damage;
mod damaged_postings;
mod recall;
mod reproducible;
mod skipping;

use super::random::Random;
use super::{
    AnyIndex, Effort, Filter, KMeansSettings, Metric, Neighbour, TopK, TrainSettings, VectorIndex,
    train,
};
use ndarray::Array2;

/// Those whose answer for some k is the start of that for more.
const PLAIN_KINDS: [&str; 8] = [
    "Flat",
    "Sparse",
    "PQ3",
    "IVF7,Flat",
    "IVF7,Sparse",
    "IVF7,PQ3",
    "PQ4x4fs",
    "IVF7,PQ3x4fs",
];
/// All of them: a second look scores only what the first one found.
const KINDS: [&str; 16] = [
    "Flat",
    "Sparse",
    "PQ3",
    "IVF7,Flat",
    "IVF7,Sparse",
    "IVF7,PQ3",
    "PQ4x4fs",
    "IVF7,PQ3x4fs",
    "IVF7,PQ3,Refine(Flat)",
    "IVF7,PQ3,Refine(F16)",
    "PQ3,Refine(SQ8)",
    "IVF7,PQ4x4fs,Refine(F16)",
    "OPQ3,PQ3",
    "PCA3,IVF7,Flat",
    "PCA90%,IVF7,Flat",
    "PCA3,IVF7,PQ3,Refine(F16)",
];
const METRICS: [Metric; 2] = [Metric::InnerProduct, Metric::L2];
const ALL_LISTS: Effort = Effort::visiting(1000);

const QUICK: TrainSettings = TrainSettings {
    coarse: KMeansSettings {
        max_iterations: 4,
        max_points_per_centre: 32,
    },
    codebook: KMeansSettings {
        max_iterations: 4,
        max_points_per_centre: 4,
    },
    halves_apart: false,
};

/// Small whole numbers: products and distances are exact, so ways of computing them agree to the
/// bit, and ties are the rule.
fn whole_numbers(n_rows: usize, dim: usize, seed: u64) -> Array2<f32> {
    let mut random = Random::new(seed, 99);
    Array2::from_shape_simple_fn((n_rows, dim), || random.below(9) as f32 - 4.0)
}

/// Rows as spectra have them: most values are 0, and some rows are all 0.
fn mostly_zero(n_rows: usize, dim: usize, seed: u64) -> Array2<f32> {
    let mut random = Random::new(seed, 97);
    let mut rows = whole_numbers(n_rows, dim, seed);
    rows.mapv_inplace(|x| if random.below(5) == 0 { x } else { 0.0 });
    rows
}

/// Unit vectors around a few directions.
fn unit_clumps(n_rows: usize, dim: usize, seed: u64) -> Array2<f32> {
    let mut random = Random::new(seed, 98);
    let middles = Array2::from_shape_simple_fn((20, dim), || random.unit() as f32 - 0.5);
    let mut rows = Array2::zeros((n_rows, dim));
    for mut row in rows.outer_iter_mut() {
        row.assign(&middles.row(random.below(20)));
        row.mapv_inplace(|x| x + 0.6 * (random.unit() as f32 - 0.5));
        let norm = row.dot(&row).sqrt();
        row.mapv_inplace(|x| x / norm);
    }
    rows
}

/// Rows whose first coordinates hold most of the variance, so that codes deal them out.
fn uneven(n_rows: usize, dim: usize, seed: u64) -> Array2<f32> {
    let mut rows = unit_clumps(n_rows, dim, seed);
    for (coordinate, mut column) in rows.columns_mut().into_iter().enumerate() {
        column *= 0.4_f32.powi(coordinate as i32);
    }
    rows
}

fn trained(kind: &str, metric: Metric, rows: &Array2<f32>) -> AnyIndex {
    train(kind.parse().unwrap(), metric, rows.view(), 3, QUICK)
        .unwrap()
        .index
}

fn found(
    index: &dyn VectorIndex,
    query: &[f32],
    k: usize,
    effort: Effort,
    filter: &Filter<'_>,
) -> Vec<Neighbour> {
    let mut best = TopK::new(k);
    index.search(query, effort, filter, &mut best);
    best.into_sorted()
}

fn rows_of(neighbours: &[Neighbour]) -> Vec<u32> {
    neighbours.iter().map(|neighbour| neighbour.row).collect()
}

fn naive_score(metric: Metric, query: &[f32], row: &[f32]) -> f32 {
    let pairs = || query.iter().zip(row);
    match metric {
        // An index never answers -0, which the sort below would tell from 0.
        Metric::InnerProduct => pairs().map(|(q, x)| q * x).sum::<f32>() + 0.0,
        Metric::L2 => -pairs().map(|(q, x)| (q - x) * (q - x)).sum::<f32>(),
    }
}

/// The best `k` rows by scoring and sorting all that the filter lets through.
fn naive(
    metric: Metric,
    rows: &Array2<f32>,
    query: &[f32],
    k: usize,
    filter: &Filter<'_>,
) -> Vec<Neighbour> {
    let mut all: Vec<Neighbour> = (0..rows.nrows() as u32)
        .filter(|row| filter.rows.contains(row) && filter.keep.is_none_or(|keep| keep(*row)))
        .map(|row| Neighbour {
            row,
            score: naive_score(metric, query, rows.row(row as usize).to_slice().unwrap()),
        })
        .collect();
    // Adding 0 makes -0 and 0 tie, as they do in an index.
    all.sort_by(|a, b| {
        (b.score + 0.0)
            .total_cmp(&(a.score + 0.0))
            .then(a.row.cmp(&b.row))
    });
    all.truncate(k);
    all
}

/// The query as an index of mapped rows sees it.
fn mapped(index: &AnyIndex, query: &[f32]) -> Vec<f32> {
    let AnyIndex::Mapped(index) = index else {
        return query.to_vec();
    };
    let row = ndarray::ArrayView2::from_shape((1, query.len()), query).unwrap();
    index.map().apply(row).iter().copied().collect()
}

/// The rows as an index holds them, mapped where it maps them.
fn decoded(index: &AnyIndex, rows: &Array2<f32>) -> Array2<f32> {
    let mut held = rows.clone();
    match index {
        AnyIndex::Flat(_) | AnyIndex::Sparse(_) | AnyIndex::IvfFlat(_) | AnyIndex::IvfSparse(_) => {
        }
        AnyIndex::Mapped(index) => {
            let mapped = index.map().apply(rows.view());
            // Maps turn, and scores stay what they are: for products as long as nothing was
            // subtracted, for distances but for what lies outside the directions kept.
            return decoded(index.index(), &mapped);
        }
        AnyIndex::Refined(index) => {
            for (row, mut into) in held.outer_iter_mut().enumerate() {
                index.rows().decode(row, into.as_slice_mut().unwrap());
            }
        }
        AnyIndex::Pq(pq) => {
            for (row, mut into) in held.outer_iter_mut().enumerate() {
                pq.decode(row as u32, into.as_slice_mut().unwrap());
            }
        }
        AnyIndex::IvfPq(ivf) => ivf.decode_all(|row, values| {
            held.row_mut(row as usize)
                .assign(&ndarray::ArrayView1::from(values));
        }),
    }
    held
}
