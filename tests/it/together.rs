//! Libraries searched as one answer as one library of all their entries.

use crate::kit::{Folder, Report, data};
use crate::molecules::{Molecule, mgf, molecules, msp};
use std::io::Read;
use std::path::Path;

/// Columns that say in which library an entry is, and where; and the probability, which one library
/// teaches and several do not.
const PLACES: [&str; 4] = ["library", "entry_index", "cluster_id", "probability"];

const FLAGS: [&str; 4] = ["--clusters", "none", "--index", "sparse"];

/// Builds `whole.h5` and the libraries `parts`, from MSP of the same records.
fn build(folder: &Folder, whole: &str, parts: &[(&str, &str)], flags: &[&str]) {
    for (name, msp) in [("whole", whole)].iter().chain(parts) {
        folder.write(&format!("{name}.msp"), msp);
        let (input, output) = (format!("{name}.msp"), format!("{name}.h5"));
        let words = [&["build", &input, "-o", &output][..], flags].concat();
        folder.run(&words).exits(0);
    }
}

fn search(folder: &Folder, libraries: &[&str], flags: &[&str]) -> Report {
    let words = [&["search"][..], libraries, &["queries.mgf"], flags].concat();
    Report::read(&folder.run(&words).exits(0).stdout)
}

/// Asserts that three libraries answer as the whole one in searches that score every entry admitted.
fn same_answers(folder: &Folder) {
    for flags in [
        &["--precursor-tol", "open", "--n-candidates", "all"][..],
        &["--precursor-tol", "10ppm"],
        &[
            "--precursor-tol",
            "20ppm",
            "--n-candidates",
            "all",
            "--group-by",
            "compound",
        ],
        &["--precursor-range=-50..300Da", "--n-candidates", "all"],
        &["--where", "precursor_mz > 300", "--n-candidates", "all"],
    ] {
        let whole = search(folder, &["whole.h5"], flags);
        let parts = search(folder, &["a.h5", "b.h5", "c.h5"], flags);
        let expected = whole.without(&PLACES);
        assert!(expected.rows().len() > 20, "{flags:?}");
        let libraries = parts.column("library");
        for name in ["a", "b", "c"] {
            assert!(libraries.contains(&name), "{flags:?}: nothing of {name}");
        }
        assert_eq!(parts.without(&PLACES).rows(), expected.rows(), "{flags:?}");
    }
}

fn cut(all: &[Molecule]) -> [(&'static str, String); 3] {
    let n = all.len();
    [("a", 0..n / 3), ("b", n / 3..n / 2), ("c", n / 2..n)]
        .map(|(name, rows)| (name, msp(&all[rows])))
}

#[test]
fn three_libraries_answer_as_one_of_all() {
    let mut all = molecules(200);
    // Equal spectra in different libraries, so that ties are settled by the order of libraries.
    for copy in [3, 70, 150] {
        let again = all[copy].clone();
        all.push(again.clone());
        all.insert(0, again);
    }
    let folder = Folder::new();
    let parts = cut(&all);
    let parts = [0, 1, 2].map(|at| (parts[at].0, parts[at].1.as_str()));
    build(&folder, &msp(&all), &parts, &FLAGS);
    folder.write("queries.mgf", mgf(&molecules(80)));
    same_answers(&folder);
    // Few enough entries that the index proposes all of them.
    let flags = ["--precursor-tol", "open", "--n-candidates", "500"];
    let whole = search(&folder, &["whole.h5"], &flags).without(&PLACES);
    let parts = search(&folder, &["a.h5", "b.h5", "c.h5"], &flags).without(&PLACES);
    assert_eq!(whole.rows(), parts.rows());
}

#[test]
fn q_values_are_those_of_all_answers_together() {
    let all = molecules(120);
    let folder = Folder::new();
    let parts = cut(&all);
    let parts = [0, 1, 2].map(|at| (parts[at].0, parts[at].1.as_str()));
    let flags = [&FLAGS[..], &["--decoys", "auto"]].concat();
    build(&folder, &msp(&all), &parts, &flags);
    let queries: Vec<Molecule> = (0..).zip(&all).map(|(s, m)| m.measured_again(s)).collect();
    folder.write("queries.mgf", mgf(&queries));
    let flags = ["--precursor-tol", "10ppm", "--group-by", "entry", "-k", "1"];
    let together = search(&folder, &["a.h5", "b.h5", "c.h5"], &flags);
    let q_values = together.column("q_value");
    let alone = search(&folder, &["a.h5"], &flags);
    // With 40 right answers of its own the least q-value is 1/40; with 120, less.
    let least = |cells: Vec<&str>| {
        let numbers = cells
            .into_iter()
            .filter_map(|cell| cell.parse::<f64>().ok());
        numbers.fold(1.0, f64::min)
    };
    assert!(least(q_values) <= 1.0 / 110.0);
    assert!(least(alone.column("q_value")) >= 1.0 / 41.0);
}

#[test]
fn libraries_that_differ_are_refused_with_the_setting() {
    let all = molecules(30);
    let folder = Folder::with_library(&msp(&all), &mgf(&all[..2]), &["--dim", "64"]);
    folder.write("noise.toml", "[preparation]\nnoise = 0.05\n");
    for (flags, said) in [
        (
            &["--dim", "128"][..],
            "embedding.dim is 128 in other.h5 and 64 in lib.h5",
        ),
        (
            &["--dim", "64", "--config", "noise.toml"],
            "preparation.noise is 0.05",
        ),
        (&["--dim", "64", "--decoys", "spectrum"], "decoys is"),
    ] {
        let words = ["build", "refs.msp", "-o", "other.h5"];
        folder.run(&[&words[..], flags].concat()).exits(0);
        let search = ["search", "lib.h5", "other.h5", "queries.mgf"];
        folder.run(&search).exits(1).says(said);
        let merge = ["merge", "lib.h5", "other.h5", "-o", "both.h5"];
        folder.run(&merge).exits(1).says(said);
    }
    // What makes no difference to an answer may differ.
    let words = ["build", "refs.msp", "-o", "other.h5", "--dim", "64"];
    let flags = ["--index", "PQ4", "--clusters", "none", "--seed", "9"];
    folder.run(&[&words[..], &flags].concat()).exits(0);
    folder
        .run(&["search", "lib.h5", "other.h5", "queries.mgf"])
        .exits(0);
    folder
        .run(&["search", "lib.h5", "other.h5"])
        .exits(2)
        .says("no query spectra");
}

fn unzipped(path: &Path) -> String {
    let mut text = String::new();
    let file = fs_err::File::open(path).unwrap();
    flate2::read::MultiGzDecoder::new(file)
        .read_to_string(&mut text)
        .unwrap();
    text
}

#[test]
fn three_parts_of_massbank_answer_as_the_whole() {
    let Some(massbank) = data("massbank") else {
        return;
    };
    let whole = unzipped(&massbank.join("library.msp.gz"));
    let records: Vec<&str> = whole.split_inclusive("\n\n").collect();
    let n = records.len();
    assert!(n > 20_000, "{n} records");
    let parts = [("a", 0..n / 3), ("b", n / 3..n / 2), ("c", n / 2..n)];
    let parts = parts.map(|(name, rows)| (name, records[rows].concat()));
    let parts = [0, 1, 2].map(|at| (parts[at].0, parts[at].1.as_str()));
    let folder = Folder::new();
    build(&folder, &whole, &parts, &FLAGS);
    let queries = unzipped(&massbank.join("queries.mgf.gz"));
    let queries: Vec<&str> = queries.split_inclusive("END IONS\n").collect();
    let some: Vec<&str> = queries.iter().copied().step_by(40).collect();
    folder.write("queries.mgf", some.concat());
    same_answers(&folder);
}
