//! How good a report is, given the truth.
//!
//! Truth is a CSV with a row per query: `title` (or `query_id`), what the right answer is
//! (`inchikey14`, else `correct_library_ids`, else `name`), whether it is in the library at all
//! (`class` of `in_library` or `absent`, or `in_library` of 1 or 0; else every query is taken to be
//! answerable) and whatever columns queries are to be told apart by.

mod answers;
mod text;
mod truth;

use super::roc::area_under_curve;
use crate::confidence::Reliability;
use answers::read_report;
use std::path::Path;
pub use truth::EvaluationError;
pub(super) use truth::{Columns, RecognisedBy, is_right, read_truth};

/// What became of each query of the truth.
#[derive(Debug, Clone, Default)]
pub struct Evaluation {
    /// Columns of the truth that tell queries apart.
    by: Vec<String>,
    outcomes: Vec<Outcome>,
    not_in_truth: usize,
}

/// What became of one query.
#[derive(Debug, Clone, Default, PartialEq)]
struct Outcome {
    /// Its value in each of the columns that tell queries apart.
    groups: Vec<String>,
    /// Whether its answer is in the library.
    answerable: bool,
    /// Rank of the first right match.
    right_at: Option<usize>,
    /// Score of the first match.
    score: Option<f64>,
    /// Probability of the first match.
    probability: Option<f64>,
}

impl Outcome {
    /// Whether the first match is right.
    fn is_right(&self) -> bool {
        self.right_at == Some(1)
    }
}

/// A number by which first matches are ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RankedBy {
    /// The score.
    Score,
    /// The probability.
    Probability,
}

/// Ranks looked at.
const TOP: usize = 10;

/// Column of the truth that tells queries apart where no other is asked for.
const USUAL_GROUP: &str = "relation";

impl Evaluation {
    /// Compares the report with the truth, whose columns `by` tell queries apart; without any,
    /// `relation` does if it is there.
    ///
    /// # Errors
    /// Names the file and the column or line that is wrong.
    pub fn read(report: &Path, truth: &Path, by: &[String]) -> Result<Self, EvaluationError> {
        let usual = [USUAL_GROUP.to_owned()];
        let has_usual = Columns::open(truth)?.find(USUAL_GROUP).is_some();
        let by = if by.is_empty() && has_usual {
            &usual
        } else {
            by
        };
        let (key, expected) = read_truth(truth, by)?;
        let mut answers = read_report(report, key)?;
        let outcomes = expected.into_iter().map(|(title, expected)| {
            let matches = answers.remove(&title).unwrap_or_default();
            let right = matches
                .iter()
                .filter(|m| is_right(key, &expected, &m.identity));
            let first = matches.iter().find(|m| m.rank == 1);
            Outcome {
                right_at: right.map(|m| m.rank).min().filter(|_| expected.answerable),
                score: first.map(|m| m.score),
                probability: first.and_then(|m| m.probability),
                answerable: expected.answerable,
                groups: expected.groups,
            }
        });
        Ok(Self {
            outcomes: outcomes.collect(),
            by: by.to_vec(),
            not_in_truth: answers.len(),
        })
    }

    fn answerable(&self) -> impl Iterator<Item = &Outcome> + Clone {
        self.outcomes.iter().filter(|outcome| outcome.answerable)
    }

    fn absent(&self) -> impl Iterator<Item = &Outcome> + Clone {
        self.outcomes.iter().filter(|outcome| !outcome.answerable)
    }

    /// Share of answerable queries whose first match is right, 0 to 1.
    pub fn top_1(&self) -> f64 {
        share_of(self.answerable(), Outcome::is_right)
    }

    /// Share of answerable queries with a right match among the first ten, 0 to 1.
    pub fn top_10(&self) -> f64 {
        share_of(self.answerable(), |outcome| {
            outcome.right_at.is_some_and(|rank| rank <= TOP)
        })
    }

    /// Share of absent queries with a match of at least `score`, 0 to 1.
    pub fn false_share(&self, score: f64) -> f64 {
        share_of(self.absent(), |outcome| {
            outcome.score.is_some_and(|s| s >= score)
        })
    }

    /// How well the best match tells answerable queries from absent ones: the share of pairs in
    /// which that of the answerable one ranks higher. `None` where there are none of one kind, or
    /// no match has such a number.
    pub fn area_under_curve(&self, by: RankedBy) -> Option<f64> {
        let number = |outcome: &Outcome| match by {
            RankedBy::Score => outcome.score,
            RankedBy::Probability => outcome.probability,
        };
        self.outcomes.iter().find_map(number)?;
        let numbers = |outcome: &Outcome| number(outcome).unwrap_or(0.0);
        let answerable: Vec<f64> = self.answerable().map(numbers).collect();
        let absent: Vec<f64> = self.absent().map(numbers).collect();
        area_under_curve(&answerable, &absent)
    }

    /// Whether probabilities hold. They are about runs in which every second compound is in the
    /// library, so absent queries count for as much as answerable ones, where there are any.
    /// `None` where no match has a probability.
    pub fn reliability(&self) -> Option<Reliability> {
        self.outcomes
            .iter()
            .find_map(|outcome| outcome.probability)?;
        let (n_answerable, n_absent) = (self.answerable().count(), self.absent().count());
        let of_absent = n_answerable as f64 / n_absent.max(1) as f64;
        let cases = self.outcomes.iter().filter_map(|outcome| {
            let weight = if outcome.answerable || n_answerable == 0 {
                1.0
            } else {
                of_absent
            };
            Some((outcome.probability?, outcome.is_right(), weight))
        });
        Some(Reliability::of(cases))
    }
}

/// Share of `outcomes` that are as asked; 0 of none.
fn share_of<'a>(
    outcomes: impl Iterator<Item = &'a Outcome> + Clone,
    is: impl Fn(&Outcome) -> bool,
) -> f64 {
    let n = outcomes.clone().count();
    let n_is = outcomes.filter(|outcome| is(outcome)).count();
    if n == 0 { 0.0 } else { n_is as f64 / n as f64 }
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
        Evaluation::read(&r, &t, &[])
    }

    #[test]
    fn right_answers_are_counted_by_relation() {
        let evaluation = evaluate(REPORT, TRUTH).unwrap();
        assert!((evaluation.top_1() - 1.0 / 3.0).abs() < 1e-9);
        assert!((evaluation.top_10() - 2.0 / 3.0).abs() < 1e-9);
        assert_eq!(
            evaluation.false_share(0.0),
            0.5,
            "e is in the truth and not in the report"
        );
        assert_eq!(evaluation.false_share(0.7), 0.0);
        // a 0.9, b 0.7, c 0 against d 0.65, e 0: 2 + 2 + half of a pair of 6.
        let area = evaluation.area_under_curve(RankedBy::Score).unwrap();
        assert!((area - 4.5 / 6.0).abs() < 1e-9);
        assert_eq!(evaluation.not_in_truth, 1);
        let text = evaluation.to_string();
        assert!(
            text.contains("all                      3     33.3      66.7"),
            "{text}"
        );
        assert!(
            text.contains("relation: cross          2      0.0      50.0"),
            "{text}"
        );
        assert_eq!(evaluation.reliability(), None, "there are no probabilities");
    }

    #[test]
    fn queries_are_told_apart_by_any_column() {
        let by = |column: &str| {
            let folder = tempfile::tempdir().unwrap();
            let (r, t) = (folder.path().join("r.csv"), folder.path().join("t.csv"));
            fs_err::write(&r, REPORT).unwrap();
            fs_err::write(&t, TRUTH).unwrap();
            Evaluation::read(&r, &t, &[column.to_owned()]).map(|found| found.to_string())
        };
        let text = by("inchikey14").unwrap();
        assert!(text.contains("inchikey14: BBBBBBBBBBBBBB"), "{text}");
        let told = by("mode").unwrap_err().to_string();
        assert!(
            told.contains("no column mode; there are title, inchikey14"),
            "{told}"
        );
    }

    #[test]
    fn probabilities_are_held_against_what_was_right() {
        let report = "query_id,rank,similarity,probability,name\n\
            a,1,0.5,0.95,one\na,2,0.4,,two\nb,1,0.9,0.65,one\nd,1,0.7,0.15,one\n";
        let truth = "title,name,in_library\na,one,1\nb,two,1\nd,none,0\n";
        let found = evaluate(report, truth).unwrap();
        // a .95 and b .65 against d .15; by score a .5 loses, b .9 wins.
        assert_eq!(found.area_under_curve(RankedBy::Probability), Some(1.0));
        assert_eq!(found.area_under_curve(RankedBy::Score), Some(0.5));
        let reliability = found.reliability().unwrap();
        let bin = |at: usize| (reliability.bins()[at].n, reliability.bins()[at].observed);
        assert_eq!(bin(9), (1.0, 1.0));
        assert_eq!(bin(6), (1.0, 0.0));
        assert_eq!(bin(1), (2.0, 0.0), "one absent query stands for two");
        assert!(found.to_string().contains("area under the curve 1.000"));
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
