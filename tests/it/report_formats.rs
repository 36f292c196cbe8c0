//! Do all shapes of the report say the same, and can others read them?

use crate::kit::{Folder, Report, python_with};
use crate::molecules::{mgf, molecules, msp};
use mzseek::report::{COLUMNS, Cell};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use std::path::Path;
use std::process::Command;

/// A library, 61 queries of which the last has no match, and the CSV report.
fn folder() -> (Folder, Report) {
    let all = molecules(60);
    let empty = "BEGIN IONS\nTITLE=without peaks\nPEPMASS=300\nEND IONS\n";
    let queries = mgf(&all) + empty;
    let folder = Folder::with_library(&msp(&all[..40]), &queries, &["--dim", "64"]);
    search(&folder, "report.csv", &[]);
    let report = Report::read(&folder.text("report.csv"));
    assert!(report.column("rank").contains(&""), "some have no match");
    assert!(report.column("rank").contains(&"2"), "some have several");
    (folder, report)
}

fn search(folder: &Folder, report: &str, flags: &[&str]) {
    let words = ["search", "lib.h5", "queries.mgf", "-o", report, "-q"];
    let how = ["--precursor-tol", "open", "--min-score", "0.01", "-k", "3"];
    folder.run(&[&words[..], &how, flags].concat()).exits(0);
}

/// Whether `value` is what `cell` of the CSV rounds.
fn rounds_to(value: f64, cell: &str) -> bool {
    let decimals = cell.split_once('.').map_or(0, |(_, digits)| digits.len());
    let half = 0.5 * 10_f64.powi(-(decimals as i32));
    (value - cell.parse::<f64>().unwrap()).abs() <= half * 1.001
}

#[test]
fn tsv_and_json_lines_hold_the_cells_of_csv() {
    let (folder, csv) = folder();
    search(&folder, "report.tsv", &[]);
    search(&folder, "named.txt", &["--format", "jsonl"]);
    let tsv = folder.text("report.tsv");
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b'\t')
        .from_reader(tsv.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let json = folder.text("named.txt");
    let objects: Vec<serde_json::Map<String, serde_json::Value>> = json
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), csv.column("rank").len());
    assert_eq!(objects.len(), rows.len());
    for (place, column) in COLUMNS.iter().enumerate() {
        for (at, expected) in csv.column(column.name).into_iter().enumerate() {
            assert_eq!(&rows[at][place], expected, "{}", column.name);
            let found = &objects[at][column.name];
            match column.cell {
                _ if expected.is_empty() => assert!(found.is_null()),
                Cell::Text(_) => assert_eq!(found, expected),
                Cell::Whole(_) => assert_eq!(found.as_i64(), expected.parse().ok()),
                Cell::Number(..) => assert_eq!(found.as_f64(), expected.parse().ok()),
            }
        }
    }
}

#[test]
fn parquet_holds_the_cells_of_csv_with_types() {
    let (folder, csv) = folder();
    search(&folder, "report.parquet", &[]);
    let file = fs_err::File::open(folder.path("report.parquet")).unwrap();
    let reader = SerializedFileReader::new(file.into_parts().0).unwrap();
    let rows: Vec<parquet::record::Row> = reader
        .get_row_iter(None)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(rows.len(), csv.column("rank").len());
    for (at, row) in rows.iter().enumerate() {
        for ((name, field), column) in row.get_column_iter().zip(COLUMNS) {
            assert_eq!(name, column.name);
            let expected = csv.column(name)[at];
            match (field, column.cell) {
                (Field::Null, _) => assert_eq!(expected, "", "{name}"),
                (Field::Str(text), Cell::Text(_)) => assert_eq!(text, expected, "{name}"),
                (Field::Long(n), Cell::Whole(_)) => assert_eq!(n.to_string(), expected, "{name}"),
                (Field::Double(x), Cell::Number(..)) => {
                    assert!(rounds_to(*x, expected), "{name}: {x} and {expected}");
                }
                (other, _) => panic!("{name}: {other:?} is of another type than its column"),
            }
        }
    }
}

#[test]
fn sqlite_holds_the_cells_of_csv_with_types() {
    let (folder, csv) = folder();
    search(&folder, "report.sqlite", &[]);
    let database = rusqlite::Connection::open(folder.path("report.sqlite")).unwrap();
    let mut all = database
        .prepare("SELECT * FROM matches ORDER BY rowid")
        .unwrap();
    let mut rows = all.query([]).unwrap();
    let mut at = 0;
    while let Some(row) = rows.next().unwrap() {
        for (place, column) in COLUMNS.iter().enumerate() {
            let expected = csv.column(column.name)[at];
            match (row.get_ref(place).unwrap(), column.cell) {
                (rusqlite::types::ValueRef::Null, _) => assert_eq!(expected, ""),
                (rusqlite::types::ValueRef::Text(text), Cell::Text(_)) => {
                    assert_eq!(text, expected.as_bytes());
                }
                (rusqlite::types::ValueRef::Integer(n), Cell::Whole(_)) => {
                    assert_eq!(n.to_string(), expected);
                }
                (rusqlite::types::ValueRef::Real(x), Cell::Number(..)) => {
                    assert!(rounds_to(x, expected), "{x} and {expected}");
                }
                (other, _) => panic!("{}: {other:?}", column.name),
            }
        }
        at += 1;
    }
    assert_eq!(at, csv.column("rank").len());
    let said: i64 = database
        .query_row("SELECT count(*) FROM columns", [], |row| row.get(0))
        .unwrap();
    assert_eq!(said, COLUMNS.len() as i64);
}

#[test]
fn every_shape_is_the_same_bytes_each_time() {
    let (folder, _) = folder();
    for name in ["jsonl", "parquet", "sqlite", "mztab", "mztabm"] {
        let (one, two) = (format!("one.{name}"), format!("two.{name}"));
        search(&folder, &one, &["--threads", "1"]);
        search(&folder, &two, &["--threads", "2"]);
        assert!(folder.read(&one) == folder.read(&two), "{name}");
    }
}

#[test]
fn columns_of_other_programs_hold_our_cells() {
    let (folder, ours) = folder();
    search(&folder, "gnps.csv", &["--columns", "gnps"]);
    search(&folder, "mzmine.csv", &["--columns", "mzmine"]);
    search(&folder, "few.csv", &["--columns", "query_id,rank"]);
    let gnps = Report::read(&folder.text("gnps.csv"));
    for (theirs, our) in [
        ("MQScore", "similarity"),
        ("SharedPeaks", "matched_peaks"),
        ("Compound_Name", "name"),
        ("SpecMZ", "query_precursor_mz"),
        ("LibMZ", "entry_precursor_mz"),
    ] {
        assert_eq!(gnps.column(theirs), ours.column(our), "{theirs}");
    }
    let scans: Vec<String> = ours
        .column("query_index")
        .iter()
        .map(|index| (index.parse::<u64>().unwrap() + 1).to_string())
        .collect();
    assert_eq!(gnps.column("#Scan#"), scans);
    let mzmine = Report::read(&folder.text("mzmine.csv"));
    let score = "spectral_db_matches:similarity_score";
    assert_eq!(mzmine.column(score), ours.column("similarity"));
    assert!(folder.text("few.csv").starts_with("query_id,rank\n"));
}

#[test]
fn formats_that_cannot_be_are_refused() {
    let (folder, _) = folder();
    let run = |words: &[&str]| folder.run(&[&["search", "lib.h5", "queries.mgf"], words].concat());
    run(&["--format", "sqlite"]).exits(2).says("needs a file");
    run(&["--format", "mztab", "--columns", "gnps"])
        .exits(2)
        .says("--columns does not go with mztab");
    run(&["--format", "xlsx"])
        .exits(2)
        .says("is not one of: csv, tsv");
    run(&["--columns", "nmae"]).exits(2).says("is neither all");
}

/// Runs a script of `tests/readers`, which prints `ok` where it finds what it should.
fn check(python: &str, script: &str, words: &[&str], folder: &Folder) {
    let readers = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers");
    let output = Command::new(python)
        .arg(readers.join(script))
        .args(words)
        .current_dir(folder.path("."))
        .output()
        .unwrap();
    let (out, err) = (output.stdout, String::from_utf8_lossy(&output.stderr));
    assert!(
        output.status.success() && out.starts_with(b"ok"),
        "{script} {words:?}: {err}"
    );
}

#[test]
fn pandas_reads_parquet_with_the_right_types() {
    let Some(python) = python_with("pandas, pyarrow") else {
        return;
    };
    let (folder, _) = folder();
    search(&folder, "report.parquet", &[]);
    check(
        &python,
        "parquet.py",
        &["report.parquet", "report.csv"],
        &folder,
    );
}

#[test]
fn mztab_is_valid() {
    let Some(python) = python_with("pyteomics.mztab, pandas") else {
        return;
    };
    let (folder, csv) = folder();
    let n_matches = csv.column("rank").iter().filter(|r| !r.is_empty()).count();
    let n = n_matches.to_string();
    for (name, none) in [
        ("report.mztab", "none.mztab"),
        ("report.mztabm", "none.mztabm"),
    ] {
        search(&folder, name, &[]);
        check(&python, "mztab.py", &[name, &n], &folder);
        search(&folder, none, &["--where", "name = 'nobody'"]);
        check(&python, "mztab.py", &[none, "0"], &folder);
    }
    // Peptides have a section of their own.
    let peaks = (1..=12).map(|n| format!("{}.0{n:02}\t{}", 100 + 40 * n, 100 * n));
    let peaks = peaks.collect::<Vec<_>>().join("\n");
    let peptides = format!(
        "Name: PEPTIDEK/2\nPrecursorMZ: 464.7347\nCharge: 2\nComment: Mods=1/0,P,Acetyl \
         Parent=464.7347\nNum peaks: 12\n{peaks}\n\n"
    );
    let folder = Folder::with_library(&peptides, "", &["--profile", "peptide", "--decoys", "none"]);
    folder
        .run(&["search", "lib.h5", "refs.msp", "-o", "p.mztab", "-q"])
        .exits(0);
    let text = folder.text("p.mztab");
    assert!(text.contains("\nPSM\tPEPTIDEK\t1\t"), "{text}");
    check(&python, "mztab.py", &["p.mztab", "1"], &folder);
}
