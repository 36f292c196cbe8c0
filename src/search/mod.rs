//! Answers a query spectrum with the clusters of a library that it is most like.
//!
//! A [`Searcher`] cleans queries as its library was cleaned, sees which entries may answer
//! (`admission`), takes those of the precursor window or what the index proposes (`candidates`), scores each exactly on its stored peaks (`rank`), and
//! answers with groups of entries, each by its best hit (`groups`). The index only brings
//! the right entries near; the exact score decides. Answers do not depend on threads or on which
//! other queries were asked.

mod admission;
mod answer;
mod candidates;
mod explanation;
pub mod fdr;
mod groups;
mod kept;
mod learning;
mod likely;
mod rank;
mod run;
mod searcher;
mod settings;
mod tuning;

pub use answer::{Ambiguity, Answer, Match, Plan};
pub use explanation::{ExplainedPeak, Explanation, Pairing, SeenPeak};
pub use learning::learn;
pub use run::{RunAnswers, RunFdr, RunFdrError};
pub use searcher::Searcher;
pub use settings::{Amount, GroupBy, ScoreChoice, SearchSettings, UnknownWord};
pub use tuning::{Tuned, Tuning, cheapest};
