//! Do other programs find the same spectra in the same files? Skipped where the data is absent.
//!
//! `tests/formats/regenerate.py` writes what they find; this also keeps the table of docs/formats.md.

use crate::formats_data::read;
use crate::kit::data;
use mzseek::formats::ReadError;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Records that others give and we leave out, by position in the file.
const LEFT_OUT: &[(&str, &[usize], &str)] = &[
    // The head of a longer file: the last record declares 402 peaks and holds 213.
    (
        "mzspeclib/chinese_hamster_hcd_head.mzspeclib.json",
        &[6],
        "wrong peak count",
    ),
    (
        "mzspeclib/chinese_hamster_hcd_head.mzspeclib.txt",
        &[6],
        "wrong peak count",
    ),
    // An example of interpretations, without peaks.
    (
        "mzspeclib/complex_interpretations.mzspeclib.txt",
        &[0],
        "cut record",
    ),
    // A made-up spectrum with a peak at m/z 0.
    ("mzml/MzMLFile_1.mzML", &[1], "invalid m/z"),
    ("mzml/tiny.pwiz.1.1.mzML", &[1], "invalid m/z"),
];

/// What the program compared with refuses, and we read: their declared counts are checked elsewhere.
const ONLY_OURS: &[&str] = &[
    "msp/ms2pip.msp",
    "msp/pdeep.msp",
    "sptxt/human_plasma_head.sptxt",
];

/// Files that are cut; both sides say so.
const CUT: &[&str] = &["mzml/IndexedmzMLFile_2_broken.mzML", "mzml/truncated.mzML"];

fn golden() -> BTreeMap<String, Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/golden.json");
    serde_json::from_slice(&fs_err::read(path).unwrap()).unwrap()
}

fn close(ours: f64, theirs: &Value, relative: f64) -> bool {
    let theirs = theirs.as_f64().unwrap();
    (ours - theirs).abs() <= relative * theirs.abs().max(1e-9)
}

/// Compares one file, and says what came out.
fn compare(root: &Path, name: &str, golden: &Value) {
    let tally = read(&root.join(name));
    let Some(rows) = golden.get("spectra").and_then(Value::as_array) else {
        let is_cut = CUT.contains(&name);
        assert_eq!(tally.fatal.is_some(), is_cut, "{name}: {:?}", tally.fatal);
        assert!(is_cut || ONLY_OURS.contains(&name), "{name}");
        return;
    };
    let left_out = LEFT_OUT.iter().filter(|(file, ..)| *file == name);
    let left_out: Vec<usize> = left_out.flat_map(|(_, rows, _)| rows.to_vec()).collect();
    let theirs: Vec<u64> = rows.iter().map(|row| row[0].as_u64().unwrap()).collect();
    let ours: Vec<u64> = tally
        .spectra
        .iter()
        .map(|s| s.origin.index as u64)
        .collect();
    let expected: Vec<u64> = theirs
        .iter()
        .copied()
        .filter(|&index| !left_out.contains(&(index as usize)))
        .collect();
    assert_eq!(ours, expected, "{name}: {:?}", tally.skipped);
    for spectrum in &tally.spectra {
        let index = spectrum.origin.index;
        let row = rows.iter().find(|row| row[0] == index as u64).unwrap();
        let place = format!("{name}, spectrum {index}: {row}");
        let precursor = spectrum.precursor;
        if !row[1].is_null() {
            let mz = precursor.map_or(0.0, |p| p.mz.value());
            assert!(close(mz, &row[1], 1e-9), "{place}: precursor {mz}");
        }
        if !row[2].is_null() {
            let charge = precursor.and_then(|p| p.charge);
            let state = charge.map(|c| u64::from(c.state().unsigned_abs()));
            assert_eq!(row[2].as_u64(), state, "{place}");
        }
        let peaks = spectrum.peaks.as_slice();
        if row[3].is_null() {
            continue;
        }
        assert_eq!(row[3], peaks.len(), "{place}");
        let sum = |of: fn(f64, f64) -> f64| -> f64 {
            peaks.iter().map(|p| of(p.mz, f64::from(p.intensity))).sum()
        };
        assert!(close(sum(|mz, _| mz), &row[4], 1e-8), "{place}");
        // Intensities are kept in single precision.
        assert!(close(sum(|_, i| i), &row[5], 1e-6), "{place}");
        assert!(close(sum(|mz, i| mz * i), &row[6], 1e-6), "{place}");
    }
}

#[test]
fn other_programs_find_the_same_spectra() {
    let Some(root) = data("formats") else { return };
    let golden = golden();
    assert!(golden.len() > 60);
    for (name, found) in &golden {
        compare(&root, name, found);
    }
}

/// Both find the same peaks; `OpenMS` takes a spline through all points, so heights differ a little.
#[test]
fn openms_centroids_the_same_peaks() {
    let Some(root) = data("formats") else { return };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/centroids.json");
    let golden: BTreeMap<String, BTreeMap<usize, Vec<(f64, f64)>>> =
        serde_json::from_slice(&fs_err::read(path).unwrap()).unwrap();
    for (name, scans) in golden {
        let tally = read(&root.join(&name));
        assert_eq!(tally.spectra.len(), scans.len(), "{:?}", tally.skipped);
        for spectrum in &tally.spectra {
            let theirs = &scans[&spectrum.origin.index];
            let ours = spectrum.peaks.as_slice();
            let highest = ours.iter().map(|p| p.intensity).fold(0.0, f32::max);
            let n_ours = ours
                .iter()
                .filter(|p| p.intensity >= 0.01 * highest)
                .count();
            assert!(theirs.len() > 20);
            assert!(
                n_ours.abs_diff(theirs.len()) * 20 <= theirs.len(),
                "{n_ours} of {}",
                theirs.len()
            );
            let found = theirs.iter().filter(|&&(mz, intensity)| {
                ours.iter().any(|p| {
                    let height = f64::from(p.intensity) / intensity;
                    (p.mz - mz).abs() < 2e-6 * mz && (0.95..1.05).contains(&height)
                })
            });
            let n_found = found.count();
            assert!(
                n_found * 100 >= theirs.len() * 97,
                "{n_found} of {}",
                theirs.len()
            );
        }
    }
}

#[test]
fn what_is_left_out_is_left_out_for_its_reason() {
    let Some(root) = data("formats") else { return };
    for (name, rows, kind) in LEFT_OUT {
        let tally = read(&root.join(name));
        let kinds: Vec<&str> = tally.skipped.iter().map(ReadError::kind).collect();
        assert_eq!(kinds, vec![*kind; rows.len()], "{name}");
    }
}

/// All files of the collection, named from its root, by folder.
fn files(root: &Path) -> Vec<(String, PathBuf)> {
    let mut files = Vec::new();
    for folder in crate::kit::names_in(root) {
        if !root.join(&folder).is_dir() {
            continue;
        }
        for name in crate::kit::names_in(&root.join(&folder)) {
            let path = root.join(&folder).join(&name);
            files.push((format!("{folder}/{name}"), path));
        }
    }
    files
}

/// One row per file: what was read, what was not and why, and who agrees.
fn table(root: &Path) -> String {
    let golden = golden();
    let mut table = String::from(
        "| file | spectra | peaks | other scans | not read | agrees with |\n|---|---|---|---|---|---|\n",
    );
    for (name, path) in files(root) {
        let tally = read(&path);
        let n_peaks: usize = tally.spectra.iter().map(|s| s.peaks.len()).sum();
        let whole = path.display().to_string();
        let mut reasons: Vec<String> = tally.skipped.iter().map(|e| e.kind().to_owned()).collect();
        reasons.dedup();
        if let Some(fatal) = &tally.fatal {
            let text = fatal.to_string();
            let text = text.replace(&format!("{whole}: "), "");
            let text = text.split(", which is not read").next().unwrap().to_owned();
            reasons.push(text.replace("this looks like ", ""));
        }
        let found = golden
            .get(&name)
            .filter(|found| found.get("spectra").is_some());
        let reader = found.map_or("", |found| found["reader"].as_str().unwrap());
        writeln!(
            table,
            "| {name} | {} | {n_peaks} | {} | {} | {reader} |",
            tally.spectra.len(),
            tally.n_others,
            reasons.join("; ")
        )
        .unwrap();
    }
    table
}

#[test]
fn the_table_of_the_docs_is_as_found() {
    const BEGIN: &str = "<!-- table: written by the tests -->\n";
    let Some(root) = data("formats") else { return };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/formats.md");
    let text = fs_err::read_to_string(&path).unwrap();
    let (before, _) = text.split_once(BEGIN).expect("the mark of the table");
    let expected = format!("{before}{BEGIN}{}", table(&root));
    if std::env::var_os("MZSEEK_GOLDEN").is_some_and(|mode| mode == "rewrite") {
        fs_err::write(&path, expected).unwrap();
    } else {
        assert_eq!(
            text, expected,
            "MZSEEK_GOLDEN=rewrite cargo test --test it formats_golden"
        );
    }
}
