//! Results as files: the report in every shape it can have, read back by `evaluate`, mirror plots,
//! and the summary of a run.
//!
//! Every column is declared once, in `columns`; header, types and rows come from that list.

mod clusters;
mod column_sets;
mod columns;
mod evaluation;
mod explanation;
mod fdr_check;
mod html;
mod library_map;
mod mirror;
mod outcomes;
mod provenance;
mod reliability_table;
mod roc;
mod row;
mod summary;
mod table;
mod value;
mod writers;

pub use clusters::{
    CLUSTER_COLUMNS, Clustered, EarlierClusters, Numbered, SpectrumInfo, TruthError,
    read_truth_of_spectra, write_clustered_spectra, write_clusters_csv, write_clusters_hdf5,
    write_consensus,
};
pub use column_sets::ColumnSet;
pub use columns::{COLUMNS, Cell, Column};
pub use evaluation::{Evaluation, EvaluationError, RankedBy};
pub use explanation::ExplanationReport;
pub use fdr_check::{Accepted, FdrCheck};
pub use html::HtmlReport;
pub use library_map::{LibraryMap, MapError, MapPoint};
pub use mirror::{Compared, mirror_plot};
pub use outcomes::Outcomes;
pub use provenance::{FileStamp, LibraryStamp, Provenance, ProvenanceError, Stamped};
pub use reliability_table::reliability_table;
pub use row::{Row, shift_tolerance};
pub use summary::{RunSummary, Skipped};
pub use table::Table;
pub use value::Value;
pub use writers::{Answered, CsvReport, Report, ReportError, ReportFormat, ReportTarget};
