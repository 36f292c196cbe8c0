//! What answers are written to: the report, the page beside it, and the tally.

use super::tally::Tally;
use crate::domain::Spectrum;
use crate::report::{HtmlReport, Report, ReportError};
use crate::search::{Answer, Searcher};
use std::time::Instant;

/// Takes the answers in the order of the queries.
pub(super) struct Outputs<'a, 'p> {
    pub(super) searcher: &'a Searcher<'a>,
    pub(super) report: Report<'a>,
    pub(super) page: Option<&'p mut HtmlReport>,
    pub(super) tally: Tally,
}

impl Outputs<'_, '_> {
    /// Writes what was answered.
    pub(super) fn write<'q>(
        &mut self,
        answered: impl IntoIterator<Item = (&'q Spectrum, &'q Answer)>,
    ) -> Result<(), ReportError> {
        let started = Instant::now();
        for (query, answer) in answered {
            self.answer(query, answer)?;
        }
        self.tally.writing += started.elapsed();
        Ok(())
    }

    fn answer(&mut self, query: &Spectrum, answer: &Answer) -> Result<(), ReportError> {
        let library = self.searcher.library();
        self.tally.outcomes.add(&answer.plan);
        if let Some(page) = &mut self.page {
            let tolerance = self.searcher.settings().fragment_tolerance;
            page.answer(library, query, answer, tolerance);
        }
        self.report.answer(library, query, answer)
    }

    /// Completes the report.
    pub(super) fn end(self) -> Result<Tally, ReportError> {
        let Self {
            report, mut tally, ..
        } = self;
        let started = Instant::now();
        report.end()?;
        tally.writing += started.elapsed();
        Ok(tally)
    }
}
