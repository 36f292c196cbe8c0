//! `mzseek plot`: does the picture show what the search found?

use crate::kit::{Folder, Report};
use crate::molecules::{mgf, molecules, msp};

fn folder() -> Folder {
    let few = molecules(60);
    Folder::with_library(&msp(&few), &mgf(&few), &["--dim", "64"])
}

#[test]
fn the_picture_says_what_the_report_says() {
    let folder = folder();
    let search = ["search", "lib.h5", "queries.mgf", "-o", "report.csv", "-q"];
    folder.run(&search).exits(0);
    let report = Report::read(&folder.text("report.csv"));
    let cell = |name: &str| report.column(name)[0].to_owned();
    let id = cell("query_id");
    let words = [
        "plot",
        "lib.h5",
        "queries.mgf",
        "--query",
        &id,
        "-o",
        "a.svg",
    ];
    folder.run(&words).exits(0);
    let svg = folder.text("a.svg");
    let score: f64 = cell("similarity").parse().unwrap();
    let peaks = cell("matched_peaks");
    for expected in [
        format!("{id}: {}", cell("name")),
        format!("entropy {score:.4}, {peaks} matched peaks"),
        format!(">{peaks} matched</text>"),
    ] {
        assert!(svg.contains(&expected), "{expected}: {svg}");
    }
    assert_eq!(
        svg.matches("<g class=\"matched\"").count().to_string(),
        peaks
    );
    // The same on standard output, and by position.
    let words = ["plot", "lib.h5", "queries.mgf", "--query-index", "0", "-q"];
    assert_eq!(folder.run(&words).exits(0).stdout, svg);
}

#[test]
fn png_by_name() {
    let folder = folder();
    let words = [
        "plot",
        "lib.h5",
        "queries.mgf",
        "--query-index",
        "1",
        "-o",
        "a.png",
    ];
    folder.run(&words).exits(0);
    assert!(folder.read("a.png").starts_with(b"\x89PNG"));
}

#[test]
fn what_cannot_be_drawn_is_told() {
    let folder = folder();
    let run = |words: &[&str]| folder.run(&[&["plot", "lib.h5", "queries.mgf"], words].concat());
    run(&["--query", "nobody"])
        .exits(1)
        .says("none of 60 query spectra is the one asked for");
    run(&[]).exits(2).says("60 spectra are the one asked for");
    run(&["--query-index", "0", "--rank", "50"])
        .exits(1)
        .says("there is none of rank 50 to draw");
    run(&["--query-index", "0", "-o", "a.pdf"])
        .exits(2)
        .says("name it .svg or .png");
    run(&["--query-index", "0", "-o", "lib.h5"]).exits(2);
    folder.run(&["verify", "lib.h5"]).exits(0);
}

/// Numbers that stand between `before` and `after` in `text`, each time.
fn numbers(text: &str, before: &str, after: &str) -> Vec<usize> {
    text.split(before)
        .skip(1)
        .filter_map(|rest| rest.split(after).next()?.parse().ok())
        .collect()
}

#[test]
fn a_library_is_drawn_with_every_cluster_and_every_spectrum() {
    // Each molecule twice makes a cluster of two.
    let all = molecules(60);
    let again: Vec<_> = all[..20].iter().map(|m| m.measured_again(5)).collect();
    let library = format!("{}{}", msp(&all), msp(&again));
    let folder = Folder::with_library(&library, &mgf(&all[..1]), &[]);
    folder
        .run(&["info", "lib.h5", "--plot", "map.svg"])
        .exits(0);
    let svg = folder.text("map.svg");
    let listed = folder
        .run(&["info", "lib.h5", "--clusters"])
        .exits(0)
        .stdout;
    let n_clusters = listed.lines().count() - 1;
    assert!(n_clusters < 80, "the copies are clustered");
    assert!(svg.contains(&format!("lib: 80 spectra in {n_clusters} clusters")));
    // A disc for each, and bars that hold all spectra.
    assert_eq!(svg.matches("<title>cluster ").count(), n_clusters);
    assert_eq!(
        numbers(&svg, ": ", " spectra</title>")
            .iter()
            .sum::<usize>(),
        80
    );
    // The same again, and as PNG by name.
    folder
        .run(&["info", "lib.h5", "--plot", "again.svg"])
        .exits(0);
    assert_eq!(folder.text("again.svg"), svg);
    folder
        .run(&["info", "lib.h5", "--plot", "map.png"])
        .exits(0);
    assert!(folder.read("map.png").starts_with(b"\x89PNG"));
    folder
        .run(&["info", "lib.h5", "--plot", "map.jpg"])
        .exits(2)
        .says("name it .svg or .png");
}

#[test]
fn a_library_of_one_spectrum_has_a_map() {
    let one = molecules(1);
    let folder = Folder::with_library(&msp(&one), &mgf(&one), &[]);
    folder
        .run(&["info", "lib.h5", "--plot", "map.svg"])
        .exits(0);
    let svg = folder.text("map.svg");
    assert_eq!(svg.matches("<title>cluster ").count(), 1);
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
}
