//! How much the service takes on: each limit with its flag, its default and what it protects.

use clap::Args;
use std::num::NonZeroUsize;
use std::time::Duration;

/// Limits of the service.
#[derive(Debug, Clone, Args)]
pub struct Limits {
    /// Requests for a search that may wait or run at once; more are told to come back (429)
    #[arg(long, value_name = "N", default_value = "64")]
    pub max_queue: NonZeroUsize,
    /// Connections held open at once; more wait to be accepted
    #[arg(long, value_name = "N", default_value = "512")]
    pub max_connections: NonZeroUsize,
    /// Megabytes of one request's body
    #[arg(long, value_name = "MB", default_value = "32")]
    pub max_body: NonZeroUsize,
    /// Megabytes of the bodies of all requests that wait or run
    #[arg(long, value_name = "MB", default_value = "256")]
    pub max_bodies: NonZeroUsize,
    /// Spectra in one request; larger files are for jobs
    #[arg(long, value_name = "N", default_value = "10000")]
    pub max_spectra: NonZeroUsize,
    /// Peaks in one spectrum
    #[arg(long, value_name = "N", default_value = "50000")]
    pub max_peaks: NonZeroUsize,
    /// Seconds until a request's search is given up
    #[arg(long, value_name = "S", default_value = "60")]
    pub max_seconds: NonZeroUsize,
    /// Seconds a client may take to send its headers, its body, or to take in what it asked for
    #[arg(long, value_name = "S", default_value = "30")]
    pub max_client_seconds: NonZeroUsize,
    /// Jobs that may wait or run at once
    #[arg(long, value_name = "N", default_value = "16")]
    pub max_jobs: NonZeroUsize,
    /// Megabytes of one job's file
    #[arg(long, value_name = "MB", default_value = "2048")]
    pub max_job_body: NonZeroUsize,
    /// Hours until a finished job is deleted with its result
    #[arg(long, value_name = "H", default_value = "24")]
    pub job_hours: NonZeroUsize,
}

/// How many times its size a compressed body may unpack to.
pub(super) const UNPACKED: u64 = 32;

const MEGABYTE: usize = 1_000_000;

impl Limits {
    /// Bytes of one body.
    pub(super) fn body_bytes(&self) -> usize {
        self.max_body.get().saturating_mul(MEGABYTE)
    }

    /// Bytes of all bodies.
    pub(super) fn bodies_bytes(&self) -> usize {
        self.max_bodies
            .get()
            .max(self.max_body.get())
            .saturating_mul(MEGABYTE)
    }

    /// Bytes of one job's file.
    pub(super) fn job_bytes(&self) -> u64 {
        self.max_job_body.get().saturating_mul(MEGABYTE) as u64
    }

    /// Time for one search.
    pub(super) fn search_time(&self) -> Duration {
        Duration::from_secs(self.max_seconds.get() as u64)
    }

    /// Time a client has for each thing it must do.
    pub(super) fn client_time(&self) -> Duration {
        Duration::from_secs(self.max_client_seconds.get() as u64)
    }

    /// How long a finished job is kept.
    pub(super) fn job_time(&self) -> Duration {
        Duration::from_secs(self.job_hours.get() as u64 * 3600)
    }
}
