//! Searches of large files: taken in, kept on disk, done in turn with everything else.
//!
//! A job is a folder: `job.json` says what it is and how it stands, `input` holds the file as it was
//! sent, `result` the answer. Each appears whole or not at all, `job.json` last, so that a service
//! that was killed finds every job as it was, and does those again that were not done.

mod record;
mod store;
mod work;

pub(super) use record::{JobDetail, JobList, Order, State};
pub(super) use store::Jobs;
pub(super) use work::{keep_tidy, run};
