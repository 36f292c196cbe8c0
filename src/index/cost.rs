//! What a search reads, as a measure of its time that is the same everywhere.

use super::any_index::AnyIndex;
use super::pq::CodeParts;
use super::refine::RefineKind;
use super::vector_index::VectorIndex;
use ndarray::ArrayView2;

/// What a byte read out of order costs, in bytes read in order.
const OUT_OF_ORDER: f64 = 4.0;

/// The mean over `queries` of the bytes read of `index`, as a part of those of all rows whole, where
/// `n_again` rows are scored again.
pub(super) fn cost(
    index: &AnyIndex,
    queries: ArrayView2<'_, f32>,
    n_probe: usize,
    n_again: usize,
) -> f64 {
    let whole = (4 * index.dim() * index.len()) as f64;
    let read = queries.outer_iter().map(|query| {
        let query = query.to_slice().expect("a row is a slice");
        bytes_read(index, query, n_probe, n_again)
    });
    read.sum::<f64>() / (queries.nrows().max(1) as f64 * whole)
}

fn bytes_read(index: &AnyIndex, query: &[f32], n_probe: usize, n_again: usize) -> f64 {
    let whole_row = (4 * index.dim()) as f64;
    let centres = whole_row * index.n_lists() as f64;
    // A table of products with all codewords stands for the centres of as many lists.
    let table = |codes: &CodeParts| whole_row * codes.bits.max_codewords() as f64;
    let per_row = |bytes: usize| bytes as f64 / index.len().max(1) as f64;
    match index {
        AnyIndex::Flat(_) => whole_row * index.len() as f64,
        AnyIndex::Sparse(index) => 2.0 * index.parts().rows.postings.len() as f64,
        AnyIndex::Pq(index) => {
            let codes = index.parts().codes;
            table(&codes) + codes.codes.len() as f64
        }
        AnyIndex::IvfFlat(index) => centres + whole_row * index.n_visited(query, n_probe) as f64,
        AnyIndex::IvfSparse(index) => {
            let row = per_row(2 * index.parts().rows.postings.len());
            centres + row * index.n_visited(query, n_probe) as f64
        }
        AnyIndex::IvfPq(index) => {
            let codes = index.parts().codes;
            let row = per_row(codes.codes.len());
            centres + table(&codes) + row * index.n_visited(query, n_probe) as f64
        }
        AnyIndex::Mapped(index) => {
            let row = ArrayView2::from_shape((1, query.len()), query).expect("one row");
            let mapped = index.map().apply(row);
            let mapped = mapped.as_slice().expect("one row is a slice");
            let map = whole_row * mapped.len() as f64;
            map + bytes_read(index.index(), mapped, n_probe, n_again)
        }
        AnyIndex::Refined(index) => {
            let number = match index.rows().kind() {
                RefineKind::Flat => 4,
                RefineKind::F16 => 2,
                RefineKind::Sq8 => 1,
            };
            let again = (n_again * number * index.dim()) as f64;
            OUT_OF_ORDER * again + bytes_read(index.first(), query, n_probe, n_again)
        }
    }
}
