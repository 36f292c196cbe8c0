//! What answers are written to: the report, the page beside it, and the tally.

use super::tally::Tally;
use crate::failure::Failure;
use crate::report::{Answered, HtmlReport, Report};
use crate::search::Searcher;
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
        answered: impl IntoIterator<Item = Answered<'q>>,
    ) -> Result<(), Failure> {
        let started = Instant::now();
        let library = self.searcher.library();
        let answered: Vec<Answered<'_>> = answered.into_iter().collect();
        for (query, answer) in &answered {
            self.tally.outcomes.add(&answer.plan);
            if let Some(page) = &mut self.page {
                let tolerance = self.searcher.settings().fragment_tolerance;
                page.answer(library, query, answer, tolerance);
            }
        }
        let written = self.report.answers(library, &answered);
        written.map_err(|e| Failure::report(self.name, e))?;
        self.tally.writing += started.elapsed();
        Ok(library.sound()?)
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
