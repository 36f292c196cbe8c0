//! Are the seeds of the fuzz targets, and what fuzzing found, read to their end?

use crate::formats_data::read;
use mzseek::library::Condition;
use std::path::{Path, PathBuf};

fn seeds(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/seeds")
        .join(target);
    let names = crate::kit::names_in(&folder);
    assert!(!names.is_empty(), "no seeds of {target}");
    names.into_iter().map(|name| folder.join(name)).collect()
}

/// What fuzzing found may be any damage; the seeds we wrote are named for what they are.
fn is_found(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_string_lossy();
    ["crash-", "oom-", "timeout-", "slow-"]
        .iter()
        .any(|kind| name.starts_with(kind))
}

#[test]
fn every_reader_has_seeds_that_it_reads() {
    let readers = [
        "mgf",
        "msp",
        "massbank",
        "json",
        "mzspeclib_text",
        "mzspeclib_json",
        "mzml",
        "mzxml",
        "transitions",
        "any_file",
    ];
    for target in readers {
        for path in seeds(target) {
            let tally = read(&path);
            if !is_found(&path) {
                assert!(tally.fatal.is_none(), "{:?}", tally.fatal);
                assert!(
                    !tally.spectra.is_empty(),
                    "{}: {:?}",
                    path.display(),
                    tally.skipped
                );
            }
        }
    }
}

#[test]
fn conditions_that_are_seeds_are_understood() {
    for path in seeds("condition") {
        let text = fs_err::read_to_string(&path);
        let condition = text.as_deref().map(str::parse::<Condition>);
        if !is_found(&path) {
            let condition = condition
                .unwrap()
                .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            assert_eq!(condition.to_string(), text.unwrap());
        }
    }
}

#[test]
fn every_target_is_listed_once_and_has_seeds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest: toml::Table = fs_err::read_to_string(root.join("Cargo.toml"))
        .unwrap()
        .parse()
        .unwrap();
    let mut listed: Vec<String> = manifest["bin"]
        .as_array()
        .unwrap()
        .iter()
        .map(|target| target["name"].as_str().unwrap().to_owned())
        .collect();
    listed.sort();
    let files = crate::kit::names_in(&root.join("targets"));
    let files: Vec<&str> = files
        .iter()
        .filter_map(|name| name.strip_suffix(".rs"))
        .collect();
    assert_eq!(listed, files);
    // A library is a seed of its own: those of tests/compat.
    for target in listed.iter().filter(|target| *target != "library") {
        assert!(!seeds(target).is_empty());
    }
}
