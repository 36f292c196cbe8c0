//! Answers of a run: they wait for its end where only a run has false discovery rates.
//!
//! Only a library with decoys makes them wait. What won each query is then held in memory, 24 bytes a
//! query and stage; its metadata and answers, and its peaks only where they are asked for, wait in a
//! [`Spool`] until all winners are known.

use super::fdr::{Verdict, Winner, accept};
use super::kept::{Kept, Names};
use super::{Answer, SearchSettings, Searcher};
use crate::domain::{PrecursorWindow, Spectrum};
use crate::memory::{Bytes, Spool, WorkspaceError};
use std::path::Path;

/// What waits in memory before a file is made: some ten thousand queries.
const IN_MEMORY: Bytes = Bytes(4_000_000);

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
    first: &'a Searcher<'a>,
    second: Option<Searcher<'a>>,
    keeps_peaks: bool,
    winners: Vec<Option<Winner>>,
    /// Those of the second stage.
    open_winners: Vec<Option<Winner>>,
    names: Names,
    waiting: Spool,
}

impl<'a> RunAnswers<'a> {
    /// # Errors
    /// See [`RunFdr::check`].
    pub fn new(wishes: RunFdr, searcher: &'a Searcher<'a>) -> Result<Self, RunFdrError> {
        wishes.check(searcher)?;
        Ok(Self {
            wishes,
            first: searcher,
            second: wishes.second(searcher),
            keeps_peaks: false,
            winners: Vec::new(),
            open_winners: Vec::new(),
            names: Names::default(),
            waiting: Spool::new(&std::env::temp_dir(), IN_MEMORY),
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

    /// The same, where more than a few queries wait in a file of `folder`, and not of that for
    /// temporary files.
    #[must_use]
    pub fn waiting_in(self, folder: &Path) -> Self {
        Self {
            waiting: Spool::new(folder, IN_MEMORY),
            ..self
        }
    }

    /// Answers `queries`. Gives the answers back where they are final, else keeps them.
    ///
    /// # Errors
    /// If they cannot be kept.
    pub fn search(&mut self, queries: &[Spectrum]) -> Result<Vec<Answer>, WorkspaceError> {
        let answers = self.first.search(queries);
        if self.first.library().entries().n_decoys() == 0 {
            return Ok(answers);
        }
        let open = self.second.as_ref().map(|second| second.search(queries));
        let open: &[Answer] = open.as_deref().unwrap_or_default();
        self.winners.extend(answers.iter().map(Winner::of));
        self.open_winners.extend(open.iter().map(Winner::of));
        for (at, (query, answer)) in queries.iter().zip(&answers).enumerate() {
            let answers = (answer, open.get(at));
            let kept = Kept::of((query, self.keeps_peaks), answers, &mut self.names);
            self.waiting.push(&kept)?;
        }
        Ok(Vec::new())
    }

    /// What was kept, with q-values, in the order of the queries.
    ///
    /// # Errors
    /// If what was kept cannot be read again.
    pub fn finish(
        self,
    ) -> Result<impl Iterator<Item = Result<(Spectrum, Answer), WorkspaceError>>, WorkspaceError>
    {
        let verdict = if self.second.is_some() {
            Verdict::of_cascade(&self.winners, &self.open_winners)
        } else {
            Verdict::of(&self.winners, !is_closed(self.first))
        };
        let (names, limit) = (self.names, self.wishes.limit);
        self.waiting.into_records(move |kept: Kept<'static>| {
            let (query, answer, open) = kept.restored(&names)?;
            let mut answer = verdict.decide(answer, open);
            if let Some(limit) = limit {
                accept(&mut answer, limit);
            }
            Some((query, answer))
        })
    }
}
