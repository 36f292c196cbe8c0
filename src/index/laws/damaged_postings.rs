//! Damaged postings: refused, or harmless.

use super::damage::changed;
use super::*;
use crate::index::{IvfSparse, IvfSparseParts, PartsError, Sparse, SparseIndexParts};

fn ivf_parts() -> IvfSparseParts {
    let rows = mostly_zero(200, 10, 5);
    let AnyIndex::IvfSparse(index) = trained("IVF7,Sparse", Metric::L2, &rows) else {
        panic!("not IvfSparse")
    };
    index.parts()
}

#[test]
fn damaged_postings_are_refused() {
    let refuse = |damage: &dyn Fn(&mut IvfSparseParts)| {
        let mut parts = ivf_parts();
        damage(&mut parts);
        IvfSparse::from_parts(parts).unwrap_err()
    };
    let n_words = ivf_parts().rows.postings.len();
    refuse(&|p| p.dim = 0);
    refuse(&|p| p.dim = 11);
    refuse(&|p| p.dim = usize::MAX);
    refuse(&|p| p.metric = Metric::InnerProduct);
    refuse(&|p| p.rows.scales = changed(&p.rows.scales, |s| s[3] = f32::NAN));
    refuse(&|p| p.rows.scales = changed(&p.rows.scales, |s| s.truncate(9)));
    refuse(&|p| p.rows.starts = changed(&p.rows.starts, |s| s[0] = 1));
    refuse(&|p| p.rows.starts = changed(&p.rows.starts, |s| s[3] = u64::MAX));
    refuse(&|p| p.rows.starts = changed(&p.rows.starts, |s| s[7] = u64::MAX));
    refuse(&|p| p.rows.starts = changed(&p.rows.starts, |s| s.truncate(7)));
    refuse(&|p| p.rows.starts = changed(&p.rows.starts, Vec::clear));
    refuse(&|p| p.rows.offsets = changed(&p.rows.offsets, |o| o[0] = 1));
    refuse(&|p| p.rows.offsets = changed(&p.rows.offsets, |o| o[4] = u32::MAX));
    refuse(&|p| p.rows.offsets = changed(&p.rows.offsets, |o| o[10] += 1));
    refuse(&|p| p.rows.offsets = changed(&p.rows.offsets, |o| o.truncate(70)));
    refuse(&|p| p.rows.postings = changed(&p.rows.postings, |w| w.truncate(n_words - 1)));
    refuse(&|p| p.rows.postings = changed(&p.rows.postings, |w| w.push(0)));
    refuse(&|p| p.rows.norms = changed(&p.rows.norms, |n| n.truncate(199)));
    refuse(&|p| p.rows.norms = changed(&p.rows.norms, |n| n[0] = f32::INFINITY));
    refuse(&|p| p.lists.offsets = changed(&p.lists.offsets, |o| o[7] = 199));
}

#[test]
fn rows_of_a_column_must_ascend_and_lie_in_the_block() {
    // Three of ten rows have a value in the first coordinate, and one in the second.
    let mut rows = Array2::zeros((10, 2));
    (rows[[1, 0]], rows[[4, 0]], rows[[9, 0]]) = (1.0, 2.0, 3.0);
    rows[[5, 1]] = 1.0;
    let AnyIndex::Sparse(index) = trained("Sparse", Metric::InnerProduct, &rows) else {
        panic!("not Sparse")
    };
    let whole = index.parts();
    assert_eq!(*whole.rows.offsets, [0, 6, 8]);
    assert_eq!(whole.rows.postings[..3], [1, 4, 9]);
    for (at, value) in [(1, 1), (1, 9), (2, 10), (0, 65_535)] {
        let mut parts = index.parts();
        parts.rows.postings = changed(&parts.rows.postings, |words| words[at] = value);
        let error = Sparse::from_parts(parts).unwrap_err();
        assert_eq!(error, PartsError::Postings { block: 0 });
    }
    for n_rows in [0, 9, 11, 5000, usize::MAX] {
        let parts = SparseIndexParts {
            n_rows,
            ..index.parts()
        };
        let sound = n_rows == 11;
        assert_eq!(Sparse::from_parts(parts).is_ok(), sound, "{n_rows}");
    }
}

#[test]
fn damage_anywhere_in_postings_is_refused_or_harmless() {
    let whole = ivf_parts();
    let mut random = Random::new(12, 0);
    let query = [0.3; 10];
    for _ in 0..2000 {
        let mut parts = whole.clone();
        let (at, value) = (random.below(1000), random.below(120) as u32);
        let rows = &mut parts.rows;
        match random.below(4) {
            0 => {
                rows.postings = changed(&rows.postings, |words| {
                    let at = at % words.len();
                    words[at] = value as u16;
                });
            }
            1 => rows.offsets = changed(&rows.offsets, |offsets| offsets[at % 77] = value),
            2 => rows.starts = changed(&rows.starts, |starts| starts[at % 8] = value.into()),
            _ => {
                parts.lists.offsets = changed(&parts.lists.offsets, |offsets| {
                    offsets[at % 8] = value.into();
                });
            }
        }
        if let Ok(index) = IvfSparse::from_parts(parts) {
            let hits = found(&index, &query, 200, ALL_LISTS, &Filter::ALL);
            assert!(hits.len() <= 200);
        }
    }
}
