//! Flags that make no sense end the program with code 2, say which value, and write nothing.

use crate::kit::Folder;
use crate::molecules::{mgf, molecules, msp};

const BUILD: [(&[&str], &str); 18] = [
    (&["--index", "tree"], "tree"),
    (&["--index", "IVF0,PQ8"], "IVF0,PQ8"),
    (&["--clusters", "some"], "some"),
    (&["--profile", "metabolite"], "metabolite"),
    (&["--mz-range", "100"], "100"),
    (&["--mz-range", "500..100"], "embedding"),
    (&["--mz-range", "nan..100"], "embedding.mz-range"),
    (&["--bin-width", "0"], "embedding"),
    (&["--bin-width=-1"], "embedding.bin-width-da"),
    (&["--bin-width", "nan"], "embedding.bin-width-da"),
    (&["--dim", "0"], "8..=65536"),
    (&["--dim", "4000000000"], "8..=65536"),
    (&["--dim", "wide"], "wide"),
    (&["--seed=-1"], "-1"),
    (&["--config", "gone.toml"], "gone.toml"),
    (&["--config", "slip.toml"], "slip.toml: "),
    (&["--threads", "0"], "--threads"),
    (&["--unknown-flag"], "--unknown-flag"),
];

const SEARCH: [(&[&str], &str); 18] = [
    (&["-k", "0"], "--top-k"),
    (&["-k", "ten"], "ten"),
    (&["--group-by", "molecule"], "cluster, compound, entry"),
    (&["--score", "dot"], "two-view-entropy"),
    (&["--precursor-tol", "10"], "10"),
    (&["--precursor-tol=-5ppm"], "-5ppm"),
    (&["--precursor-tol", "nanDa"], "nanDa"),
    (&["--fragment-tol", "open"], "open"),
    (&["--fragment-tol", "0.02"], "0.02"),
    (&["--n-probe", "0"], "auto"),
    (&["--n-candidates", "0"], "auto"),
    (&["--n-candidates", "many"], "many"),
    (&["--min-score", "1.5"], "a number from 0 to 1"),
    (&["--min-score", "nan"], "a number from 0 to 1"),
    (&["--min-matched=-1"], "-1"),
    (&["--threads", "0"], "--threads"),
    (&["-q", "-v"], "--verbose"),
    (&["--unknown-flag"], "--unknown-flag"),
];

fn folder() -> Folder {
    let few = molecules(5);
    let folder = Folder::with_library(&msp(&few), &mgf(&few), &["--dim", "32"]);
    folder.write("slip.toml", "[embedding]\ndimm = 3\n");
    folder
}

#[test]
fn values_that_no_flag_of_build_takes() {
    let folder = folder();
    let before = folder.names();
    for (flags, message) in BUILD {
        let words = [&["build", "refs.msp", "-o", "new.h5"], flags].concat();
        folder.run(&words).exits(2).says(message);
        assert_eq!(folder.names(), before, "{flags:?}");
    }
}

#[test]
fn values_that_no_flag_of_search_takes() {
    let folder = folder();
    let before = folder.names();
    for (flags, message) in SEARCH {
        let words = [&["search", "lib.h5", "queries.mgf", "-o", "new.csv"], flags].concat();
        folder.run(&words).exits(2).says(message);
        assert_eq!(folder.names(), before, "{flags:?}");
    }
}

#[test]
fn arguments_that_are_missing() {
    let folder = folder();
    for (words, message) in [
        (&["build", "refs.msp"][..], "--output"),
        (&["build", "-o", "new.h5"], "INPUT"),
        (&["search", "lib.h5"], "QUERIES"),
        (&["verify"], "LIB.h5"),
        (&["guess"], "guess"),
        (&[], "Usage"),
    ] {
        folder.run(words).exits(2).says(message);
    }
    let run = folder.run(&["--help"]).exits(0);
    assert!(run.stdout.contains("Exit codes"), "{}", run.stdout);
    assert!(folder.run(&["--version"]).exits(0).stdout.contains("0."));
}
