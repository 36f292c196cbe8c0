//! Do q-values hold? Their promise beside the share of accepted matches that is truly wrong.
//!
//! Wrong is what the truth says is wrong: another answer, or any answer to a query whose right one
//! is not in the library. Or, where entries are labelled, what cannot be in the sample: a match with
//! an entry put there to entrap (Wen et al. 2025).

mod band;
mod plot;

use super::Table;
use super::evaluation::{Columns, EvaluationError, RecognisedBy, is_right, read_truth};
use band::wrong_targets;
use std::collections::HashMap;
use std::fmt;
use std::path::Path;

/// Matches of rank 1 with their q-value and whether they are wrong.
#[derive(Debug, Clone)]
pub struct FdrCheck {
    /// Ascending in q-value.
    matches: Vec<(f64, bool)>,
    /// Entrapment entries per target entry, where entries are labelled.
    ratio: Option<f64>,
}

/// What was accepted at one q-value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accepted {
    /// Matches.
    pub n: usize,
    /// Those that are wrong.
    pub n_wrong: usize,
    /// The share that is wrong, 0 to 1. With labelled entries the combined estimate,
    /// `N_E (1 + 1 / r) / (N_T + N_E)`, for r entrapment entries per target.
    pub proportion: f64,
    /// 95 % of true shares lie between these where the q-value holds.
    pub band: (f64, f64),
}

/// q-values of the table.
const LEVELS: [f64; 7] = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5];

impl FdrCheck {
    /// Compares a report with the truth, or with a list of labelled entries: `truth` is one where it
    /// has a column `entry_id`.
    ///
    /// # Errors
    /// Names the file and the column or line that is wrong, or says that the report has no q-values.
    pub fn read(report: &Path, truth: &Path) -> Result<Self, EvaluationError> {
        if Columns::open(truth)?.find("entry_id").is_some() {
            Self::by_labels(report, truth)
        } else {
            Self::by_truth(report, truth)
        }
    }

    fn by_truth(report: &Path, truth: &Path) -> Result<Self, EvaluationError> {
        let (key, expected) = read_truth(truth, &[])?;
        let column = match key {
            RecognisedBy::InchiKey => "inchikey",
            RecognisedBy::EntryId => "entry_id",
            RecognisedBy::Name => "name",
        };
        let matches = read(report, column, |query, identity| {
            let expected = expected.get(query)?;
            Some(!(expected.answerable && is_right(key, expected, identity)))
        })?;
        Ok(Self {
            matches,
            ratio: None,
        })
    }

    /// Compares a report with `labels`, a CSV with a row per entry: `entry_id` and `class`, which is
    /// `entrapment` for entries that cannot be in the sample.
    fn by_labels(report: &Path, labels: &Path) -> Result<Self, EvaluationError> {
        const WHAT: &str = "list of entries with entry_id and class";
        let columns = Columns::open(labels)?;
        let (id, class) = (
            columns.need("entry_id", WHAT)?,
            columns.need("class", WHAT)?,
        );
        let mut entrapment = HashMap::new();
        for row in columns.rows() {
            let row = row?;
            entrapment.insert(row[id].to_owned(), &row[class] == "entrapment");
        }
        let n_entrapment = entrapment.values().filter(|&&label| label).count();
        let n_targets = entrapment.len() - n_entrapment;
        if n_entrapment == 0 || n_targets == 0 {
            return Err(EvaluationError::Empty {
                path: labels.to_owned(),
                what: "entrapment entry beside a target one",
            });
        }
        let matches = read(report, "entry_id", |_, entry| {
            entrapment.get(entry).copied()
        })?;
        Ok(Self {
            matches,
            ratio: Some(n_entrapment as f64 / n_targets as f64),
        })
    }

    /// What is accepted at q-values up to `level`.
    pub fn at(&self, level: f64) -> Accepted {
        let n = self.matches.partition_point(|(q, _)| *q <= level);
        let n_wrong = self.matches[..n].iter().filter(|(_, wrong)| *wrong).count();
        let share = |count: f64| if n == 0 { 0.0 } else { count / n as f64 };
        // The largest q-value accepted tells the decoys there: (D + 1) / T.
        let decoys_and_one = n.checked_sub(1).map_or(0.0, |last| self.matches[last].0) * n as f64;
        let (low, high) = wrong_targets(decoys_and_one.round() as usize);
        let factor = self.ratio.map_or(1.0, |ratio| 1.0 + 1.0 / ratio);
        Accepted {
            n,
            n_wrong,
            proportion: share(n_wrong as f64 * factor).min(1.0),
            band: (share(low).min(1.0), share(high).min(1.0)),
        }
    }

    /// The curve of true share against q-value, as SVG.
    pub fn svg(&self) -> String {
        plot::svg(self)
    }
}

/// q-value and verdict of every first match that `is_wrong` knows, by query and `column`.
fn read(
    report: &Path,
    column: &'static str,
    is_wrong: impl Fn(&str, &str) -> Option<bool>,
) -> Result<Vec<(f64, bool)>, EvaluationError> {
    const WHAT: &str = "report of mzseek search";
    let columns = Columns::open(report)?;
    let (query, rank) = (columns.need("query_id", WHAT)?, columns.need("rank", WHAT)?);
    let (q_value, identity) = (columns.need("q_value", WHAT)?, columns.need(column, WHAT)?);
    let mut matches = Vec::new();
    for row in columns.rows() {
        let row = row?;
        let wrong = (&row[rank] == "1").then(|| is_wrong(&row[query], &row[identity]));
        if let (Ok(q), Some(Some(wrong))) = (row[q_value].parse::<f64>(), wrong) {
            matches.push((q, wrong));
        }
    }
    if matches.is_empty() {
        return Err(EvaluationError::Empty {
            path: report.to_owned(),
            what: "q-value of a query or entry that is known; was the library built with --decoys?",
        });
    }
    matches.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok(matches)
}

impl fmt::Display for FdrCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut header = vec![
            "q-value up to",
            "accepted",
            "wrong",
            "wrong %",
            "expected %",
        ];
        if self.ratio.is_some() {
            header[2] = "entrapment";
            header[3] = "wrong, combined %";
            header.push("at least %");
        }
        header.push("holds ");
        let mut table = Table::new(&header);
        let percent = |share: f64| format!("{:.2}", share * 100.0);
        for level in LEVELS {
            let it = self.at(level);
            let mut cells = vec![
                level.to_string(),
                it.n.to_string(),
                it.n_wrong.to_string(),
                percent(it.proportion),
                format!("{} to {}", percent(it.band.0), percent(it.band.1)),
            ];
            if self.ratio.is_some() {
                cells.push(percent(it.n_wrong as f64 / it.n.max(1) as f64));
            }
            cells.push(
                match it {
                    Accepted { n: 0, .. } => "nothing accepted",
                    _ if it.proportion > it.band.1 => "NO",
                    _ if it.proportion < it.band.0 => "yes, cautious",
                    _ => "yes",
                }
                .to_owned(),
            );
            table.row(cells);
        }
        write!(f, "{table}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(
        report: &str,
        other: &str,
    ) -> (tempfile::TempDir, std::path::PathBuf, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let paths = (folder.path().join("r.csv"), folder.path().join("o.csv"));
        fs_err::write(&paths.0, report).unwrap();
        fs_err::write(&paths.1, other).unwrap();
        (folder, paths.0, paths.1)
    }

    const REPORT: &str = "query_id,rank,q_value,entry_id\n\
        a,1,0.01,1\na,2,,2\nb,1,0.02,2\nc,1,0.02,3\nd,1,1,4\ne,,,\n";

    #[test]
    fn wrong_is_another_answer_and_any_answer_of_an_absent_query() {
        let truth = "query_id,correct_library_ids,lookalike_library_ids,in_library\n\
            a,1,,1\nb,9,2,1\nc,3,,0\nd,4,,1\n";
        let (_folder, report, truth) = files(REPORT, truth);
        let check = FdrCheck::read(&report, &truth).unwrap();
        assert_eq!((check.at(0.01).n, check.at(0.01).n_wrong), (1, 0));
        let at = check.at(0.05);
        assert_eq!((at.n, at.n_wrong), (3, 1));
        assert!((at.proportion - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(check.at(0.001).n, 0);
        assert!(check.to_string().contains("nothing accepted"));
    }

    #[test]
    fn labelled_entries_give_the_combined_estimate() {
        // One entrapment entry for two targets: r = 1/2, each seen stands for three wrong ones.
        let labels =
            "entry_id,class\n1,target\n2,target\n3,entrapment\n4,target\n5,target\n6,entrapment\n";
        let (_folder, report, labels) = files(REPORT, labels);
        let at = FdrCheck::read(&report, &labels).unwrap().at(0.05);
        assert_eq!((at.n, at.n_wrong), (3, 1));
        assert!((at.proportion - 1.0).abs() < 1e-12);
        let (_folder, report, labels) = files(REPORT, "entry_id,class\n1,target\n");
        let told = FdrCheck::read(&report, &labels).unwrap_err().to_string();
        assert!(told.contains("o.csv"), "{told}");
    }

    #[test]
    fn a_report_without_q_values_is_told() {
        let (_folder, report, truth) =
            files("query_id,rank,q_value,name\na,1,,x\n", "title,name\na,x\n");
        let told = FdrCheck::read(&report, &truth).unwrap_err().to_string();
        assert!(
            told.contains("r.csv") && told.contains("--decoys"),
            "{told}"
        );
    }
}
