//! Queries of a run by how they were answered.

use super::RunSummary;
use crate::search::Plan;

/// Counts of how queries were answered.
#[derive(Debug, Clone, Default)]
pub struct Outcomes {
    matched: u64,
    unmatched: [(&'static str, u64); 4],
}

impl Outcomes {
    /// Counts one answer.
    pub fn add(&mut self, plan: &Plan) {
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

    /// What was counted among `n_queries`, and the records that could not be used.
    pub fn summary(&self, n_queries: u64, n_skipped: u64) -> RunSummary {
        let mut summary = RunSummary::default();
        summary
            .count("queries", n_queries)
            .count("matched", self.matched);
        for (why, n) in self.unmatched.iter().filter(|(_, n)| *n > 0) {
            summary.count(why, *n);
        }
        summary.count("records skipped", n_skipped);
        summary
    }
}
