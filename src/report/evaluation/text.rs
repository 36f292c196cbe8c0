//! An evaluation as tables for people.

use super::{Evaluation, Outcome, RankedBy, TOP, share_of};
use crate::report::Table;
use std::collections::BTreeSet;
use std::fmt;

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.accuracy())?;
        if self.absent().next().is_some() {
            writeln!(f, "{}", self.by_score())?;
        }
        for (by, what) in [
            (RankedBy::Score, "score"),
            (RankedBy::Probability, "probability"),
        ] {
            if let Some(area) = self.area_under_curve(by) {
                writeln!(
                    f,
                    "answerable against absent by best {what}: area under the curve {area:.3}"
                )?;
            }
        }
        if let Some(reliability) = self.reliability() {
            writeln!(f, "\n{}", super::super::reliability_table(&reliability))?;
            let note = if self.absent().next().is_some() {
                ", absent queries weighted to be half"
            } else {
                ""
            };
            writeln!(f, "calibration error {:.3}{note}", reliability.error())?;
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

impl Evaluation {
    /// Right answers, of all and of each group.
    fn accuracy(&self) -> Table {
        let mut table = Table::new(&["answerable queries ", "number", "top-1 %", "top-10 %"]);
        let mut row = |name: String, is_in: &dyn Fn(&Outcome) -> bool| {
            let group: Vec<&Outcome> = self.answerable().filter(|o| is_in(o)).collect();
            let group = || group.iter().copied();
            let within = |outcome: &Outcome| outcome.right_at.is_some_and(|rank| rank <= TOP);
            table.row(vec![
                name,
                group().count().to_string(),
                percent(share_of(group(), Outcome::is_right)),
                percent(share_of(group(), within)),
            ]);
        };
        row("all".to_owned(), &|_| true);
        for (at, column) in self.by.iter().enumerate() {
            let values: BTreeSet<&str> = self
                .answerable()
                .map(|outcome| outcome.groups[at].as_str())
                .collect();
            for value in values {
                let shown = if value.is_empty() { "(none)" } else { value };
                row(format!("{column}: {shown}"), &|outcome| {
                    outcome.groups[at] == value
                });
            }
        }
        table
    }

    /// What a least score keeps of wrong and of right answers.
    fn by_score(&self) -> Table {
        let absent = format!("of {} absent, matched %", self.absent().count());
        let right = format!("of {} answerable, right %", self.answerable().count());
        let mut table = Table::new(&["score at least", &absent, &right]);
        for tenth in 0..10 {
            let least = f64::from(tenth) / 10.0;
            let kept = |o: &Outcome| o.is_right() && o.score.is_some_and(|s| s >= least);
            table.row(vec![
                format!("{least:.1}"),
                percent(self.false_share(least)),
                percent(share_of(self.answerable(), kept)),
            ]);
        }
        table
    }
}

fn percent(share: f64) -> String {
    format!("{:.1}", share * 100.0)
}
