//! Recall beside speed and bytes: indexes of one base measured with one set of queries.

mod clock;
pub mod plot;
mod recall;
mod row;
mod synthetic;
mod table;

pub use recall::{Judge, Recall, exact_truth};
pub use row::{COLUMNS, Row};
pub use synthetic::mixture;
pub use table::table;

use super::{IndexFile, Made, Order, Vectors, VectorsError};
use crate::index::{AnyIndex, Effort, Factory, Filter, Filters, TopK, VectorIndex};
use clock::{Clock, median};
use ndarray::{ArrayView2, Axis};
use std::path::PathBuf;

/// Single queries timed for the latency.
const N_SINGLE: usize = 200;

/// What is varied, and how often it is measured.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Numbers of lists visited.
    pub n_probe: Vec<usize>,
    /// Numbers of rows scored again per neighbour, for indexes with a second look.
    pub per_hit: Vec<usize>,
    /// Shares of a query's norm below which its coordinates are left out, for indexes that do so.
    pub skip_below: Vec<f32>,
    /// Numbers of threads of the batch.
    pub threads: Vec<usize>,
    /// Neighbours per query.
    pub k: usize,
    /// Times each batch is run; medians are reported.
    pub rounds: usize,
}

/// One base with queries and their truth, ready for any index.
#[derive(Debug)]
pub struct Bench<'a> {
    /// The set of the base, for its name.
    pub set: &'a Vectors,
    /// The base in the form the metric compares.
    pub base: ArrayView2<'a, f32>,
    /// Queries in the same form.
    pub queries: ArrayView2<'a, f32>,
    /// What is ordered of every index.
    pub order: Order,
    /// Who says what was found.
    pub judge: Judge<'a>,
}

/// What is measured.
#[derive(Debug, Clone)]
pub enum Subject {
    /// An index that is trained for it.
    Trained(Factory),
    /// An index file of the base.
    File(PathBuf),
}

impl Bench<'_> {
    /// Gets the index and measures it at every setting of `plan`, in its order. Notes say where
    /// the index is smaller than ordered.
    ///
    /// # Errors
    /// What cannot be indexed, opened or written.
    pub fn run(
        &self,
        subject: &Subject,
        plan: &Plan,
    ) -> Result<(Vec<Row>, Vec<String>), VectorsError> {
        clock::forget_peak();
        let (file, notes, spent, bytes) = match subject {
            Subject::Trained(factory) => {
                let made = pool(plan.threads.iter().copied().max().unwrap_or(1))
                    .install(|| IndexFile::train(self.set, self.base, *factory, self.order))?;
                let Made { file, notes, spent } = made;
                let bytes = size_of(&file)?;
                (file, notes, Some(spent), bytes)
            }
            Subject::File(path) => {
                let file = self.open(path)?;
                (file, Vec::new(), None, fs_err::metadata(path)?.len())
            }
        };
        let index = file.index();
        let n_probes = if index.n_lists() == 0 {
            vec![None]
        } else {
            plan.n_probe.iter().copied().map(Some).collect()
        };
        let per_hits = if index.is_refined() {
            plan.per_hit.iter().copied().map(Some).collect()
        } else {
            vec![None]
        };
        let skips = if index.can_skip() {
            &plan.skip_below[..]
        } else {
            &[0.0]
        };
        let efforts = (n_probes.iter()).flat_map(|n| skips.iter().map(move |skip| (*n, *skip)));
        let mut rows = Vec::new();
        for &threads in &plan.threads {
            let pool = pool(threads);
            for &per_hit in &per_hits {
                let index = index.clone().with_per_hit(per_hit.unwrap_or(1));
                for (n_probe, skip_below) in efforts.clone() {
                    let effort = Effort {
                        n_probe: n_probe.unwrap_or(1),
                        skip_below,
                    };
                    let timed = pool.install(|| self.time(&index, effort, plan));
                    rows.push(Row {
                        index: index.factory().to_string(),
                        n: self.base.nrows(),
                        dim: self.base.ncols(),
                        threads,
                        n_probe,
                        per_hit,
                        skip_below,
                        recall: timed.recall,
                        qps_cpu: timed.qps_cpu,
                        qps_wall: timed.qps_wall,
                        latency_p50_ms: timed.latency_p50_ms,
                        bytes_per_vector: bytes as f64 / self.base.nrows() as f64,
                        spent,
                        peak_mb: clock::peak_mb(),
                    });
                }
            }
        }
        Ok((rows, notes))
    }

    /// Opens an index file that must be of the base.
    fn open(&self, path: &std::path::Path) -> Result<IndexFile, VectorsError> {
        let file = IndexFile::open(path)?;
        let name = path.display().to_string();
        self.set.expect_dim(&name, file.index().dim())?;
        if file.metric() != self.order.metric {
            return Err(VectorsError::Metric {
                name,
                found: file.metric(),
                expected: self.order.metric,
            });
        }
        if file.index().len() != self.base.nrows() {
            return Err(VectorsError::OtherSet {
                name,
                found: file.index().len(),
                other: self.set.name().to_owned(),
                expected: self.base.nrows(),
            });
        }
        Ok(file)
    }

    fn time(&self, index: &AnyIndex, effort: Effort, plan: &Plan) -> Timed {
        let (mut cpu, mut wall) = (Vec::new(), Vec::new());
        let mut found = Vec::new();
        for _ in 0..plan.rounds.max(1) {
            let clock = Clock::start();
            let filters = Filters::Same(&Filter::ALL);
            found = index.search_batch(self.queries, plan.k, effort, filters);
            let elapsed = clock.stop();
            wall.push(elapsed.wall_s);
            cpu.extend(elapsed.cpu_s);
        }
        let singles = self.queries.axis_iter(Axis(0)).take(N_SINGLE).map(|query| {
            let query = query.to_slice().expect("a row is a slice");
            let clock = Clock::start();
            let mut best = TopK::new(plan.k);
            index.search(query, effort, &Filter::ALL, &mut best);
            std::hint::black_box(best.into_sorted());
            clock.stop().wall_s * 1e3
        });
        let n = self.queries.nrows() as f64;
        Timed {
            recall: self.judge.judge(&found),
            qps_cpu: median(cpu).filter(|&s| s > 0.0).map(|s| n / s),
            qps_wall: median(wall).map_or(0.0, |s| n / s.max(1e-9)),
            latency_p50_ms: median(singles.collect()).unwrap_or(0.0),
        }
    }
}

/// What one setting came to.
struct Timed {
    recall: Recall,
    qps_cpu: Option<f64>,
    qps_wall: f64,
    latency_p50_ms: f64,
}

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .expect("the system has threads to give")
}

/// Bytes of the index as a file.
fn size_of(file: &IndexFile) -> Result<u64, VectorsError> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("index.h5");
    file.write(&path)?;
    Ok(fs_err::metadata(&path)?.len())
}
