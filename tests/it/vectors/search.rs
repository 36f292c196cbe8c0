//! Does a search find what a naive scan finds, and say what it cannot do?

use super::kit::{Kit, Rows, records, whole_rows};

/// Distances and rows by a plain scan, nearest first, ties by row.
fn naive(metric: &str, base: &Rows, query: &[f32], k: usize) -> Vec<(f64, usize)> {
    let dot = |a: &[f32], b: &[f32]| -> f64 {
        a.iter()
            .zip(b)
            .map(|(&a, &b)| f64::from(a) * f64::from(b))
            .sum()
    };
    let distance = |row: &[f32]| match metric {
        "ip" => -dot(row, query),
        "l2" => (dot(row, row) - 2.0 * dot(row, query) + dot(query, query)).sqrt(),
        _ => 1.0 - dot(row, query) / (dot(row, row) * dot(query, query)).sqrt(),
    };
    let mut all: Vec<(f64, usize)> = base
        .iter()
        .enumerate()
        .map(|(idx, row)| (distance(row), idx))
        .collect();
    all.sort_by(|a, b| a.partial_cmp(b).unwrap());
    all.truncate(k);
    all
}

#[test]
fn flat_search_equals_a_naive_scan() {
    let (kit, base, queries) = (Kit::new(), whole_rows(300, 12, 7), whole_rows(20, 12, 8));
    kit.npy("base.npy", &base);
    kit.npy("queries.npy", &queries);
    for metric in ["ip", "l2", "cosine"] {
        kit.ok(&format!(
            "index base.npy -o base.h5 --index Flat --metric {metric}"
        ));
        kit.ok("search base.h5 queries.npy -k 7 -o hits.csv");
        let found = records(&kit.text("hits.csv"));
        assert_eq!(found[0], ["query", "rank", "row", "distance", "note"]);
        let mut rows = found[1..].iter();
        for (query_idx, query) in queries.iter().enumerate() {
            for (rank, (distance, row)) in naive(metric, &base, query, 7).iter().enumerate() {
                let hit = rows.next().unwrap();
                let place = (query_idx.to_string(), (rank + 1).to_string());
                assert_eq!((&hit[0], &hit[1]), (&place.0, &place.1));
                let given: f64 = hit[3].parse().unwrap();
                let expected = if metric == "ip" { -distance } else { *distance };
                assert!(
                    (given - expected).abs() <= 2e-4 * expected.abs().max(1.0),
                    "{hit:?}"
                );
                // Cosines a rounding apart may change places.
                assert!(
                    hit[2] == row.to_string() || metric == "cosine",
                    "{metric} {hit:?}"
                );
            }
        }
        assert!(rows.next().is_none());
    }
}

#[test]
fn every_kind_of_index_survives_its_file_under_every_metric() {
    let (kit, base) = (Kit::new(), whole_rows(400, 8, 3));
    kit.npy("base.npy", &base);
    for metric in ["ip", "l2", "cosine"] {
        for index in [
            "Flat",
            "Sparse",
            "PQ8",
            "IVF8,Flat",
            "IVF8,Sparse",
            "IVF8,PQ8",
            "OPQ4,IVF8,PQ8",
            "PCA8,PQ8,Refine(SQ8)",
            "PCA99%,Flat",
            "auto",
        ] {
            kit.ok(&format!(
                "index base.npy -o base.h5 --index {index} --metric {metric}"
            ));
            let hits = kit.ok("search base.h5 base.npy -k 3 --n-probe 8");
            assert_eq!(records(&hits).len(), 1 + 400 * 3, "{metric} {index}");
            assert!(!hits.contains("-1,"), "{hits}");
            if metric != "ip" {
                let itself = records(&hits)[1..]
                    .chunks(3)
                    .filter(|h| h[0][0] == h[0][2])
                    .count();
                assert!(
                    itself > 300,
                    "{metric} {index}: {itself} of 400 find themselves"
                );
            }
        }
    }
}

#[test]
fn threads_do_not_change_the_answer() {
    let kit = Kit::new();
    kit.npy("base.npy", &whole_rows(500, 8, 3));
    kit.ok("index base.npy -o one.h5 --index IVF16,PQ4 --threads 1");
    kit.ok("index base.npy -o two.h5 --index IVF16,PQ4 --threads 2");
    let bytes = |name: &str| fs_err::read(kit.path(name)).unwrap();
    assert!(bytes("one.h5") == bytes("two.h5"));
    let hits = |threads: usize| kit.ok(&format!("search one.h5 base.npy --threads {threads}"));
    assert_eq!(hits(1), hits(2));
}

#[test]
fn a_query_without_neighbour_says_so() {
    let (kit, mut base) = (Kit::new(), whole_rows(30, 4, 3));
    base[4] = vec![0.0; 4];
    kit.npy("base.npy", &base);
    kit.ok("index base.npy -o base.h5 --index Flat --metric cosine");
    let hits = records(&kit.ok("search base.h5 base.npy -k 2"));
    let of_query_4: Vec<_> = hits.iter().filter(|hit| hit[0] == "4").collect();
    assert_eq!(of_query_4.len(), 1);
    assert_eq!(of_query_4[0][1..4], ["", "", ""]);
    assert!(of_query_4[0][4].contains("zero vector"));
}

#[test]
fn what_does_not_go_together_is_refused() {
    let kit = Kit::new();
    kit.npy("base.npy", &whole_rows(30, 4, 3));
    kit.npy("other.npy", &whole_rows(30, 5, 3));
    kit.ok("index base.npy -o base.h5 --index Flat");
    kit.fails(
        "search base.h5 other.npy",
        1,
        &["mixed dimensions", "other.npy", "base.h5"],
    );
    kit.fails(
        "search base.h5 base.npy -k 31",
        2,
        &["-k 31 is larger than the set", "30 vectors"],
    );
    kit.fails("search base.h5 base.npy -k 0", 2, &[]);
    kit.fails(
        "index base.npy -o x.h5 --index HNSW32",
        2,
        &["is not an index"],
    );
    kit.fails(
        "index base.npy -o x.h5 --metric manhattan",
        2,
        &["is not a metric"],
    );
    kit.fails(
        "search base.npy base.npy",
        1,
        &["not a mzseek vector index", "vectors index"],
    );
    assert!(!kit.path("x.h5").exists());
    let mut rows = whole_rows(30, 4, 3);
    rows[21][0] = f32::NAN;
    kit.npy("nan.npy", &rows);
    kit.fails("index nan.npy -o x.h5", 1, &["nan.npy", "row 21"]);
    kit.fails(
        "search base.h5 nan.npy -o hits.csv",
        1,
        &["nan.npy", "row 21"],
    );
    assert!(!kit.path("hits.csv").exists());
    assert_eq!(fs_err::read_dir(kit.folder()).unwrap().count(), 4);
}

#[test]
fn coordinates_are_left_out_where_they_can_be() {
    let kit = Kit::new();
    kit.npy("base.npy", &whole_rows(300, 8, 1));
    // The second query is what counts of the first.
    kit.npy(
        "query.npy",
        &vec![
            vec![4.0, 0.0, 1.0, -3.0, 0.0, 1.0, 0.0, -1.0],
            vec![4.0, 0.0, 0.0, -3.0, 0.0, 0.0, 0.0, 0.0],
        ],
    );
    for (index, words) in [("Sparse", ""), ("IVF4,Sparse", " --n-probe 4")] {
        kit.ok(&format!(
            "index base.npy -o {index}.h5 --metric ip --index {index}"
        ));
        let hits = kit.ok(&format!(
            "search {index}.h5 query.npy --skip-below 0.3{words}"
        ));
        let hits = records(&hits);
        assert_eq!(hits.len(), 21, "{index}");
        let of = |query: &str| -> Vec<Vec<String>> {
            let own = hits.iter().filter(|hit| hit[0] == query);
            own.map(|hit| hit[1..].to_vec()).collect()
        };
        assert_eq!(of("0"), of("1"), "{index}");
        let whole = kit.ok(&format!("search {index}.h5 query.npy --n-probe 4"));
        assert_ne!(records(&whole), hits, "{index}");
    }
    kit.fails(
        "search IVF4,Sparse.h5 query.npy --skip-below 0.3",
        2,
        &["--skip-below needs --n-probe"],
    );
    kit.fails(
        "search Sparse.h5 query.npy --skip-below 0.3 --recall-target 0.9",
        2,
        &["cannot be used with"],
    );
    kit.ok("index base.npy -o flat.h5 --index Flat");
    kit.fails(
        "search flat.h5 query.npy --skip-below 0.3",
        2,
        &["flat.h5", "only Sparse and IVF,Sparse"],
    );
}

#[test]
fn a_damaged_index_file_is_an_error_not_a_panic() {
    let kit = Kit::new();
    kit.npy("base.npy", &whole_rows(300, 4, 3));
    kit.ok("index base.npy -o base.h5 --index IVF8,PQ2 --metric l2");
    let whole = fs_err::read(kit.path("base.h5")).unwrap();
    for cut in [0, 8, whole.len() / 2, whole.len() - 1] {
        kit.file("cut.h5", &whole[..cut]);
        kit.fails("search cut.h5 base.npy", 1, &["cut.h5"]);
    }
    let mut refused = 0;
    for at in (0..whole.len()).step_by(whole.len() / 40) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        kit.file("flip.h5", &bytes);
        let code = kit.run("search flip.h5 base.npy").status.code();
        assert!(matches!(code, Some(0 | 1)), "byte {at}: {code:?}");
        refused += usize::from(code == Some(1));
    }
    assert!(refused > 0);
}

#[test]
fn a_library_and_a_vector_index_are_told_apart() {
    let kit = Kit::new();
    kit.npy("base.npy", &whole_rows(30, 4, 3));
    kit.ok("index base.npy -o base.h5");
    let path = kit.path("base.h5");
    let error = mzseek::library::Library::open(&path)
        .unwrap_err()
        .to_string();
    assert!(error.contains("not a mzseek library"), "{error}");
    assert!(mzseek::vectors::IndexFile::verify(&path).unwrap() > 0);
}
