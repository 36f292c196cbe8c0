//! Is a set the same from every format, and is every damage named?

use super::kit::{Kit, Rows, npy, npy_header, whole_rows};
use mzseek::vectors::{Location, RowIds, Vectors};
use std::path::Path;

fn read(path: &Path) -> Result<Rows, String> {
    let set = Vectors::open(&Location::from(path)).map_err(|e| e.to_string())?;
    let matrix = set.matrix().map_err(|e| e.to_string())?;
    // Fetched in blocks it is the same.
    let mut block = Vec::new();
    let middle = set.n_rows() / 2;
    set.read(middle..set.n_rows(), &mut block)
        .map_err(|e| e.to_string())?;
    let whole: Vec<f32> = matrix.iter().copied().collect();
    assert_eq!(whole[middle * set.dim()..], block);
    Ok(matrix.outer_iter().map(|row| row.to_vec()).collect())
}

fn read_text(path: &str) -> Result<Rows, String> {
    read(Path::new(path))
}

fn vecs(rows: &Rows, bytes: impl Fn(f32) -> Vec<u8>) -> Vec<u8> {
    let row = |row: &Vec<f32>| {
        let numbers: Vec<u8> = row.iter().flat_map(|&x| bytes(x)).collect();
        [(row.len() as i32).to_le_bytes().to_vec(), numbers].concat()
    };
    rows.iter().flat_map(row).collect()
}

/// One number as a file holds it.
type ToBytes = fn(f32) -> Vec<u8>;

fn half(x: f32) -> Vec<u8> {
    // Whole numbers below 2048 are exact: sign 0, exponent of the leading bit, the bits below it.
    let exponent = if x == 0.0 {
        return vec![0, 0];
    } else {
        x.log2().floor() as i32
    };
    let fraction = ((x / 2.0_f32.powi(exponent) - 1.0) * 1024.0) as u16;
    (((exponent + 15) as u16) << 10 | fraction)
        .to_le_bytes()
        .to_vec()
}

#[test]
fn npy_of_every_kind_is_the_same_set() {
    let (kit, rows) = (Kit::new(), whole_rows(37, 5, 1));
    let kinds: [(&str, ToBytes); 9] = [
        ("<f4", |x| x.to_le_bytes().to_vec()),
        ("<f8", |x| f64::from(x).to_le_bytes().to_vec()),
        ("<f2", half),
        ("|i1", |x| vec![x as u8]),
        ("|u1", |x| vec![x as u8]),
        ("<i2", |x| (x as i16).to_le_bytes().to_vec()),
        ("<i4", |x| (x as i32).to_le_bytes().to_vec()),
        ("<i8", |x| (x as i64).to_le_bytes().to_vec()),
        ("<u8", |x| (x as u64).to_le_bytes().to_vec()),
    ];
    for (descr, bytes) in kinds {
        let path = kit.file("a.npy", &npy(descr, &rows, bytes));
        assert_eq!(read(&path).unwrap(), rows, "{descr}");
    }
}

#[test]
fn vecs_of_every_kind_are_the_same_set() {
    let (kit, rows) = (Kit::new(), whole_rows(11, 7, 2));
    let files = [
        ("a.fvecs", vecs(&rows, |x| x.to_le_bytes().to_vec())),
        ("a.bvecs", vecs(&rows, |x| vec![x as u8])),
        (
            "a.ivecs",
            vecs(&rows, |x| (x as i32).to_le_bytes().to_vec()),
        ),
    ];
    for (name, bytes) in files {
        assert_eq!(read(&kit.file(name, &bytes)).unwrap(), rows, "{name}");
        for cut in [1, 3, bytes.len() / 2 + 1, bytes.len() - 1] {
            let error = read(&kit.file(name, &bytes[..cut])).unwrap_err();
            assert!(error.contains("truncated"), "{name} cut at {cut}: {error}");
        }
    }
    let mut mixed = vecs(&rows, |x| x.to_le_bytes().to_vec());
    mixed[3 * 32] = 6;
    let error = read(&kit.file("b.fvecs", &mixed)).unwrap_err();
    assert!(
        error.contains("row 3 has 6 numbers, the rows before it 7"),
        "{error}"
    );
}

#[test]
fn hdf5_datasets_are_the_same_set_mapped_or_not() {
    let (kit, rows) = (Kit::new(), whole_rows(64, 6, 3));
    let path = kit.path("a.h5");
    let flat = ndarray::Array2::from_shape_vec((64, 6), rows.concat()).unwrap();
    let file = hdf5::File::create(&path).unwrap();
    let plain = file.new_dataset_builder().with_data(&flat);
    plain.create("plain").unwrap();
    let packed = file
        .new_dataset_builder()
        .deflate(6)
        .chunk((8, 6))
        .with_data(&flat);
    packed.create("packed").unwrap();
    let inner = file.create_group("deep").unwrap();
    let flat_doubles = flat.mapv(f64::from);
    let doubles = inner.new_dataset_builder().with_data(&flat_doubles);
    doubles.create("doubles").unwrap();
    file.new_dataset_builder()
        .with_data(&[1.0_f32; 4])
        .create("line")
        .unwrap();
    file.close().unwrap();
    let named = |dataset: &str| format!("{}:{dataset}", path.display());
    for dataset in ["plain", "packed", "deep/doubles"] {
        assert_eq!(read_text(&named(dataset)).unwrap(), rows, "{dataset}");
    }
    assert!(read_text(&named("line")).unwrap_err().contains("shape"));
    for wrong in [named("other"), path.display().to_string()] {
        let error = read_text(&wrong).unwrap_err();
        for known in ["plain", "packed", "deep/doubles"] {
            assert!(error.contains(known), "{error}");
        }
    }
    let bytes = fs_err::read(&path).unwrap();
    kit.file("cut.h5", &bytes[..bytes.len() / 2]);
    let cut = kit.path("cut.h5").display().to_string();
    assert!(read_text(&format!("{cut}:plain")).is_err());
}

#[test]
fn text_with_and_without_header() {
    let kit = Kit::new();
    let rows = vec![vec![1.0, -2.5], vec![3e2, 4.0]];
    for text in ["1,-2.5\n3e2,4\n", "x,y\r\n1, -2.5\r\n300 ,4.0"] {
        assert_eq!(read(&kit.file("a.csv", text.as_bytes())).unwrap(), rows);
    }
    assert_eq!(
        read(&kit.file("a.tsv", b"1\t-2.5\n300\t4\n")).unwrap(),
        rows
    );
    let error = read(&kit.file("a.csv", b"1,2\n3,four\n")).unwrap_err();
    assert!(
        error.contains("row 1, column 1: \"four\" is not a number"),
        "{error}"
    );
    let error = read(&kit.file("a.csv", b"1,2\n3,4\n5\n")).unwrap_err();
    assert!(
        error.contains("row 2 has 1 numbers, the rows before it 2"),
        "{error}"
    );
    assert!(
        read(&kit.file("a.csv", b""))
            .unwrap_err()
            .contains("nothing to use")
    );
}

#[test]
fn damaged_npy_is_named() {
    let (kit, rows) = (Kit::new(), whole_rows(9, 4, 4));
    let whole = npy("<f4", &rows, |x| x.to_le_bytes().to_vec());
    let cases = [
        (whole[..whole.len() - 1].to_vec(), "truncated"),
        (whole[..5].to_vec(), "not a .npy file"),
        (whole[..9].to_vec(), "truncated"),
        ([whole.clone(), vec![0]].concat(), "not what it says"),
        (Vec::new(), "not a .npy file"),
        (npy_header("<f4", "True", "(9, 4)"), "ascontiguousarray"),
        (npy_header("<f4", "False", "(9,)"), "has shape (9)"),
        (npy_header("<c8", "False", "(9, 4)"), "'<c8'"),
        (npy_header("<f4", "False", "(0, 4)"), "nothing to use"),
        (
            npy_header(
                "<f4",
                "False",
                "(18446744073709551615, 18446744073709551615)",
            ),
            "truncated",
        ),
    ];
    for (bytes, expected) in cases {
        let error = read(&kit.file("a.npy", &bytes)).unwrap_err();
        assert!(
            error.contains(expected) && error.contains("a.npy"),
            "{expected}: {error}"
        );
    }
}

#[test]
fn values_that_are_not_finite_are_named_with_their_row() {
    let kit = Kit::new();
    for (value, word) in [
        (f32::NAN, "NaN"),
        (f32::INFINITY, "inf"),
        (f32::NEG_INFINITY, "-inf"),
    ] {
        let mut rows = whole_rows(20, 3, 5);
        rows[13][2] = value;
        rows[17][0] = value;
        let error = read(&kit.npy("a.npy", &rows)).unwrap_err();
        assert!(
            error.contains(&format!("row 13 holds {word} at coordinate 2")),
            "{error}"
        );
    }
}

#[test]
fn unknown_files_are_refused_with_the_formats_there_are() {
    let kit = Kit::new();
    let error = read(&kit.file("a.txt", b"1 2 3")).unwrap_err();
    assert!(error.contains("give .npy, .fvecs"), "{error}");
    let error = read(&kit.path("missing.npy")).unwrap_err();
    assert!(error.contains("missing.npy"), "{error}");
    // Without a known ending the first bytes decide.
    let rows = whole_rows(2, 2, 1);
    let bytes = npy("<f4", &rows, |x| x.to_le_bytes().to_vec());
    assert_eq!(read(&kit.file("vectors", &bytes)).unwrap(), rows);
}

#[test]
fn row_numbers_are_exact_and_within_the_base() {
    let kit = Kit::new();
    let big = 16_777_217_i64;
    let mut bytes = npy_header("<i8", "False", "(1, 2)");
    bytes.extend([0, big].iter().flat_map(|x| x.to_le_bytes()));
    let location = Location::from(kit.file("truth.npy", &bytes).as_path());
    let truth = RowIds::open(&location, 20_000_000).unwrap();
    assert_eq!(truth.of(0), [0, big as u32]);
    let error = RowIds::open(&location, 100).unwrap_err().to_string();
    assert!(
        error.contains("query 0 names row 16777217, the base has 100"),
        "{error}"
    );
    let floats = kit.npy("floats.npy", &whole_rows(2, 2, 1));
    let error = RowIds::open(&Location::from(floats.as_path()), 100).unwrap_err();
    assert!(error.to_string().contains("not whole"));
}
