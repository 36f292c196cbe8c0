//! What the service counts, for Prometheus.

use super::gate::Gate;
use super::shelf::Shelf;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use std::fmt;
use std::time::Duration;

type Labels = Vec<(&'static str, String)>;
type Histograms = Family<Labels, Histogram, fn() -> Histogram>;

/// The counters.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    requests: Family<Labels, Counter>,
    seconds: Histograms,
    spectra: Counter,
    search_seconds: Counter<f64, std::sync::atomic::AtomicU64>,
    queue: Gauge,
    entries: Family<Labels, Gauge>,
    bytes: Family<Labels, Gauge>,
    faults: Gauge,
    jobs: Family<Labels, Gauge>,
}

/// From 0.5 ms to 33 s, each twice the one before.
fn histogram() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 17))
}

impl Metrics {
    pub(super) fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("mzseek"),
            requests: Family::default(),
            seconds: Family::new_with_constructor(histogram),
            spectra: Counter::default(),
            search_seconds: Counter::default(),
            queue: Gauge::default(),
            entries: Family::default(),
            bytes: Family::default(),
            faults: Gauge::default(),
            jobs: Family::default(),
        };
        let m = &mut metrics;
        let registry = &mut m.registry;
        let s = Unit::Seconds;
        registry.register("requests", "Requests answered", m.requests.clone());
        let help = "Time from a request's first byte to its answer";
        registry.register_with_unit("request", help, s.clone(), m.seconds.clone());
        registry.register("spectra", "Spectra searched", m.spectra.clone());
        let help = "Time of turns spent searching";
        registry.register_with_unit("search", help, s, m.search_seconds.clone());
        let help = "Searches that wait or run";
        registry.register("queue_depth", help, m.queue.clone());
        let help = "Entries of a library that may be an answer";
        registry.register("library_entries", help, m.entries.clone());
        let help = "Size of a library's file";
        registry.register_with_unit("library", help, Unit::Bytes, m.bytes.clone());
        let help = "Files that could not be taken up";
        registry.register("library_faults", help, m.faults.clone());
        registry.register("jobs", "Jobs on disk by state", m.jobs.clone());
        metrics
    }

    /// One request was answered.
    pub(super) fn answered(&self, path: &str, method: &str, status: u16, took: Duration) {
        let path = ("path", path.to_owned());
        let method = ("method", method.to_owned());
        let labels = vec![path.clone(), method, ("status", status.to_string())];
        self.requests.get_or_create(&labels).inc();
        self.seconds
            .get_or_create(&vec![path])
            .observe(took.as_secs_f64());
    }

    /// So many spectra were searched in one turn.
    pub(super) fn searched(&self, n: u64, took: Duration) {
        self.spectra.inc_by(n);
        self.search_seconds.inc_by(took.as_secs_f64());
    }

    /// The text Prometheus reads.
    pub(super) fn text(
        &self,
        gate: &Gate,
        shelf: &Shelf,
        jobs: &[(&'static str, usize)],
    ) -> Result<String, fmt::Error> {
        self.queue.set(gate.depth() as i64);
        let shelved = shelf.now();
        self.entries.clear();
        self.bytes.clear();
        for (id, held) in &shelved.libraries {
            let labels = vec![("library", id.clone())];
            let entries = held.library.entries().n_targets();
            self.entries.get_or_create(&labels).set(entries as i64);
            self.bytes.get_or_create(&labels).set(held.bytes as i64);
        }
        self.faults.set(shelved.faults.len() as i64);
        for (state, n) in jobs {
            let labels = vec![("state", (*state).to_owned())];
            self.jobs.get_or_create(&labels).set(*n as i64);
        }
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}
