//! mzSpecLib, the library format of the Proteomics Standards Initiative, as text and as JSON.
//!
//! Both say the same in terms of the PSI vocabulary; [`attributes`] knows the terms.

pub(super) mod attributes;
mod json;
mod text;

pub(super) use json::MzSpecLibJsonReader;
pub(super) use text::{MzSpecLibTextReader, attribute};
