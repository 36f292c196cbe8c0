//! Does `check` find what is wrong with spectra, and nothing else? Does `--fix` put right what it says?

use crate::formats_data::{data, read};
use crate::kit::{Folder, Report, contents};
use mzseek::check::splash;
use mzseek::domain::Spectrum;
use mzseek::formats::difference;
use std::fmt::Write;
use std::path::Path;

/// A record without any fault.
const CAFFEINE: &str = "\
Name: Caffeine
DB#: caf
PrecursorMZ: 195.0877
Precursor_type: [M+H]+
Ion_mode: P
Formula: C8H10N4O2
InChIKey: RYYVLZVUVIJVGH-UHFFFAOYSA-N
SMILES: CN1C=NC2=C1C(=O)N(C(=O)N2C)C
Num Peaks: 6
69.0447 12
83.0604 15
110.0713 40
123.0427 9
138.0662 1000
195.0877 300

";

/// Another one.
const THEOPHYLLINE: &str = "\
Name: Theophylline
DB#: theo
PrecursorMZ: 181.0720
Precursor_type: [M+H]+
Ion_mode: P
Formula: C7H8N4O2
InChIKey: ZFXYFBGIUFBOJW-UHFFFAOYSA-N
SMILES: CN1C2=C(C(=O)N(C1=O)C)NC=N2
Num Peaks: 5
69.0448 20
96.0557 90
124.0506 1000
142.0600 11
181.0720 400

";

/// A peptide without any fault: m/z by the masses of its residues.
const PEPTIDE: &str = "\
Name: LASYLDK/2
PrecursorMZ: 405.2238
Ion_mode: P
Comment: Mods=0
Num Peaks: 4
147.1128 500
262.1397 300
375.2238 1000
538.2871 700

";

/// A record of electron ionisation, which has neither precursor nor adduct.
const BY_ELECTRONS: &str = "\
Name: Benzene
Ion_mode: P
Formula: C6H6
InChIKey: UHOVQNZJYSORNB-UHFFFAOYSA-N
Instrument_type: GC-EI-Q
Num Peaks: 5
39 130
50 160
51 180
52 200
78 1000

";

/// The record with other peaks.
fn with_peaks(record: &str, peaks: &[(f64, f64)]) -> String {
    let at = record.find("Num Peaks").unwrap();
    let mut text = format!("{}Num Peaks: {}\n", &record[..at], peaks.len());
    for (mz, intensity) in peaks {
        writeln!(text, "{mz:.5} {intensity}").unwrap();
    }
    text + "\n"
}

/// Two Gaussian peaks, point by point.
fn profile() -> Vec<(f64, f64)> {
    let point = |centre: f64, at: i32| {
        let off = f64::from(at);
        (centre + 0.004 * off, 1000.0 * (-off * off / 18.0).exp())
    };
    let peak = |centre: f64| (-8..=8).map(move |at| point(centre, at));
    peak(110.0713).chain(peak(138.0662)).collect()
}

/// One peak over 30 of next to nothing.
fn noisy() -> Vec<(f64, f64)> {
    let floor = (0..30).map(|at| (50.0 + 3.3 * f64::from(at), 1.0 + f64::from(at % 10) * 0.1));
    floor.chain([(160.5, 400.0), (195.0877, 5000.0)]).collect()
}

/// What `check` says of `msp`.
fn found(folder: &Folder, msp: &str) -> Report {
    folder.write("in.msp", msp);
    let run = folder.run(&["check", "in.msp", "-o", "found.csv"]);
    let table = Report::read(&folder.text("found.csv"));
    let is_sound = table.rows().is_empty();
    run.exits(if is_sound { 0 } else { 3 })
        .says(if is_sound { "0 findings" } else { "findings, in" });
    table
}

#[test]
fn sound_spectra_have_no_findings() {
    let folder = Folder::new();
    let all = [CAFFEINE, THEOPHYLLINE, PEPTIDE, BY_ELECTRONS].concat();
    let table = found(&folder, &all);
    assert!(table.rows().is_empty(), "{:?}", table.rows());
}

#[test]
fn every_rule_finds_what_breaks_it() {
    let folder = Folder::new();
    let mz = "PrecursorMZ: 195.0877";
    let changed = |from: &str, to: &str| {
        assert!(CAFFEINE.contains(from), "{from}");
        CAFFEINE.replacen(from, to, 1)
    };
    let above = |share: f64| {
        let peaks = [(110.0713, 40.0), (138.0662, 960.0 - share), (301.5, share)];
        with_peaks(CAFFEINE, &peaks)
    };
    let light = "PrecursorMZ: 3.5\nCharge: 1";
    let cases: [(&str, String, &[&str], &str); 18] = [
        ("sodium", changed(mz, "PrecursorMZ: 217.0696"), &["precursor_conflict"], "195.0877"),
        ("nominal", changed(mz, "PrecursorMZ: 195"), &["precursor_inaccurate"], "-449.3 ppm"),
        ("25 ppm off", changed(mz, "PrecursorMZ: 195.0926"), &["precursor_inaccurate"], "ppm"),
        ("10 ppm off", changed(mz, "PrecursorMZ: 195.0896"), &[], ""),
        ("mode", changed("Ion_mode: P", "Ion_mode: N"), &["charge_conflict"], "negative mode"),
        ("charge", changed(mz, &format!("{mz}\nCharge: 2+")), &["charge_conflict"], "stated is +2"),
        ("light", changed(mz, light), &["precursor_conflict", "impossible_precursor"], "no ion"),
        ("nothing left", changed("[M+H]+", "[M-C20H40O9+H]+"), &["impossible_precursor"], "nothing"),
        ("most above", above(700.0), &["impossible_precursor"], "70 % of the intensity"),
        ("some above", above(150.0), &["peaks_above_precursor"], "15 % of the intensity"),
        ("few above", above(50.0), &[], ""),
        ("profile", with_peaks(CAFFEINE, &profile()), &["profile_like"], "right beside"),
        ("noise", with_peaks(CAFFEINE, &noisy()), &["noise_floor"], "30 of 32 peaks"),
        ("no formula", changed("Formula: C8H10N4O2\n", ""), &["missing_field"], "formula"),
        ("no charge", changed(mz, &format!("{mz}\nCharge: 0")), &["missing_field"], "charge"),
        ("formula", changed("C8H10N4O2", "C8H10N4Oxy"), &["not_understood"], "C8H10N4Oxy"),
        ("adduct", changed("[M+H]+", "[M+Xx]+"), &["not_understood"], "[M+Xx]+"),
        ("letters", changed("69.0447 12", "sixty 12"), &["unreadable"], "sixty"),
    ];
    for (what, msp, rules, detail) in cases {
        let table = found(&folder, &(THEOPHYLLINE.to_owned() + &msp));
        assert_eq!(table.column("rule"), rules, "{what}: {:?}", table.rows());
        let told = table.column("what");
        assert!(told.is_empty() || told.iter().any(|t| t.contains(detail)), "{what}: {told:?}");
        assert!(table.column("record").iter().all(|n| *n == "2"), "{what}");
        assert!(table.column("advice").iter().all(|text| text.len() > 5), "{what}");
    }
}

#[test]
fn peptides_are_weighed_too() {
    let folder = Folder::new();
    for (mz, rules) in [
        ("405.2238", &[][..]),
        ("405.7", &["precursor_inaccurate"]),
        ("413.2", &["precursor_conflict"]),
    ] {
        let table = found(&folder, &PEPTIDE.replace("405.2238", mz));
        assert_eq!(table.column("rule"), rules, "{mz}");
    }
}

#[test]
fn rows_say_where() {
    let folder = Folder::new();
    let broken = CAFFEINE.replace("69.0447 12", "sixty 12");
    let table = found(&folder, &[&broken, THEOPHYLLINE, THEOPHYLLINE, &broken].concat());
    assert_eq!(table.column("file"), ["in.msp"; 3]);
    assert_eq!(table.column("record"), ["1", "3", "4"]);
    assert_eq!(table.column("line"), ["10", "", "56"]);
    assert_eq!(table.column("id"), ["", "theo", ""]);
    assert_eq!(table.column("rule"), ["unreadable", "duplicate", "unreadable"]);
    assert_eq!(table.column("severity"), ["error", "note", "error"]);
    let words = ["check", "in.msp", "-o", "-"];
    let shown = folder.run(&words).exits(3);
    assert_eq!(shown.stdout, folder.text("found.csv"));
}

/// The peaks of `record` as a spectrum of theophylline's isomer.
fn isomer_of(record: &str) -> String {
    let renamed = record.replace("Name: Theophylline", "Name: Theobromine");
    renamed.replace("ZFXYFBGIUFBOJW", "YAPQBXQYLJRXSA")
}

#[test]
fn the_same_peaks_are_found() {
    let folder = Folder::new();
    let twice = found(&folder, &[THEOPHYLLINE, CAFFEINE, THEOPHYLLINE].concat());
    assert_eq!(twice.column("rule"), ["duplicate"]);
    assert!(twice.column("what")[0].ends_with("as in.msp, record 1"), "{:?}", twice.rows());
    let isomer = isomer_of(THEOPHYLLINE);
    let table = found(&folder, &[THEOPHYLLINE, CAFFEINE, &isomer].concat());
    assert_eq!(table.column("rule"), ["same_peaks_other_molecule"]);
    assert_eq!(table.column("record"), ["3"]);
    let what = table.column("what")[0];
    assert!(what.contains("record 1, which is theophylline (ZFXYFBGIUFBOJW)"), "{what}");
    // A name is enough where there is no InChIKey, and another spelling of it is not.
    let bare = |record: &str| record.replace("InChIKey: ", "Synon: ");
    let table = found(&folder, &[THEOPHYLLINE, &bare(&isomer)].concat());
    assert_eq!(table.column("rule"), ["same_peaks_other_molecule"]);
    let shouted = bare(THEOPHYLLINE).replace("Name: Theophylline", "Name: THEOPHYLLINE");
    let table = found(&folder, &[THEOPHYLLINE, &shouted].concat());
    assert_eq!(table.column("rule"), ["duplicate"]);
    // Two peaks are those of many molecules.
    let few = with_peaks(THEOPHYLLINE, &[(124.0506, 100.0), (181.072, 20.0)]);
    let table = found(&folder, &[few.clone(), isomer_of(&few)].concat());
    assert!(table.rows().is_empty(), "{:?}", table.rows());
    // Peaks count relative to the highest.
    let scaled = THEOPHYLLINE.replace(" 1000\n", " 500\n").replace(" 400\n", " 200\n");
    let scaled = scaled.replace(" 20\n", " 10\n").replace(" 90\n", " 45\n");
    let table = found(&folder, &[THEOPHYLLINE, &scaled.replace(" 11\n", " 5.5\n")].concat());
    assert_eq!(table.column("rule"), ["duplicate"]);
    assert!(found(&folder, &[THEOPHYLLINE, CAFFEINE].concat()).rows().is_empty());
}

fn spectra(folder: &Folder, name: &str) -> Vec<Spectrum> {
    read(&folder.path(name)).spectra
}

#[test]
fn repairs_make_findings_go_away() {
    let folder = Folder::new();
    let without_mz = CAFFEINE.replace("PrecursorMZ: 195.0877\n", "");
    let open_charge = THEOPHYLLINE.replace("Ion_mode: P", "Charge: 0");
    let noisy = with_peaks(CAFFEINE, &noisy());
    let input = [&without_mz, PEPTIDE, &open_charge, &noisy].concat();
    let before = found(&folder, &input);
    assert_eq!(before.column("rule"), ["missing_field", "missing_field", "noise_floor"]);
    let words = ["check", "in.msp", "--remove-noise", "--fix"];
    for fixed in ["fixed.msp", "fixed.mgf.gz", "fixed.mzspeclib.txt"] {
        folder
            .run(&[&words[..], &[fixed]].concat())
            .exits(3)
            .says("4 repairs, in 3 spectra")
            .says("4 spectra written");
        let table = Report::read(&folder.text(&format!("{fixed}.findings.csv")));
        let repaired: Vec<&str> = table
            .column("rule")
            .into_iter()
            .zip(table.column("what"))
            .filter_map(|(rule, what)| (rule == "repaired").then_some(what))
            .collect();
        assert_eq!(
            repaired,
            [
                "precursor m/z 195.087652 with its charge, of C8H10N4O2 [M+H]+",
                "charge +1, of [M+H]+",
                "positive ion mode, of [M+H]+",
                "30 of 32 peaks taken out: the noise floor",
            ]
        );
        folder.run(&["check", fixed]).exits(0).says("0 findings");
        let (old, new) = (spectra(&folder, "in.msp"), spectra(&folder, fixed));
        assert_eq!((old.len(), new.len()), (4, 4));
        assert_eq!(difference(&old[1], &new[1]), None, "{fixed}");
        assert_eq!(new[0].precursor.unwrap().mz.value(), 195.087_652);
        assert_eq!(new[0].peaks, old[0].peaks);
        assert_eq!(new[3].peaks.len(), 2);
    }
    // What is not asked for is not done.
    folder
        .run(&["check", "in.msp", "--fix", "fixed.msp", "-o", "-"])
        .exits(3)
        .says("3 repairs");
    assert_eq!(spectra(&folder, "fixed.msp")[3].peaks.len(), 32);
}

#[test]
fn nothing_is_guessed() {
    let folder = Folder::new();
    let no_mz = CAFFEINE.replace("PrecursorMZ: 195.0877\n", "");
    let against = no_mz.replace("Ion_mode: P", "Ion_mode: N");
    let doubly = no_mz.replace("Ion_mode: P", "Charge: 2+\nIon_mode: P");
    let wrong = CAFFEINE.replace("195.0877\nPrec", "217.0696\nPrec");
    folder.write("in.msp", [against, doubly, wrong].concat());
    let run = folder.run(&["check", "in.msp", "--fix", "out.msp"]).exits(3);
    assert!(!run.stderr.contains("repairs"), "{}", run.stderr);
    let (old, new) = (spectra(&folder, "in.msp"), spectra(&folder, "out.msp"));
    assert_eq!(old.len(), 3);
    for (old, new) in old.iter().zip(&new) {
        assert_eq!(difference(old, new), None);
    }
}

/// Two sound records, one with a wrong precursor, an unreadable one, and the same peaks under two names.
fn partly_wrong() -> String {
    let wrong = with_peaks(
        &CAFFEINE.replace("195.0877\nPrec", "250.0000\nPrec").replace("DB#: caf", "DB#: wrong"),
        &[(77.0386, 10.0), (105.0335, 100.0), (122.0964, 30.0), (250.0, 80.0)],
    );
    let one = with_peaks(
        &THEOPHYLLINE.replace("DB#: theo", "DB#: one"),
        &[(67.0291, 10.0), (110.0349, 40.0), (137.0458, 70.0), (181.0719, 100.0)],
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
    folder.run(&["build", "sound.msp", "-o", "plain.h5"]).exits(0);
    assert_eq!(contents(&folder.path("lib.h5")), contents(&folder.path("plain.h5")));
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

#[test]
fn values_that_no_flag_of_check_takes() {
    let folder = Folder::new();
    folder.write("in.msp", CAFFEINE);
    let before = folder.names();
    for (words, message) in [
        (&[][..], "INPUT"),
        (&["in.msp", "--fix", "out.txt"], "does not tell a format"),
        (&["in.msp", "--fix", "out.csv"], "does not tell a format"),
        (&["in.msp", "--fix", "in.msp"], "is an input"),
        (&["in.msp", "-o", "in.msp"], "is an input"),
        (&["in.msp", "-o", "a.msp", "--fix", "a.msp"], "the same file"),
        (&["in.msp", "--remove-noise"], "--fix"),
        (&["in.msp", "--precursor-tol", "10"], "10"),
        (&["in.msp", "--unknown-flag"], "--unknown-flag"),
    ] {
        folder.run(&[&["check"], words].concat()).exits(2).says(message);
        assert_eq!(folder.names(), before, "{words:?}");
    }
    let gone = folder.run(&["check", "gone.msp", "--fix", "out.msp", "-o", "found.csv"]);
    gone.exits(1).says("gone.msp");
    assert_eq!(folder.names(), before);
}

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
                assert_eq!(splash(&spectrum.peaks), Some(stated), "{file}: {}", spectrum.id);
            }
        }
    }
    assert!(n_stated >= 7, "only {n_stated} records state one");
}

fn count(table: &Report, rule: &str) -> usize {
    table.column("rule").iter().filter(|found| **found == rule).count()
}

/// What is known of the set otherwise is in its README: 692 groups of 1,474 spectra with the same
/// peak lists, 216 records without an adduct, some 390 spectra that look like profiles.
#[test]
fn massbank_is_as_its_readme_says() {
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
    assert!((782..=800).contains(&n_twins), "{n_twins}");
    let n_profiles = count(&table, "profile_like");
    assert!((350..=430).contains(&n_profiles), "{n_profiles}");
    let rows = table.column("what").into_iter().zip(table.column("rule"));
    let is_without = |(what, rule): &(&str, &str)| {
        *rule == "missing_field" && what.split(", ").any(|field| field == "adduct")
    };
    assert_eq!(rows.filter(is_without).count(), 216);
    assert_eq!(count(&table, "unreadable"), 0);
}

#[test]
fn real_files_are_looked_at_without_a_fault() {
    let Some(root) = data("formats") else { return };
    let folder = Folder::new();
    let mut n_files = 0;
    for format in ["msp", "mgf", "sptxt", "massbank", "json", "mzspeclib", "mzml", "mzxml"] {
        for name in crate::kit::names_in(&root.join(format)) {
            let path = root.join(format).join(name);
            let run = folder.run(&["check", path.to_str().unwrap(), "-o", "found.csv"]);
            // Files that are damaged on purpose are refused, as everywhere.
            assert!(matches!(run.code, Some(0 | 1 | 3)), "{}: {}", path.display(), run.stderr);
            n_files += usize::from(run.code != Some(1));
        }
    }
    assert!(n_files > 40, "only {n_files} files");
    assert!(Path::new(&folder.path("found.csv")).exists());
}
