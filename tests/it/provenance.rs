//! Is what lies beside a report enough to make the report again?

use crate::kit::Folder;
use crate::molecules::{mgf, molecules, msp};
use serde_json::Value;

fn folder() -> Folder {
    let all = molecules(60);
    Folder::with_library(&msp(&all[..40]), &mgf(&all), &["--dim", "64"])
}

fn provenance(folder: &Folder, report: &str) -> Value {
    serde_json::from_str(&folder.text(&format!("{report}.json"))).unwrap()
}

#[test]
fn every_report_can_be_made_again() {
    let folder = folder();
    let flags: [&[&str]; 5] = [
        &[],
        &[
            "--precursor-tol",
            "open",
            "--format",
            "jsonl",
            "--only-matched",
        ],
        &[
            "--precursor-range=-20..300Da",
            "-k",
            "3",
            "--group-by",
            "entry",
        ],
        &[
            "--where",
            "precursor_mz between 250 and 400 and name is known",
            "--columns",
            "query_id,name",
            "--min-score",
            "0.1",
            "--rt-tol",
            "0.5min",
            "--ri-tol",
            "20",
        ],
        &[
            "--fragment-tol=20ppm",
            "--score=modified-cosine",
            "--n-candidates=all",
            "--ambiguity-margin=0.1",
            "--min-matched=2",
        ],
    ];
    for flags in flags {
        let search = ["search", "lib.h5", "queries.mgf", "-o", "report", "-q"];
        folder.run(&[&search[..], flags].concat()).exits(0);
        let (first, told) = (folder.read("report"), folder.read("report.json"));
        folder
            .run(&["again", "report.json", "-o", "again"])
            .exits(0)
            .says("again: the same report, byte for byte");
        assert!(folder.read("again") == first, "{flags:?}");
        fs_err::remove_file(folder.path("report")).unwrap();
        folder.run(&["again", "report.json"]).exits(0);
        assert!(folder.read("report") == first, "{flags:?}");
        assert!(folder.read("report.json") == told, "{flags:?}");
    }
}

#[test]
fn it_tells_what_was_used() {
    let folder = folder();
    let search = ["search", "lib.h5", "queries.mgf", "-o", "report.csv", "-q"];
    folder.run(&search).exits(0);
    let told = provenance(&folder, "report.csv");
    assert_eq!(told["mzseek_version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(told["libraries"][0]["path"], "lib.h5");
    assert_eq!(told["libraries"][0]["n_entries"], 40);
    assert_eq!(told["counts"]["queries"], 60);
    assert_eq!(told["settings"]["precursor-tol"], "10ppm");
    assert_eq!(told["settings"]["format"], "csv");
    let hash = |name: &str| blake3::hash(&folder.read(name)).to_hex().to_string();
    assert_eq!(told["inputs"][0]["blake3"], hash("queries.mgf"));
    assert_eq!(told["report"]["blake3"], hash("report.csv"));
    let matched = told["counts"]["matched"].as_u64().unwrap();
    let none = told["counts"]["no_candidate"].as_u64().unwrap();
    assert_eq!(matched + none, 60);
}

#[test]
fn what_has_changed_is_told() {
    let folder = folder();
    let search = ["search", "lib.h5", "queries.mgf", "-o", "report.csv", "-q"];
    folder.run(&search).exits(0);
    let again = || folder.run(&["again", "report.csv.json", "-o", "new.csv"]);
    let queries = folder.text("queries.mgf");
    folder.write("queries.mgf", queries.replacen("TITLE=", "TITLE=x", 1));
    again().exits(1).says("queries.mgf: is not the file it was");
    folder.write("queries.mgf", queries);
    let library = folder.read("lib.h5");
    folder
        .run(&["build", "refs.msp", "-o", "lib.h5", "--dim", "128", "-q"])
        .exits(0);
    again().exits(1).says("lib.h5: is not the file it was");
    folder.write("lib.h5", library);
    let told = folder.text("report.csv.json");
    let first = folder.read("report.csv");
    for (from, to, says) in [
        (
            "\"score\": \"auto\"",
            "\"score\": \"cosine\"",
            "is not the report",
        ),
        ("\"top-k\"", "\"top-q\"", "unexpected argument"),
        (
            "\"format_version\": 1",
            "\"format_version\": 9",
            "mzseek-run 9",
        ),
        ("{\n", "{\n\"more\": 1,", "is not the .json beside a report"),
    ] {
        assert!(told.contains(from));
        folder.write("report.csv.json", told.replacen(from, to, 1));
        again().exits(1).says(says);
    }
    assert!(folder.read("report.csv") == first);
}

#[test]
fn an_input_in_its_place_is_not_replaced() {
    let folder = folder();
    let queries = folder.read("queries.mgf");
    folder.write("report.csv.json", &queries);
    let search = ["search", "lib.h5", "report.csv.json", "-o", "report.csv"];
    folder.run(&search).exits(2).says("is an input");
    assert!(folder.read("report.csv.json") == queries);
}

#[test]
fn several_libraries_are_told_and_checked() {
    let folder = folder();
    folder.write("more.msp", msp(&molecules(60)[40..]));
    folder
        .run(&["build", "more.msp", "-o", "more.h5", "--dim", "64", "-q"])
        .exits(0);
    let search = [
        "search",
        "lib.h5",
        "more.h5",
        "queries.mgf",
        "-o",
        "r.mztabm",
    ];
    folder.run(&search).exits(0);
    let told = provenance(&folder, "r.mztabm");
    assert_eq!(told["libraries"][1]["path"], "more.h5");
    assert_eq!(told["libraries"][1]["n_entries"], 20);
    assert_eq!(told["inputs"].as_array().unwrap().len(), 1);
    assert!(
        folder
            .text("r.mztabm")
            .contains("MTD\tdatabase[2]-prefix\tmore\n")
    );
    folder
        .run(&["again", "r.mztabm.json", "-o", "again"])
        .exits(0);
    folder.write("more.h5", folder.read("lib.h5"));
    folder
        .run(&["again", "r.mztabm.json", "-o", "again"])
        .exits(1)
        .says("more.h5: is not the file it was");
}
