//! Do the readers give what others agree real files hold? Skipped where the data is absent.

use crate::kit::data;
use mzseek::domain::Spectrum;
use mzseek::formats::{self, ReadError, Record};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What came out of one file.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) spectra: Vec<Spectrum>,
    pub(crate) n_others: usize,
    pub(crate) skipped: Vec<ReadError>,
    pub(crate) fatal: Option<ReadError>,
}

pub(crate) fn read(path: &Path) -> Tally {
    formats::unpack_with(env!("CARGO_BIN_EXE_mzseek").into(), &["unpack"]);
    let mut tally = Tally::default();
    let reader = match formats::open(path) {
        Ok(reader) => reader,
        Err(error) => {
            assert!(error.is_fatal());
            tally.fatal = Some(error);
            return tally;
        }
    };
    for outcome in reader {
        assert!(tally.fatal.is_none(), "an item after a fatal error");
        match outcome {
            Ok(Record::Spectrum(spectrum)) => tally.spectra.push(*spectrum),
            Ok(Record::OtherScan { .. }) => tally.n_others += 1,
            Err(error) if error.is_fatal() => tally.fatal = Some(error),
            Err(error) => tally.skipped.push(error),
        }
    }
    tally
}

/// Every file of one zoo folder with what `expected.json` says of it.
fn zoo(folder: &str) -> Vec<(PathBuf, Value)> {
    let Some(root) = data("formats") else {
        return Vec::new();
    };
    let text = fs_err::read_to_string(root.join("expected.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let of_folder = all.as_object().unwrap().iter();
    of_folder
        .filter(|(name, _)| name.starts_with(folder))
        .map(|(name, value)| (root.join(name), value.clone()))
        .collect()
}

fn n_peaks(spectra: &[Spectrum]) -> u64 {
    spectra.iter().map(|s| s.peaks.len() as u64).sum()
}

/// m/z and charge without sign, as `expected.json` has them.
fn precursor(spectrum: &Spectrum) -> Option<(f64, Option<u64>)> {
    let precursor = spectrum.precursor?;
    let charge = precursor
        .charge
        .map(|c| u64::from(c.state().unsigned_abs()));
    Some((precursor.mz.value(), charge))
}

#[test]
fn massbank_is_read_whole() {
    let Some(root) = data("massbank") else { return };
    let library = read(&root.join("library.msp.gz"));
    assert!(library.skipped.is_empty() && library.fatal.is_none());
    assert_eq!(library.spectra.len(), 27_720);
    let dropped = 1_201_753 - n_peaks(&library.spectra);
    assert!(
        (1..2000).contains(&dropped),
        "{dropped} peaks of intensity 0"
    );
    assert!(
        library
            .spectra
            .iter()
            .all(|s| s.precursor.is_some() && s.compound.inchikey.len() == 27)
    );
    let first = &library.spectra[0];
    assert_eq!(first.id, "MSBNK-HBM4EU-HB002591");
    assert_eq!(first.compound.name, "Phentermine");
    assert_eq!(first.measurement.collision_energy, "15 eV");
    assert_eq!(first.measurement.instrument, "6652 QTOF Agilent");
    assert_eq!(first.peaks.len(), 19);
    let queries = read(&root.join("queries.mgf.gz"));
    assert!(queries.skipped.is_empty() && queries.fatal.is_none());
    assert_eq!(queries.spectra.len(), 2000);
    assert_eq!(queries.spectra[0].id, "dev_q00001");
    assert_eq!(precursor(&queries.spectra[0]), Some((196.97615, Some(1))));
}

#[test]
fn msp_dialects_are_read_whole() {
    for (path, expected) in zoo("msp/") {
        let name = path.file_name().unwrap().to_str().unwrap();
        let tally = read(&path);
        assert!(tally.fatal.is_none(), "{name}");
        // This file is the head of a longer one: its seventh and last record is cut.
        if name.starts_with("chinese_hamster") {
            assert_eq!((tally.spectra.len(), tally.skipped.len()), (6, 1));
            assert_eq!(tally.skipped[0].kind(), "wrong peak count");
            continue;
        }
        assert!(tally.skipped.is_empty(), "{name}: {:?}", tally.skipped);
        let n_records = tally.spectra.len() + tally.n_others;
        assert_eq!(expected["entries"], n_records, "{name}");
        // Peaks of intensity 0 count as declared and are not kept.
        let zeros = match name {
            "multiline_semicolon.msp" => 3,
            "golm.msp" => 124,
            "ms2pip.msp" => 4,
            _ => 0,
        };
        assert_eq!(
            expected["declared_peaks"],
            n_peaks(&tally.spectra) + zeros,
            "{name}"
        );
    }
}

#[test]
fn mgf_dialects_are_read_whole() {
    for (path, expected) in zoo("mgf/") {
        let name = path.file_name().unwrap().to_str().unwrap();
        let tally = read(&path);
        assert!(
            tally.fatal.is_none() && tally.skipped.is_empty(),
            "{name}: {:?}",
            tally.skipped
        );
        assert_eq!(expected["spectra"], tally.spectra.len(), "{name}");
        let zeros = if name.starts_with("withZeros") { 2 } else { 0 };
        assert_eq!(expected["peaks"], n_peaks(&tally.spectra) + zeros, "{name}");
        same_precursors(name, &expected, &tally.spectra);
    }
}

#[test]
fn mzml_dialects_are_read_whole() {
    for (path, expected) in zoo("mzml/") {
        let name = path.file_name().unwrap().to_str().unwrap();
        let tally = read(&path);
        let is_record = |e: &&ReadError| e.kind() != "missing spectra";
        let n_skipped = tally.skipped.iter().filter(is_record).count();
        let all = tally.spectra.len() + tally.n_others + n_skipped;
        if !expected["reader_error"].is_null() || expected["spectra"] == 0 {
            assert!(tally.fatal.is_some() && all == 0, "{name}");
            continue;
        }
        assert!(tally.fatal.is_none(), "{name}: {:?}", tally.fatal);
        assert_eq!(expected["spectra"], all, "{name}");
        let skipped: Vec<&str> = tally.skipped.iter().map(ReadError::kind).collect();
        let expected_skips: &[&str] = match name {
            // Excerpts that still declare the spectra of the whole.
            "example.mzML" | "example_igzip.mzML.gz" | "prosit_test.mzml" => &["missing spectra"],
            // Made-up spectra with a peak at m/z 0.
            "MzMLFile_1.mzML" | "tiny.pwiz.1.1.mzML" => &["invalid m/z"],
            _ => &[],
        };
        assert_eq!(skipped, expected_skips, "{name}: {:?}", tally.skipped);
        // The reference counts MS2 alone; this run has three MS3 scans as well.
        let n_ms3 = if name == "TMT10-Trial-8.mzML" { 3 } else { 0 };
        let n_ms2 = tally.spectra.len() + n_skipped - n_ms3;
        assert_eq!(expected["ms2"], n_ms2, "{name}");
        if skipped.is_empty() && n_ms3 == 0 {
            same_precursors(name, &expected, &tally.spectra);
        }
    }
}

fn same_precursors(name: &str, expected: &Value, spectra: &[Spectrum]) {
    for (key, spectrum) in [
        ("first_ms2_precursor", spectra.first()),
        ("last_ms2_precursor", spectra.last()),
    ] {
        let Some((mz, charge)) = spectrum.and_then(precursor) else {
            assert!(expected[key].is_null(), "{name} {key}");
            continue;
        };
        // expected.json rounds to five decimals.
        assert!(
            (expected[key][0].as_f64().unwrap() - mz).abs() < 1e-5,
            "{name} {key} {mz}"
        );
        assert_eq!(
            expected[key][1].as_i64().map(i64::unsigned_abs),
            charge,
            "{name} {key}"
        );
    }
}

#[test]
fn both_numpress_codings_agree() {
    let Some(root) = data("formats/mzml") else {
        return;
    };
    let linear = read(&root.join("small-numpressL.mzML")).spectra;
    let packed = read(&root.join("small-numpressP.mzML")).spectra;
    assert_eq!(linear.len(), 34);
    for (a, b) in linear.iter().zip(&packed) {
        assert_eq!(a.id, b.id);
        // Packed intensities are rounded to whole numbers, so those below 0.5 are gone.
        let kept: Vec<_> = a
            .peaks
            .as_slice()
            .iter()
            .filter(|p| p.intensity >= 0.5)
            .collect();
        assert_eq!(kept.len(), b.peaks.len(), "{}", a.id);
        for (p, q) in kept.iter().zip(b.peaks.as_slice()) {
            assert!((p.mz - q.mz).abs() < 1e-4, "{} {p:?} {q:?}", a.id);
            assert!(
                (p.intensity - q.intensity).abs() <= 0.51 + p.intensity * 1e-6,
                "{} {p:?} {q:?}",
                a.id
            );
        }
    }
}

#[test]
fn other_formats_are_refused_by_name() {
    let Some(root) = data("formats") else { return };
    for (folder, looks_like, advice) in [
        ("raw", "Thermo RAW", "msconvert"),
        ("mz5", "HDF5", "msconvert"),
        ("splib", "SpectraST binary", ".sptxt"),
        ("speclib", "DIA-NN", ".tsv"),
        ("blib", "SQLite", "as MSP"),
        ("dlib", "SQLite", "as MSP"),
        ("mzdata", "mzData", "msconvert"),
        ("ms2", "MS2", "msconvert"),
        ("dta", "DTA or PKL", "msconvert"),
        ("pkl", "DTA or PKL", "msconvert"),
        ("ids", "XML", "check"),
    ] {
        for entry in fs_err::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "ibd") {
                continue;
            }
            let error = formats::open(&path)
                .err()
                .unwrap_or_else(|| panic!("{}", path.display()));
            assert!(matches!(error, ReadError::NotSpectra { .. }), "{error}");
            let text = error.to_string();
            assert!(
                text.contains(looks_like) && text.contains(advice),
                "{error}"
            );
        }
    }
    let error = formats::open(&root.join("bruker_d/test.d")).err().unwrap();
    assert!(error.to_string().contains("msconvert"), "{error}");
}
