//! Libraries that are made of sound spectra only, or not at all.

use super::{CAFFEINE, THEOPHYLLINE, isomer_of, with_peaks};
use crate::kit::{Folder, Report, contents};

/// Two sound records, one with a wrong precursor, an unreadable one, and the same peaks under two names.
fn partly_wrong() -> String {
    let wrong = with_peaks(
        &CAFFEINE
            .replace("195.0877\nPrec", "250.0000\nPrec")
            .replace("DB#: caf", "DB#: wrong"),
        &[
            (77.0386, 10.0),
            (105.0335, 100.0),
            (122.0964, 30.0),
            (250.0, 80.0),
        ],
    );
    let one = with_peaks(
        &THEOPHYLLINE.replace("DB#: theo", "DB#: one"),
        &[
            (67.0291, 10.0),
            (110.0349, 40.0),
            (137.0458, 70.0),
            (181.0719, 100.0),
        ],
    );
    let other = isomer_of(&one).replace("DB#: one", "DB#: other");
    let broken = CAFFEINE.replace("69.0447 12", "sixty 12");
    [&one, CAFFEINE, &wrong, &broken, THEOPHYLLINE, &other].concat()
}

#[test]
fn a_build_refuses_what_is_wrong() {
    let folder = Folder::new();
    folder.write("refs.msp", partly_wrong());
    folder.write("sound.msp", [CAFFEINE, THEOPHYLLINE].concat());
    let before = folder.names();
    let build = |input: &str, output: &str, more: &[&str]| {
        folder.run(&[&["build", input, "-o", output], more].concat())
    };
    build("refs.msp", "lib.h5", &["--check", "refuse"])
        .exits(1)
        .says("3 findings of severity error")
        .says("no library is made: refs.msp, record 4");
    assert_eq!(folder.names(), before);
    build("sound.msp", "plain.h5", &[]).exits(0);
    build("sound.msp", "checked.h5", &["--check", "refuse"]).exits(0);
    let (plain, checked) = (folder.path("plain.h5"), folder.path("checked.h5"));
    assert_eq!(contents(&plain), contents(&checked));
    build("-", "lib.h5", &["--check", "refuse"])
        .exits(2)
        .says("is read twice");
    build("sound.msp", "lib.h5", &["--check", "some"])
        .exits(2)
        .says("refuse, quarantine");
}

#[test]
fn a_build_leaves_out_what_is_wrong() {
    let folder = Folder::new();
    folder.write("refs.msp", partly_wrong());
    folder.write("sound.msp", [CAFFEINE, THEOPHYLLINE].concat());
    let build = ["build", "refs.msp", "-o", "lib.h5", "--check", "quarantine"];
    folder.run(&build).exits(3).says("3 left out by --check");
    folder
        .run(&["build", "sound.msp", "-o", "plain.h5"])
        .exits(0);
    assert_eq!(
        contents(&folder.path("lib.h5")),
        contents(&folder.path("plain.h5"))
    );
    let table = Report::read(&folder.text("lib.h5.findings.csv"));
    assert_eq!(table.column("record"), ["1", "3", "4", "6"]);
    assert_eq!(table.column("id"), ["one", "wrong", "", "other"]);
    assert_eq!(
        table.column("rule"),
        [
            "same_peaks_other_molecule",
            "precursor_conflict",
            "unreadable",
            "same_peaks_other_molecule"
        ]
    );
    assert!(table.column("what")[0].contains("record 6, which is theobromine"));
    let strict = [&build[..], &["--strict"]].concat();
    folder.run(&strict).exits(1).says("--strict");
}
