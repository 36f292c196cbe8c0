//! Results as files: the CSV report, read back by `evaluate`, and the summary of a run.
//!
//! Every column is declared once, in `columns`; header and rows come from that list.

mod clusters;
mod columns;
mod csv_report;
mod evaluation;
mod explanation;
mod fdr_check;
mod reliability_table;
mod roc;
mod summary;
mod table;

pub use clusters::{
    CLUSTER_COLUMNS, Clustered, Numbered, SpectrumInfo, TruthError, read_truth_of_spectra,
    write_clusters_csv, write_clusters_hdf5, write_consensus,
};
pub use columns::{COLUMNS, Column, Row, shift_tolerance};
pub use csv_report::CsvReport;
pub use evaluation::{Evaluation, EvaluationError, RankedBy};
pub use explanation::ExplanationReport;
pub use fdr_check::{Accepted, FdrCheck};
pub use reliability_table::reliability_table;
pub use summary::{RunSummary, Skipped};
pub use table::Table;
