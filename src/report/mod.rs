//! Results as files: the CSV report, read back by `evaluate`, and the summary of a run.
//!
//! Every column is declared once, in `columns`; header and rows come from that list.

mod columns;
mod csv_report;
mod evaluation;
mod explanation;
mod fdr_check;
mod reliability_table;
mod roc;
mod summary;
mod table;

pub use columns::{COLUMNS, Column, Row};
pub use csv_report::CsvReport;
pub use evaluation::{Evaluation, EvaluationError, RankedBy};
pub use explanation::ExplanationReport;
pub use fdr_check::{Accepted, FdrCheck};
pub use reliability_table::reliability_table;
pub use summary::{RunSummary, Skipped};
pub use table::Table;
