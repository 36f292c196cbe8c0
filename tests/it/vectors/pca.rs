//! Are components those of the set, is the variance what is said, and does a model outlive its run?

use super::kit::{Kit, Rows, whole_rows};
use mzseek::vectors::{Location, Vectors};

/// Rows that differ much along (3, 4, 0), a little along (0, 0, 1), and not at all otherwise.
fn flat_rows() -> Rows {
    let noise = whole_rows(500, 2, 3);
    let row = |n: &Vec<f32>| vec![0.6 * n[0] + 7.0, 0.8 * n[0] - 2.0, 0.1 * n[1], 5.0];
    noise.iter().map(row).collect()
}

fn rows(kit: &Kit, name: &str) -> Rows {
    let location: Location = kit.path(name).display().to_string().parse().unwrap();
    let set = Vectors::open(&location).unwrap();
    set.matrix()
        .unwrap()
        .outer_iter()
        .map(|row| row.to_vec())
        .collect()
}

#[test]
fn the_variance_asked_for_decides_and_is_printed() {
    let kit = Kit::new();
    kit.npy("base.npy", &flat_rows());
    let table = kit.ok("pca base.npy --variance 0.95 -o model.h5 --transform out.npy");
    // One direction has 100 times the deviation of the other, so 1 of 101 parts is lost.
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 2, "{table}");
    assert!(
        lines[1].contains(" 99.") && lines[1].ends_with('%'),
        "{table}"
    );
    let found = rows(&kit, "out.npy");
    assert_eq!((found.len(), found[0].len()), (500, 1));
    // Distances along the direction are kept: row by row the coordinate is that of (3, 4, 0) / 5.
    let base = flat_rows();
    let along = |row: &[f32]| 0.6 * row[0] + 0.8 * row[1];
    let sign = (found[1][0] - found[0][0]) / (along(&base[1]) - along(&base[0]));
    assert!((sign.abs() - 1.0).abs() < 1e-3);
    for (found, row) in found.iter().zip(&base) {
        let difference = (found[0] - sign * along(row)) - (found_offset(&base, sign));
        assert!(difference.abs() < 0.2, "{difference}");
    }
    assert_eq!(
        kit.ok("pca base.npy --variance 0.9999 -o model.h5")
            .lines()
            .count(),
        3
    );
}

/// The mean's coordinate, which centring takes away.
fn found_offset(base: &Rows, sign: f32) -> f32 {
    let sum: f32 = base.iter().map(|row| 0.6 * row[0] + 0.8 * row[1]).sum();
    -sign * sum / base.len() as f32
}

#[test]
fn a_stored_model_gives_the_same_coordinates() {
    let kit = Kit::new();
    kit.npy("base.npy", &whole_rows(300, 6, 1));
    kit.npy("narrow.npy", &whole_rows(30, 5, 1));
    kit.ok("pca base.npy --components 3 -o model.h5 --transform fitted.npy");
    kit.ok("pca base.npy --model model.h5 --transform stored.npy");
    kit.ok("pca base.npy --model model.h5 --transform stored.h5 --threads 1");
    let fitted = rows(&kit, "fitted.npy");
    assert_eq!(fitted, rows(&kit, "stored.npy"));
    assert_eq!(fitted, rows(&kit, "stored.h5:vectors"));
    let file = hdf5::File::open(kit.path("model.h5")).unwrap();
    assert_eq!(file.dataset("components").unwrap().shape(), [3, 6]);
    assert_eq!(file.dataset("variances").unwrap().shape(), [6]);
    drop(file);
    kit.fails(
        "pca narrow.npy --model model.h5 --transform x.npy",
        1,
        &["mixed dimensions"],
    );
    let mut bytes = fs_err::read(kit.path("model.h5")).unwrap();
    let cut = bytes.len() - 40;
    bytes.truncate(cut);
    kit.file("cut.h5", &bytes);
    kit.fails(
        "pca base.npy --model cut.h5 --transform x.npy",
        1,
        &["cut.h5"],
    );
    kit.fails(
        "pca base.npy --model base.npy --transform x.npy",
        1,
        &["not a mzseek PCA model"],
    );
    assert!(!kit.path("x.npy").exists());
}

#[test]
fn what_cannot_be_fitted_is_refused() {
    let (kit, mut rows) = (Kit::new(), whole_rows(30, 4, 1));
    kit.npy("base.npy", &rows);
    rows[7][3] = f32::NAN;
    kit.npy("nan.npy", &rows);
    kit.fails(
        "pca nan.npy -o model.h5",
        1,
        &["nan.npy", "row 7 holds NaN at coordinate 3"],
    );
    let parts = [
        "--components 5 is larger than the set",
        "4 numbers per vector",
    ];
    kit.fails("pca base.npy --components 5 -o model.h5", 2, &parts);
    kit.fails(
        "pca base.npy --variance 1.5 -o model.h5",
        2,
        &["a part above 0"],
    );
    kit.fails("pca base.npy", 2, &["--output"]);
    assert!(!kit.path("model.h5").exists());
}
