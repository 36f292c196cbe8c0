//! How likely a first match is right: a probability learned from a library that knows the answers.
//!
//! A [`Model`] is a logistic regression of right against wrong first matches on what is seen of a
//! match ([`Evidence`]). It knows nothing of libraries or queries: who makes the [`Case`]s decides
//! what the probability is about.

mod evidence;
mod logistic;
mod model;
mod reliability;

pub use evidence::{Evidence, Mode};
pub use model::{Case, Model};
pub use reliability::{Reliability, ReliabilityBin};
