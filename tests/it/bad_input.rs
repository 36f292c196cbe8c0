//! What is wrong with an input is said by file, record and line, and costs nothing that was sound.

use crate::kit::{Folder, Report};
use crate::molecules::{mgf, molecules, msp};
use flate2::{Compression, write::GzEncoder};
use mzseek::library::Library;
use std::io::Write;

const GOOD_MSP: &str = "Name: good\nPrecursorMZ: 300.1\nNum Peaks: 2\n100.1 10\n150.2 20\n\n";
const GOOD_MGF: &str = "BEGIN IONS\nTITLE=good\nPEPMASS=300.1\n100.1 10\n150.2 20\nEND IONS\n";

/// A damaged record in MSP, what is said of it, and on which line of the record.
const BAD_MSP: [(&str, &str, u64); 9] = [
    (
        "Name: b\nNum Peaks: 3\n100 1\n110 2\n",
        "3 peaks declared, 2 found",
        2,
    ),
    (
        "Name: b\nNum Peaks: 1\n100 1\n110 2\n",
        "1 peaks declared, 2 found",
        2,
    ),
    (
        "Name: b\nNum Peaks: many\n100 1\n",
        "expected a number of peaks, found \"many\"",
        2,
    ),
    (
        "Name: b\nNum Peaks: 2\n90 1\n-100 1\n",
        "m/z -100 is not a finite number above 0",
        4,
    ),
    (
        "Name: b\nNum Peaks: 1\n0 1\n",
        "m/z 0 is not a finite number above 0",
        3,
    ),
    (
        "Name: b\nNum Peaks: 1\n100 -1\n",
        "intensity -1 is not a finite number of at least 0",
        3,
    ),
    (
        "Name: b\nNum Peaks: 1\n100 nan\n",
        "intensity NaN is not a finite number of at least 0",
        3,
    ),
    (
        "Name: b\nPrecursorMZ: heavy\nNum Peaks: 1\n100 1\n",
        "expected a precursor m/z, found \"heavy\"",
        2,
    ),
    (
        "Name: b\nPrecursorMZ: -200\nNum Peaks: 1\n100 1\n",
        "expected a precursor m/z, found \"-200\"",
        2,
    ),
];

/// The same in MGF.
const BAD_MGF: [(&str, &str, u64); 7] = [
    (
        "BEGIN IONS\n-100 1\nEND IONS\n",
        "m/z -100 is not a finite number above 0",
        2,
    ),
    (
        "BEGIN IONS\nNaN 1\nEND IONS\n",
        "m/z NaN is not a finite number above 0",
        2,
    ),
    (
        "BEGIN IONS\n100 NaN\nEND IONS\n",
        "intensity NaN is not a finite number of at least 0",
        2,
    ),
    (
        "BEGIN IONS\n100 -5\nEND IONS\n",
        "intensity -5 is not a finite number of at least 0",
        2,
    ),
    (
        "BEGIN IONS\n100 inf\nEND IONS\n",
        "intensity inf is not a finite number of at least 0",
        2,
    ),
    (
        "BEGIN IONS\nPEPMASS=300\n100 1\nhello\nEND IONS\n",
        "expected a peak (m/z and intensity), found \"hello\"",
        4,
    ),
    (
        "BEGIN IONS\nCHARGE=two\n100 1\nEND IONS\n",
        "expected a charge such as 2+, found \"two\"",
        2,
    ),
];

/// Lines of the good record that stands before the damaged one.
fn lines_before(good: &str) -> u64 {
    good.lines().count() as u64
}

fn folder() -> Folder {
    let few = molecules(5);
    Folder::with_library(&msp(&few), &mgf(&few[..2]), &["--dim", "32"])
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Runs `words` and asserts that it fails with `code` and `message`, leaving all files alone.
#[track_caller]
fn fails(folder: &Folder, words: &[&str], code: i32, message: &str) {
    let state = |folder: &Folder| {
        let names = folder.names();
        let bytes = |name: &String| fs_err::read(folder.path(name)).ok();
        let contents: Vec<_> = names.iter().map(bytes).collect();
        (names, contents)
    };
    let before = state(folder);
    let run = folder.run(words).exits(code).says(message);
    assert_eq!(run.stderr.matches("panicked").count(), 0, "{}", run.stderr);
    assert!(
        before == state(folder),
        "{}: files changed: {:?} to {:?}",
        run.words,
        before.0,
        folder.names()
    );
}

/// A file that cannot be read fails `build` and `search` alike, which leave older outputs alone.
#[track_caller]
fn unreadable(name: &str, bytes: Option<&[u8]>, message: &str) {
    let folder = folder();
    if let Some(bytes) = bytes {
        folder.write(name, bytes);
    }
    folder.write("old.h5", "an older library");
    folder.write("old.csv", "an older report");
    let message = format!("mzseek: {name}: {message}");
    for output in ["new.h5", "old.h5"] {
        let words = ["build", "refs.msp", name, "-o", output];
        fails(&folder, &words, 1, &message);
    }
    for output in ["new.csv", "old.csv"] {
        let words = ["search", "lib.h5", "queries.mgf", name, "-o", output];
        fails(&folder, &words, 1, &message);
    }
}

#[test]
fn a_missing_file() {
    unreadable("gone.mgf", None, "cannot be opened");
}

#[test]
fn an_empty_file() {
    unreadable("empty.msp", Some(b""), "the file is empty");
    unreadable("blank.msp", Some(b" \n\n"), "the file is empty");
    unreadable("empty.mgf.gz", Some(&gzip("")), "the file is empty");
}

#[test]
fn a_cut_gzip() {
    let whole = gzip(&msp(&molecules(4000)));
    let cut = &whole[..whole.len() - 1000];
    unreadable("cut.msp.gz", Some(cut), "reading failed after ");
    unreadable(
        "stub.mgf.gz",
        Some(&gzip(GOOD_MGF)[..20]),
        "reading failed after 0 records",
    );
}

#[test]
fn a_binary_file_by_the_name_of_mgf() {
    let binary: Vec<u8> = (0..=255_u8).cycle().take(5000).collect();
    unreadable("run.mgf", Some(&binary), "this looks like binary data");
    unreadable(
        "table.mgf",
        Some(b"mz,intensity\n1,2\n"),
        "this looks like some other text",
    );
}

#[test]
fn a_damaged_record_is_skipped_and_told_and_the_others_are_kept() {
    let msp = BAD_MSP.map(|bad| ("in.msp", GOOD_MSP, bad));
    let mgf = BAD_MGF.map(|bad| ("in.mgf", GOOD_MGF, bad));
    let folder = folder();
    for (name, good, (bad, message, line)) in msp.into_iter().chain(mgf) {
        folder.write(name, format!("{good}{bad}\n{good}"));
        let line = lines_before(good) + line;
        let message = format!("{name}, record 2, line {line}: {message}");
        let build = ["build", name, "-o", "new.h5", "--dim", "32"];
        folder.run(&build).exits(3).says(&message);
        let library = Library::open(&folder.path("new.h5")).unwrap();
        assert_eq!(library.entries().len(), 2, "{message}");
        let search = ["search", "new.h5", name];
        let run = folder.run(&search).exits(3).says(&message);
        let report = Report::read(&run.stdout);
        // Both entries are alike and so one cluster: one row for each of the two good queries.
        assert_eq!(report.column("query_index"), ["0", "2"], "{message}");
        assert_eq!(report.column("rank"), ["1", "1"], "{message}");
    }
}

#[test]
fn nothing_but_damaged_records() {
    let folder = folder();
    for (name, records) in [("in.msp", &BAD_MSP[..]), ("in.mgf", &BAD_MGF[..])] {
        let bad: Vec<&str> = records.iter().map(|record| record.0).collect();
        folder.write(name, bad.join("\n"));
        let record = format!("{name}, record 1, line ");
        fails(&folder, &["build", name, "-o", "new.h5"], 1, &record);
        let search = ["search", "lib.h5", name, "-o", "new.csv"];
        fails(&folder, &search, 1, &record);
        fails(&folder, &search, 1, "none of ");
    }
}

#[test]
fn a_record_without_peaks() {
    let folder = folder();
    folder.write("in.msp", format!("Name: bare\nNum Peaks: 0\n\n{GOOD_MSP}"));
    let build = ["build", "in.msp", "-o", "new.h5", "--dim", "32"];
    let told = "in.msp, record 1: no peaks";
    folder.run(&build).exits(3).says(told);
    let library = Library::open(&folder.path("new.h5")).unwrap();
    assert_eq!(library.entries().len(), 1);
    let run = folder.run(&["search", "new.h5", "in.msp"]).exits(0);
    let report = Report::read(&run.stdout);
    assert_eq!(report.column("plan"), ["no_peaks", "window"]);
    assert_eq!(report.column("rank"), ["", "1"]);
    folder.write("bare.msp", "Name: bare\nNum Peaks: 0\n");
    fails(
        &folder,
        &["build", "bare.msp", "-o", "none.h5"],
        1,
        "bare.msp",
    );
}

#[test]
fn unsorted_peaks_are_sorted() {
    let folder = folder();
    folder.write("a.msp", "Name: a\nNum Peaks: 3\n100 1\n150 2\n200 3\n");
    folder.write("b.msp", "Name: a\nNum Peaks: 3\n200 3\n100 1\n150 2\n");
    for name in ["a", "b"] {
        let (input, output) = (format!("{name}.msp"), format!("{name}.h5"));
        folder.run(&["build", &input, "-o", &output]).exits(0);
    }
    assert!(folder.read("a.h5") == folder.read("b.h5"));
}

#[test]
fn a_record_without_precursor() {
    let folder = folder();
    folder.write("in.msp", "Name: a\nNum Peaks: 2\n100 1\n150 2\n");
    folder.run(&["build", "in.msp", "-o", "new.h5"]).exits(0);
    let run = folder.run(&["search", "new.h5", "in.msp"]).exits(0);
    let report = Report::read(&run.stdout);
    assert_eq!(report.column("rank"), ["1"]);
    assert_eq!(report.column("precursor_delta_da"), [""]);
}

#[test]
fn library_and_queries_mistaken_for_each_other() {
    let folder = folder();
    folder.write("queries.mgf.gz", gzip(GOOD_MGF));
    let other = hdf5::File::create(folder.path("old.h5")).unwrap();
    other.close().unwrap();
    for (library, queries, message) in [
        (
            "lib.h5",
            "old.h5",
            "old.h5: this looks like an HDF5 file without mzML in it, perhaps a mzseek library",
        ),
        (
            "queries.mgf",
            "lib.h5",
            "queries.mgf: not a mzseek library: it is text, perhaps spectra to be searched",
        ),
        (
            "queries.mgf.gz",
            "queries.mgf",
            "queries.mgf.gz: not a mzseek library: it is gzip, perhaps spectra",
        ),
    ] {
        let words = ["search", library, queries, "-o", "new.csv"];
        fails(&folder, &words, 1, message);
    }
    for command in ["info", "verify"] {
        fails(&folder, &[command, "refs.msp"], 1, "refs.msp: not a mzseek");
        fails(&folder, &[command, "gone.h5"], 1, "gone.h5");
    }
}

#[test]
fn a_library_that_is_none() {
    let folder = folder();
    hdf5::File::create(folder.path("other.h5")).unwrap();
    folder.write("empty.h5", "");
    folder.write("signature.h5", b"\x89HDF\r\n\x1a\n");
    let whole = folder.read("lib.h5");
    folder.write("cut.h5", &whole[..whole.len() - 1]);
    folder.write("half.h5", &whole[..whole.len() / 2]);
    for (name, message) in [
        ("other.h5", "it is an HDF5 file of another kind"),
        ("empty.h5", "the file is empty"),
        ("signature.h5", "damaged library"),
        ("cut.h5", "damaged library"),
        ("half.h5", "damaged library"),
    ] {
        for words in [
            &["search", name, "queries.mgf", "-o", "new.csv"][..],
            &["info", name],
            &["verify", name],
        ] {
            fails(&folder, words, 1, message);
            fails(&folder, words, 1, &format!("mzseek: {name}: "));
        }
    }
}
