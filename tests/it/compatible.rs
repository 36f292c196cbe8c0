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
