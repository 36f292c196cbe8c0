//! Are all cosines right, mirrored to the bit, and the same in every file?

use super::kit::{Kit, Rows, whole_rows};
use mzseek::vectors::{Location, Vectors};

/// The matrix `mzseek vectors similarity` wrote.
fn matrix(kit: &Kit, name: &str) -> Rows {
    let location: Location = kit.path(name).display().to_string().parse().unwrap();
    let set = Vectors::open(&location).unwrap();
    set.matrix()
        .unwrap()
        .outer_iter()
        .map(|row| row.to_vec())
        .collect()
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| -> f64 {
        a.iter()
            .zip(b)
            .map(|(&a, &b)| f64::from(a) * f64::from(b))
            .sum()
    };
    let length = (dot(a, a) * dot(b, b)).sqrt();
    if length > 0.0 {
        dot(a, b) / length
    } else {
        0.0
    }
}

#[track_caller]
fn assert_cosines(found: &Rows, a: &Rows, b: &Rows) {
    assert_eq!((found.len(), found[0].len()), (a.len(), b.len()));
    for (found, a) in found.iter().zip(a) {
        for (&found, b) in found.iter().zip(b) {
            assert!((f64::from(found) - cosine(a, b)).abs() < 1e-6);
        }
    }
}

#[test]
fn a_set_with_itself_is_symmetric_across_tiles() {
    // Two tiles a side, the second one short.
    let (kit, mut rows) = (Kit::new(), whole_rows(2100, 5, 1));
    rows[1500] = vec![0.0; 5];
    kit.npy("a.npy", &rows);
    kit.ok("similarity a.npy -o out.h5");
    let found = matrix(&kit, "out.h5:similarity");
    assert_cosines(&found, &rows, &rows);
    for (i, row) in found.iter().enumerate() {
        assert_eq!(row[i], if i == 1500 { 0.0 } else { 1.0 });
        let is_mirror = (0..i).all(|j| row[j].to_bits() == found[j][i].to_bits());
        assert!(is_mirror, "row {i}");
    }
    let file = hdf5::File::open(kit.path("out.h5")).unwrap();
    assert_eq!(
        file.attr("zero_rows")
            .unwrap()
            .read_scalar::<u64>()
            .unwrap(),
        1
    );
    kit.ok("similarity a.npy -o out.npy --threads 1");
    assert_eq!(
        matrix(&kit, "out.npy"),
        found,
        "any file and any number of threads"
    );
}

#[test]
fn two_sets_have_a_row_for_each_of_the_first() {
    let (kit, a, b) = (Kit::new(), whole_rows(3, 4, 1), whole_rows(2050, 4, 2));
    kit.npy("a.npy", &a);
    kit.npy("b.npy", &b);
    kit.ok("similarity a.npy b.npy -o out.npy");
    assert_cosines(&matrix(&kit, "out.npy"), &a, &b);
}

#[test]
fn what_cannot_be_compared_leaves_no_file() {
    let (kit, mut a) = (Kit::new(), whole_rows(30, 4, 1));
    kit.npy("b.npy", &whole_rows(30, 5, 1));
    a[29][1] = f32::INFINITY;
    kit.npy("a.npy", &a);
    kit.fails(
        "similarity a.npy -o out.h5",
        1,
        &["a.npy: row 29 holds inf at coordinate 1"],
    );
    kit.fails("similarity a.npy b.npy -o out.h5", 1, &["mixed dimensions"]);
    kit.fails("similarity b.npy -o no/such/out.h5", 1, &["no/such/out.h5"]);
    assert_eq!(fs_err::read_dir(kit.folder()).unwrap().count(), 2);
}
