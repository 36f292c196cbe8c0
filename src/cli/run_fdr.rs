//! Answers that wait for the end of the run, because only a run has false discovery rates.
//!
//! Only a library with decoys makes them wait; then each query keeps its metadata and answers, not
//! its peaks: some 600 bytes with ten matches.

use crate::domain::{Fields, PeakList, PrecursorWindow, Spectrum};
use crate::failure::Failure;
use crate::library::Library;
use crate::search::fdr::{accept, assess, cascade};
use crate::search::{Answer, SearchSettings, Searcher};
use clap::Args;

/// Flags that need decoys.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct FdrFlags {
    /// Only matches accepted at this false discovery rate, as in 0.01; needs a library with decoys
    #[arg(long, value_name = "RATE", value_parser = parse_rate)]
    fdr: Option<f64>,
    /// Search within --precursor-tol first, and openly what that leaves above a false discovery
    /// rate of 0.01; needs a library with decoys
    #[arg(long)]
    cascade: bool,
}

fn parse_rate(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|n| *n > 0.0 && *n <= 1.0);
    number.ok_or_else(|| "write a number above 0 and up to 1, as in 0.01".to_owned())
}

/// Whether only entries of the query's mass are compared.
fn is_closed(searcher: &Searcher<'_>) -> bool {
    matches!(searcher.settings().precursor, PrecursorWindow::Within(_))
}

impl FdrFlags {
    /// # Errors
    /// A flag without its use: there are no decoys, or a cascade starts open.
    pub(super) fn check(&self, searcher: &Searcher<'_>) -> Result<(), Failure> {
        let library = searcher.library();
        if (self.fdr.is_some() || self.cascade) && library.entries().n_decoys() == 0 {
            let text = "--fdr and --cascade need decoys, and this library has none: \
                        build it with --decoys auto";
            return Err(Failure::usage(format!("{}: {text}", library.name())));
        }
        if self.cascade && !is_closed(searcher) {
            let text = "--cascade starts within a precursor window: give --precursor-tol a width";
            return Err(Failure::usage(text.to_owned()));
        }
        Ok(())
    }

    /// The searcher of a cascade's second stage.
    pub(super) fn second<'a>(&self, first: &Searcher<'a>) -> Option<Searcher<'a>> {
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
pub(super) struct RunAnswers<'a> {
    flags: FdrFlags,
    library: &'a Library,
    first: &'a Searcher<'a>,
    second: Option<Searcher<'a>>,
    queries: Vec<Spectrum>,
    answers: Vec<Answer>,
    open_answers: Vec<Answer>,
}

impl<'a> RunAnswers<'a> {
    /// # Errors
    /// See [`FdrFlags::check`].
    pub(super) fn new(flags: FdrFlags, searcher: &'a Searcher<'a>) -> Result<Self, Failure> {
        flags.check(searcher)?;
        Ok(Self {
            flags,
            library: searcher.library(),
            first: searcher,
            second: flags.second(searcher),
            queries: Vec::new(),
            answers: Vec::new(),
            open_answers: Vec::new(),
        })
    }

    /// Answers `queries`. Gives the answers back where they are final, else keeps them.
    pub(super) fn search(&mut self, queries: &[Spectrum]) -> Vec<Answer> {
        let answers = self.first.search(queries);
        if self.library.entries().n_decoys() == 0 {
            return answers;
        }
        if let Some(second) = &self.second {
            self.open_answers.extend(second.search(queries));
        }
        self.answers.extend(answers);
        self.queries.extend(queries.iter().map(|query| Spectrum {
            fields: Fields::default(),
            peaks: PeakList::default(),
            origin: query.origin.clone(),
            id: query.id.clone(),
            measurement: query.measurement.clone(),
            compound: query.compound.clone(),
            precursor: query.precursor,
        }));
        Vec::new()
    }

    /// What was kept, with q-values, in the order of the queries.
    pub(super) fn finish(self) -> Vec<(Spectrum, Answer)> {
        let mut answers = self.answers;
        if self.second.is_some() {
            answers = cascade(answers, self.open_answers);
        } else {
            assess(&mut answers, !is_closed(self.first));
        }
        if let Some(limit) = self.flags.fdr {
            accept(&mut answers, limit);
        }
        self.queries.into_iter().zip(answers).collect()
    }
}
