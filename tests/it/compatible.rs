//! Libraries of every version of the format are read: one of each is kept in `tests/compat/VERSION`.

use crate::kit::Folder;
use mzseek::library::{FORMAT_VERSION, Library, verify};
use mzseek::search::{SearchSettings, Searcher};
use std::path::{Path, PathBuf};

fn kept(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/compat")
        .join(name)
}

#[test]
fn every_version_opens_searches_and_verifies() {
    for version in 1..=FORMAT_VERSION {
        let path = kept(&format!("{version}/library.h5"));
        assert!(
            path.exists(),
            "keep a library of format {version}: see docs/reliability.md"
        );
        let verified = verify(&path).unwrap();
        assert_eq!(verified.n_entries, 24, "format {version}");
        let library = Library::open(&path).unwrap();
        assert_eq!(library.members()[0].format_version, version);
        let records = mzseek::formats::open(&kept("refs.msp")).unwrap();
        let queries: Vec<_> = records
            .map(|record| match record.unwrap() {
                mzseek::formats::Record::Spectrum(spectrum) => *spectrum,
                mzseek::formats::Record::OtherScan { .. } => panic!("a scan in an MSP"),
            })
            .collect();
        let settings = SearchSettings::new(library.settings().fragment_tolerance().unwrap());
        let answers = Searcher::new(&library, settings).search(&queries);
        assert_eq!(answers.len(), 24);
    }
}

#[test]
fn an_older_vector_index_is_answered_from_and_added_to() {
    let folder = Folder::new();
    folder.write("rows.csv", fs_err::read(kept("vectors/rows.csv")).unwrap());
    // Before version 4 the rows of a second look had their norms beside them.
    let old = fs_err::read(kept("vectors/3/index.h5")).unwrap();
    folder.write("old.h5", old);
    let add = ["vectors", "add", "old.h5", "rows.csv", "-o", "grown.h5"];
    folder.run(&add).exits(0);
    for (index, k) in [("old.h5", "1"), ("grown.h5", "2")] {
        let search = [
            "vectors",
            "search",
            index,
            "rows.csv",
            "-k",
            k,
            "--n-probe",
            "2",
        ];
        let hits = crate::kit::Report::read(&folder.run(&search).exits(0).stdout);
        let expected: Vec<String> = (0..60)
            .flat_map(|row| [row, row + 60])
            .filter(|row| k == "2" || *row < 60)
            .map(|row| row.to_string())
            .collect();
        assert_eq!(hits.column("row"), expected, "{index}");
        let distances = hits.column("distance");
        assert!(
            distances.iter().all(|d| d.parse::<f64>().unwrap() < 0.05),
            "{distances:?}"
        );
    }
}

#[test]
fn an_older_library_is_answered_from_and_changed_as_a_new_one() {
    for version in 1..=FORMAT_VERSION {
        let folder = Folder::new();
        folder.write("refs.msp", fs_err::read(kept("refs.msp")).unwrap());
        let old = fs_err::read(kept(&format!("{version}/library.h5"))).unwrap();
        folder.write("lib.h5", old);
        let search = [
            "search",
            "lib.h5",
            "refs.msp",
            "--precursor-tol",
            "10ppm",
            "-k",
            "1",
        ];
        let report = crate::kit::Report::read(&folder.run(&search).exits(0).stdout);
        assert_eq!(
            report.column("query_id"),
            report.column("name"),
            "format {version}"
        );
        let similarity = report.column("similarity");
        assert!(
            similarity.iter().all(|s| s.parse::<f64>().unwrap() > 0.85),
            "{similarity:?}"
        );
        folder.run(&["add", "lib.h5", "refs.msp"]).exits(0);
        folder
            .run(&["verify", "lib.h5"])
            .exits(0)
            .says("48 entries");
        folder.run(&["compact", "lib.h5"]).exits(0);
        folder
            .run(&["verify", "lib.h5"])
            .exits(0)
            .says("48 entries");
    }
}
