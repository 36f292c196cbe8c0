//! Real spectra, beside what is known of them otherwise.

use crate::formats_data::read;
use crate::kit::{Folder, Report, data, names_in};
use mzseek::check::splash;
use mzseek::domain::Spectrum;

/// The SPLASH that a record states, should it be whole.
fn stated_splash(spectrum: &Spectrum) -> Option<String> {
    let mut values = spectrum.fields.iter().map(|(_, value)| value);
    let value = values.find(|value| value.contains("splash10-"))?;
    let text = &value[value.find("splash10-")?..];
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let text = &text[..end.unwrap_or(text.len())];
    // GNPS repeats the third block where the hash belongs.
    (text.len() == "splash10-03fr-0900000000-035ec76d23650a15673b".len()).then(|| text.to_owned())
}

#[test]
fn names_of_peaks_are_those_that_records_state() {
    let Some(root) = data("formats") else { return };
    let mut n_stated = 0;
    for file in [
        "massbank/AC000001.txt",
        "massbank/MSJ00581.txt",
        "msp/massbank_nist_style.msp",
        "json/MoNA-export-LC-MS-MS.json",
    ] {
        for spectrum in read(&root.join(file)).spectra {
            if let Some(stated) = stated_splash(&spectrum) {
                n_stated += 1;
                assert_eq!(
                    splash(&spectrum.peaks),
                    Some(stated),
                    "{file}: {}",
                    spectrum.id
                );
            }
        }
    }
    assert!(n_stated >= 7, "only {n_stated} records state one");
}

fn count(table: &Report, rule: &str) -> usize {
    table
        .column("rule")
        .iter()
        .filter(|found| **found == rule)
        .count()
}

/// What is known of the set otherwise: its README counts 216 records without an adduct and some 390 spectra
/// of one laboratory that look like profiles; by another implementation of SPLASH, in Python, 632 groups
/// of 1,353 spectra share theirs.
#[test]
fn massbank_is_as_others_found_it() {
    let Some(root) = data("massbank") else { return };
    let folder = Folder::new();
    let library = root.join("library.msp.gz");
    let words = ["check", library.to_str().unwrap(), "-o"];
    for (threads, name) in [("1", "one.csv"), ("3", "three.csv")] {
        let words = [&words[..], &[name, "--threads", threads]].concat();
        folder.run(&words).exits(3).says("of 27720 records");
    }
    assert!(folder.read("one.csv") == folder.read("three.csv"));
    let table = Report::read(&folder.text("one.csv"));
    let n_twins = count(&table, "duplicate") + count(&table, "same_peaks_other_molecule");
    assert_eq!(n_twins, 1353 - 632);
    let n_profiles = count(&table, "profile_like");
    assert!((350..=430).contains(&n_profiles), "{n_profiles}");
    let rows = table.column("what").into_iter().zip(table.column("rule"));
    let is_without = |(what, rule): &(&str, &str)| {
        *rule == "missing_field" && what.split(", ").any(|field| field == "adduct")
    };
    assert_eq!(rows.filter(is_without).count(), 216);
    assert_eq!(count(&table, "unreadable"), 0);
}

/// Its README: of 1,137 spectra the precursor cannot be confirmed from formula and adduct within 10 ppm or
/// 1.5 mDa.
#[test]
fn precursors_of_massbank_are_as_others_found_them() {
    let Some(root) = data("massbank") else { return };
    let folder = Folder::new();
    let library = root.join("library.msp.gz");
    let words = ["check", library.to_str().unwrap(), "-o", "found.csv"];
    let at_10_ppm = [&words[..], &["--precursor-tol", "10ppm"]].concat();
    folder.run(&at_10_ppm).exits(3);
    let table = Report::read(&folder.text("found.csv"));
    let cells = table.column("rule").into_iter().zip(table.column("what"));
    let is_unconfirmed = |(rule, what): &(&str, &str)| match *rule {
        "precursor_conflict" | "not_understood" | "missing_field" => true,
        "precursor_inaccurate" => {
            let (_, off) = what.rsplit_once(": ").unwrap();
            let off: f64 = off.split_once(" Da").unwrap().0.parse().unwrap();
            off.abs() > 0.0015
        }
        _ => false,
    };
    assert_eq!(cells.filter(is_unconfirmed).count(), 1137);
}

#[test]
fn real_files_are_looked_at_without_a_fault() {
    let Some(root) = data("formats") else { return };
    let folder = Folder::new();
    let mut n_files = 0;
    for format in [
        "msp",
        "mgf",
        "sptxt",
        "massbank",
        "json",
        "mzspeclib",
        "mzml",
        "mzxml",
    ] {
        for name in names_in(&root.join(format)) {
            let path = root.join(format).join(name);
            let run = folder.run(&["check", path.to_str().unwrap(), "-o", "found.csv"]);
            // Files that are damaged on purpose are refused, as everywhere.
            assert!(
                matches!(run.code, Some(0 | 1 | 3)),
                "{}: {}",
                path.display(),
                run.stderr
            );
            n_files += usize::from(run.code != Some(1));
        }
    }
    assert!(n_files > 40, "only {n_files} files");
    assert!(folder.path("found.csv").exists());
}
