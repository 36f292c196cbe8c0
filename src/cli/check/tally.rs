//! How often each rule was broken.

use super::Place;
use crate::check::{Finding, Rule, Severity};
use crate::report::Table;
use std::collections::BTreeMap;
use std::fmt;

/// Findings and repairs, counted.
#[derive(Debug, Default)]
pub(in crate::cli) struct Tally {
    /// With the place and the words of the first.
    by_rule: BTreeMap<Rule, (u64, String)>,
    n_records: u64,
    n_doubtful: u64,
    n_repairs: u64,
    n_repaired: u64,
}

impl Tally {
    /// Counts a record with all that is doubtful about it.
    pub(in crate::cli) fn findings(&mut self, place: &Place<'_>, findings: &[Finding]) {
        self.n_records += 1;
        self.n_doubtful += u64::from(!findings.is_empty());
        for Finding { rule, detail } in findings {
            let first = || (0, format!("{place}: {detail}"));
            self.by_rule.entry(*rule).or_insert_with(first).0 += 1;
        }
    }

    /// Counts what was repaired in one spectrum.
    pub(in crate::cli) fn repairs(&mut self, repairs: &[String]) {
        self.n_repairs += repairs.len() as u64;
        self.n_repaired += u64::from(!repairs.is_empty());
    }

    /// Whether nothing was doubtful.
    pub(in crate::cli) fn is_empty(&self) -> bool {
        self.by_rule.is_empty()
    }

    /// Number of findings.
    fn total(&self) -> u64 {
        self.by_rule.values().map(|(count, _)| count).sum()
    }

    /// Number of findings of severity error, and the first of the gravest.
    pub(in crate::cli) fn errors(&self) -> Option<(u64, &str)> {
        let is_error = |rule: &Rule| rule.severity() == Severity::Error;
        let errors = || self.by_rule.iter().filter(|(rule, _)| is_error(rule));
        let (_, (_, first)) = errors().next()?;
        Some((errors().map(|(_, (count, _))| count).sum(), first))
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (n, of, total) = (self.n_doubtful, self.n_records, self.total());
        writeln!(f, "{total} findings, in {n} of {of} records")?;
        if !self.is_empty() {
            let mut table = Table::new(&["findings", "severity ", "rule ", "the first "]);
            for (rule, (count, first)) in &self.by_rule {
                let severity = rule.severity().to_string();
                table.row(vec![
                    count.to_string(),
                    severity,
                    rule.to_string(),
                    first.clone(),
                ]);
            }
            write!(f, "{table}")?;
        }
        if self.n_repairs > 0 {
            writeln!(
                f,
                "{} repairs, in {} spectra",
                self.n_repairs, self.n_repaired
            )?;
        }
        Ok(())
    }
}
