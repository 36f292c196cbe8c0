//! How many queries were answered in which way, and how long that took.

use crate::cli::intake::Intake;
use crate::report::{Outcomes, RunSummary};
use std::time::Duration;

/// Counts and times of a run.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) outcomes: Outcomes,
    pub(super) searching: Duration,
    pub(super) writing: Duration,
}

impl Tally {
    /// What a person is told of the run.
    pub(super) fn summary(&self, intake: &Intake) -> RunSummary {
        let skipped = intake.skipped.total();
        let mut summary = self.outcomes.summary(intake.n_spectra, skipped);
        summary
            .stage("reading", intake.reading)
            .stage("searching", self.searching)
            .stage("writing", self.writing);
        summary.rate("queries", intake.n_spectra, self.searching);
        summary
    }
}
