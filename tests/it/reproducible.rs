//! Same input, same seed, same bytes: whatever the threads, the time and the company of a query.

use crate::kit::{Folder, Report};
use crate::molecules::{Molecule, mgf, molecules, msp};
use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::Duration;

const KINDS: [&str; 3] = ["flat", "IVF8,PQ16", "PQ16"];

fn input() -> (Vec<Molecule>, Vec<Molecule>) {
    let library = molecules(300);
    let queries = library.iter().step_by(5).map(|m| m.measured_again(7));
    let queries = queries.collect();
    (library, queries)
}

#[test]
fn a_library_has_the_same_bytes_on_any_threads_at_any_time() {
    let (library, _) = input();
    let folder = Folder::new();
    folder.write("refs.msp", msp(&library));
    let build = |index: &str, threads: &str| {
        let words = [
            "build", "refs.msp", "-o", "lib.h5", "--dim", "64", "--index", index,
        ];
        folder
            .run(&[&words[..], &["--threads", threads]].concat())
            .exits(0);
        folder.read("lib.h5")
    };
    let first: Vec<Vec<u8>> = KINDS.iter().map(|index| build(index, "1")).collect();
    // A time stamp in the file would now be another.
    sleep(Duration::from_millis(1100));
    for (index, first) in KINDS.iter().zip(first) {
        assert!(
            build(index, "1") == first,
            "{index}: a second build differs"
        );
        assert!(build(index, "2") == first, "{index}: two threads differ");
    }
}

#[test]
fn another_seed_makes_another_index() {
    let (library, _) = input();
    let folder = Folder::new();
    folder.write("refs.msp", msp(&library));
    let build = |seed: &str| {
        let words = [
            "build",
            "refs.msp",
            "-o",
            "lib.h5",
            "--index",
            "IVF8,PQ16",
            "--seed",
            seed,
        ];
        folder.run(&words).exits(0);
        folder.read("lib.h5")
    };
    assert!(build("1") != build("2"));
}

#[test]
fn a_report_has_the_same_bytes_on_any_threads_and_runs() {
    let (library, queries) = input();
    for index in KINDS {
        let flags = ["--dim", "64", "--index", index];
        let folder = Folder::with_library(&msp(&library), &mgf(&queries), &flags);
        for tolerance in ["10ppm", "open"] {
            let search = |threads: &str| {
                let words = [
                    "search",
                    "lib.h5",
                    "queries.mgf",
                    "--precursor-tol",
                    tolerance,
                    "--threads",
                    threads,
                ];
                folder.run(&words).exits(0).stdout
            };
            let one = search("1");
            let plan = match (tolerance, index) {
                ("10ppm", _) => "window",
                (_, "IVF8,PQ16") => "ivfpq",
                (_, "PQ16") => "pq",
                _ => "flat",
            };
            let report = Report::read(&one);
            assert!(report.column("plan").iter().all(|p| *p == plan), "{plan}");
            assert!(report.column("rank").len() >= queries.len());
            assert!(search("2") == one, "{plan}: two threads differ");
            assert!(search("1") == one, "{plan}: a second run differs");
        }
    }
}

#[test]
fn an_answer_does_not_depend_on_the_other_queries() {
    let (library, queries) = input();
    let flags = ["--dim", "64", "--index", "IVF8,PQ16"];
    let folder = Folder::with_library(&msp(&library), &mgf(&queries), &flags);
    // 37 and 60 have no common factor: every query once, in another order.
    let shuffled: Vec<Molecule> = (0..queries.len())
        .map(|i| queries[i * 37 % queries.len()].clone())
        .collect();
    folder.write("shuffled.mgf", mgf(&shuffled));
    for tolerance in ["10ppm", "open"] {
        let answers = |file: &str| -> BTreeMap<String, Vec<String>> {
            let words = ["search", "lib.h5", file, "--precursor-tol", tolerance];
            let text = folder.run(&words).exits(0).stdout;
            let mut answers: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for line in text.lines().skip(1) {
                // File and position differ, the rest of the row must not.
                let cells: Vec<&str> = line.splitn(4, ',').collect();
                let rows = answers.entry(cells[1].to_owned()).or_default();
                rows.push(cells[3].to_owned());
            }
            answers
        };
        let asked = answers("queries.mgf");
        assert_eq!(asked.len(), queries.len());
        assert!(asked == answers("shuffled.mgf"), "{tolerance}");
    }
}
