//! Decoys: one per entry, never an answer, and q-values that hold on real spectra.

use crate::kit::{Folder, data};
use std::collections::HashMap;
use std::fmt::Write;

/// Peptides with their b and y ions at charge 1.
pub(crate) fn peptides() -> String {
    let sequences = [
        "ELVISLIVESK",
        "SAMPLERPEPTIDEK",
        "GASVLTFDEQNWK",
        "TESTINGDECQYSR",
        "AHWDVFLNGEYTR",
        "YLGEEYVKTDFSR",
    ];
    let mut msp = String::new();
    for sequence in sequences {
        let peptide: mzseek::domain::Peptidoform = sequence.parse().unwrap();
        let mz = peptide.mass() / 2.0 + mzseek::domain::PROTON;
        let mut peaks: Vec<f64> = peptide.b_masses();
        peaks.extend(peptide.y_masses());
        write!(
            msp,
            "Name: {sequence}/2\nPrecursorMZ: {mz:.4}\nNum peaks: {}\n",
            peaks.len()
        )
        .unwrap();
        for (at, mass) in peaks.iter().enumerate() {
            let mz = mass + mzseek::domain::PROTON;
            writeln!(msp, "{mz:.4} {}", 100 + 37 * at % 100).unwrap();
        }
        msp.push('\n');
    }
    msp
}

/// The same as queries.
pub(crate) fn queries(msp: &str) -> String {
    let mut mgf = String::new();
    for line in msp.lines() {
        match line.split_once(": ") {
            Some(("Name", name)) => writeln!(mgf, "BEGIN IONS\nTITLE={name}\nCHARGE=2+").unwrap(),
            Some(("PrecursorMZ", mz)) => writeln!(mgf, "PEPMASS={mz}").unwrap(),
            Some(_) => {}
            None if line.is_empty() => mgf.push_str("END IONS\n\n"),
            None => writeln!(mgf, "{line}").unwrap(),
        }
    }
    mgf
}

fn with_decoys(flags: &[&str]) -> Folder {
    let msp = peptides();
    let flags = [&["--profile", "peptide"], flags].concat();
    Folder::with_library(&msp, &queries(&msp), &flags)
}

#[test]
fn every_entry_has_a_decoy_that_is_counted_apart() {
    let folder = with_decoys(&[]);
    let info = folder.run(&["info", "lib.h5"]).exits(0).stdout;
    let row = |name: &str| {
        let line = info.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().last().unwrap().to_owned()
    };
    assert_eq!(
        (row("entries").as_str(), row("decoys").as_str()),
        ("6", "6")
    );
    assert_eq!(
        (row("clusters").as_str(), row("largest").as_str()),
        ("6", "1")
    );
    folder.run(&["verify", "lib.h5"]).exits(0);
}

#[test]
fn a_decoy_is_no_answer_and_the_right_one_is_trusted() {
    let folder = with_decoys(&[]);
    let search = [
        "search",
        "lib.h5",
        "queries.mgf",
        "-o",
        "report.csv",
        "--precursor-tol",
    ];
    for (tolerance, method) in [
        ("20ppm", "target_decoy"),
        ("open", "target_decoy_by_mass_difference"),
    ] {
        folder.run(&[&search[..], &[tolerance]].concat()).exits(0);
        let text = folder.text("report.csv");
        assert!(!text.contains("DECOY"), "{text}");
        for cells in rows(&text).iter().filter(|cells| cells["rank"] == "1") {
            let (query, answer) = (cells["query_id"].clone(), format!("{}/2", cells["peptide"]));
            assert_eq!(query, answer);
            // Six targets win and no decoy: (0 + 1) / 6.
            assert_eq!(cells["q_value"], "0.166667", "{tolerance}");
            assert_eq!(cells["fdr_method"], method);
        }
        assert_eq!(
            rows(&text)
                .iter()
                .filter(|cells| cells["rank"] == "1")
                .count(),
            6
        );
    }
    folder
        .run(&[&search[..], &["20ppm", "--fdr", "0.1"]].concat())
        .exits(0);
    let refused = rows(&folder.text("report.csv"));
    assert!(
        refused
            .iter()
            .all(|cells| cells["plan"] == "above_fdr" && cells["rank"].is_empty())
    );
    folder
        .run(&[&search[..], &["20ppm", "--fdr", "0.2", "--cascade"]].concat())
        .exits(0);
    let cascade = rows(&folder.text("report.csv"));
    assert!(
        cascade
            .iter()
            .any(|cells| cells["fdr_method"] == "cascade_open")
    );
}

fn rows(text: &str) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

#[test]
fn decoys_do_not_depend_on_threads_but_on_the_seed() {
    for method in ["shuffle", "spectrum"] {
        let bytes = |threads: &str, seed: &str| {
            with_decoys(&["--decoys", method, "--threads", threads, "--seed", seed]).read("lib.h5")
        };
        assert!(bytes("1", "1") == bytes("3", "1"), "{method}");
        assert!(bytes("1", "1") != bytes("1", "2"), "{method}");
    }
}

#[test]
fn without_decoys_nothing_is_stored_or_claimed() {
    let folder = with_decoys(&["--decoys", "none"]);
    let settings = folder.run(&["info", "lib.h5"]).exits(0).stdout;
    assert!(!settings.contains("decoys"), "{settings}");
    let report = folder
        .run(&["search", "lib.h5", "queries.mgf"])
        .exits(0)
        .stdout;
    assert!(
        rows(&report)
            .iter()
            .all(|cells| cells["q_value"].is_empty() && cells["fdr_method"].is_empty())
    );
    for flag in [&["--fdr", "0.01"][..], &["--cascade"]] {
        let words = [&["search", "lib.h5", "queries.mgf"], flag].concat();
        folder
            .run(&words)
            .exits(2)
            .says("build it with --decoys auto");
    }
}

#[test]
fn what_is_no_peptide_is_not_shuffled() {
    let msp = peptides().replace("ELVISLIVESK/2", "ELVISLIVEXK/2");
    let folder = Folder::new();
    folder.write("refs.msp", msp);
    let build = [
        "build",
        "refs.msp",
        "--profile",
        "peptide",
        "-o",
        "lib.h5",
        "--decoys",
    ];
    folder
        .run(&[&build[..], &["shuffle"]].concat())
        .exits(2)
        .says("1 entries are no peptide of known mass")
        .says("ELVISLIVEXK");
    folder
        .run(&[&build[..], &["auto"]].concat())
        .exits(0)
        .says("6 decoys: 5 of shuffled peptides, 1 of fragments of other spectra");
    folder
        .run(&[&build[..], &["reverse"]].concat())
        .exits(2)
        .says("reverse");
}

/// Wrong and all matches of rank 1 accepted at `q`.
fn accepted(report: &str, truth: &str, q: f64) -> (usize, usize) {
    let mut right = HashMap::new();
    for row in rows(truth) {
        let ids = format!(
            "{};{}",
            row["correct_library_ids"], row["lookalike_library_ids"]
        );
        right.insert(row["query_id"].clone(), ids);
    }
    let found = rows(report);
    let matches = found.iter().filter(|row| {
        row["rank"] == "1" && row["q_value"].parse().is_ok_and(|value: f64| value <= q)
    });
    let (mut wrong, mut all) = (0, 0);
    for row in matches {
        let ids = &right[&row["query_id"]];
        all += 1;
        wrong += usize::from(!ids.split(';').any(|id| id == row["entry_id"]));
    }
    (wrong, all)
}

#[test]
fn an_open_search_of_real_peptides_finds_what_scoring_every_entry_does() {
    let Some(data) = data("peptides") else { return };
    let folder = Folder::new();
    let (library, queries) = (data.join("library.msp.gz"), data.join("queries.mgf.gz"));
    let build = ["build", library.to_str().unwrap(), "-o", "lib.h5"];
    let truth = fs_err::read_to_string(data.join("queries_truth.csv")).unwrap();
    let searches = ["search", "lib.h5", queries.to_str().unwrap()];
    let open = [&searches[..], &["--precursor-tol", "open"]].concat();
    // Half of the set is of low resolution. Of 633 queries with an entry, 6 are one in a hundred.
    for (tolerance, least) in [("0.02Da", 380), ("0.5Da", 570)] {
        let profile = ["--profile", "peptide", "--fragment-tol", tolerance];
        folder.run(&[&build[..], &profile].concat()).exits(3);
        let n_right = |words: &[&str]| {
            let (wrong, all) = accepted(&folder.run(words).exits(0).stdout, &truth, 1.0);
            all - wrong
        };
        let picked = n_right(&open);
        let all = [&open[..], &["--n-candidates", "all"]].concat();
        let exhaustive = n_right(&all);
        assert!(exhaustive >= least, "{tolerance}: {exhaustive}");
        assert!(
            picked + 6 >= exhaustive,
            "{tolerance}: {picked} of {exhaustive}"
        );
    }
}

#[test]
fn q_values_hold_on_real_peptides() {
    let Some(data) = data("peptides") else { return };
    let folder = Folder::new();
    let (library, queries) = (data.join("library.msp.gz"), data.join("queries.mgf.gz"));
    let build = [
        "build",
        library.to_str().unwrap(),
        "--profile",
        "peptide",
        "-o",
        "lib.h5",
    ];
    folder.run(&build).exits(3);
    let search = [
        "search",
        "lib.h5",
        queries.to_str().unwrap(),
        "--precursor-tol",
        "20ppm",
    ];
    let report = folder.run(&search).exits(0).stdout;
    let truth = fs_err::read_to_string(data.join("queries_truth.csv")).unwrap();
    // Given d decoys above a threshold, the wrong targets there are negative binomial with d + 1
    // failures at odds 1 to 1; 1 % of the truth itself is wrong.
    for (q, least) in [(0.01, 150), (0.05, 330), (0.1, 380)] {
        let (wrong, all) = accepted(&report, &truth, q);
        let expected = (q + 0.01) * all as f64;
        let band = 2.0 * (2.0 * q * all as f64).sqrt();
        assert!(
            wrong as f64 <= expected + band,
            "{q}: {wrong} of {all} are wrong"
        );
        assert!(all >= least, "{q}: {all} accepted");
    }
}
