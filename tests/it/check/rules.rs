//! Each rule, with a spectrum that breaks it and one that does not.

use super::{
    BY_ELECTRONS, CAFFEINE, PEPTIDE, THEOPHYLLINE, found, isomer_of, noisy, profile, with_peaks,
};
use crate::kit::Folder;

#[test]
fn sound_spectra_have_no_findings() {
    let folder = Folder::new();
    let all = [CAFFEINE, THEOPHYLLINE, PEPTIDE, BY_ELECTRONS].concat();
    let table = found(&folder, &all);
    assert!(table.rows().is_empty(), "{:?}", table.rows());
}

/// What is wrong with a record, the record, the rules it breaks, and what is said of it.
type Case<'a> = (&'a str, String, &'a [&'a str], &'a str);

/// Puts each record behind a sound one.
#[track_caller]
fn each_is_found(cases: &[Case<'_>]) {
    let folder = Folder::new();
    for (what, msp, rules, detail) in cases {
        let table = found(&folder, &(THEOPHYLLINE.to_owned() + msp));
        assert_eq!(table.column("rule"), *rules, "{what}: {:?}", table.rows());
        let told = table.column("what");
        let is_told = told.is_empty() || told.iter().any(|text| text.contains(detail));
        assert!(is_told, "{what}: {told:?}");
        let records = table.column("record");
        assert!(records.iter().all(|record| *record == "2"), "{what}");
        let advice = table.column("advice");
        assert!(advice.iter().all(|text| text.len() > 5), "{what}");
    }
}

/// Caffeine with another statement.
fn caffeine(from: &str, to: &str) -> String {
    assert!(CAFFEINE.contains(from), "{from}");
    CAFFEINE.replacen(from, to, 1)
}

const MZ: &str = "PrecursorMZ: 195.0877";

#[test]
fn precursors_against_molecules() {
    let conflict: &[&str] = &["precursor_conflict"];
    let inaccurate: &[&str] = &["precursor_inaccurate"];
    let charge: &[&str] = &["charge_conflict"];
    let mz = |mz: &str| caffeine(MZ, &format!("PrecursorMZ: {mz}"));
    let negative = caffeine("Ion_mode: P", "Ion_mode: N");
    let twice = mz("195.0877\nCharge: 2+");
    let no_adduct = caffeine(
        "Precursor_type: [M+H]+\nIon_mode: P",
        "Charge: 1+\nIon_mode: N",
    );
    each_is_found(&[
        ("sodium", mz("217.0696"), conflict, "195.0877"),
        ("an isotope", mz("196.0907"), conflict, "+1.0030 Da"),
        ("nominal", mz("195"), inaccurate, "-449.3 ppm"),
        ("25 ppm off", mz("195.0926"), inaccurate, "ppm"),
        ("10 ppm off", mz("195.0896"), &[], ""),
        ("mode", negative, charge, "negative mode"),
        ("charge", twice, charge, "stated is +2"),
        (
            "both",
            no_adduct,
            &["charge_conflict", "missing_field"],
            "charge +1 in negative",
        ),
    ]);
}

#[test]
fn precursors_that_cannot_be() {
    let impossible: &[&str] = &["impossible_precursor"];
    let above = |share: f64| {
        let peaks = [(110.0713, 40.0), (138.0662, 960.0 - share), (301.5, share)];
        with_peaks(CAFFEINE, &peaks)
    };
    let light = caffeine(MZ, "PrecursorMZ: 3.5\nCharge: 1");
    let of_light: &[&str] = &["precursor_conflict", "impossible_precursor"];
    let nothing = caffeine("[M+H]+", "[M-C20H40O9+H]+");
    let some: &[&str] = &["peaks_above_precursor"];
    each_is_found(&[
        ("light", light, of_light, "no ion"),
        ("nothing left", nothing, impossible, "nothing"),
        (
            "most above",
            above(700.0),
            impossible,
            "70 % of the intensity",
        ),
        ("some above", above(150.0), some, "15 % of the intensity"),
        ("few above", above(50.0), &[], ""),
    ]);
}

#[test]
fn peaks_and_statements() {
    let noise = with_peaks(CAFFEINE, &noisy());
    let profile = with_peaks(CAFFEINE, &profile());
    let missing: &[&str] = &["missing_field"];
    let strange: &[&str] = &["not_understood"];
    let no_formula = caffeine("Formula: C8H10N4O2\n", "");
    let no_charge = caffeine(MZ, &format!("{MZ}\nCharge: 0"));
    let adduct = caffeine("[M+H]+", "[M+Xx]+");
    let letters = caffeine("69.0447 12", "sixty 12");
    each_is_found(&[
        ("profile", profile, &["profile_like"], "right beside"),
        ("noise", noise, &["noise_floor"], "30 of 32 peaks"),
        ("no formula", no_formula, missing, "formula"),
        ("no charge", no_charge, missing, "charge"),
        ("formula", caffeine("O2\n", "Oxy\n"), strange, "C8H10N4Oxy"),
        ("adduct", adduct, strange, "[M+Xx]+"),
        ("letters", letters, &["unreadable"], "sixty"),
    ]);
}

#[test]
fn peptides_are_weighed_too() {
    let folder = Folder::new();
    for (mz, rules) in [
        ("405.2238", &[][..]),
        ("405.7", &["precursor_inaccurate"]),
        // The first isotope, as instruments isolate it; below the ion there is none.
        ("405.7255", &["precursor_inaccurate"]),
        ("404.7", &["precursor_conflict"]),
        ("413.2", &["precursor_conflict"]),
    ] {
        let table = found(&folder, &PEPTIDE.replace("405.2238", mz));
        assert_eq!(table.column("rule"), rules, "{mz}");
    }
}

#[test]
fn formulas_of_ions_are_understood() {
    let folder = Folder::new();
    let ion = CAFFEINE.replace("[M+H]+", "[M]+");
    for (formula, rules) in [
        ("[C8H11N4O2]+", &[][..]),
        ("C8H11N4O2+", &[]),
        ("[13C]C7H11N4O2", &["precursor_conflict"]),
        ("[C8H10N4O2]+", &["precursor_conflict"]),
        ("[C8H11N4O2", &["not_understood"]),
    ] {
        let table = found(&folder, &ion.replace("C8H10N4O2", formula));
        assert_eq!(table.column("rule"), rules, "{formula}");
    }
}

#[test]
fn rows_say_where() {
    let folder = Folder::new();
    let broken = CAFFEINE.replace("69.0447 12", "sixty 12");
    let table = found(
        &folder,
        &[&broken, THEOPHYLLINE, THEOPHYLLINE, &broken].concat(),
    );
    assert_eq!(table.column("file"), ["in.msp"; 3]);
    assert_eq!(table.column("record"), ["1", "3", "4"]);
    assert_eq!(table.column("line"), ["10", "", "56"]);
    assert_eq!(table.column("id"), ["", "theo", ""]);
    assert_eq!(
        table.column("rule"),
        ["unreadable", "duplicate", "unreadable"]
    );
    assert_eq!(table.column("severity"), ["error", "note", "error"]);
    let words = ["check", "in.msp", "-o", "-"];
    let shown = folder.run(&words).exits(3);
    assert_eq!(shown.stdout, folder.text("found.csv"));
}

#[test]
fn the_same_peaks_are_found() {
    let folder = Folder::new();
    let twice = found(&folder, &[THEOPHYLLINE, CAFFEINE, THEOPHYLLINE].concat());
    assert_eq!(twice.column("rule"), ["duplicate"]);
    assert!(
        twice.column("what")[0].ends_with("as in.msp, record 1"),
        "{:?}",
        twice.rows()
    );
    let isomer = isomer_of(THEOPHYLLINE);
    let table = found(&folder, &[THEOPHYLLINE, CAFFEINE, &isomer].concat());
    assert_eq!(table.column("rule"), ["same_peaks_other_molecule"]);
    assert_eq!(table.column("record"), ["3"]);
    let what = table.column("what")[0];
    assert!(
        what.contains("record 1, which is theophylline (ZFXYFBGIUFBOJW)"),
        "{what}"
    );
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
    let scaled = THEOPHYLLINE
        .replace(" 1000\n", " 500\n")
        .replace(" 400\n", " 200\n");
    let scaled = scaled.replace(" 20\n", " 10\n").replace(" 90\n", " 45\n");
    let table = found(
        &folder,
        &[THEOPHYLLINE, &scaled.replace(" 11\n", " 5.5\n")].concat(),
    );
    assert_eq!(table.column("rule"), ["duplicate"]);
    assert!(
        found(&folder, &[THEOPHYLLINE, CAFFEINE].concat())
            .rows()
            .is_empty()
    );
}
