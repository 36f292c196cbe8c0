//! Integration tests, one binary. Each module answers one question.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests stop at the first thing that is not as expected"
)]

mod bad_input;
mod bad_usage;
mod changes;
mod check;
mod claims;
mod cluster;
mod compatible;
mod conformance;
mod crash;
mod damage;
mod damage_at_random;
mod decoys;
mod dependencies;
mod explain;
mod export;
mod formats_contract;
mod formats_data;
mod formats_fuzz;
mod formats_golden;
mod formats_inputs;
mod formats_samples;
mod fuzz_seeds;
mod golden;
mod h5py;
mod html_report;
mod kit;
mod licences;
mod massbank;
mod memory;
mod module_order;
mod molecules;
mod outputs;
mod pictures;
mod probability;
mod provenance;
mod repair;
mod report_formats;
mod reproducible;
mod search_laws;
mod serve;
mod shelf;
mod together;
mod tune;
mod unpacking;
mod vectors;
mod waiting;
mod watch;
