//! `mzseek cluster`: clusters of runs, whatever their order, and input of every odd kind.

use crate::kit::{Folder, Report};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// A spectrum of one of some made-up compounds: its peaks jitter with `copy`.
fn record(title: &str, precursor: Option<f64>, compound: usize, copy: usize) -> String {
    let mut text = format!("BEGIN IONS\nTITLE={title}\n");
    if let Some(precursor) = precursor {
        writeln!(text, "PEPMASS={precursor:.4}\nCHARGE=1+").unwrap();
    }
    for peak in 0..8 {
        let mz = 60.0 + 17.031 * peak as f64 + 1.37 * ((compound * (peak + 3)) % 23) as f64;
        let jitter = (compound * 7 + peak * 13 + copy * 5) % 11;
        let intensity = 100.0 + 90.0 * ((compound + peak * peak) % 7) as f64 + jitter as f64;
        writeln!(text, "{mz:.4} {intensity:.1}").unwrap();
    }
    text + "END IONS\n\n"
}

/// `n_compounds` times `n_copies` records, each titled `compound.copy`.
fn run_of(
    n_compounds: usize,
    n_copies: usize,
    precursor: impl Fn(usize) -> Option<f64>,
) -> Vec<String> {
    (0..n_compounds * n_copies)
        .map(|i| {
            let (compound, copy) = (i % n_compounds, i / n_compounds);
            record(
                &format!("{compound}.{copy}"),
                precursor(compound),
                compound,
                copy,
            )
        })
        .collect()
}

/// The titles of each cluster, and that of its representative.
fn clusters(csv: &str) -> Vec<(Vec<String>, String)> {
    let report = Report::read(csv);
    let mut found: BTreeMap<String, (Vec<String>, String)> = BTreeMap::new();
    let [numbers, titles, stands] =
        ["cluster", "native_id", "is_representative"].map(|name| report.column(name));
    for ((number, title), stands) in numbers.iter().zip(titles).zip(stands) {
        let cluster = found.entry((*number).to_owned()).or_default();
        cluster.0.push(title.to_owned());
        if stands == "true" {
            assert!(cluster.1.is_empty(), "one representative per cluster");
            title.clone_into(&mut cluster.1);
        }
    }
    let mut found: Vec<_> = found.into_values().collect();
    for cluster in &mut found {
        cluster.0.sort();
    }
    found.sort();
    found
}

#[test]
fn copies_of_one_compound_are_one_cluster() {
    let folder = Folder::new();
    let records = run_of(12, 4, |compound| Some(300.0 + compound as f64));
    folder.write("run.mgf", records.concat());
    folder
        .run(&["cluster", "run.mgf", "-o", "clusters.csv"])
        .exits(0)
        .says("48 spectra in 12 clusters: 12 of two or more, the largest of 4");
    for (titles, representative) in clusters(&folder.text("clusters.csv")) {
        let compound = titles[0].split('.').next().unwrap();
        assert!(
            titles
                .iter()
                .all(|title| title.split('.').next() == Some(compound))
        );
        assert_eq!(titles.len(), 4);
        assert!(titles.contains(&representative));
    }
}

#[test]
fn every_method_is_the_same_from_any_order_and_any_number_of_threads() {
    let folder = Folder::new();
    // Windows of 300 spectra, more than are compared whole, of compounds that are partly alike.
    let mut records = run_of(60, 10, |compound| Some(300.0 + (compound % 2) as f64));
    folder.write("forth.mgf", records.concat());
    records.reverse();
    records.rotate_left(77);
    folder.write("back.mgf", records.concat());
    for method in ["average", "complete", "components", "dbscan", "medoids"] {
        for which in ["medoid", "most-similar"] {
            let of = |input: &str, threads: &str| {
                let flags = [
                    "--method",
                    method,
                    "--representative",
                    which,
                    "--threads",
                    threads,
                ];
                let words = [
                    &["cluster", input, "-o", "out.csv", "--threshold", "0.7"],
                    &flags[..],
                ];
                folder.run(&words.concat()).exits(0);
                folder.text("out.csv")
            };
            let one = of("forth.mgf", "1");
            assert_eq!(one, of("forth.mgf", "2"), "{method}");
            assert_eq!(clusters(&one), clusters(&of("back.mgf", "2")), "{method}");
        }
    }
}

#[test]
fn odd_input_ends_in_a_sensible_answer() {
    let folder = Folder::new();
    let answer = |records: &[String], flags: &[&str]| {
        folder.write("run.mgf", records.concat());
        let words = [&["cluster", "run.mgf", "-o", "out.csv"], flags].concat();
        folder.run(&words).exits(0);
        clusters(&folder.text("out.csv"))
    };
    let alone = answer(&run_of(1, 1, |_| Some(300.0)), &[]);
    assert_eq!(alone, [(vec!["0.0".to_owned()], "0.0".to_owned())]);
    let same = vec![record("same", Some(300.0), 3, 0); 5000];
    assert_eq!(answer(&same, &[])[0].0.len(), 5000);
    let singletons = answer(
        &run_of(500, 1, |compound| Some(100.0 + 2.0 * compound as f64)),
        &[],
    );
    assert_eq!(singletons.len(), 500);
    // No precursors: all are one window, and one list of the index.
    let one_list = answer(
        &run_of(40, 25, |_| None),
        &["--index", "IVF1,Sparse", "--threshold", "0.9"],
    );
    assert_eq!(
        one_list
            .iter()
            .map(|(titles, _)| titles.len())
            .sum::<usize>(),
        1000
    );
    assert!(one_list.len() <= 40, "{} clusters", one_list.len());
}

#[test]
fn a_cluster_larger_than_what_is_compared_whole_is_one() {
    let folder = Folder::new();
    let many: Vec<String> = (0..1500)
        .map(|i| {
            let drift = 1.0e-6 * f64::from(i);
            record(&format!("0.{i}"), Some(300.0 + drift), 0, i as usize)
        })
        .collect();
    folder.write("run.mgf", many.concat());
    for method in ["average", "complete", "components", "medoids"] {
        folder
            .run(&["cluster", "run.mgf", "-o", "out.csv", "--method", method])
            .exits(0)
            .says("1500 spectra in 1 clusters");
    }
}

#[test]
fn spectra_without_peaks_have_a_row_and_no_cluster() {
    let folder = Folder::new();
    let empty = "BEGIN IONS\nTITLE=empty\nPEPMASS=300\nEND IONS\n\n".to_owned();
    folder.write(
        "run.mgf",
        [empty, record("full", Some(300.0), 0, 0)].concat(),
    );
    folder
        .run(&["cluster", "run.mgf", "-o", "out.csv"])
        .exits(3)
        .says("no peaks");
    assert_eq!(
        Report::read(&folder.text("out.csv")).column("cluster"),
        ["", "0"]
    );
    folder.write(
        "run.mgf",
        "BEGIN IONS\nTITLE=empty\nPEPMASS=300\nEND IONS\n\n",
    );
    folder
        .run(&["cluster", "run.mgf", "-o", "out.csv"])
        .exits(3)
        .says("0 spectra in 0 clusters");
}

#[test]
fn charges_that_differ_keep_spectra_apart_and_unknown_ones_do_not() {
    let folder = Folder::new();
    let with_charge =
        |title: &str, charge: &str| record(title, Some(300.0), 0, 0).replace("CHARGE=1+\n", charge);
    let records = [
        with_charge("a", "CHARGE=2+\n"),
        with_charge("b", "CHARGE=3+\n"),
    ];
    folder.write("run.mgf", records.concat());
    folder
        .run(&["cluster", "run.mgf", "-o", "out.csv"])
        .exits(0);
    assert_eq!(clusters(&folder.text("out.csv")).len(), 2);
    folder.write(
        "run.mgf",
        [with_charge("a", "CHARGE=2+\n"), with_charge("b", "")].concat(),
    );
    folder
        .run(&["cluster", "run.mgf", "-o", "out.csv"])
        .exits(0);
    assert_eq!(clusters(&folder.text("out.csv")).len(), 1);
}

#[test]
fn truth_tells_errors_and_completeness() {
    let folder = Folder::new();
    let records = [("a", 0), ("b", 0), ("c", 0), ("d", 5)];
    let records = records.map(|(title, compound)| record(title, Some(300.0), compound, 0));
    folder.write("run.mgf", records.concat());
    folder.write("truth.csv", "id,identity\na,x\nb,x\nc,y\nd,y\n");
    folder
        .run(&[
            "cluster",
            "run.mgf",
            "-o",
            "out.csv",
            "--truth",
            "truth.csv",
        ])
        .exits(0)
        .says("clustered 75.00 %")
        .says("4 identified, incorrectly clustered 33.33 %");
    folder.write("truth.csv", "name,identity\na,x\n");
    folder
        .run(&[
            "cluster",
            "run.mgf",
            "-o",
            "out.csv",
            "--truth",
            "truth.csv",
        ])
        .exits(1)
        .says("there is no column \"id\"");
}

#[test]
fn consensus_and_hdf5_hold_the_clusters() {
    let folder = Folder::new();
    let records = run_of(5, 3, |compound| Some(300.0 + compound as f64));
    folder.write(
        "run.mgf",
        [records.concat(), record("alone", Some(500.0), 9, 0)].concat(),
    );
    folder
        .run(&[
            "cluster",
            "run.mgf",
            "-o",
            "out.h5",
            "--consensus",
            "consensus.mgf",
        ])
        .exits(0);
    let text = folder.text("consensus.mgf");
    assert_eq!(text.matches("BEGIN IONS").count(), 5);
    assert!(
        text.contains("TITLE=cluster=0 size=3 representative=0."),
        "{text}"
    );
    assert!(text.contains("PEPMASS=300\nCHARGE=1+\n"), "{text}");
    let file = hdf5::File::open(folder.path("out.h5")).unwrap();
    let read = |name: &str| file.dataset(name).unwrap().read_raw::<u32>().unwrap();
    let of = read("clusters/cluster_of");
    assert_eq!((of.len(), of[0], of[5], of[15]), (16, 0, 0, 5));
    assert_eq!(read("clusters/size"), [3, 3, 3, 3, 3, 1]);
    assert_eq!(
        read("neighbours/a").len(),
        15,
        "three pairs in each of five clusters"
    );
    // A consensus is a spectrum like others.
    folder
        .run(&["cluster", "consensus.mgf", "run.mgf", "-o", "again.csv"])
        .exits(0)
        .says("21 spectra in 6 clusters");
    folder
        .run(&["cluster", "run.mgf", "-o", "out.mzspeclib.txt"])
        .exits(0);
    let text = folder.text("out.mzspeclib.txt");
    assert_eq!(text.matches("\n<Spectrum=").count(), 16);
    assert_eq!(text.matches("\n<Cluster=").count(), 6);
    assert_eq!(text.matches("spectrum cluster size=3\n").count(), 5);
    // As clustered before, from the peaks that were compared then.
    folder
        .run(&["cluster", "out.mzspeclib.txt", "-o", "last.csv"])
        .exits(0)
        .says("16 spectra in 6 clusters");
}

#[test]
fn runs_added_one_by_one_are_as_clustered_together() {
    let folder = Folder::new();
    // Compounds partly alike, with copies of one record in different runs.
    let records = run_of(40, 6, |compound| Some(300.0 + (compound % 8) as f64));
    let parts: Vec<String> = records.chunks(80).map(<[String]>::concat).collect();
    for (at, part) in parts.iter().enumerate() {
        folder.write(&format!("{at}.mgf"), format!("{part}{}", records[3]));
    }
    for method in ["average", "complete", "components", "dbscan", "medoids"] {
        let flags = ["--method", method, "--threshold", "0.7"];
        let flags = [&flags[..], &["--representative", "most-similar"]].concat();
        let run = |words: &[&str], flags: &[&str]| {
            folder.run(&[&["cluster"], words, flags].concat()).exits(0);
        };
        run(&["0.mgf", "1.mgf", "2.mgf", "-o", "whole.h5"], &flags);
        run(&["0.mgf", "-o", "grown.h5"], &flags);
        run(&["1.mgf", "--add", "grown.h5", "-o", "grown.h5"], &[]);
        run(&["2.mgf", "--add", "grown.h5", "-o", "grown.h5"], &[]);
        let bytes = |name: &str| fs_err::read(folder.path(name)).unwrap();
        assert!(bytes("whole.h5") == bytes("grown.h5"), "{method}");
    }
}

#[test]
fn what_was_clustered_must_be_as_it_was() {
    let folder = Folder::new();
    folder.write("old.mgf", run_of(3, 2, |_| Some(300.0)).concat());
    folder.write("new.mgf", record("new", Some(300.0), 1, 0));
    folder.run(&["cluster", "old.mgf", "-o", "a.h5"]).exits(0);
    let add = |input: &str, flags: &[&str]| {
        let words = ["cluster", "--add", "a.h5", input, "-o", "b.csv"];
        folder.run(&[&words, flags].concat())
    };
    add("new.mgf", &[]).exits(0).says("7 spectra");
    add("old.mgf", &[])
        .exits(2)
        .says("is in the clustering already");
    add("new.mgf", &["--threshold", "0.5"])
        .exits(2)
        .says("cannot be used with");
    folder.write("old.mgf", run_of(3, 2, |_| Some(301.0)).concat());
    add("new.mgf", &[])
        .exits(1)
        .says("old.mgf, record 1 differs; cluster all files from the start");
    folder.write("a.h5", "no clusters");
    add("new.mgf", &[])
        .exits(1)
        .says("not a mzseek file of clustered spectra");
}

#[test]
fn slips_are_refused() {
    let folder = Folder::new();
    folder.write("run.mgf", record("a", Some(300.0), 0, 0));
    let refused = |flags: &[&str], text: &str| {
        let words = [&["cluster", "run.mgf"], flags].concat();
        folder.run(&words).exits(2).says(text);
    };
    refused(&["-o", "run.mgf"], "is an input");
    refused(&["-o", "a.csv", "--consensus", "a.csv"], "the same file");
    refused(
        &["-o", "a.csv", "--threshold", "0"],
        "write a similarity above 0",
    );
    refused(
        &["-o", "a.csv", "--score", "modified_cosine"],
        "scores of fragments are entropy",
    );
    refused(&["-o", "a.csv", "--index", "best"], "is not an index");
}

#[test]
fn real_spectra_are_the_same_clusters_from_any_order_and_added() {
    let Some(massbank) = crate::kit::data("massbank") else {
        return;
    };
    let folder = Folder::new();
    let packed = fs_err::File::open(massbank.join("library.msp.gz")).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::MultiGzDecoder::new(packed), &mut text)
        .unwrap();
    let records: Vec<&str> = text
        .split("\n\n")
        .filter(|r| !r.trim().is_empty())
        .collect();
    let n = records.len();
    assert!(n > 10_000 && !n.is_multiple_of(7919));
    // A prime that does not divide their number brings each record once.
    let shuffled: Vec<&str> = (0..n).map(|i| records[i * 7919 % n]).collect();
    folder.write("forth.msp", records.join("\n\n"));
    folder.write("back.msp", shuffled.join("\n\n"));
    let (old, new) = shuffled.split_at(n * 9 / 10);
    folder.write("old.msp", old.join("\n\n"));
    folder.write("new.msp", new.join("\n\n"));
    let of = |words: &[&str]| {
        folder.run(&[&["cluster"], words].concat()).exits(0);
        let found = clusters(&folder.text("out.csv"));
        // Of copies the first in the input may stand for a cluster.
        let titles = found.into_iter().map(|(titles, _)| titles);
        titles.collect::<Vec<_>>()
    };
    let forth = of(&["forth.msp", "-o", "out.csv"]);
    assert!(forth == of(&["back.msp", "-o", "out.csv"]));
    // Those of libraries are the same groups as well, whatever their numbers.
    let of_library = |input: &str, threads: &str| {
        let name = format!("{input}.h5");
        folder
            .run(&["build", input, "-o", &name, "--threads", threads])
            .exits(0);
        folder
            .run(&["export", &name, "--clusters", "-o", "entries.csv"])
            .exits(0);
        let report = Report::read(&folder.text("entries.csv"));
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (number, id) in report.column("cluster_id").iter().zip(report.column("id")) {
            let cluster = found.entry((*number).to_owned()).or_default();
            cluster.insert(id.to_owned());
        }
        found.into_values().collect::<BTreeSet<_>>()
    };
    assert!(of_library("forth.msp", "2") == of_library("back.msp", "1"));
    folder.run(&["cluster", "old.msp", "-o", "old.h5"]).exits(0);
    assert!(forth == of(&["new.msp", "--add", "old.h5", "-o", "out.csv"]));
}
