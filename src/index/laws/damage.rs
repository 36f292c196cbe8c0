//! Parts out and in again, whole and damaged.

use super::*;
use crate::index::{
    CodeBits, CodeParts, Flat, FlatParts, IvfFlat, IvfFlatParts, IvfPq, IvfPqParts, IvfSparse,
    LinearMap, Mapped, PartsError, Pq, PqParts, RefineParts, RefineValues, Refined, Sparse,
};
use crate::memory::Slab;

fn rebuilt(index: &AnyIndex) -> AnyIndex {
    match index {
        AnyIndex::Flat(index) => AnyIndex::Flat(Flat::from_parts(index.parts()).unwrap()),
        AnyIndex::Pq(index) => AnyIndex::Pq(Pq::from_parts(index.parts()).unwrap()),
        AnyIndex::IvfFlat(index) => AnyIndex::IvfFlat(IvfFlat::from_parts(index.parts()).unwrap()),
        AnyIndex::Sparse(index) => AnyIndex::Sparse(Sparse::from_parts(index.parts()).unwrap()),
        AnyIndex::IvfSparse(index) => {
            AnyIndex::IvfSparse(IvfSparse::from_parts(index.parts()).unwrap())
        }
        AnyIndex::IvfPq(index) => AnyIndex::IvfPq(IvfPq::from_parts(index.parts()).unwrap()),
        AnyIndex::Mapped(index) => {
            let map = LinearMap::from_parts(index.map().parts()).unwrap();
            let inner = rebuilt(index.index());
            AnyIndex::Mapped(Box::new(Mapped::new(index.kind(), map, inner).unwrap()))
        }
        AnyIndex::Refined(index) => {
            let rows = index.rows().parts().clone();
            let refined = Refined::from_parts(rebuilt(index.first()), rows).unwrap();
            AnyIndex::Refined(Box::new(refined))
        }
    }
}

#[test]
fn parts_out_and_in_give_the_same_hits() {
    for n in [0, 1, 150, 700] {
        let rows = unit_clumps(n, 10, 5);
        for kind in KINDS {
            for metric in METRICS {
                let index = trained(kind, metric, &rows);
                let again = rebuilt(&index);
                assert_eq!(again.factory(), index.factory());
                for query in unit_clumps(5, 10, 6).outer_iter() {
                    let query = query.to_slice().unwrap();
                    let hits = found(&index, query, 20, Effort::visiting(2), &Filter::ALL);
                    let same = found(&again, query, 20, Effort::visiting(2), &Filter::ALL);
                    assert_eq!(hits, same);
                }
            }
        }
    }
}

pub(super) fn changed<T: Clone + Send + Sync>(
    slab: &Slab<T>,
    change: impl FnOnce(&mut Vec<T>),
) -> Slab<T> {
    let mut values = slab.to_vec();
    change(&mut values);
    values.into()
}

fn ivf_pq_parts() -> IvfPqParts {
    // 100 rows, so 100 codewords: codes from 100 on stand for nothing.
    let rows = unit_clumps(100, 10, 5);
    let AnyIndex::IvfPq(index) = trained("IVF7,PQ3", Metric::L2, &rows) else {
        panic!("not IvfPq")
    };
    index.parts()
}

#[test]
fn damaged_codes_are_refused() {
    let refuse = |damage: &dyn Fn(&mut IvfPqParts)| {
        let mut parts = ivf_pq_parts();
        damage(&mut parts);
        IvfPq::from_parts(parts).unwrap_err()
    };
    assert!(matches!(
        refuse(&|p| p.codes.codes = changed(&p.codes.codes, |codes| codes[5] = 100)),
        PartsError::Code {
            at: 5,
            code: 100,
            n_codewords: 100
        }
    ));
    refuse(&|p| p.codes.codes = changed(&p.codes.codes, |codes| codes.truncate(299)));
    refuse(&|p| p.codes.codes = changed(&p.codes.codes, |codes| codes.truncate(297)));
    refuse(&|p| p.codes.codebooks = changed(&p.codes.codebooks, |values| values[7] = f32::NAN));
    refuse(&|p| p.codes.codebooks = changed(&p.codes.codebooks, |values| values.truncate(999)));
    refuse(&|p| p.codes.codebooks = changed(&p.codes.codebooks, Vec::clear));
    refuse(&|p| p.codes.codebooks = changed(&p.codes.codebooks, |v| v.resize(2570, 0.0)));
    refuse(&|p| p.codes.order = changed(&p.codes.order, |order| order.push(0)));
    refuse(&|p| p.codes.norms = changed(&p.codes.norms, |norms| norms[0] = f32::INFINITY));
    refuse(&|p| p.codes.norms = changed(&p.codes.norms, Vec::clear));
    refuse(&|p| p.codes.n_sub = 0);
    refuse(&|p| p.codes.n_sub = 11);
    refuse(&|p| p.codes.n_sub = 2);
}

#[test]
fn damaged_halves_of_bytes_are_refused() {
    // 11 rows, so 11 codewords; 3 halves are 2 bytes, the last of them half empty.
    let AnyIndex::Pq(index) = trained("PQ3x4fs", Metric::L2, &unit_clumps(11, 10, 5)) else {
        panic!("not Pq")
    };
    assert_eq!(index.parts().codes.codes.len(), 22);
    let refuse = |damage: &dyn Fn(&mut CodeParts)| {
        let mut parts = index.parts();
        damage(&mut parts.codes);
        Pq::from_parts(parts).unwrap_err()
    };
    for code in [0x0B, 0xB0, 0xFF] {
        let error = refuse(&|p| p.codes = changed(&p.codes, |codes| codes[4] = code));
        let n_codewords = 11;
        let at = 4;
        assert_eq!(
            error,
            PartsError::Code {
                at,
                code,
                n_codewords
            }
        );
    }
    refuse(&|p| p.codes = changed(&p.codes, |codes| codes.truncate(21)));
    refuse(&|p| p.codes = changed(&p.codes, |codes| codes.truncate(20)));
    refuse(&|p| p.codebooks = changed(&p.codebooks, |values| values.resize(170, 0.0)));
    refuse(&|p| p.bits = CodeBits::Eight);
    refuse(&|p| p.n_sub = 5);
}

#[test]
fn an_order_of_coordinates_comes_back_and_is_checked() {
    // 10 coordinates in 3 sub-spaces: they differ in width.
    let rows = uneven(300, 10, 5);
    let AnyIndex::IvfPq(index) = trained("IVF7,PQ3", Metric::L2, &rows) else {
        panic!("not IvfPq")
    };
    let order = index.parts().codes.order;
    let mut named = order.to_vec();
    named.sort_unstable();
    assert_eq!(named, (0..10).collect::<Vec<u32>>());
    assert!(!order.is_sorted());
    let whole = AnyIndex::IvfPq(index.clone());
    let again = rebuilt(&whole);
    for query in uneven(5, 10, 6).outer_iter() {
        let query = query.to_slice().unwrap();
        let ask = |index| found(index, query, 20, Effort::visiting(2), &Filter::ALL);
        assert_eq!(ask(&whole), ask(&again));
    }
    let refuse = |damage: &dyn Fn(&mut Vec<u32>)| {
        let mut parts = index.parts();
        parts.codes.order = changed(&order, damage);
        assert_eq!(
            IvfPq::from_parts(parts).unwrap_err(),
            PartsError::CoordinateOrder
        );
    };
    refuse(&|order| order[3] = order[4]);
    refuse(&|order| order[9] = 10);
    refuse(&|order| order[0] = u32::MAX);
    refuse(&|order| order.truncate(9));
    refuse(&|order| order.push(0));
}

#[test]
fn damaged_lists_are_refused() {
    let refuse = |damage: &dyn Fn(&mut IvfPqParts)| {
        let mut parts = ivf_pq_parts();
        damage(&mut parts);
        IvfPq::from_parts(parts).unwrap_err()
    };
    refuse(&|p| p.dim = 0);
    refuse(&|p| p.dim = 20);
    refuse(&|p| p.dim = usize::MAX);
    refuse(&|p| p.metric = Metric::InnerProduct);
    refuse(&|p| p.lists.centroids = changed(&p.lists.centroids, |c| c.truncate(60)));
    refuse(&|p| p.lists.centroids = changed(&p.lists.centroids, |c| c[0] = f32::NAN));
    refuse(&|p| p.lists.offsets = changed(&p.lists.offsets, Vec::clear));
    refuse(&|p| p.lists.offsets = changed(&p.lists.offsets, |o| o[3] = u64::MAX));
    refuse(&|p| p.lists.offsets = changed(&p.lists.offsets, |o| o[7] = 99));
    refuse(&|p| p.lists.rows = changed(&p.lists.rows, |rows| rows[4] = 100));
    refuse(&|p| p.lists.rows = changed(&p.lists.rows, |rows| rows[4] = rows[5]));
    refuse(&|p| p.lists.rows = changed(&p.lists.rows, |rows| rows.truncate(99)));
}

#[test]
fn damage_anywhere_is_refused_or_harmless() {
    let whole = ivf_pq_parts();
    let mut random = Random::new(12, 0);
    let query = [0.3; 10];
    for _ in 0..2000 {
        let mut parts = whole.clone();
        let (at, value) = (random.below(1000), random.below(120) as u32);
        match random.below(5) {
            0 => parts.lists.rows = changed(&parts.lists.rows, |rows| rows[at % 100] = value),
            1 => parts.lists.offsets = changed(&parts.lists.offsets, |o| o[at % 8] = value.into()),
            2 => parts.codes.codes = changed(&parts.codes.codes, |c| c[at % 300] = value as u8),
            3 => parts.codes.codebooks = changed(&parts.codes.codebooks, |c| c.truncate(at)),
            _ => parts.codes.norms = changed(&parts.codes.norms, |n| n[at % 100] = f32::MAX),
        }
        if let Ok(index) = IvfPq::from_parts(parts) {
            let hits = found(&index, &query, 100, ALL_LISTS, &Filter::ALL);
            assert!(hits.len() <= 100);
        }
    }
}

#[test]
fn a_map_of_another_length_is_refused() {
    let AnyIndex::Mapped(index) = trained("PCA3,PQ3", Metric::L2, &unit_clumps(100, 10, 5)) else {
        panic!("not Mapped")
    };
    let flat = trained("Flat", Metric::L2, &unit_clumps(100, 10, 5));
    assert!(Mapped::new(index.kind(), index.map().clone(), flat).is_err());
}

#[test]
fn damaged_rows_are_refused() {
    let rows = unit_clumps(100, 10, 5);
    let AnyIndex::Flat(flat) = trained("Flat", Metric::L2, &rows) else {
        panic!("not Flat")
    };
    let refuse = |parts: FlatParts| Flat::from_parts(parts).unwrap_err();
    assert_eq!(
        refuse(FlatParts {
            dim: 0,
            ..flat.parts()
        }),
        PartsError::NoDimension
    );
    refuse(FlatParts {
        dim: 7,
        ..flat.parts()
    });
    refuse(FlatParts {
        norms: vec![].into(),
        ..flat.parts()
    });
    let AnyIndex::IvfFlat(lists) = trained("IVF7,Flat", Metric::L2, &rows) else {
        panic!("not IvfFlat")
    };
    let short = changed(&lists.parts().vectors, |values| values.truncate(990));
    let norms = changed(&lists.parts().norms, |norms| norms.truncate(99));
    let parts = IvfFlatParts {
        vectors: short,
        norms,
        ..lists.parts()
    };
    assert!(matches!(
        IvfFlat::from_parts(parts),
        Err(PartsError::Length { .. })
    ));
    let AnyIndex::Pq(pq) = trained("PQ3", Metric::L2, &rows) else {
        panic!("not Pq")
    };
    assert!(
        Pq::from_parts(PqParts {
            dim: 2,
            ..pq.parts()
        })
        .is_err()
    );
}

#[test]
fn damaged_rows_of_a_second_look_are_refused() {
    let rows = unit_clumps(100, 10, 5);
    for kind in ["PQ3,Refine(Flat)", "PQ3,Refine(F16)", "PQ3,Refine(SQ8)"] {
        let AnyIndex::Refined(index) = trained(kind, Metric::L2, &rows) else {
            panic!("not Refined")
        };
        let refuse = |damage: &dyn Fn(&mut RefineParts)| {
            let mut parts = index.rows().parts().clone();
            damage(&mut parts);
            Refined::from_parts(index.first().clone(), parts).unwrap_err();
        };
        refuse(&|p| p.steps = changed(&p.steps, |steps| steps.push(1.0)));
        refuse(&|p| p.least = changed(&p.least, |least| least.push(f32::NAN)));
        for n_values in [0, 990, 999] {
            refuse(&|p| match &mut p.values {
                RefineValues::Flat(v) => *v = changed(v, |v| v.truncate(n_values)),
                RefineValues::F16(v) => *v = changed(v, |v| v.truncate(n_values)),
                RefineValues::Sq8(v) => *v = changed(v, |v| v.truncate(n_values)),
            });
        }
    }
}

#[test]
fn a_row_that_is_not_finite_is_never_found() {
    let AnyIndex::Flat(flat) = trained("Flat", Metric::InnerProduct, &unit_clumps(9, 4, 1)) else {
        panic!("not Flat")
    };
    let rows = changed(&flat.parts().rows, |values| values[4 * 3 + 1] = f32::NAN);
    let flat = Flat::from_parts(FlatParts {
        rows,
        ..flat.parts()
    })
    .unwrap();
    let hits = found(&flat, &[1.0; 4], 9, ALL_LISTS, &Filter::ALL);
    assert_eq!(hits.len(), 8);
    assert!(!rows_of(&hits).contains(&3));
}
