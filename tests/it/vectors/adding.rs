//! Are added vectors found, is their drift told, and do added indexes answer like filled ones?

use super::kit::{Kit, Rows, records, whole_rows};

fn said(kit: &Kit, words: &str) -> String {
    let output = kit.run(words);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{words}: {stderr}");
    stderr
}

fn split(kit: &Kit, rows: &Rows, at: usize) {
    kit.npy("all.npy", rows);
    kit.npy("base.npy", &rows[..at].to_vec());
    kit.npy("more.npy", &rows[at..].to_vec());
}

#[test]
fn exact_indexes_answer_as_if_made_of_all_vectors() {
    let kit = Kit::new();
    split(&kit, &whole_rows(400, 8, 3), 250);
    for metric in ["ip", "l2", "cosine"] {
        for index in ["Flat", "Sparse"] {
            let order = format!("--index {index} --metric {metric}");
            kit.ok(&format!("index all.npy -o all.h5 {order}"));
            kit.ok(&format!("index base.npy -o base.h5 {order}"));
            kit.ok("add base.h5 more.npy -o grown.h5");
            let hits = |file: &str| kit.ok(&format!("search {file} all.npy -k 7"));
            assert_eq!(hits("grown.h5"), hits("all.h5"), "{order}");
        }
    }
}

#[test]
fn every_kind_finds_what_was_added() {
    let kit = Kit::new();
    let rows = whole_rows(600, 8, 3);
    split(&kit, &rows, 500);
    for index in [
        "IVF8,Flat",
        "IVF8,Sparse",
        "IVF8,PQ8",
        "PQ8",
        "OPQ4,IVF8,PQ8,Refine(F16)",
        "PCA6,IVF8,PQ4,Refine(Flat)",
    ] {
        kit.ok(&format!(
            "index base.npy -o base.h5 --metric l2 --index {index}"
        ));
        let text = said(&kit, "add base.h5 more.npy -o grown.h5");
        assert!(text.contains("600 vectors, 100 of them added"), "{text}");
        let hits = records(&kit.ok("search grown.h5 more.npy -k 1 --n-probe 8"));
        let itself = hits[1..].iter().enumerate();
        let n_itself = itself.filter(|(idx, hit)| hit[2] == (500 + idx).to_string());
        let n_itself = n_itself.count();
        assert!(n_itself > 80, "{index}: {n_itself} of 100 find themselves");
        // A grown index can grow again, and its file is sound.
        kit.ok("add grown.h5 more.npy -o again.h5");
        assert!(mzseek::vectors::IndexFile::verify(&kit.path("again.h5")).unwrap() > 0);
    }
}

#[test]
fn drift_is_told_with_its_reason() {
    let kit = Kit::new();
    let rows = whole_rows(20_100, 8, 3);
    split(&kit, &rows, 20_000);
    kit.ok("index base.npy -o base.h5 --metric l2 --index IVF8,PQ4 --no-calibration");
    let steady = said(&kit, "add base.h5 more.npy -o grown.h5");
    assert!(steady.contains("distance to the code, squared"), "{steady}");
    assert!(!steady.contains("make the index again"), "{steady}");
    let far: Rows = rows[..50]
        .iter()
        .map(|row| row.iter().map(|x| x * 10.0).collect())
        .collect();
    kit.npy("far.npy", &far);
    let drifted = said(&kit, "add base.h5 far.npy -o grown.h5");
    assert!(
        drifted.contains("times that of those trained on"),
        "{drifted}"
    );
    assert!(drifted.contains("make the index again"), "{drifted}");
    let many = said(&kit, "add base.h5 all.npy -o grown.h5");
    assert!(
        many.contains("of 40100 vectors only 20000 were trained on"),
        "{many}"
    );
}

#[test]
fn what_cannot_be_added_is_refused() {
    let kit = Kit::new();
    kit.npy("base.npy", &whole_rows(30, 4, 3));
    kit.npy("other.npy", &whole_rows(30, 5, 3));
    kit.ok("index base.npy -o base.h5");
    let parts = ["mixed dimensions", "other.npy", "base.h5"];
    kit.fails("add base.h5 other.npy -o x.h5", 1, &parts);
    kit.fails(
        "add base.npy base.npy -o x.h5",
        1,
        &["not a mzseek vector index"],
    );
    kit.fails("add base.h5 base.npy", 2, &["--output"]);
    assert!(!kit.path("x.h5").exists());
}
