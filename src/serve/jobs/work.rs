//! Doing jobs, one after the other.

use super::super::app::App;
use super::super::ask::{self, Ask, Bounds, Progress, Spectra, unpacked};
use super::super::problem::{Kind, Problem};
use super::super::wire::{Summary, question};
use super::record::{Record, State};
use super::store::{Jobs, Live};
use crate::files::PendingFile;
use std::io::{self, BufWriter};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How often finished jobs are looked at for their age.
const TIDY_EVERY: Duration = Duration::from_secs(60);

/// Does one job after the other, for ever.
pub(in super::super) async fn run(app: Arc<App>) {
    let Some(jobs) = app.jobs.as_ref() else {
        return;
    };
    loop {
        match jobs.next() {
            Ok(Some((id, record, live))) => {
                let of_job = Arc::clone(&app);
                let name = id.clone();
                let work = move || one(&of_job, &name, record, &live);
                if let Err(error) = tokio::task::spawn_blocking(work).await {
                    tracing::error!(job = id, %error, "broke off");
                }
            }
            Ok(None) => jobs.news.notified().await,
            Err(error) => {
                tracing::error!(%error, "the folder of jobs cannot be used");
                tokio::time::sleep(TIDY_EVERY).await;
            }
        }
    }
}

/// Deletes old jobs, for ever.
pub(in super::super) async fn keep_tidy(app: Arc<App>) {
    let Some(jobs) = app.jobs.as_ref() else {
        return;
    };
    loop {
        if let Err(error) = jobs.expire(app.limits.job_time()) {
            tracing::error!(%error, "a job that is over could not be deleted");
        }
        tokio::time::sleep(TIDY_EVERY).await;
    }
}

struct Counting<'a>(&'a Live, &'a App);

impl Progress for Counting<'_> {
    fn searched(&mut self, n: u64) -> bool {
        self.0.searched.fetch_add(n, Ordering::Relaxed);
        !self.0.cancelled.load(Ordering::Relaxed) && !self.1.ending.load(Ordering::Relaxed)
    }
}

fn one(app: &App, id: &str, mut record: Record, live: &Live) {
    let Some(jobs) = app.jobs.as_ref() else {
        return;
    };
    tracing::info!(job = id, library = record.order.library, "begins");
    live.searched.store(0, Ordering::Relaxed);
    match search(app, jobs, id, &record, live) {
        Ok(Some((version, summary))) => {
            record.state = State::Done;
            record.version = Some(version);
            record.summary = Some(summary);
        }
        // Cancelled, or to be done after the next start.
        Ok(None) => return,
        Err(problem) => record.fail(&problem),
    }
    tracing::info!(job = id, state = ?record.state, message = record.message, "ended");
    if let Err(error) = jobs.finish(id, record) {
        tracing::error!(job = id, %error, "its end could not be stored");
    }
}

fn search(
    app: &App,
    jobs: &Jobs,
    id: &str,
    record: &Record,
    live: &Live,
) -> Result<Option<(String, Summary)>, Problem> {
    let order = &record.order;
    let ask = Ask {
        held: app.library(Some(&order.library))?,
        question: question(&order.settings)?,
        form: order.form,
    };
    let failed = |error: io::Error| {
        if live.cancelled.load(Ordering::Relaxed) {
            return Problem::new(Kind::NotFound, "cancelled");
        }
        Problem::internal("the folder of jobs cannot be used", error)
    };
    let input = fs_err::File::open(jobs.input(id)).map_err(failed)?;
    let spectra = Spectra::File {
        name: PathBuf::from(&order.file),
        bytes: Box::new(input),
        max_bytes: unpacked(order.input_bytes),
    };
    let target = jobs.input(id).with_file_name("result");
    let out = BufWriter::new(PendingFile::create(&target).map_err(failed)?);
    let what = (spectra, Bounds::of_job(&app.limits));
    let mut counting = Counting(live, app);
    let done = ask::answer(&ask, what, (&app.gate, &app.metrics), &mut counting, out)?;
    let Some((out, summary)) = done else {
        return Ok(None);
    };
    let file = out
        .into_inner()
        .map_err(|error| failed(error.into_error()))?;
    file.publish().map_err(failed)?;
    Ok(Some((ask.held.version.clone(), summary)))
}
