//! Does `check` find what is wrong with spectra, and nothing else? Does `--fix` put right what it says?

mod builds;
mod real_files;
mod repairs;
mod rules;

use crate::kit::{Folder, Report};
use std::fmt::Write;

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

/// The peaks of `record` as a spectrum of theophylline's isomer.
fn isomer_of(record: &str) -> String {
    let renamed = record.replace("Name: Theophylline", "Name: Theobromine");
    renamed.replace("ZFXYFBGIUFBOJW", "YAPQBXQYLJRXSA")
}

/// What `check` says of `msp`.
fn found(folder: &Folder, msp: &str) -> Report {
    folder.write("in.msp", msp);
    let run = folder.run(&["check", "in.msp", "-o", "found.csv"]);
    let table = Report::read(&folder.text("found.csv"));
    let is_sound = table.rows().is_empty();
    run.exits(if is_sound { 0 } else { 3 }).says(if is_sound {
        "0 findings"
    } else {
        "findings, in"
    });
    table
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
        (
            &["in.msp", "-o", "a.msp", "--fix", "a.msp"],
            "the same file",
        ),
        (&["in.msp", "--remove-noise"], "--fix"),
        (&["in.msp", "--precursor-tol", "10"], "10"),
        (&["in.msp", "--unknown-flag"], "--unknown-flag"),
    ] {
        folder
            .run(&[&["check"], words].concat())
            .exits(2)
            .says(message);
        assert_eq!(folder.names(), before, "{words:?}");
    }
    let gone = folder.run(&["check", "gone.msp", "--fix", "out.msp", "-o", "found.csv"]);
    gone.exits(1).says("gone.msp");
    assert_eq!(folder.names(), before);
}
