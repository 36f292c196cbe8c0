//! Is a bench's CSV what other engines write, its recall right and its picture a picture?

use super::kit::{Kit, npy_header, records, whole_rows};

/// As the benches of other engines write it, and what only this one varies.
const HEADER: &str = "engine,index,n,dim,threads,nprobe,k_factor,recall1_at_1,recall1_at_10,\
                      recall10_at_10,qps_batch_cpu,qps_batch_wall,latency_p50_ms,\
                      bytes_per_vector,train_s,add_s,peak_mb,skip_below";

fn kit() -> Kit {
    let kit = Kit::new();
    kit.npy("base.npy", &whole_rows(600, 8, 1));
    kit.npy("query.npy", &whole_rows(50, 8, 2));
    kit
}

/// These columns of each measurement.
fn cells<const N: usize>(rows: &[Vec<String>], columns: [usize; N]) -> Vec<[&str; N]> {
    rows[1..]
        .iter()
        .map(|row| columns.map(|column| row[column].as_str()))
        .collect()
}

#[test]
fn one_row_per_setting_in_the_columns_of_the_peers() {
    let kit = kit();
    let text = kit.ok(
        "bench base.npy query.npy --metric l2 --index Flat IVF16,PQ8 --n-probe 1,16 --threads 1,2 \
         --rounds 1 --plot curve.svg",
    );
    assert_eq!(text.lines().next(), Some(HEADER));
    let rows = records(&text);
    assert_eq!(
        cells(&rows, [1, 4, 5]),
        [
            ["Flat", "1", ""],
            ["Flat", "2", ""],
            ["IVF16,PQ8", "1", "1"],
            ["IVF16,PQ8", "1", "16"],
            ["IVF16,PQ8", "2", "1"],
            ["IVF16,PQ8", "2", "16"],
        ]
    );
    let recall = |row: usize| rows[row][9].parse::<f64>().unwrap();
    assert_eq!(recall(1), 1.0, "a flat index is exact");
    assert!(recall(4) > recall(3), "more lists find more");
    for row in &rows[1..] {
        assert_eq!((&*row[2], &*row[3]), ("600", "8"));
        for speed in [&row[10], &row[11], &row[12], &row[13]] {
            assert!(speed.parse::<f64>().unwrap() > 0.0, "{row:?}");
        }
    }
    // 8 numbers of 4 bytes and a norm, beside what any file has.
    assert!(rows[1][13].parse::<f64>().unwrap() >= 36.0);
    let svg = kit.text("curve.svg");
    check_svg(&svg);
    assert!(svg.contains("IVF16,PQ8, n_probe 16") || svg.contains("IVF16,PQ8, 1 threads, n_probe"));
}

/// Well-formed, as far as elements go, with a curve per index and number of threads.
fn check_svg(svg: &str) {
    let mut open = Vec::new();
    for tag in svg.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').expect("every tag ends");
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap());
        }
    }
    assert!(open.is_empty() && svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    assert_eq!(svg.matches("<polyline").count(), 4);
    assert!(!svg.contains("NaN"));
}

#[test]
fn a_given_truth_is_used_and_checked() {
    let kit = kit();
    // A truth that calls rows 0 to 9 the nearest of every query: a flat search beats it, so every
    // row it returns reaches the marks.
    let mut bytes = npy_header("<i8", "False", "(50, 10)");
    bytes.extend((0..500_i64).flat_map(|i| (i % 10).to_le_bytes()));
    kit.file("low.npy", &bytes);
    let text = kit.ok("bench base.npy query.npy --truth low.npy --index Flat --rounds 1");
    assert_eq!(records(&text)[1][7..10], ["1.0000", "1.0000", "1.0000"]);
    let mut bytes = npy_header("<i8", "False", "(50, 5)");
    bytes.extend((0..250_i64).flat_map(|i| (i % 10).to_le_bytes()));
    kit.file("narrow.npy", &bytes);
    kit.fails(
        "bench base.npy query.npy --truth narrow.npy",
        1,
        &["has 5 rows", "10 for 50"],
    );
    let mut bytes = npy_header("<i4", "False", "(50, 10)");
    bytes.extend((0..500_i32).flat_map(|i| (i + 200).to_le_bytes()));
    kit.file("beyond.npy", &bytes);
    kit.fails(
        "bench base.npy query.npy --truth beyond.npy",
        1,
        &["names row 600"],
    );
}

#[test]
fn the_table_for_people_has_any_k() {
    let kit = kit();
    let table = kit.ok(
        "bench base.npy query.npy --metric l2 --table -k 100 --n-probe 4 --rounds 1 \
         --index Flat PQ4 IVF16,PQ4",
    );
    let lines: Vec<&str> = table.lines().collect();
    assert!(
        lines[0].contains("recall@100") && lines[0].contains("ms per query"),
        "{table}"
    );
    assert!(
        lines[1].starts_with("Flat") && lines[1].contains("100.0 %"),
        "{table}"
    );
    assert_eq!(lines.len(), 4);
}

#[test]
fn a_second_look_is_measured_at_each_depth_and_files_are_not_trained_again() {
    let kit = kit();
    // Of rows that codes tell apart worse than these, a second look leaves out some that are
    // unlikely to count.
    kit.ok("index base.npy -o base.h5 --metric l2 --index IVF16,PQ4,Refine(F16)");
    let words = "bench base.npy query.npy --metric l2 --n-probe 16 --refine-depth 1,60 --rounds 1";
    let trained = records(&kit.ok(&format!("{words} --index IVF16,PQ4,Refine(F16)")));
    let opened = records(&kit.ok(&format!("{words} --index base.h5")));
    for rows in [&trained, &opened] {
        let depths: Vec<&str> = rows[1..].iter().map(|row| &*row[6]).collect();
        assert_eq!(depths, ["1", "60"]);
        // All 600 rows scored again are an exact search.
        assert_eq!(rows[2][9], "1.0000");
        assert!(rows[1][9].parse::<f64>().unwrap() < 1.0);
    }
    assert_eq!(trained[1][9], opened[1][9]);
    let times = |row: &Vec<String>| {
        (
            row[14].parse::<f64>().is_ok(),
            row[15].parse::<f64>().is_ok(),
        )
    };
    assert_eq!(
        (times(&trained[1]), times(&opened[1])),
        ((true, true), (false, false))
    );
    kit.npy("fewer.npy", &whole_rows(599, 8, 1));
    let parts = ["base.h5 holds 600 vectors", "fewer.npy 599"];
    kit.fails(
        "bench fewer.npy query.npy --metric l2 --index base.h5",
        1,
        &parts,
    );
    kit.fails(
        "bench base.npy query.npy --index base.h5",
        2,
        &["give --metric l2"],
    );
}

#[test]
fn what_is_skipped_is_varied_where_an_index_skips() {
    let kit = kit();
    let words = "bench base.npy query.npy --metric l2 --n-probe 2,16 --skip-below 0,0.5 --rounds 1";
    let told = kit.ok(&format!(
        "{words} --index Flat Sparse IVF16,Sparse --plot curve.svg"
    ));
    let rows = records(&told);
    assert_eq!(
        cells(&rows, [1, 5, 17]),
        [
            ["Flat", "", "0"],
            ["Sparse", "", "0"],
            ["Sparse", "", "0.5"],
            ["IVF16,Sparse", "2", "0"],
            ["IVF16,Sparse", "2", "0.5"],
            ["IVF16,Sparse", "16", "0"],
            ["IVF16,Sparse", "16", "0.5"],
        ]
    );
    assert_eq!((&*rows[2][9], &*rows[6][9]), ("1.0000", "1.0000"));
    assert_eq!(rows[3][9], rows[7][9], "all lists, the same coordinates");
    assert!(rows[3][9].parse::<f64>().unwrap() < 1.0);
    let svg = kit.text("curve.svg");
    check_svg(&svg);
    assert!(svg.contains("Sparse, skip_below 0.5: recall"), "{svg}");
    let table = kit.ok(&format!("{words} --table --index Sparse"));
    assert!(table.contains("Sparse, skip_below 0.5"), "{table}");
    for wrong in ["1", "-0.1", "much", "NaN"] {
        let words = format!("bench base.npy query.npy --skip-below={wrong}");
        kit.fails(&words, 2, &["0 or more and below 1"]);
    }
}

#[test]
fn the_table_of_tutorials_needs_no_data() {
    let kit = kit();
    let table = kit.ok("bench --synthetic 2000x32 --metric l2 --table --rounds 1 --n-queries 50");
    let first: Vec<&str> = table
        .lines()
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert_eq!(
        first,
        [
            "index",
            "Flat",
            "PQ2",
            "IVF128,PQ2",
            "IVF128,PQ2,Refine(F16)"
        ]
    );
    assert!(table.lines().nth(1).unwrap().contains("100.0 %"), "{table}");
    kit.fails("bench --synthetic 2000", 2, &["500000x128"]);
    kit.fails(
        "bench base.npy query.npy --synthetic 9x9",
        2,
        &["cannot be used with"],
    );
    kit.fails("bench base.npy", 2, &["<QUERIES>"]);
}

#[test]
fn what_cannot_be_measured_is_refused() {
    let kit = kit();
    kit.npy("small.npy", &whole_rows(5, 8, 1));
    kit.npy("narrow.npy", &whole_rows(5, 7, 1));
    kit.fails("bench base.npy query.npy -k 5", 2, &["-k needs --table"]);
    kit.fails(
        "bench small.npy query.npy",
        2,
        &["-k 10 is larger than the set", "5 vectors"],
    );
    kit.fails("bench base.npy narrow.npy", 1, &["mixed dimensions"]);
    kit.fails(
        "bench base.npy query.npy --index Flat IVFx",
        2,
        &["is not an index"],
    );
    kit.fails("bench base.npy query.npy --threads 0", 2, &[]);
}
