//! `mzseek tune` measures what the index proposes.

use crate::kit::{Folder, Report};
use crate::molecules::{mgf, molecules, msp};

#[test]
fn recall_grows_with_effort_and_settings_are_recommended() {
    let library = molecules(400);
    let queries: Vec<_> = library
        .iter()
        .step_by(20)
        .map(|m| m.measured_again(3))
        .collect();
    let folder = Folder::with_library(&msp(&library), &mgf(&queries), &["--index", "IVF16,PQ16"]);
    for queries in [&["queries.mgf"][..], &[]] {
        let words = [&["tune", "lib.h5"], queries].concat();
        let csv = folder
            .run(&[&words[..], &["--csv"]].concat())
            .exits(0)
            .stdout;
        let table = Report::read(&csv);
        let numbers = |column: &str| -> Vec<f64> {
            table
                .column(column)
                .iter()
                .map(|cell| cell.parse().unwrap())
                .collect()
        };
        let rows: Vec<((&str, &str), f64)> = (table.column("n_probe").into_iter())
            .zip(table.column("n_candidates"))
            .zip(numbers("recall_at_10"))
            .collect();
        let at = |probe: &str, candidates: &str| {
            rows.iter()
                .find(|row| row.0 == (probe, candidates))
                .unwrap()
                .1
        };
        assert!(at("all", "200") >= at("all", "20"));
        assert!(at("all", "200") >= at("1", "200"));
        assert!(at("1", "20") < 1.0, "one list of sixteen cannot hold all");
        assert!(
            numbers("recall_at_1")
                .iter()
                .all(|r| (0.0..=1.0).contains(r))
        );
        let text = folder
            .run(&[&words[..], &["--target-recall", "0.5"]].concat())
            .exits(0)
            .stdout;
        assert!(
            text.contains("no flags are needed") || text.contains("cheapest with 0.5"),
            "{text}"
        );
    }
}
