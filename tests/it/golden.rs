//! Reports byte for byte: `tests/golden/<case>/` holds a library, queries, flags and the report.
//!
//! `MZSEEK_GOLDEN=rewrite cargo test golden` writes the reports anew; the difference is then
//! reviewed like code.

use crate::kit::{Folder, names_in};
use std::path::{Path, PathBuf};

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// The report of a case: `args` has a line of flags for `build` and one for `search`.
fn report(case: &Path) -> Vec<u8> {
    let folder = Folder::new();
    for name in ["library.msp", "queries.mgf"] {
        folder.write(name, fs_err::read(case.join(name)).unwrap());
    }
    let args = fs_err::read_to_string(case.join("args")).unwrap();
    let mut n_commands = 0;
    for line in args.lines() {
        let mut words: Vec<&str> = line.split_whitespace().collect();
        words.extend(match words.first() {
            Some(&"build") => ["library.msp", "-o", "library.h5"].as_slice(),
            Some(&"search") => &["library.h5", "queries.mgf", "-o", "report.csv"],
            _ => panic!("{}: no command in {line:?}", case.display()),
        });
        folder.run(&words).exits(0);
        n_commands += 1;
    }
    assert_eq!(n_commands, 2, "{}", case.display());
    folder.read("report.csv")
}

#[test]
fn reports_are_as_they_were() {
    let rewrite = std::env::var("MZSEEK_GOLDEN").is_ok_and(|value| value == "rewrite");
    let cases = names_in(&golden());
    assert!(cases.len() >= 7, "{cases:?}");
    let mut changed = Vec::new();
    for name in cases {
        let case = golden().join(&name);
        let found = report(&case);
        let kept = case.join("report.csv");
        if rewrite {
            fs_err::write(&kept, &found).unwrap();
        } else if fs_err::read(&kept).unwrap() != found {
            let text = String::from_utf8_lossy(&found).into_owned();
            changed.push(format!("{}: now\n{text}", kept.display()));
        }
    }
    assert!(
        changed.is_empty(),
        "{}\nIf that is right: MZSEEK_GOLDEN=rewrite cargo test golden",
        changed.join("\n")
    );
}
