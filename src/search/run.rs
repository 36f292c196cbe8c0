//! Answers of a run: they wait for its end where only a run has false discovery rates.
//!
//! Only a library with decoys makes them wait; then each query keeps its metadata and answers, and
//! its peaks only where they are asked for: some 600 bytes with ten matches.

use super::fdr::{accept, assess, cascade};
use super::{Answer, SearchSettings, Searcher};
use crate::domain::{Fields, PeakList, PrecursorWindow, Spectrum};
use crate::library::Library;

/// What is asked of a run as a whole; either needs a library with decoys.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RunFdr {
    /// Only matches accepted at this false discovery rate.
    pub limit: Option<f64>,
    /// Search within the precursor window first, and openly what that leaves.
    pub cascade: bool,
}

/// Something is asked of a run that it cannot give.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RunFdrError {
    /// There are no decoys.
    #[error(
        "{0}: --fdr and --cascade need decoys, and this library has none: \
         build it with --decoys auto"
    )]
    NoDecoys(String),
    /// A cascade starts open.
    #[error("--cascade starts within a precursor window: give --precursor-tol a width")]
    OpenCascade,
}

/// Whether only entries of the query's mass are compared.
fn is_closed(searcher: &Searcher<'_>) -> bool {
    matches!(searcher.settings().precursor, PrecursorWindow::Within(_))
}

impl RunFdr {
    /// # Errors
    /// A wish without its use: there are no decoys, or a cascade starts open.
    pub fn check(self, searcher: &Searcher<'_>) -> Result<(), RunFdrError> {
        let library = searcher.library();
        if (self.limit.is_some() || self.cascade) && library.entries().n_decoys() == 0 {
            return Err(RunFdrError::NoDecoys(library.name()));
        }
        if self.cascade && !is_closed(searcher) {
            return Err(RunFdrError::OpenCascade);
        }
        Ok(())
    }

    /// The searcher of a cascade's second stage.
    pub fn second<'a>(self, first: &Searcher<'a>) -> Option<Searcher<'a>> {
        let settings = SearchSettings {
            precursor: PrecursorWindow::Open,
            ..first.settings().clone()
        };
        self.cascade
            .then(|| Searcher::new(first.library(), settings))
    }
}

/// The answers of a run in the making.
#[derive(Debug)]
pub struct RunAnswers<'a> {
    wishes: RunFdr,
    library: &'a Library,
    first: &'a Searcher<'a>,
    keeps_peaks: bool,
    second: Option<Searcher<'a>>,
    queries: Vec<Spectrum>,
    answers: Vec<Answer>,
    open_answers: Vec<Answer>,
}

impl<'a> RunAnswers<'a> {
    /// # Errors
    /// See [`RunFdr::check`].
    pub fn new(wishes: RunFdr, searcher: &'a Searcher<'a>) -> Result<Self, RunFdrError> {
        wishes.check(searcher)?;
        Ok(Self {
            wishes,
            library: searcher.library(),
            first: searcher,
            keeps_peaks: false,
            second: wishes.second(searcher),
            queries: Vec::new(),
            answers: Vec::new(),
            open_answers: Vec::new(),
        })
    }

    /// The same, where queries that are kept have their peaks if `keeps_peaks` says so.
    #[must_use]
    pub fn keeping_peaks(self, keeps_peaks: bool) -> Self {
        Self {
            keeps_peaks,
            ..self
        }
    }

    /// Answers `queries`. Gives the answers back where they are final, else keeps them.
    pub fn search(&mut self, queries: &[Spectrum]) -> Vec<Answer> {
        let answers = self.first.search(queries);
        if self.library.entries().n_decoys() == 0 {
            return answers;
        }
        if let Some(second) = &self.second {
            self.open_answers.extend(second.search(queries));
        }
        self.answers.extend(answers);
        self.queries.extend(queries.iter().map(|query| Spectrum {
            peaks: if self.keeps_peaks {
                query.peaks.clone()
            } else {
                PeakList::default()
            },
            fields: Fields::default(),
            origin: query.origin.clone(),
            id: query.id.clone(),
            measurement: query.measurement.clone(),
            compound: query.compound.clone(),
            precursor: query.precursor,
        }));
        Vec::new()
    }

    /// What was kept, with q-values, in the order of the queries.
    pub fn finish(self) -> Vec<(Spectrum, Answer)> {
        let mut answers = self.answers;
        if self.second.is_some() {
            answers = cascade(answers, self.open_answers);
        } else {
            assess(&mut answers, !is_closed(self.first));
        }
        if let Some(limit) = self.wishes.limit {
            accept(&mut answers, limit);
        }
        self.queries.into_iter().zip(answers).collect()
    }
}
