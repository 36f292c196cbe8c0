//! Repairs, and what stays as it is.

use super::{CAFFEINE, PEPTIDE, THEOPHYLLINE, found, noisy, with_peaks};
use crate::formats_data::read;
use crate::kit::{Folder, Report};
use mzseek::domain::Spectrum;
use mzseek::formats::difference;

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
    assert_eq!(
        before.column("rule"),
        ["missing_field", "missing_field", "noise_floor"]
    );
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
    let run = folder
        .run(&["check", "in.msp", "--fix", "out.msp"])
        .exits(3);
    assert!(!run.stderr.contains("repairs"), "{}", run.stderr);
    let (old, new) = (spectra(&folder, "in.msp"), spectra(&folder, "out.msp"));
    assert_eq!(old.len(), 3);
    for (old, new) in old.iter().zip(&new) {
        assert_eq!(difference(old, new), None);
    }
}
