//! What a run did, for the person who started it: counts, reasons, seconds.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// Records that could not be used, counted by reason, with the first of each told whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Skipped {
    by_reason: BTreeMap<String, (u64, Vec<String>)>,
}

/// Told whole per reason; the rest is counted.
const EXAMPLES: usize = 3;

impl Skipped {
    /// Counts one record. `reason` is the kind, `detail` names file, record and line.
    pub fn add(&mut self, reason: &str, detail: impl fmt::Display) {
        let (count, examples) = self.by_reason.entry(reason.to_owned()).or_default();
        *count += 1;
        if examples.len() < EXAMPLES {
            examples.push(detail.to_string());
        }
    }

    /// Number of records.
    pub fn total(&self) -> u64 {
        self.by_reason.values().map(|(count, _)| count).sum()
    }

    /// The first record told of the first reason.
    pub fn first(&self) -> Option<&str> {
        let (_, examples) = self.by_reason.values().next()?;
        examples.first().map(String::as_str)
    }

    /// Whether nothing was skipped.
    pub fn is_empty(&self) -> bool {
        self.by_reason.is_empty()
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (reason, (count, examples)) in &self.by_reason {
            writeln!(f, "skipped {count}: {reason}")?;
            for example in examples {
                writeln!(f, "  {example}")?;
            }
            if *count > EXAMPLES as u64 {
                writeln!(f, "  ... and {} more", count - EXAMPLES as u64)?;
            }
        }
        Ok(())
    }
}

/// Counts and seconds of a run.
#[derive(Debug, Clone, Default)]
pub struct RunSummary {
    counts: Vec<(String, u64)>,
    stages: Vec<(&'static str, Duration)>,
    rate: Option<(&'static str, f64)>,
}

impl RunSummary {
    /// Adds a line such as `1800 matched`.
    pub fn count(&mut self, what: &str, n: u64) -> &mut Self {
        self.counts.push((what.to_owned(), n));
        self
    }

    /// What was counted, in the order it was told.
    pub fn counts(&self) -> &[(String, u64)] {
        &self.counts
    }

    /// Adds the time of a stage; a stage told again adds up.
    pub fn stage(&mut self, name: &'static str, took: Duration) -> &mut Self {
        match self.stages.iter_mut().find(|(known, _)| *known == name) {
            Some((_, total)) => *total += took,
            None => self.stages.push((name, took)),
        }
        self
    }

    /// Tells how many of `what` were done per second of `took`.
    pub fn rate(&mut self, what: &'static str, n: u64, took: Duration) -> &mut Self {
        let seconds = took.as_secs_f64();
        self.rate = (seconds > 0.0).then(|| (what, n as f64 / seconds));
        self
    }
}

impl fmt::Display for RunSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts: Vec<String> = self
            .counts
            .iter()
            .map(|(what, n)| format!("{n} {what}"))
            .collect();
        writeln!(f, "{}", counts.join(", "))?;
        let stages: Vec<String> = self
            .stages
            .iter()
            .map(|(name, t)| format!("{name} {:.3} s", t.as_secs_f64()))
            .collect();
        write!(f, "{}", stages.join(", "))?;
        if let Some((what, rate)) = self.rate {
            write!(f, "; {rate:.0} {what} per second")?;
        }
        writeln!(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_counted_and_the_first_are_told() {
        let mut skipped = Skipped::default();
        for record in 1..=5 {
            skipped.add("bad peak line", format!("a.mgf: record {record}"));
        }
        skipped.add("no peaks", "a.mgf: record 9");
        assert_eq!(skipped.total(), 6);
        let text = skipped.to_string();
        assert!(
            text.starts_with("skipped 5: bad peak line\n  a.mgf: record 1\n"),
            "{text}"
        );
        assert!(
            text.contains("  ... and 2 more\nskipped 1: no peaks\n"),
            "{text}"
        );
    }

    #[test]
    fn stages_add_up() {
        let mut summary = RunSummary::default();
        summary.count("queries", 4).count("matched", 3);
        summary.stage("search", Duration::from_millis(500));
        summary.stage("search", Duration::from_millis(500));
        summary.rate("queries", 4, Duration::from_secs(1));
        assert_eq!(
            summary.to_string(),
            "4 queries, 3 matched\nsearch 1.000 s; 4 queries per second\n"
        );
    }
}
