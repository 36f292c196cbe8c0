//! Does what is exported come back the same?

use crate::formats_data::read;
use crate::kit::{Folder, Report, contents, data, names_in, python_with};
use mzseek::domain::{
    Charge, Compound, Fields, Measurement, Mz, Origin, Peak, PeakList, Polarity, Precursor,
    Seconds, Spectrum,
};
use mzseek::formats::{
    self, ExportFormat, Membership, Record, Written, difference, spectrum_writer,
};
use proptest::prelude::*;
use std::fmt::Write;
use std::io::Cursor;
use std::path::Path;

/// Formats that give back what was written.
const FORMATS: [ExportFormat; 3] = [
    ExportFormat::Msp,
    ExportFormat::Mgf,
    ExportFormat::MzSpecLib,
];

fn write(spectra: &[Spectrum], format: ExportFormat) -> (Vec<u8>, Written) {
    let mut bytes = Vec::new();
    let mut writer = spectrum_writer((format, "made up"), Box::new(&mut bytes)).unwrap();
    for spectrum in spectra {
        writer.write(spectrum.clone(), None).unwrap();
    }
    let written = writer.end().unwrap();
    (bytes, written)
}

fn read_back(bytes: &[u8]) -> Vec<Spectrum> {
    let reader = formats::read(Path::new("export"), Cursor::new(bytes.to_vec()), u64::MAX);
    let spectrum = |record| match record {
        Ok(Record::Spectrum(spectrum)) => *spectrum,
        other => panic!("no spectrum: {other:?}"),
    };
    reader.unwrap().map(spectrum).collect()
}

/// Writes, reads and writes again.
#[track_caller]
fn comes_back(spectra: &[Spectrum], format: ExportFormat, what: &str) {
    let (bytes, written) = write(spectra, format);
    assert_eq!(written.unfaithful, [], "{what} as {format}");
    let back = read_back(&bytes);
    assert_eq!(back.len(), spectra.len(), "{what} as {format}");
    for (spectrum, back) in spectra.iter().zip(&back) {
        let text = || String::from_utf8_lossy(&bytes).into_owned();
        let fault = difference(spectrum, back);
        assert!(
            fault.is_none(),
            "{what} as {format}: {fault:?}\n{spectrum:#?}\n{back:#?}\n{}",
            text()
        );
    }
    assert!(write(&back, format).0 == bytes, "{what} as {format}");
}

/// Texts that look like other things.
fn odd_text() -> impl Strategy<Value = String> {
    let trap = prop::sample::select(vec![
        "",
        "",
        "Kojic acid",
        "PEPTIDE/2",
        "β-Carotin \"all-trans\"; (x)",
        "a=b: c",
        "END IONS",
        "BEGIN IONS",
        "Num Peaks: 3",
        "100.5 20",
        "<Spectrum=7>",
        "MS:12|x",
        "[2M+Na]+",
        "  two  ",
        "'",
        "\"",
        "\\",
        "#",
        "a\tb",
        "100 % =",
        "Name: x",
        "ÄÖÜ 漢字 🧪",
        "|",
        "[1]MS:1|a=b",
    ]);
    prop_oneof![3 => trap.prop_map(|text| text.trim().to_owned()), 1 => any_text(), 1 => long()]
}

fn any_text() -> impl Strategy<Value = String> {
    "[^\u{0}-\u{1f}\u{7f}-\u{a0}]{0,20}".prop_map(|text| text.trim().to_owned())
}

fn long() -> impl Strategy<Value = String> {
    (1_usize..3000).prop_map(|n| "(2R,3S)-".repeat(n / 8 + 1))
}

fn field() -> impl Strategy<Value = (String, String)> {
    let key = prop::sample::select(vec![
        "Comment",
        "Comments",
        "CH$LINK",
        "PK$ANNOTATION",
        "Synon",
        "Name",
        "Accession",
        "Scans",
        "Instrument_type",
        "Ionization",
        "MS_level",
        "Charge",
        "MS:1003203|constituent spectrum file",
        "[1]MS:1001975|delta m/z",
        "[1]UO:0000000|unit",
        "Analyte=1 MS:1000224|molecular mass",
        "Analyte=1 Se",
        "Analyte=2 MS:1000866|molecular formula",
        "Interpretation=1 MS:1|x",
        "Cluster_id",
        "key with = and %",
        "INCHI",
        "Mods",
        "peaks",
        "é",
        "1st",
        "TITLE",
        "mzseek_field",
        "Peptide",
        "RTINSECONDS",
    ]);
    let value = prop::sample::select(vec![
        "1",
        "0",
        "2+ and 3+",
        "MS1",
        "3",
        "Parent=200 Charge=2 HCD=46eV Mods=1(1,C,CAM)",
        "EI",
        "\"computed SMILES=CCO\" \"polarity=negative\"",
        "scan=7",
        "a=b",
        "x: y",
        "none",
        "UO:0000169|parts per million",
        "149.1 C10H15N+ 1.2",
    ]);
    (
        key.prop_map(str::to_owned),
        prop_oneof![value.prop_map(str::to_owned), any_text()],
    )
}

fn measurement() -> impl Strategy<Value = Measurement> {
    let energy = prop::sample::select(vec![
        "",
        "15 eV",
        "35 % (nominal)",
        "40",
        "35HCD",
        "Ramp 21.1-31.6 eV",
        "20, 30 eV",
        "0.5 eV",
    ]);
    let polarity = prop::sample::select(vec![
        None,
        Some(Polarity::Positive),
        Some(Polarity::Negative),
    ]);
    let time = prop::option::of(prop_oneof![-10.0_f64..1e5, Just(0.0), Just(1.0e-7)]);
    let index = prop::option::of(-100.0_f64..5000.0);
    let instrument = prop::sample::select(vec!["", "6652 QTOF Agilent", "EI-B", "a|b"]);
    (polarity, time, index, energy, instrument).prop_map(|(polarity, time, index, energy, on)| {
        Measurement {
            polarity,
            retention_time: time.map(|time| Seconds::new(time).unwrap()),
            retention_index: index,
            collision_energy: energy.to_owned(),
            instrument: on.to_owned(),
        }
    })
}

fn compound() -> impl Strategy<Value = Compound> {
    let adduct = prop::sample::select(vec!["", "[M+H]+", "[M-H]-", "[2M+Na]+", "[M+2H]2+", "odd"]);
    let peptide = prop::sample::select(vec!["", "", "KFWGK", "[Acetyl]-AC[ICAT-C:13C(9)]K", "A/3"]);
    (odd_text(), adduct, peptide, any::<bool>()).prop_map(|(name, adduct, peptide, known)| {
        let known = |text: &str| {
            if known {
                text.to_owned()
            } else {
                String::new()
            }
        };
        Compound {
            name,
            formula: known("C10H15N"),
            inchikey: known("DHHVAGZRUROJKS-UHFFFAOYSA-N"),
            smiles: known("CC(C)(N)CC1=CC=CC=C1"),
            adduct: adduct.to_owned(),
            peptide: peptide.to_owned(),
        }
    })
}

fn peaks() -> impl Strategy<Value = PeakList> {
    let intensity = prop_oneof![
        1.0e-6_f32..1.0,
        1.0_f32..1.0e9,
        Just(f32::MIN_POSITIVE),
        Just(f32::MAX),
        Just(1.0e-45),
    ];
    let mz = prop_oneof![10.0_f64..2000.0, Just(100.0), Just(1.0e6), Just(0.1 + 0.2)];
    prop::collection::vec((mz, intensity), 0..12).prop_map(|peaks| {
        let peak = |(mz, intensity)| Peak { mz, intensity };
        PeakList::new(peaks.into_iter().map(peak).collect()).unwrap()
    })
}

fn spectrum() -> impl Strategy<Value = Spectrum> {
    let charge = prop::sample::select(vec![0_i8, 1, 2, 17, -1, -3]);
    let precursor = prop::option::of((10.0_f64..3000.0, charge));
    let fields = prop::collection::vec(field(), 0..5);
    let parts = (
        odd_text(),
        precursor,
        measurement(),
        compound(),
        fields,
        peaks(),
    );
    parts.prop_map(|(id, precursor, measurement, compound, stated, peaks)| {
        let mut fields = Fields::default();
        for (key, value) in &stated {
            fields.push(key, value);
        }
        Spectrum {
            origin: Origin {
                file: Path::new("made up").into(),
                index: 0,
            },
            // What has a name has an id.
            id: if id.is_empty() {
                compound.name.clone()
            } else {
                id
            },
            precursor: precursor.map(|(mz, charge)| Precursor {
                mz: Mz::new(mz).unwrap(),
                charge: Charge::new(charge).ok(),
            }),
            measurement,
            compound,
            fields,
            peaks,
        }
    })
}

proptest! {
    #[test]
    fn made_up_spectra_come_back(spectra in prop::collection::vec(spectrum(), 1..6)) {
        for format in FORMATS {
            comes_back(&spectra, format, "made up");
        }
    }
}

#[test]
fn what_a_format_cannot_hold_is_told() {
    let text = "Name: x\nPrecursorMZ: 100\nNum Peaks: 1\n50 1\n";
    let mut spectrum = read_back(text.as_bytes()).remove(0);
    // No reader gives such a text; a line of it would be another statement.
    spectrum.compound.name = "x\nName: y".to_owned();
    for format in FORMATS {
        let (bytes, written) = write(std::slice::from_ref(&spectrum), format);
        assert_eq!((written.n_spectra, written.n_unfaithful), (1, 1));
        assert_eq!(written.unfaithful[0].what, "what it is of");
        assert_eq!(read_back(&bytes)[0].compound.name, "x Name: y");
    }
}

fn names_below(folder: &Path) -> Vec<String> {
    if folder.is_dir() {
        names_in(folder)
    } else {
        Vec::new()
    }
}

#[test]
fn every_spectrum_of_real_files_comes_back() {
    let Some(root) = data("formats") else { return };
    let mut n_spectra = 0;
    for folder in fs_err::read_dir(root).unwrap() {
        let folder = folder.unwrap().path();
        for name in names_below(&folder) {
            let path = folder.join(&name);
            if path.is_dir() {
                continue;
            }
            let spectra = read(&path).spectra;
            n_spectra += spectra.len();
            if spectra.is_empty() {
                continue;
            }
            for format in FORMATS {
                comes_back(&spectra, format, &name);
            }
        }
    }
    assert!(n_spectra > 500, "only {n_spectra} spectra");
}

#[test]
fn massbank_comes_back() {
    let Some(root) = data("massbank") else { return };
    let spectra = read(&root.join("library.msp.gz")).spectra;
    assert_eq!(spectra.len(), 27_720);
    for format in FORMATS {
        comes_back(&spectra, format, "MassBank");
    }
}

/// A library that says odd things of its entries.
const ODD: &str = "\
Name: \"quoted\" β-thing; 100 %
DB#: odd 1
PrecursorMZ: 300.5
Charge: 2+ and 3+
Precursor_type: [M+H]+
Ion_mode: P
Collision_energy: 35 NCE
RT: 1.25
Comment: \"author=A, B\" Parent=12
Synon: $:00in-source
Num Peaks: 3
100.1 10 \"a\"
150.2 1000 \"b\"
200.3 7

Name: AAAACALTR/2_1(4,C,CAM)_46eV
MW: 905.4
Comment: Parent=453.7 Mods=1(4,C,CAM) HCD=46eV
Num Peaks: 3
110.05 20
175.25 999
275.35 120

Name: without a precursor
Ion_mode: N
Spectrum_type: MS3
Retention_index: 1840/3/12
Num Peaks: 3
81.5 5
91.5 50
191.5 500
";

#[test]
fn a_library_comes_back_through_every_format() {
    let bundled = Path::new(env!("CARGO_MANIFEST_DIR")).join("libraries");
    let lipids = bundled.join("lipids/spectra.msp.gz");
    let contaminants = bundled.join("contaminants/spectra.msp.gz");
    let folder = Folder::new();
    folder.write("odd.msp", ODD);
    for (source, profile) in [
        ("odd.msp", "small-molecule"),
        (lipids.to_str().unwrap(), "small-molecule"),
        (contaminants.to_str().unwrap(), "peptide"),
    ] {
        let build = ["--profile", profile, "-q", "-o"];
        folder
            .run(&[&["build", source][..], &build, &["lib.h5"]].concat())
            .exits(0);
        for name in ["lib.msp", "lib.mgf.gz", "lib.mzspeclib.txt.zst"] {
            folder
                .run(&["export", "lib.h5", "-o", name])
                .exits(0)
                .says("spectra written");
            fs_err::create_dir_all(folder.path("again")).unwrap();
            folder
                .run(&[&["build", name][..], &build, &["again/lib.h5"]].concat())
                .exits(0);
            let again = format!("again/{name}");
            folder
                .run(&["export", "again/lib.h5", "-o", &again])
                .exits(0);
            assert!(
                folder.read(name) == folder.read(&again),
                "{source} as {name}"
            );
            let (first, second) = (folder.path("lib.h5"), folder.path("again/lib.h5"));
            assert_eq!(contents(&first), contents(&second), "{source} as {name}");
        }
    }
}

/// Four spectra of two things, and one alone.
fn with_clusters() -> Folder {
    let mut msp = String::new();
    for (name, mz) in [
        ("a", 200.0),
        ("a", 200.0),
        ("b", 300.0),
        ("b", 300.0),
        ("c", 400.0),
    ] {
        let n = msp.len();
        write!(
            msp,
            "Name: {name}\nDB#: {name}{n}\nPrecursorMZ: {mz}\nIon_mode: {}\nNum Peaks: 3\n\
             {} 10\n{} 20\n{} 30\n\n",
            if name == "b" { "N" } else { "P" },
            mz - 50.0,
            mz - 80.0,
            mz - 120.0
        )
        .unwrap();
    }
    Folder::with_library(&msp, "", &["--decoys", "spectrum"])
}

#[test]
fn conditions_decoys_and_stdout() {
    let folder = with_clusters();
    let out = folder
        .run(&["export", "lib.h5", "--format", "csv", "-o", "-"])
        .exits(0);
    let table = Report::read(&out.stdout);
    assert_eq!(table.column("name"), ["a", "a", "b", "b", "c"]);
    assert_eq!(
        table.column("precursor_mz"),
        ["200", "200", "300", "300", "400"]
    );
    let words = [
        "export",
        "lib.h5",
        "--where",
        "polarity = '-'",
        "-o",
        "b.MGF",
    ];
    folder.run(&words).exits(0).says("2 spectra written");
    assert_eq!(folder.text("b.MGF").matches("IONMODE=negative").count(), 2);
    folder
        .run(&["export", "lib.h5", "--with-decoys", "-o", "all.msp"])
        .exits(0);
    assert_eq!(folder.text("all.msp").matches("DB#: DECOY_").count(), 5);
    folder
        .run(&["export", "lib.h5", "lib.h5", "-o", "twice.msp"])
        .exits(0)
        .says("10 spectra");
    let refused = |words: &[&str], text: &str| {
        folder
            .run(&[&["export", "lib.h5"], words].concat())
            .exits(2)
            .says(text);
    };
    refused(&["-o", "a.txt"], "does not tell the format");
    refused(&["-o", "-"], "does not tell the format");
    refused(&["-o", "lib.h5", "--format", "msp"], "is an input");
    refused(&["-o", "a.msp", "--where", "colour = 1"], "no column");
    folder
        .run(&["export", "lib.h5", "-o", "no/a.msp"])
        .exits(1)
        .says("no folder");
}

#[test]
fn clusters_are_stated_and_chosen_from() {
    let folder = with_clusters();
    folder
        .run(&["export", "lib.h5", "--clusters", "-o", "a.csv"])
        .exits(0);
    let table = Report::read(&folder.text("a.csv"));
    assert_eq!(table.column("cluster_size"), ["2", "2", "2", "2", "1"]);
    assert_eq!(
        table
            .column("is_representative")
            .iter()
            .filter(|c| **c == "true")
            .count(),
        3
    );
    assert!(
        table
            .column("cluster_purity")
            .iter()
            .all(|purity| *purity == "1")
    );
    let words = [
        "export",
        "lib.h5",
        "--clusters=representatives",
        "-o",
        "a.msp",
    ];
    folder.run(&words).exits(0).says("3 spectra written");
    assert_eq!(
        folder
            .text("a.msp")
            .matches("Cluster_representative: yes")
            .count(),
        3
    );
    folder
        .run(&["export", "lib.h5", "--clusters", "-o", "a.mzspeclib.txt"])
        .exits(0);
    let text = folder.text("a.mzspeclib.txt");
    assert_eq!(text.matches("\n<Cluster=").count(), 3);
    assert!(text.contains("MS:1003268|spectrum cluster member spectrum keys=1,2\n"));
    let back = read(&folder.path("a.mzspeclib.txt"));
    assert_eq!(
        (back.spectra.len(), back.n_others, back.skipped.len()),
        (5, 3, 0)
    );
}

#[test]
fn a_membership_replaces_an_older_one() {
    let text = "Name: x\nCluster_id: 7\nFurther: 1\nNum Peaks: 1\n50 1\n";
    let spectrum = read_back(text.as_bytes()).remove(0);
    let mut bytes = Vec::new();
    let mut writer = spectrum_writer((ExportFormat::Msp, ""), Box::new(&mut bytes)).unwrap();
    let membership = Membership {
        cluster: 3,
        size: 2,
        is_representative: false,
        purity: None,
    };
    writer.write(spectrum, Some(membership)).unwrap();
    writer.end().unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(text.matches("Cluster_id").count(), 1);
    assert!(text.contains("Cluster_id: 3\n") && text.contains("Further: 1\n"));
}

#[test]
fn other_readers_find_the_same() {
    let Some(python) = python_with("pyteomics") else {
        return;
    };
    let folder = Folder::new();
    let lipids = Path::new(env!("CARGO_MANIFEST_DIR")).join("libraries/lipids/spectra.msp.gz");
    folder
        .run(&["build", lipids.to_str().unwrap(), "-o", "lib.h5"])
        .exits(0);
    for name in ["lib.csv", "lib.mgf", "lib.msp", "lib.mzspeclib.txt"] {
        folder.run(&["export", "lib.h5", "-o", name]).exits(0);
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers/exported.py");
    let seen = std::process::Command::new(python)
        .arg(script)
        .arg(folder.path("lib"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&seen.stderr).into_owned();
    assert!(seen.status.success(), "{text}");
    assert!(String::from_utf8_lossy(&seen.stdout).contains("pyteomics"));
}
