//! What both dialects are written from: the matches of a run, with where their queries stand.

use crate::domain::{Charge, Polarity, Seconds};
use crate::library::EntryText;
use crate::report::row::Row;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// All that was searched and found.
#[derive(Debug, Default)]
pub(super) struct Run {
    pub(super) files: Vec<File>,
    /// Names of libraries, in the order they were met.
    pub(super) libraries: Vec<String>,
    /// Names of scores, in the order they were met.
    pub(super) scores: Vec<&'static str>,
    /// Matches, those of a query together, best first.
    pub(super) found: Vec<Evidence>,
}

/// A file of queries.
#[derive(Debug)]
pub(super) struct File {
    pub(super) path: PathBuf,
    /// 1 positive, -1 negative: what its queries say.
    pub(super) polarities: BTreeSet<i8>,
}

/// A match.
#[derive(Debug)]
pub(super) struct Evidence {
    /// Position of its file.
    pub(super) file: usize,
    /// Position of the query among the spectra of its file.
    pub(super) index: usize,
    pub(super) query_mz: Option<f64>,
    /// Of the query, else of the entry.
    pub(super) charge: Option<i64>,
    /// In seconds.
    pub(super) retention_time: Option<f64>,
    pub(super) rank: usize,
    /// Position of its library.
    pub(super) library: usize,
    /// Position of the name of its score.
    pub(super) score: usize,
    pub(super) similarity: f64,
    pub(super) matched_peaks: u32,
    pub(super) q_value: Option<f64>,
    /// Number of the group of matches that the query does not separate.
    pub(super) group: u32,
    pub(super) entry_mz: Option<f64>,
    texts: Vec<String>,
}

impl Evidence {
    /// A text of the entry; empty where unknown.
    pub(super) fn text(&self, text: EntryText) -> &str {
        &self.texts[text as usize]
    }

    /// Where its query stands, as both dialects refer to spectra.
    pub(super) fn spectra_ref(&self) -> String {
        format!("ms_run[{}]:index={}", self.file + 1, self.index)
    }

    /// Score columns `1..=n_scores`: its own holds the score.
    pub(super) fn scores(&self, n_scores: usize) -> impl Iterator<Item = String> {
        (0..n_scores).map(|at| {
            if at == self.score {
                format!("{:.6}", self.similarity)
            } else {
                String::new()
            }
        })
    }
}

impl Run {
    /// Takes a row of the report in.
    pub(super) fn add(&mut self, row: &Row<'_>) {
        let file = self.file(&row.query.origin.file);
        let sign = match row.query.polarity() {
            Some(Polarity::Positive) => 1,
            Some(Polarity::Negative) => -1,
            None => row
                .matched()
                .map_or(0, |m| row.library.entries().polarity_sign(m.entry)),
        };
        if sign != 0 {
            self.files[file].polarities.insert(sign);
        }
        let Some((rank, matched)) = row.ranked else {
            return;
        };
        let entries = row.library.entries();
        let query = row.query.precursor;
        let charge = query
            .and_then(|p| p.charge)
            .or(entries.charge(matched.entry));
        let library = position(
            &mut self.libraries,
            row.library.member(matched.entry).name.clone(),
        );
        let score = position(&mut self.scores, matched.score_name);
        let texts = EntryText::ALL.map(|text| entries.text(text, matched.entry).into_owned());
        self.found.push(Evidence {
            file,
            index: row.query.origin.index,
            query_mz: query.map(|p| p.mz.value()),
            charge: charge.map(Charge::state).map(i64::from),
            retention_time: row.query.measurement.retention_time.map(Seconds::value),
            rank,
            library,
            score,
            similarity: matched.score.similarity.into(),
            matched_peaks: matched.score.matched_peaks,
            q_value: row.q_value().map(|q| q.value),
            group: matched.ambiguity.group,
            entry_mz: entries.precursor_mz(matched.entry),
            texts: texts.into(),
        });
    }

    fn file(&mut self, path: &Path) -> usize {
        // Queries come file by file.
        if let Some(at) = self.files.iter().rposition(|file| file.path == path) {
            return at;
        }
        self.files.push(File {
            path: path.to_owned(),
            polarities: BTreeSet::new(),
        });
        self.files.len() - 1
    }
}

fn position<T: PartialEq>(all: &mut Vec<T>, one: T) -> usize {
    all.iter()
        .position(|known| *known == one)
        .unwrap_or_else(|| {
            all.push(one);
            all.len() - 1
        })
}

impl File {
    /// Where it is, as a URI; empty where a stream was read.
    pub(super) fn uri(&self) -> String {
        if self.path.as_os_str() == "-" {
            return String::new();
        }
        let path = std::path::absolute(&self.path).unwrap_or_else(|_| self.path.clone());
        let mut uri = "file://".to_owned();
        for byte in path.to_string_lossy().replace('\\', "/").bytes() {
            if byte.is_ascii_alphanumeric() || b"/-._~:".contains(&byte) {
                uri.push(byte.into());
            } else {
                // Writing to a String does not fail.
                let _ = write!(uri, "%{byte:02X}");
            }
        }
        uri
    }

    /// The term of its format, where its name tells one that has a term.
    pub(super) fn format(&self) -> Option<&'static str> {
        let name = self.path.to_string_lossy().to_ascii_lowercase();
        let name = [".gz", ".zst", ".zip"]
            .iter()
            .find_map(|packed| name.strip_suffix(packed))
            .unwrap_or(&name);
        let ends = |extension: &str| Path::new(name).extension().is_some_and(|e| e == extension);
        match () {
            () if ends("mgf") => Some("[MS, MS:1001062, Mascot MGF format, ]"),
            () if ends("mzml") => Some("[MS, MS:1000584, mzML format, ]"),
            () if ends("mzxml") => Some("[MS, MS:1000566, ISB mzXML format, ]"),
            () => None,
        }
    }
}
