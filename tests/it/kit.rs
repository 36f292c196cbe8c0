//! The test kit: a folder of its own and the program run in it.

use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// Time after which a run is taken to hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder that goes when the test does.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A folder with `refs.msp`, the library `lib.h5` made of it and `queries.mgf`.
    pub(crate) fn with_library(msp: &str, mgf: &str, flags: &[&str]) -> Self {
        let folder = Self::new();
        folder.write("refs.msp", msp);
        folder.write("queries.mgf", mgf);
        let build = [&["build", "refs.msp", "-o", "lib.h5"], flags].concat();
        folder.run(&build).exits(0);
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs_err::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs_err::read(self.path(name)).unwrap()
    }

    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    /// Names of everything in the folder, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        names_in(self.0.path())
    }

    /// Runs `mzseek` with `words` in the folder, so that messages name files as given here.
    pub(crate) fn run(&self, words: &[&str]) -> Run {
        self.run_for(PATIENCE, words)
    }

    /// The program in the folder with `words`, to be started.
    pub(crate) fn command(&self, words: &[&str]) -> std::process::Command {
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("mzseek"));
        command.current_dir(self.0.path()).args(words);
        command.env_remove("MZSEEK_THREADS");
        command.env_remove("MZSEEK_CONFIG");
        command
    }

    /// The same, ended after `patience`; then there is no exit code.
    pub(crate) fn run_for(&self, patience: Duration, words: &[&str]) -> Run {
        let output = assert_cmd::Command::cargo_bin("mzseek")
            .unwrap()
            .current_dir(self.0.path())
            .env_remove("MZSEEK_THREADS")
            .env_remove("MZSEEK_CONFIG")
            .timeout(patience)
            .args(words)
            .output()
            .unwrap();
        Run {
            words: words.join(" "),
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Names of everything in `folder`, sorted.
pub(crate) fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs_err::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// How often something is tried: a few times, or as the environment variable `name` says.
pub(crate) fn times(name: &str, few: usize) -> usize {
    std::env::var(name).map_or(few, |text| text.parse().unwrap())
}

/// Says what a test that takes long has seen.
#[expect(clippy::print_stderr, reason = "a long test says what it has seen")]
pub(crate) fn told(what: &str) {
    eprintln!("{what}");
}

/// What each array of a library holds, its lineage apart.
pub(crate) fn contents(path: &Path) -> Vec<String> {
    let h5 = hdf5::File::open(path).unwrap();
    let contents = h5.dataset("checksums/contents").unwrap();
    let text = String::from_utf8(contents.read_raw::<u8>().unwrap()).unwrap();
    let lines = text
        .lines()
        .filter(|line| !line.ends_with("  lineage/record"));
    lines.map(str::to_owned).collect()
}

/// Says why a test does nothing here.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub(crate) fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

/// A folder of the real data, by a path that holds in any working directory; `None` where there is none.
///
/// `MZSEEK_DATA` names the data (default `../shared/data` beside the repository).
pub(crate) fn data(folder: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let root = std::env::var_os("MZSEEK_DATA").map_or(beside, PathBuf::from);
    let found = root.join(folder).canonicalize().ok();
    if found.is_none() {
        skipped(&format!(
            "no {folder} in {} (set MZSEEK_DATA)",
            root.display()
        ));
    }
    found
}

/// The Python that `MZSEEK_PYTHON` names (default `python3`), where it has `module`; else the test is
/// skipped, unless `MZSEEK_REQUIRE_PYTHON=1` asks for it.
pub(crate) fn python_with(module: &str) -> Option<String> {
    let python = std::env::var("MZSEEK_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let import = format!("import {module}");
    let tried = std::process::Command::new(&python)
        .args(["-c", &import])
        .output();
    if tried.as_ref().is_ok_and(|t| t.status.success()) {
        return Some(python);
    }
    let required = std::env::var("MZSEEK_REQUIRE_PYTHON").is_ok_and(|value| value == "1");
    assert!(!required, "{python} cannot import {module}: {tried:?}");
    skipped(&format!(
        "{python} cannot import {module}; MZSEEK_PYTHON names another"
    ));
    None
}

/// How a run of the program ended and what it said.
pub(crate) struct Run {
    pub(crate) words: String,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}: {}", self.words, self.stderr);
        self
    }

    /// Asserts that stderr holds `text`.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(
            self.stderr.contains(text),
            "{}: expected {text:?} in: {}",
            self.words,
            self.stderr
        );
        self
    }
}

/// A CSV report, cell by column name.
pub(crate) struct Report(Vec<Vec<(String, String)>>);

impl Report {
    pub(crate) fn read(text: &str) -> Self {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let name = |(key, cell): (&str, &str)| (key.to_owned(), cell.to_owned());
        let rows = reader.records().map(|row| {
            let row = row.unwrap();
            header.iter().zip(row.iter()).map(name).collect()
        });
        Self(rows.collect())
    }

    /// The same without some columns.
    pub(crate) fn without(mut self, columns: &[&str]) -> Self {
        for row in &mut self.0 {
            row.retain(|(key, _)| !columns.contains(&key.as_str()));
        }
        self
    }

    /// All cells, row by row, with the names of their columns.
    pub(crate) fn rows(&self) -> &[Vec<(String, String)>] {
        &self.0
    }

    /// The cells of `column`, from the first row to the last.
    pub(crate) fn column(&self, column: &str) -> Vec<&str> {
        let cell = |row: &'_ [(String, String)]| row.iter().position(|(key, _)| key == column);
        let cells = self.0.iter().map(|row| row[cell(row).unwrap()].1.as_str());
        cells.collect()
    }
}
