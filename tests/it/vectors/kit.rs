//! Vectors, files of them, and the program run on them.

use std::path::{Path, PathBuf};
use std::process::Output;

/// Rows of one length.
pub(crate) type Rows = Vec<Vec<f32>>;

/// A folder with files of vectors, gone in the end.
pub(crate) struct Kit(tempfile::TempDir);

impl Kit {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes `bytes` as file `name`.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs_err::write(&path, bytes).unwrap();
        path
    }

    /// Writes `rows` as a `.npy` file of single precision.
    pub(crate) fn npy(&self, name: &str, rows: &Rows) -> PathBuf {
        self.file(name, &npy("<f4", rows, |x| x.to_le_bytes().to_vec()))
    }

    /// Runs `mzseek vectors` in the folder with these words.
    pub(crate) fn run(&self, words: &str) -> Output {
        assert_cmd::Command::cargo_bin("mzseek")
            .unwrap()
            .current_dir(&self.0)
            .arg("vectors")
            .args(words.split_whitespace())
            .output()
            .unwrap()
    }

    /// The same, where it must succeed; gives stdout.
    #[track_caller]
    pub(crate) fn ok(&self, words: &str) -> String {
        let output = self.run(words);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{words}: {stderr}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The same, where it must fail with `code` and a message that has all of `parts`.
    #[track_caller]
    pub(crate) fn fails(&self, words: &str, code: i32, parts: &[&str]) {
        let output = self.run(words);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{words}: {stderr}");
        for part in parts {
            assert!(stderr.contains(part), "{words}: no {part:?} in {stderr}");
        }
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs_err::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }
}

/// A `.npy` file, version 1, with numbers as `bytes` makes them.
pub(crate) fn npy(descr: &str, rows: &Rows, bytes: impl Fn(f32) -> Vec<u8>) -> Vec<u8> {
    let shape = (rows.len(), rows.first().map_or(0, Vec::len));
    let mut file = npy_header(descr, "False", &format!("({}, {})", shape.0, shape.1));
    file.extend(rows.iter().flatten().flat_map(|&x| bytes(x)));
    file
}

pub(crate) fn npy_header(descr: &str, fortran: &str, shape: &str) -> Vec<u8> {
    let text = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((text.len() as u16).to_le_bytes());
    file.extend(text.into_bytes());
    file
}

/// Rows of small whole numbers, which every format holds exactly; the same for the same seed.
pub(crate) fn whole_rows(n: usize, dim: usize, seed: u64) -> Rows {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as u32 % 100
    };
    let row = |_| (0..dim).map(|_| next() as f32).collect();
    (0..n).map(row).collect()
}

/// The records of a CSV, header first.
pub(crate) fn records(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let records = reader
        .records()
        .map(|r| r.unwrap().iter().map(str::to_owned).collect());
    records.collect()
}
