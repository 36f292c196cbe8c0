//! What answers are written to: the report, the page beside it, and the tally.

use super::tally::Tally;
use crate::domain::Spectrum;
use crate::failure::Failure;
use crate::report::{HtmlReport, Report, ReportError};
use crate::search::{Answer, Searcher};
use std::path::Path;
use std::time::Instant;

/// Takes the answers in the order of the queries.
pub(super) struct Outputs<'a, 'p> {
    pub(super) searcher: &'a Searcher<'a>,
    /// What the report is called where something is wrong with it.
    pub(super) name: &'a Path,
    pub(super) report: Report<'a>,
    pub(super) page: Option<&'p mut HtmlReport>,
    pub(super) tally: Tally,
}

impl Outputs<'_, '_> {
    /// Writes what was answered.
    ///
    /// # Errors
    /// What could not be written, or what of the library turned out to be damaged.
    pub(super) fn write<'q>(
        &mut self,
        answered: impl IntoIterator<Item = (&'q Spectrum, &'q Answer)>,
    ) -> Result<(), Failure> {
        let started = Instant::now();
        for (query, answer) in answered {
            self.answer(query, answer)
                .map_err(|e| Failure::report(self.name, e))?;
        }
        self.tally.writing += started.elapsed();
        Ok(self.searcher.library().sound()?)
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
    ///
    /// # Errors
    /// What could not be written.
    pub(super) fn end(self) -> Result<Tally, Failure> {
        let Self {
            report,
            mut tally,
            name,
            ..
        } = self;
        let started = Instant::now();
        report.end().map_err(|e| Failure::report(name, e))?;
        tally.writing += started.elapsed();
        Ok(tally)
    }
}
