//! Accuracy floors on the MassBank development set: real spectra, real differences between labs.
//!
//! All settings but the index are the defaults.

use crate::kit::{Folder, data};
use mzseek::report::{Evaluation, RankedBy};
use std::path::Path;

/// Top-1 and top-10 in percent.
fn accuracy(folder: &Folder, massbank: &Path, library: &str, tolerance: &str) -> (f64, f64) {
    let evaluation = evaluate(folder, massbank, library, tolerance);
    (evaluation.top_1() * 100.0, evaluation.top_10() * 100.0)
}

fn evaluate(folder: &Folder, massbank: &Path, library: &str, tolerance: &str) -> Evaluation {
    let queries = massbank.join("queries.mgf.gz");
    let words = [
        "search",
        library,
        queries.to_str().unwrap(),
        "-o",
        "report.csv",
        "--precursor-tol",
        tolerance,
    ];
    folder.run(&words).exits(0);
    let truth = massbank.join("truth.csv");
    Evaluation::read(&folder.path("report.csv"), &truth, &[]).unwrap()
}

#[test]
fn probabilities_tell_what_is_in_the_library() {
    let Some(massbank) = data("massbank") else {
        return;
    };
    let folder = Folder::new();
    let input = massbank.join("library.msp.gz");
    folder
        .run(&["build", input.to_str().unwrap(), "-o", "auto.h5"])
        .exits(0);
    for (tolerance, least_area) in [("10ppm", 0.95), ("open", 0.93)] {
        let evaluation = evaluate(&folder, &massbank, "auto.h5", tolerance);
        let area = evaluation.area_under_curve(RankedBy::Probability).unwrap();
        assert!(area >= least_area, "{tolerance}: {area}");
        let error = evaluation.reliability().unwrap().error();
        assert!(error < 0.1, "{tolerance}: calibration error {error}");
    }
}

#[test]
fn most_answers_are_right() {
    let Some(massbank) = data("massbank") else {
        return;
    };
    let folder = Folder::new();
    let input = massbank.join("library.msp.gz");
    for (index, library) in [("ivfpq", "ivfpq.h5"), ("flat", "flat.h5")] {
        let words = [
            "build",
            input.to_str().unwrap(),
            "-o",
            library,
            "--index",
            index,
        ];
        folder.run(&words).exits(0);
    }
    let (top_1, top_10) = accuracy(&folder, &massbank, "ivfpq.h5", "10ppm");
    assert!(top_1 >= 94.0 && top_10 >= 98.0, "10 ppm: {top_1}, {top_10}");
    let (top_1, top_10) = accuracy(&folder, &massbank, "ivfpq.h5", "open");
    assert!(top_1 >= 90.0 && top_10 >= 95.0, "open: {top_1}, {top_10}");
    let (flat_1, flat_10) = accuracy(&folder, &massbank, "flat.h5", "open");
    assert!(
        flat_1 - top_1 <= 0.5 && flat_10 - top_10 <= 0.5,
        "ivfpq {top_1}, {top_10}; flat {flat_1}, {flat_10}"
    );
}
