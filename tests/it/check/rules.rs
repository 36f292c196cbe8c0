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
        (
            "sodium",
            changed(mz, "PrecursorMZ: 217.0696"),
            &["precursor_conflict"],
            "195.0877",
        ),
        (
            "nominal",
            changed(mz, "PrecursorMZ: 195"),
            &["precursor_inaccurate"],
            "-449.3 ppm",
        ),
        (
            "25 ppm off",
            changed(mz, "PrecursorMZ: 195.0926"),
            &["precursor_inaccurate"],
            "ppm",
        ),
        ("10 ppm off", changed(mz, "PrecursorMZ: 195.0896"), &[], ""),
        (
            "mode",
            changed("Ion_mode: P", "Ion_mode: N"),
            &["charge_conflict"],
            "negative mode",
        ),
        (
            "charge",
            changed(mz, &format!("{mz}\nCharge: 2+")),
            &["charge_conflict"],
            "stated is +2",
        ),
        (
            "light",
            changed(mz, light),
            &["precursor_conflict", "impossible_precursor"],
            "no ion",
        ),
        (
            "nothing left",
            changed("[M+H]+", "[M-C20H40O9+H]+"),
            &["impossible_precursor"],
            "nothing",
        ),
        (
            "most above",
            above(700.0),
            &["impossible_precursor"],
            "70 % of the intensity",
        ),
        (
            "some above",
            above(150.0),
            &["peaks_above_precursor"],
            "15 % of the intensity",
        ),
        ("few above", above(50.0), &[], ""),
        (
            "profile",
            with_peaks(CAFFEINE, &profile()),
            &["profile_like"],
            "right beside",
        ),
        (
            "noise",
            with_peaks(CAFFEINE, &noisy()),
            &["noise_floor"],
            "30 of 32 peaks",
        ),
        (
            "no formula",
            changed("Formula: C8H10N4O2\n", ""),
            &["missing_field"],
            "formula",
        ),
        (
            "no charge",
            changed(mz, &format!("{mz}\nCharge: 0")),
            &["missing_field"],
            "charge",
        ),
        (
            "formula",
            changed("C8H10N4O2", "C8H10N4Oxy"),
            &["not_understood"],
            "C8H10N4Oxy",
        ),
        (
            "adduct",
            changed("[M+H]+", "[M+Xx]+"),
            &["not_understood"],
            "[M+Xx]+",
        ),
        (
            "letters",
            changed("69.0447 12", "sixty 12"),
            &["unreadable"],
            "sixty",
        ),
    ];
    for (what, msp, rules, detail) in cases {
        let table = found(&folder, &(THEOPHYLLINE.to_owned() + &msp));
        assert_eq!(table.column("rule"), rules, "{what}: {:?}", table.rows());
        let told = table.column("what");
        assert!(
            told.is_empty() || told.iter().any(|t| t.contains(detail)),
            "{what}: {told:?}"
        );
        assert!(table.column("record").iter().all(|n| *n == "2"), "{what}");
        assert!(
            table.column("advice").iter().all(|text| text.len() > 5),
            "{what}"
        );
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
