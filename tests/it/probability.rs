//! The probability that a first match is right: there where the library could teach it, and right.

use crate::kit::{Folder, Report};
use crate::molecules::{Molecule, mgf, molecules, msp};

/// A library of `n` molecules measured twice each, and as queries every fifth of them measured
/// once more, then as many that are not in it.
fn twice_measured(n: usize) -> (Folder, usize) {
    let all = molecules(n + n / 5);
    let (known, unknown) = all.split_at(n);
    let library: Vec<Molecule> = known
        .iter()
        .flat_map(|molecule| [1, 2].map(|seed| molecule.measured_again(seed)))
        .collect();
    let queries: Vec<Molecule> = known.iter().step_by(5).chain(unknown).cloned().collect();
    let n_known = n.div_ceil(5);
    let folder = Folder::with_library(&msp(&library), &mgf(&queries), &[]);
    (folder, n_known)
}

fn search(folder: &Folder, flags: &[&str]) -> Report {
    let words = [
        &["search", "lib.h5", "queries.mgf", "--precursor-tol"],
        flags,
    ]
    .concat();
    Report::read(&folder.run(&words).exits(0).stdout)
}

/// Probabilities of first matches, by whether their query is among the first `n_known`.
fn probabilities(report: &Report, n_known: usize) -> [Vec<f64>; 2] {
    let mut found = [Vec::new(), Vec::new()];
    let cells = report.column("query_index").into_iter();
    let cells = cells
        .zip(report.column("rank"))
        .zip(report.column("probability"));
    for ((query, rank), probability) in cells {
        if rank == "1" {
            let is_known = query.parse::<usize>().unwrap() < n_known;
            found[usize::from(!is_known)].push(probability.parse().unwrap());
        } else {
            assert_eq!(probability, "", "rank {rank} has none");
        }
    }
    found
}

#[test]
fn known_molecules_are_likely_right_and_unknown_ones_are_not() {
    let (folder, n_known) = twice_measured(200);
    let [known, unknown] = probabilities(&search(&folder, &["open"]), n_known);
    assert_eq!(known.len(), 40);
    // Some share no loss with anything.
    assert!(unknown.len() > 20, "{}", unknown.len());
    let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
    assert!(
        known
            .iter()
            .chain(&unknown)
            .all(|p| (0.0..=1.0).contains(p))
    );
    assert!(mean(&known) > 0.9, "{known:?}");
    assert!(mean(&unknown) < 0.1, "{unknown:?}");
    let info = folder.run(&["info", "lib.h5"]).exits(0).stdout;
    assert!(
        info.contains("probability that the first match is right, open search"),
        "{info}"
    );
}

#[test]
fn there_is_none_for_searches_that_nothing_was_learned_for() {
    let (folder, _) = twice_measured(200);
    for flags in [
        &["open", "--score", "cosine"][..],
        &["100Da"],
        &["open", "--fragment-tol", "0.05Da"],
    ] {
        let report = search(&folder, flags);
        assert!(
            report
                .column("similarity")
                .iter()
                .any(|cell| !cell.is_empty())
        );
        assert!(
            report
                .column("probability")
                .iter()
                .all(|cell| cell.is_empty()),
            "{flags:?}"
        );
    }
}

#[test]
fn a_library_with_one_spectrum_for_each_molecule_teaches_nothing() {
    let library = molecules(200);
    let folder = Folder::with_library(&msp(&library), &mgf(&library[..9]), &[]);
    let report = search(&folder, &["open"]);
    assert!(
        report
            .column("probability")
            .iter()
            .all(|cell| cell.is_empty())
    );
    let info = folder.run(&["info", "lib.h5"]).exits(0).stdout;
    assert!(!info.contains("probability"), "{info}");
}
