//! How many queries were answered in which way, and how long that took.

use crate::cli::intake::Intake;
use crate::report::RunSummary;
use crate::search::Plan;
use std::time::Duration;

/// Counts of how queries were answered.
#[derive(Debug, Default)]
pub(super) struct Tally {
    matched: u64,
    unmatched: [(&'static str, u64); 4],
    pub(super) searching: Duration,
    pub(super) writing: Duration,
}

impl Tally {
    pub(super) fn add(&mut self, plan: &Plan) {
        let place = match plan {
            Plan::Window | Plan::Condition | Plan::Exhaustive | Plan::Index(_) => {
                self.matched += 1;
                return;
            }
            Plan::NoPeaks(_) => 0,
            Plan::NoCandidate => 1,
            Plan::BelowThreshold => 2,
            Plan::AboveFdr => 3,
        };
        self.unmatched[place] = (plan.word(), self.unmatched[place].1 + 1);
    }

    /// What a person is told of the run.
    pub(super) fn summary(&self, intake: &Intake) -> RunSummary {
        let mut summary = RunSummary::default();
        summary
            .count("queries", intake.n_spectra)
            .count("matched", self.matched);
        for (why, n) in self.unmatched.iter().filter(|(_, n)| *n > 0) {
            summary.count(why, *n);
        }
        summary.count("records skipped", intake.skipped.total());
        summary
            .stage("reading", intake.reading)
            .stage("searching", self.searching)
            .stage("writing", self.writing);
        summary.rate("queries", intake.n_spectra, self.searching);
        summary
    }
}
