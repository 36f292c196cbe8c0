//! Integration tests, one binary. Each module answers one question.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests stop at the first thing that is not as expected"
)]

mod formats_contract;
mod formats_data;
mod formats_fuzz;
mod formats_samples;
mod module_order;
mod shelf;
mod vectors;
