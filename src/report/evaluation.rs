//! How good a report is, given the truth.
//!
//! Truth is a CSV with a row per query: `title` (or `query_id`), what the right answer is
//! (`inchikey14`, else `correct_library_ids`, else `name`), whether it is in the library at all
//! (`class` of `in_library` or `absent`, or `in_library` of 1 or 0; else every query is taken to be
//! answerable) and, if it likes, a `relation` to report by.

use super::Table;
use super::roc::area_under_curve;
use crate::domain::first_block;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};

/// A report or truth that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    /// The file cannot be read or is not CSV.
    #[error("{path}: {source}", path = .path.display())]
    Csv {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: csv::Error,
    },
    /// A column is missing.
    #[error("{path}: there is no column {column}; is it a {what}?", path = .path.display())]
    Column {
        /// The file.
        path: PathBuf,
        /// What is missing.
        column: &'static str,
        /// What the file should be.
        what: &'static str,
    },
    /// The truth has no query.
    #[error("{path}: no {what}", path = .path.display())]
    Empty {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        what: &'static str,
    },
}

/// Counts of right and wrong answers.
#[derive(Debug, Clone, Default)]
pub struct Evaluation {
    groups: BTreeMap<String, Group>,
    all: Group,
    /// Best score of each absent query, 0 without a match.
    absent: Vec<f64>,
    /// Best score of each answerable query whose first match is right, else none.
    right: Vec<Option<f64>>,
    /// Best score of each answerable query, 0 without a match.
    answerable: Vec<f64>,
    not_in_truth: usize,
}

#[derive(Debug, Clone, Copy, Default)]
struct Group {
    queries: usize,
    top_1: usize,
    top_10: usize,
}

/// What a truth row says.
#[derive(Debug, Clone)]
pub(super) struct Expected {
    pub(super) answerable: bool,
    relation: String,
    right: Vec<String>,
}

/// How right answers are recognised, and the report column that shows it.
#[derive(Debug, Clone, Copy)]
pub(super) enum RecognisedBy {
    InchiKey,
    EntryId,
    Name,
}

/// Ranks looked at.
const TOP: usize = 10;

impl Evaluation {
    /// Compares the report with the truth.
    ///
    /// # Errors
    /// Names the file and the column or line that is wrong.
    pub fn read(report: &Path, truth: &Path) -> Result<Self, EvaluationError> {
        let (key, expected) = read_truth(truth)?;
        let mut answers = read_report(report, key)?;
        let mut evaluation = Self::default();
        for (title, expected) in &expected {
            let matches = answers.remove(title).unwrap_or_default();
            evaluation.add(expected, &matches);
        }
        evaluation.not_in_truth = answers.len();
        Ok(evaluation)
    }

    /// Share of answerable queries whose first match is right, 0 to 1.
    pub fn top_1(&self) -> f64 {
        share(self.all.top_1, self.all.queries)
    }

    /// Share of answerable queries with a right match among the first ten, 0 to 1.
    pub fn top_10(&self) -> f64 {
        share(self.all.top_10, self.all.queries)
    }

    /// Share of absent queries with a match of at least `score`, 0 to 1.
    pub fn false_share(&self, score: f64) -> f64 {
        share(
            self.absent
                .iter()
                .filter(|&&s| s > 0.0 && s >= score)
                .count(),
            self.absent.len(),
        )
    }

    /// How well the best score tells answerable queries from absent ones: the share of pairs in
    /// which the answerable one scores higher. `None` where there are none of one kind.
    pub fn area_under_curve(&self) -> Option<f64> {
        area_under_curve(&self.answerable, &self.absent)
    }

    fn add(&mut self, expected: &Expected, matches: &[(usize, String, f64)]) {
        if !expected.answerable {
            self.absent
                .push(matches.iter().map(|m| m.2).fold(0.0, f64::max));
            return;
        }
        let is_right = |m: &&(usize, String, f64)| expected.right.contains(&m.1);
        let rank = matches.iter().filter(is_right).map(|m| m.0).min();
        let score = matches.iter().find(|m| m.0 == 1).map(|m| m.2);
        self.answerable.push(score.unwrap_or(0.0));
        self.right.push(score.filter(|_| rank == Some(1)));
        for group in [
            &mut self.all,
            self.groups.entry(expected.relation.clone()).or_default(),
        ] {
            group.queries += 1;
            group.top_1 += usize::from(rank == Some(1));
            group.top_10 += usize::from(rank.is_some_and(|r| r <= TOP));
        }
    }
}

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new(&["answerable queries ", "number", "top-1 %", "top-10 %"]);
        let mut row = |name: &str, group: &Group| {
            table.row(vec![
                name.to_owned(),
                group.queries.to_string(),
                percent(share(group.top_1, group.queries)),
                percent(share(group.top_10, group.queries)),
            ]);
        };
        row("all", &self.all);
        let named = self.groups.iter().filter(|(name, _)| !name.is_empty());
        named.for_each(|(name, group)| row(name, group));
        writeln!(f, "{table}")?;
        if !self.absent.is_empty() {
            let absent = format!("of {} absent, matched %", self.absent.len());
            let right = format!("of {} answerable, right %", self.right.len());
            let mut table = Table::new(&["score at least", &absent, &right]);
            for tenth in 0..10 {
                let score = f64::from(tenth) / 10.0;
                let kept = self.right.iter().flatten().filter(|&&s| s >= score).count();
                table.row(vec![
                    format!("{score:.1}"),
                    percent(self.false_share(score)),
                    percent(share(kept, self.right.len())),
                ]);
            }
            write!(f, "{table}")?;
        }
        if let Some(area) = self.area_under_curve() {
            writeln!(
                f,
                "answerable against absent by best score: area under the curve {area:.3}"
            )?;
        }
        if self.not_in_truth > 0 {
            writeln!(
                f,
                "{} queries of the report are not in the truth",
                self.not_in_truth
            )?;
        }
        Ok(())
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

fn percent(share: f64) -> String {
    format!("{:.1}", share * 100.0)
}

/// A CSV file and where its columns are.
pub(super) struct Columns {
    path: PathBuf,
    reader: csv::Reader<fs_err::File>,
    header: csv::StringRecord,
}

impl Columns {
    pub(super) fn open(path: &Path) -> Result<Self, EvaluationError> {
        let failed = |source| EvaluationError::Csv {
            path: path.to_owned(),
            source,
        };
        let file = fs_err::File::open(path).map_err(|e| failed(e.into()))?;
        let mut reader = csv::Reader::from_reader(file);
        let header = reader.headers().map_err(failed)?.clone();
        Ok(Self {
            path: path.to_owned(),
            reader,
            header,
        })
    }

    pub(super) fn find(&self, column: &str) -> Option<usize> {
        self.header.iter().position(|name| name == column)
    }

    pub(super) fn need(
        &self,
        column: &'static str,
        what: &'static str,
    ) -> Result<usize, EvaluationError> {
        self.find(column).ok_or_else(|| EvaluationError::Column {
            path: self.path.clone(),
            column,
            what,
        })
    }

    pub(super) fn rows(self) -> impl Iterator<Item = Result<csv::StringRecord, EvaluationError>> {
        let path = self.path;
        self.reader.into_records().map(move |row| {
            row.map_err(|source| EvaluationError::Csv {
                path: path.clone(),
                source,
            })
        })
    }
}

/// How right answers are recognised, and what is expected of each query.
pub(super) fn read_truth(
    path: &Path,
) -> Result<(RecognisedBy, BTreeMap<String, Expected>), EvaluationError> {
    const WHAT: &str = "truth with title and inchikey14, correct_library_ids or name";
    let columns = Columns::open(path)?;
    let title = match columns.find("title") {
        Some(title) => title,
        None => columns.need("query_id", WHAT)?,
    };
    let (key, right) = match (
        columns.find("inchikey14"),
        columns.find("correct_library_ids"),
    ) {
        (Some(column), _) => (RecognisedBy::InchiKey, column),
        (None, Some(column)) => (RecognisedBy::EntryId, column),
        (None, None) => (RecognisedBy::Name, columns.need("name", WHAT)?),
    };
    let (class, flag) = (columns.find("class"), columns.find("in_library"));
    let relation = columns.find("relation");
    // Entries that are as right: where libraries disagree on what a spectrum is.
    let as_right = columns
        .find("lookalike_library_ids")
        .filter(|_| matches!(key, RecognisedBy::EntryId));
    let mut expected = BTreeMap::new();
    for row in columns.rows() {
        let row = row?;
        let cell = |column: Option<usize>| column.and_then(|c| row.get(c)).unwrap_or_default();
        let answerable = match (class, flag) {
            (Some(_), _) => cell(class) != "absent",
            (None, Some(_)) => cell(flag) == "1",
            (None, None) => true,
        };
        let right = [cell(Some(right)), cell(as_right)]
            .into_iter()
            .flat_map(|ids| {
                let ids = ids.split([';', '|']).map(|text| text.trim().to_owned());
                ids.filter(|text| !text.is_empty()).collect::<Vec<_>>()
            });
        let relation = cell(relation).to_owned();
        expected.insert(
            cell(Some(title)).to_owned(),
            Expected {
                answerable,
                relation,
                right: right.collect(),
            },
        );
    }
    if expected.is_empty() {
        return Err(EvaluationError::Empty {
            path: path.to_owned(),
            what: "query in the truth",
        });
    }
    Ok((key, expected))
}

/// Whether `identity`, a cell of the report, is a right answer.
pub(super) fn is_right(key: RecognisedBy, expected: &Expected, identity: &str) -> bool {
    let identity = recognised(key, identity);
    expected.right.iter().any(|right| right == identity)
}

/// The part of a cell of the report that is compared.
fn recognised(key: RecognisedBy, identity: &str) -> &str {
    match key {
        RecognisedBy::InchiKey => first_block(identity).unwrap_or_default(),
        RecognisedBy::EntryId | RecognisedBy::Name => identity,
    }
}

/// Rank, identity and score of every match, by query id.
type Answers = HashMap<String, Vec<(usize, String, f64)>>;

fn read_report(path: &Path, key: RecognisedBy) -> Result<Answers, EvaluationError> {
    const WHAT: &str = "report of mzseek search";
    let columns = Columns::open(path)?;
    let (query, rank) = (columns.need("query_id", WHAT)?, columns.need("rank", WHAT)?);
    let similarity = columns.need("similarity", WHAT)?;
    let identity = match key {
        RecognisedBy::InchiKey => columns.need("inchikey", WHAT)?,
        RecognisedBy::EntryId => columns.need("entry_id", WHAT)?,
        RecognisedBy::Name => columns.need("name", WHAT)?,
    };
    let mut answers = Answers::new();
    for row in columns.rows() {
        let row = row?;
        let matches = answers.entry(row[query].to_owned()).or_default();
        if let (Ok(rank), Ok(score)) = (row[rank].parse(), row[similarity].parse()) {
            matches.push((rank, recognised(key, &row[identity]).to_owned(), score));
        }
    }
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "query_id,rank,similarity,inchikey,entry_id,name\n\
        a,1,0.9,AAAAAAAAAAAAAA-X-N,1,one\n\
        a,2,0.8,BBBBBBBBBBBBBB-X-N,2,two\n\
        b,1,0.7,AAAAAAAAAAAAAA-Y-N,1,one\n\
        b,2,0.6,BBBBBBBBBBBBBB-X-N,2,two\n\
        c,,,,,\n\
        d,1,0.65,AAAAAAAAAAAAAA-X-N,1,one\n\
        z,1,0.9,AAAAAAAAAAAAAA-X-N,1,one\n";
    const TRUTH: &str = "title,inchikey14,class,relation\n\
        a,AAAAAAAAAAAAAA,in_library,same\n\
        b,BBBBBBBBBBBBBB,in_library,cross\n\
        c,BBBBBBBBBBBBBB,in_library,cross\n\
        d,CCCCCCCCCCCCCC,absent,none\n\
        e,CCCCCCCCCCCCCC,absent,none\n";

    fn evaluate(report: &str, truth: &str) -> Result<Evaluation, EvaluationError> {
        let folder = tempfile::tempdir().unwrap();
        let (r, t) = (folder.path().join("r.csv"), folder.path().join("t.csv"));
        fs_err::write(&r, report).unwrap();
        fs_err::write(&t, truth).unwrap();
        Evaluation::read(&r, &t)
    }

    #[test]
    fn right_answers_are_counted_by_relation() {
        let evaluation = evaluate(REPORT, TRUTH).unwrap();
        assert!((evaluation.top_1() - 1.0 / 3.0).abs() < 1e-9);
        assert!((evaluation.top_10() - 2.0 / 3.0).abs() < 1e-9);
        assert_eq!(evaluation.groups["cross"].queries, 2);
        assert_eq!(evaluation.groups["cross"].top_10, 1);
        assert_eq!(
            evaluation.false_share(0.0),
            0.5,
            "e is in the truth and not in the report"
        );
        assert_eq!(evaluation.false_share(0.7), 0.0);
        // a 0.9, b 0.7, c 0 against d 0.65, e 0: 2 + 2 + half of a pair of 6.
        let area = evaluation.area_under_curve().unwrap();
        assert!((area - 4.5 / 6.0).abs() < 1e-9);
        assert_eq!(evaluation.not_in_truth, 1);
        let text = evaluation.to_string();
        assert!(
            text.contains("all                      3     33.3      66.7"),
            "{text}"
        );
    }

    #[test]
    fn entry_ids_and_names_serve_as_well() {
        let by_id = evaluate(
            REPORT,
            "query_id,correct_library_ids,in_library\na,1,1\nb,2;3,1\n",
        );
        assert_eq!(by_id.unwrap().top_1(), 0.5);
        let by_name = evaluate(REPORT, "title,name\na,one\nb,one\n");
        assert_eq!(by_name.unwrap().top_1(), 1.0);
    }

    #[test]
    fn wrong_files_are_named() {
        let told = |r: &str, t: &str| evaluate(r, t).unwrap_err().to_string();
        assert!(told("a,b\n", TRUTH).contains("r.csv: there is no column query_id"));
        assert!(told(REPORT, "a,b\n").contains("t.csv: there is no column"));
        assert!(told(REPORT, "title,inchikey14\n").contains("no query"));
        assert!(told(REPORT, "title,inchikey14\na\n").contains("t.csv"));
    }
}
