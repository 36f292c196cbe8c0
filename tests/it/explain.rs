//! `mzseek explain` shows what a score is made of, and adds up to what `search` reports.

use crate::kit::{Folder, Report};
use crate::molecules::{mgf, molecules, msp};

fn folder() -> Folder {
    let library = molecules(60);
    let queries: Vec<_> = library
        .iter()
        .step_by(20)
        .map(|m| m.measured_again(3))
        .collect();
    Folder::with_library(&msp(&library), &mgf(&queries), &[])
}

const QUERY: [&str; 2] = ["--query", "molecule 20"];

#[test]
fn contributions_add_up_to_the_reported_score() {
    let folder = folder();
    for flags in [
        &["--precursor-tol", "10ppm"][..],
        &["--precursor-tol", "open"],
        &["--precursor-tol", "open", "--score", "modified-cosine"],
        &["--precursor-tol", "open", "--score", "nist-composite"],
    ] {
        let report = folder
            .run(&[&["search", "lib.h5", "queries.mgf"], flags].concat())
            .exits(0);
        let report = Report::read(&report.stdout);
        let at = report
            .column("query_id")
            .iter()
            .position(|id| *id == "molecule 20")
            .unwrap();
        let reported: f64 = report.column("similarity")[at].parse().unwrap();
        let words = [&["explain", "lib.h5", "queries.mgf"], &QUERY[..], flags].concat();
        let csv = folder
            .run(&[&words[..], &["--format", "csv"]].concat())
            .exits(0)
            .stdout;
        let parts = Report::read(&csv);
        let sum: f64 = parts
            .column("contribution")
            .iter()
            .filter_map(|c| c.parse::<f64>().ok())
            .sum();
        assert!(
            (sum - reported).abs() < 2e-6,
            "{flags:?}: {sum} instead of {reported}"
        );
        let json = folder
            .run(&[&words[..], &["--format", "json"]].concat())
            .exits(0)
            .stdout;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["name"], "molecule 20");
        assert!((json["similarity"].as_f64().unwrap() - reported).abs() < 1e-6);
        assert_eq!(
            json["peaks"].as_array().unwrap().len(),
            parts.column("query_mz").len()
        );
        let text = folder.run(&words).exits(0).stdout;
        let (_, sum) = text
            .rsplit_once(
                "
sum ",
            )
            .unwrap();
        let sum: f64 = sum.trim().parse().unwrap();
        assert!((sum - reported).abs() < 2e-6, "{text}");
    }
}

#[test]
fn every_peak_of_both_is_there() {
    let folder = folder();
    let words = [
        "explain",
        "lib.h5",
        "queries.mgf",
        "--query",
        "1",
        "--entry",
        "7",
        "--format",
        "csv",
    ];
    let parts = Report::read(&folder.run(&words).exits(0).stdout);
    let n = |column: &str| {
        parts
            .column(column)
            .iter()
            .filter(|cell| !cell.is_empty())
            .count()
    };
    let molecules = molecules(60);
    // The query of number 1 is molecule 20. No two peaks of these are close enough to be merged.
    assert_eq!(n("query_mz"), molecules[20].peaks.len());
    assert_eq!(n("entry_mz"), molecules[7].peaks.len());
    assert_eq!(n("contribution"), n("matched_as"));
}

#[test]
fn what_is_not_there_is_named() {
    let folder = folder();
    let explain = |flags: &[&str]| {
        let words = [&["explain", "lib.h5", "queries.mgf"], flags].concat();
        folder.run(&words).exits(1)
    };
    explain(&["--query", "nobody"]).says("there is no query nobody in queries.mgf");
    explain(&["--query", "0", "--entry", "nothing"]).says("there is no entry nothing");
    explain(&["--query", "0", "--rank", "9"]).says("not one of rank 9");
}
