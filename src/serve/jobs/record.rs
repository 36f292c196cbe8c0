//! What is known of a job.

use super::super::problem::Problem;
use super::super::reply::Form;
use super::super::wire::{Summary, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};
use utoipa::ToSchema;

/// How a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum State {
    /// It waits for others.
    Queued,
    /// It is being done.
    Running,
    /// The result is there.
    Done,
    /// It could not be done; `message` says why.
    Failed,
}

impl State {
    pub(in super::super) const ALL: [(Self, &'static str); 4] = [
        (Self::Queued, "queued"),
        (Self::Running, "running"),
        (Self::Done, "done"),
        (Self::Failed, "failed"),
    ];

    /// Whether it will not change any more.
    pub(in super::super) fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed)
    }
}

/// What was ordered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in super::super) struct Order {
    pub(in super::super) library: String,
    pub(in super::super) file: String,
    pub(in super::super) settings: BTreeMap<String, Value>,
    pub(in super::super) form: Form,
    pub(in super::super) input_bytes: u64,
}

/// A job as it lies on disk.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in super::super) struct Record {
    pub(in super::super) order: Order,
    pub(in super::super) state: State,
    /// Seconds since 1970.
    pub(in super::super) created: u64,
    pub(in super::super) finished: Option<u64>,
    /// Version of the library that answered.
    pub(in super::super) version: Option<String>,
    pub(in super::super) message: Option<String>,
    pub(in super::super) summary: Option<Summary>,
}

impl Record {
    pub(in super::super) fn new(order: Order) -> Self {
        Self {
            order,
            state: State::Queued,
            created: now(),
            finished: None,
            version: None,
            message: None,
            summary: None,
        }
    }

    pub(in super::super) fn fail(&mut self, problem: &Problem) {
        self.state = State::Failed;
        self.message = Some(problem.message.clone());
    }
}

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}

/// A job.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in super::super) struct JobDetail {
    /// Its name.
    id: String,
    /// How it stands.
    state: State,
    /// The library it is searched in.
    library: String,
    /// What reports call its file.
    file: String,
    /// Form of its result.
    form: Form,
    /// Bytes of its file.
    input_bytes: u64,
    /// Spectra searched so far.
    searched: u64,
    /// When it was taken in, in seconds since 1970.
    created: u64,
    /// When it ended, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    finished: Option<u64>,
    /// Version of the library that answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// What was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<Summary>,
}

/// All jobs.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct JobList {
    /// The jobs, oldest first.
    pub(in super::super) jobs: Vec<JobDetail>,
}

impl JobDetail {
    pub(in super::super) fn new(id: &str, record: &Record, searched: u64) -> Self {
        let done = record.summary.as_ref().map(|summary| summary.queries);
        Self {
            id: id.to_owned(),
            state: record.state,
            library: record.order.library.clone(),
            file: record.order.file.clone(),
            form: record.order.form,
            input_bytes: record.order.input_bytes,
            searched: done.unwrap_or(searched),
            created: record.created,
            finished: record.finished,
            version: record.version.clone(),
            message: record.message.clone(),
            summary: record.summary.clone(),
        }
    }

    pub(in super::super) fn age(&self) -> (u64, String) {
        (self.created, self.id.clone())
    }
}
