//! A library that is added to, taken from, compacted and merged is what a build of the same spectra
//! would be, and is never lost on the way.

use crate::kit::{Folder, Report, contents, names_in};
use crate::molecules::{Molecule, mgf, molecules, msp};
use mzseek::library::{Draft, Library, LibraryError, append};

/// Molecules of which each is measured twice, so that there are clusters.
fn measured() -> Vec<Molecule> {
    let once = molecules(60);
    let again = (0..).zip(&once).map(|(seed, m)| m.measured_again(seed));
    once.iter().cloned().chain(again).collect()
}

/// A folder with a library `lib.h5` of `molecules`, and queries.
fn folder(molecules: &[Molecule], flags: &[&str]) -> Folder {
    let queries = mgf(&measured()[..30]);
    Folder::with_library(&msp(molecules), &queries, flags)
}

const FLAGS: [&str; 4] = ["--dim", "64", "--index", "auto"];
/// Every entry is scored, so that no index stands between.
const WHOLE: [&str; 6] = [
    "search",
    "lib.h5",
    "queries.mgf",
    "--n-candidates",
    "all",
    "--precursor-tol",
];

/// The report without probabilities, which stay those of the last training.
fn report(folder: &Folder, words: &[&str]) -> Report {
    Report::read(&folder.run(words).exits(0).stdout).without(&["probability"])
}

#[test]
fn an_added_to_library_answers_as_one_built_of_all() {
    let all = measured();
    let folder_of_all = folder(&all, &FLAGS);
    for cuts in [&[100][..], &[60, 61, 100]] {
        let grown = folder(&all[..cuts[0]], &FLAGS);
        let ends = cuts[1..].iter().copied().chain([all.len()]);
        for (start, end) in cuts.iter().copied().zip(ends) {
            grown.write("more.msp", msp(&all[start..end]));
            grown.run(&["add", "lib.h5", "more.msp"]).exits(0);
            grown.run(&["verify", "lib.h5"]).exits(0);
        }
        for tolerance in ["open", "10ppm"] {
            for group in ["entry", "cluster", "compound"] {
                let words = [&WHOLE[..], &[tolerance, "--group-by", group]].concat();
                let expected = report(&folder_of_all, &words);
                assert!(expected.rows().len() >= 30);
                assert_eq!(
                    report(&grown, &words).rows(),
                    expected.rows(),
                    "{tolerance}"
                );
            }
        }
        let auto = ["search", "lib.h5", "queries.mgf", "--precursor-tol", "open"];
        let expected = report(&folder_of_all, &auto);
        assert_eq!(report(&grown, &auto).rows(), expected.rows());
    }
}

#[test]
fn compacting_gives_what_a_build_of_all_gives() {
    let all = measured();
    for decoys in ["none", "auto"] {
        let flags = [&FLAGS[..], &["--decoys", decoys]].concat();
        let built = folder(&all, &flags);
        let grown = folder(&all[..70], &flags);
        grown.write("more.msp", msp(&all[70..]));
        grown.run(&["add", "lib.h5", "more.msp"]).exits(0);
        grown.run(&["verify", "lib.h5"]).exits(0);
        let library = Library::open(&grown.path("lib.h5")).unwrap();
        let n_decoys = if decoys == "auto" { all.len() } else { 0 };
        assert_eq!(library.entries().n_targets(), all.len());
        assert_eq!(library.entries().n_decoys(), n_decoys);
        drop(library);
        grown.run(&["compact", "lib.h5"]).exits(0).says("version 3");
        grown.run(&["verify", "lib.h5"]).exits(0);
        assert_eq!(
            contents(&grown.path("lib.h5")),
            contents(&built.path("lib.h5"))
        );
        // The base is gone, and so is everything else that was in between.
        assert_eq!(
            grown.names(),
            ["lib.h5", "more.msp", "queries.mgf", "refs.msp"]
        );
    }
}

#[test]
fn added_spectra_go_through_the_index_of_any_kind() {
    let all = measured();
    for index in ["flat", "sparse", "PQ8", "IVF4,PQ8", "IVF4,Sparse"] {
        let grown = folder(&all[..90], &["--dim", "64", "--index", index]);
        grown.write("more.msp", msp(&all[90..]));
        grown.run(&["add", "lib.h5", "more.msp"]).exits(0);
        grown.run(&["verify", "lib.h5"]).exits(0);
        let added = mgf(&all[90..]);
        grown.write("added.mgf", added);
        let words = ["search", "lib.h5", "added.mgf", "--precursor-tol", "open"];
        let run = grown
            .run(&[&words[..], &["--group-by", "entry"]].concat())
            .exits(0);
        let report = Report::read(&run.stdout);
        let firsts = report
            .column("rank")
            .into_iter()
            .zip(report.column("entry_index"));
        let firsts: Vec<&str> = firsts
            .filter(|(rank, _)| *rank == "1")
            .map(|(_, e)| e)
            .collect();
        let expected: Vec<String> = (90..120).map(|row| row.to_string()).collect();
        assert_eq!(firsts, expected, "{index}");
        grown.run(&["compact", "lib.h5"]).exits(0);
        let library = Library::open(&grown.path("lib.h5")).unwrap();
        assert_eq!(library.settings().index.wish, index);
    }
}

#[test]
fn removing_leaves_what_a_build_of_the_rest_gives() {
    let all = measured();
    let whole = folder(&all, &FLAGS);
    let where_ = "precursor_mz < 300 or name = 'molecule 7'";
    let words = ["remove", "lib.h5", "--where", where_];
    let before = whole.read("lib.h5");
    whole.run(&[&words[..], &["--dry-run"]].concat()).exits(0);
    assert_eq!(whole.read("lib.h5"), before);
    whole.run(&words).exits(0);
    whole.run(&["verify", "lib.h5"]).exits(0);
    let mut rest = all;
    rest.retain(|m| m.precursor_mz.unwrap() >= 300.0 && m.name != "molecule 7");
    assert!(rest.len() > 40 && rest.len() < 118);
    let built = folder(&rest, &FLAGS);
    assert_eq!(
        contents(&whole.path("lib.h5")),
        contents(&built.path("lib.h5"))
    );
    let nothing = ["remove", "lib.h5", "--where", "precursor_mz < 10"];
    let before = whole.read("lib.h5");
    whole.run(&nothing).exits(0).says("0 of ");
    assert_eq!(whole.read("lib.h5"), before);
    let everything = ["remove", "lib.h5", "--where", "precursor_mz > 10"];
    whole
        .run(&everything)
        .exits(2)
        .says("no entry would be left");
    assert_eq!(whole.read("lib.h5"), before);
}

#[test]
fn merging_gives_what_a_build_of_all_gives() {
    let all = measured();
    let parts = folder(&all[..50], &FLAGS);
    parts.write("b.msp", msp(&all[50..80]));
    parts.write("c.msp", msp(&all[80..]));
    let build = ["build", "b.msp", "-o", "b.h5"];
    parts.run(&[&build[..], &FLAGS].concat()).exits(0);
    parts.run(&["add", "b.h5", "c.msp"]).exits(0);
    parts
        .run(&["merge", "lib.h5", "b.h5", "-o", "all.h5"])
        .exits(0);
    parts.run(&["verify", "all.h5"]).exits(0);
    let built = folder(&all, &FLAGS);
    assert_eq!(
        contents(&parts.path("all.h5")),
        contents(&built.path("lib.h5"))
    );
    let onto_itself = ["merge", "lib.h5", "b.h5", "-o", "b.h5"];
    parts.run(&onto_itself).exits(2).says("is an input");
}

#[test]
fn history_tells_every_version_and_its_parent() {
    let all = measured();
    let folder = folder(&all[..100], &FLAGS);
    let checksum = || {
        Library::open(&folder.path("lib.h5")).unwrap().members()[0]
            .checksum
            .clone()
    };
    let mut parents = vec![checksum()];
    for (start, end) in [(100, 110), (110, 120)] {
        folder.write("more.msp", msp(&all[start..end]));
        folder.run(&["add", "lib.h5", "more.msp"]).exits(0);
        parents.push(checksum());
    }
    let library = Library::open(&folder.path("lib.h5")).unwrap();
    let lineage = &library.members()[0].lineage;
    let told: Vec<(u32, &str, u64)> = (lineage.versions.iter())
        .map(|v| (v.number, v.by.as_str(), v.entries))
        .collect();
    assert_eq!(told, [(1, "build", 100), (2, "add", 110), (3, "add", 120)]);
    assert_eq!(lineage.versions[1].parents, parents[..1]);
    assert_eq!(lineage.versions[2].parents, parents[1..2]);
    let base = lineage.base.as_ref().unwrap();
    assert_eq!(base.checksum, parents[0]);
    let run = folder.run(&["info", "lib.h5", "--history"]).exits(0);
    for text in [&parents[1][..16], &parents[2], &base.file] {
        assert!(run.stdout.contains(text), "{text} in {}", run.stdout);
    }
}

#[test]
fn a_base_that_is_gone_or_another_is_named() {
    let all = measured();
    let folder = folder(&all[..100], &FLAGS);
    folder.write("more.msp", msp(&all[100..]));
    folder.run(&["add", "lib.h5", "more.msp"]).exits(0);
    let library = Library::open(&folder.path("lib.h5")).unwrap();
    let base = library.members()[0].lineage.base.clone().unwrap().file;
    drop(library);
    let whole = folder.read(&base);
    fs_err::remove_file(folder.path(&base)).unwrap();
    for words in [
        &["verify", "lib.h5"][..],
        &["search", "lib.h5", "queries.mgf"],
    ] {
        folder
            .run(words)
            .exits(1)
            .says(&format!("{base}, which is missing"));
    }
    let other = ["build", "more.msp", "-o", &base];
    folder.run(&[&other[..], &FLAGS].concat()).exits(0);
    folder
        .run(&["search", "lib.h5", "queries.mgf"])
        .exits(1)
        .says("is another file than");
    folder.write(&base, whole);
    folder.run(&["verify", "lib.h5"]).exits(0);
    // Under another name it finds its base all the same, and a link finds it too.
    fs_err::rename(folder.path("lib.h5"), folder.path("renamed.h5")).unwrap();
    folder.run(&["verify", "renamed.h5"]).exits(0);
}

#[test]
fn a_base_stays_as_long_as_a_library_beside_it_needs_it() {
    let all = measured();
    let folder = folder(&all[..100], &FLAGS);
    folder.write("more.msp", msp(&all[100..]));
    folder.run(&["add", "lib.h5", "more.msp"]).exits(0);
    fs_err::copy(folder.path("lib.h5"), folder.path("copy.h5")).unwrap();
    folder.run(&["compact", "lib.h5"]).exits(0);
    folder.run(&["verify", "copy.h5"]).exits(0);
    fs_err::remove_file(folder.path("copy.h5")).unwrap();
    // What a command leaves that was killed before the library was replaced.
    fs_err::hard_link(
        folder.path("lib.h5"),
        folder.path("lib.h5.base-0123456789abcdef"),
    )
    .unwrap();
    folder
        .run(&["remove", "lib.h5", "--where", "name = 'molecule 3'"])
        .exits(0);
    let left = names_in(&folder.path(""));
    assert_eq!(left, ["lib.h5", "more.msp", "queries.mgf", "refs.msp"]);
}

#[test]
fn a_reader_keeps_what_it_opened() {
    let all = measured();
    let folder = folder(&all[..100], &FLAGS);
    let path = folder.path("lib.h5");
    let reader = Library::open(&path).unwrap();
    folder.write("more.msp", msp(&all[100..]));
    folder.run(&["add", "lib.h5", "more.msp"]).exits(0);
    let grown = Library::open(&path).unwrap();
    folder.run(&["compact", "lib.h5"]).exits(0);
    assert_eq!((reader.entries().len(), grown.entries().len()), (100, 120));
    let name = |library: &Library, row| {
        let text = mzseek::library::EntryText::Name;
        library.entries().text(text, row).into_owned()
    };
    assert_eq!(name(&reader, 99), "molecule 39");
    assert_eq!(name(&grown, 119), "molecule 59");
}

#[test]
fn a_library_replaced_meanwhile_is_left_as_it_is() {
    let all = measured();
    let folder = folder(&all[..100], &FLAGS);
    let path = folder.path("lib.h5");
    let library = Library::open(&path).unwrap();
    let mut draft = Draft::appending_to(&library).unwrap();
    let more: Vec<_> = (0..).zip(&all[100..]).map(|(i, m)| m.spectrum(i)).collect();
    assert!(draft.extend(&more).is_empty());
    folder.write("other.msp", msp(&all[..10]));
    let build = ["build", "other.msp", "-o", "lib.h5"];
    folder.run(&[&build[..], &FLAGS].concat()).exits(0);
    let replaced = folder.read("lib.h5");
    let error = append(&library, &path, draft, |_| {}).unwrap_err();
    assert!(matches!(error, LibraryError::Changed { .. }), "{error}");
    assert_eq!(folder.read("lib.h5"), replaced);
    assert_eq!(
        folder.names(),
        ["lib.h5", "other.msp", "queries.mgf", "refs.msp"]
    );
}

#[test]
fn nothing_to_add_changes_nothing() {
    let folder = folder(&measured(), &FLAGS);
    let before = folder.read("lib.h5");
    folder.write(
        "empty.msp",
        "Name: nothing\nPrecursorMZ: 100\nNum Peaks: 0\n\n",
    );
    folder
        .run(&["add", "lib.h5", "empty.msp"])
        .exits(1)
        .says("none of 1 records");
    folder
        .run(&["compact", "lib.h5"])
        .exits(0)
        .says("is one file already");
    folder
        .run(&["add", "lib.h5", "lib.h5"])
        .exits(2)
        .says("is an input");
    assert_eq!(folder.read("lib.h5"), before);
}
