//! What goes over the wire as JSON: twins of the types within, with their documentation.

mod answer;
mod comparison;
mod library;
mod query;

pub(super) use answer::{Ended, QueryAnswer, SearchAnswer, Summary};
pub(super) use comparison::{Comparison, ComparisonRequest};
pub(super) use library::{
    ClusterDetail, EntryDetail, EntryHead, FaultDetail, Libraries, LibraryDetail, entry_detail,
    entry_head,
};
pub(super) use query::{Peak, SearchRequest, SpectrumOut, Value, question};

/// `value` as the least decimal text of its own precision says it: 0.1, not 0.10000000149.
pub(super) fn short(value: f32) -> f64 {
    // Every such text is a number again.
    value.to_string().parse().unwrap_or(f64::from(value))
}
