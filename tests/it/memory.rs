//! A ceiling on memory changes where arrays are kept, and nothing else.

use crate::kit::Folder;
use crate::molecules::{Molecule, molecules, msp};

/// Molecules of which so many have one precursor that their neighbours are looked for in the index,
/// and some are there several times.
fn crowd() -> Vec<Molecule> {
    let mut all = molecules(1200);
    for molecule in &mut all[..400] {
        molecule.precursor_mz = Some(300.0);
    }
    let again: Vec<Molecule> = all.iter().step_by(7).map(|m| m.measured_again(3)).collect();
    let copies: Vec<Molecule> = all.iter().step_by(11).cloned().collect();
    all.into_iter().chain(again).chain(copies).collect()
}

const KINDS: [&[&str]; 5] = [
    &["--index", "sparse", "--decoys", "spectrum"],
    &["--index", "IVF8,Sparse"],
    &[
        "--index",
        "IVF8,PQ16",
        "--dim",
        "64",
        "--decoys",
        "spectrum",
    ],
    &[
        "--index",
        "IVF8,Flat",
        "--dim",
        "64",
        "--clusters",
        "identity",
    ],
    &[
        "--index",
        "PCA16,IVF8,PQ8,Refine(F16)",
        "--dim",
        "64",
        "--clusters",
        "none",
    ],
];

#[test]
fn a_library_has_the_same_bytes_below_any_ceiling() {
    let folder = Folder::new();
    folder.write("refs.msp", msp(&crowd()));
    for kind in KINDS {
        let build = |how: &[&str]| {
            let words = [&["build", "refs.msp", "-o", "lib.h5"], kind, how].concat();
            let run = folder.run(&words).exits(0);
            (folder.read("lib.h5"), run.stderr)
        };
        let (expected, _) = build(&[]);
        for how in [
            &["--memory", "64MB", "--threads", "1"][..],
            &["--memory", "64MiB", "--threads", "2"],
            &["--memory", "1GB"],
        ] {
            let (found, told) = build(how);
            assert!(found == expected, "{kind:?} {how:?}: another library");
            assert!(
                !told.contains("memory were taken") || how[1] != "1GB",
                "{told}"
            );
        }
        assert_eq!(
            folder.names(),
            ["lib.h5", "refs.msp"],
            "{kind:?}: stray files"
        );
    }
}

#[test]
fn libraries_made_of_libraries_are_the_same_too() {
    let folder = Folder::new();
    let all = crowd();
    folder.write("a.msp", msp(&all[..900]));
    folder.write("b.msp", msp(&all[900..]));
    let run = |words: &[&str]| folder.run(words).exits(0);
    for (input, output) in [("a.msp", "a.h5"), ("b.msp", "b.h5"), ("a.msp", "c.h5")] {
        run(&["build", input, "-o", output, "--index", "IVF8,Sparse"]);
    }
    run(&["add", "c.h5", "b.msp"]);
    fs_err::copy(folder.path("a.h5"), folder.path("d.h5")).unwrap();
    let added = folder.read("c.h5");
    let few = ["--where", "precursor_mz > 400"];
    let mut made: Vec<[Vec<u8>; 3]> = Vec::new();
    for memory in [&[][..], &["--memory", "64MB"]] {
        run(&[&["merge", "a.h5", "b.h5", "-o", "all.h5"], memory].concat());
        // The base is removed with the version that named it.
        let base = folder
            .names()
            .into_iter()
            .find(|name| name.contains("base"));
        let base = base.map(|name| (folder.read(&name), name)).unwrap();
        run(&[&["compact", "c.h5"], memory].concat());
        run(&[&["remove", "d.h5"], &few[..], memory].concat());
        made.push(["all.h5", "c.h5", "d.h5"].map(|name| folder.read(name)));
        folder.write(&base.1, base.0);
        folder.write("c.h5", &added);
        fs_err::copy(folder.path("a.h5"), folder.path("d.h5")).unwrap();
    }
    assert!(made[0] == made[1], "another library");
}

#[test]
fn a_search_answers_the_same_below_a_ceiling() {
    let folder = Folder::new();
    folder.write("refs.msp", msp(&crowd()));
    for kind in ["sparse", "IVF8,Sparse"] {
        let build = ["build", "refs.msp", "-o", "lib.h5", "--index", kind];
        folder.run(&build).exits(0);
        for window in ["open", "10ppm"] {
            let search = ["search", "lib.h5", "refs.msp", "--precursor-tol", window];
            let expected = folder.run(&search).exits(0).stdout;
            let below = folder.run(&[&search[..], &["--memory", "64MB"]].concat());
            let found = below.exits(0).stdout;
            assert!(found == expected, "{kind}, {window}: another report");
        }
    }
    folder
        .run(&["search", "lib.h5", "refs.msp", "--memory", "1MB"])
        .exits(2)
        .says("1 MB is too little to work in: 64 MB at least");
}

#[test]
fn a_ceiling_that_cannot_be_kept_is_refused() {
    let folder = Folder::new();
    folder.write("refs.msp", msp(&molecules(1000)));
    let build = ["build", "refs.msp", "-o", "lib.h5", "--memory"];
    for (words, code, told) in [
        (
            &["5MB"][..],
            2,
            "5 MB is too little to work in: 64 MB at least",
        ),
        (
            &["lots"],
            2,
            "\"lots\" is no size: write a number and kB, MB, GB",
        ),
        (
            &["64MB", "--index", "flat", "--dim", "65536"],
            2,
            "--memory 64 MB is too little for 1000 entries with index Flat",
        ),
    ] {
        folder
            .run(&[&build[..], words].concat())
            .exits(code)
            .says(told);
        assert_eq!(folder.names(), ["refs.msp"]);
    }
}
