//! Answers that wait for the end of a run: on the disk they are the same as in memory.

use crate::decoys::{peptides, queries};
use crate::kit::{Folder, Report, Run};
use std::path::Path;

/// More bytes of titles than wait in memory.
const N_ROUNDS: usize = 10;
const N_LETTERS: usize = 100_000;

/// A folder with a library with decoys, `short.mgf`, and `long.mgf` whose titles are longer.
fn folder() -> Folder {
    let msp = peptides();
    let mgf = queries(&msp).repeat(N_ROUNDS);
    let folder = Folder::with_library(&msp, &mgf, &["--profile", "peptide"]);
    folder.write("short.mgf", &mgf);
    let long = format!("TITLE={} ", "x".repeat(N_LETTERS));
    folder.write("long.mgf", mgf.replace("TITLE=", &long));
    folder
}

fn search_with(folder: &Folder, words: &[&str], temporary: &Path) -> Run {
    let words = [&["search", "lib.h5"], words].concat();
    let mut command = folder.command(&words);
    let output = command.env("TMPDIR", temporary).output().unwrap();
    Run {
        words: words.join(" "),
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn on_the_disk_answers_are_the_same_as_in_memory() {
    let folder = folder();
    let before = folder.names();
    for how in [
        &["--precursor-tol", "20ppm"][..],
        &["--precursor-tol", "open"],
        &["--precursor-tol", "20ppm", "--fdr", "0.02", "--cascade"],
    ] {
        let report = |queries: &str| {
            let run = search_with(&folder, &[how, &[queries]].concat(), &folder.path("."));
            Report::read(&run.exits(0).stdout)
        };
        let (short, long) = (report("short.mgf"), report("long.mgf"));
        let ids: Vec<&str> = long.column("query_id");
        let ids = ids.iter().map(|id| id.trim_start_matches('x').trim_start());
        assert_eq!(ids.collect::<Vec<_>>(), short.column("query_id"));
        let apart = ["query_id", "query_file"];
        let (short, long) = (short.without(&apart), long.without(&apart));
        assert!(short.rows() == long.rows(), "{how:?}");
        // 60 targets win and no decoy: (0 + 1) / 60.
        assert!(short.column("q_value").contains(&"0.016667"), "{how:?}");
    }
    assert_eq!(folder.names(), before, "temporary files have no name");
}

#[test]
fn a_folder_that_takes_no_file_is_named() {
    let folder = folder();
    let gone = folder.path("gone");
    // Few queries wait in memory.
    search_with(&folder, &["short.mgf"], &gone).exits(0);
    search_with(&folder, &["long.mgf"], &gone)
        .exits(1)
        .says("temporary file in ")
        .says("gone: No such file or directory")
        .says("TMPDIR may name another folder");
    // They wait beside a report, wherever temporary files are made.
    search_with(&folder, &["long.mgf", "-o", "report.csv"], &gone).exits(0);
}
