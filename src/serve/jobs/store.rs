//! The folder of jobs, and what of it is in memory.

use super::record::{JobDetail, Order, Record, State, now};
use crate::files::PendingFile;
use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// The jobs.
#[derive(Debug)]
pub(in super::super) struct Jobs {
    folder: PathBuf,
    most: usize,
    known: Mutex<Known>,
    /// Told when there is something to do.
    pub(super) news: Notify,
}

#[derive(Debug, Default)]
struct Known {
    jobs: HashMap<String, Job>,
    /// Places taken by jobs whose files are still being sent.
    arriving: usize,
}

#[derive(Debug)]
struct Job {
    record: Record,
    live: Arc<Live>,
}

/// What changes while a job is done.
#[derive(Debug, Default)]
pub(super) struct Live {
    pub(super) searched: AtomicU64,
    pub(super) cancelled: AtomicBool,
}

/// A place for a job whose file is being sent; given back when dropped.
#[derive(Debug)]
pub(in super::super) struct Arriving<'a> {
    jobs: &'a Jobs,
    id: String,
    /// Its folder, deleted again unless the job is taken in.
    folder: Option<PathBuf>,
}

impl Jobs {
    /// Finds the jobs of `folder`, which is made where it is not there. Those that were not done
    /// will be; what is left of jobs that never came to be is deleted.
    pub(in super::super) fn open(folder: &Path, most: usize) -> io::Result<Self> {
        fs_err::create_dir_all(folder)?;
        let mut known = Known::default();
        for entry in fs_err::read_dir(folder)? {
            let path = entry?.path();
            let Some(id) = path.file_name().and_then(|name| name.to_str()) else {
                continue;
            };
            if !is_id(id) || !path.is_dir() {
                continue;
            }
            let record = fs_err::read(path.join("job.json"))
                .map_err(drop)
                .and_then(|bytes| serde_json::from_slice::<Record>(&bytes).map_err(drop));
            let Ok(mut record) = record else {
                tracing::warn!(job = id, "never came to be; deleted");
                fs_err::remove_dir_all(&path)?;
                continue;
            };
            if record.state == State::Running {
                tracing::info!(job = id, "was not done; begins again");
                record.state = State::Queued;
            }
            let live = Arc::default();
            known.jobs.insert(id.to_owned(), Job { record, live });
        }
        Ok(Self {
            folder: folder.to_owned(),
            most,
            known: Mutex::new(known),
            news: Notify::new(),
        })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // What is in there is whole after every statement.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a new job; `None` where there are too many.
    pub(in super::super) fn arriving(&self) -> io::Result<Option<Arriving<'_>>> {
        {
            let mut known = self.known();
            let open = known
                .jobs
                .values()
                .filter(|job| !job.record.state.is_final());
            if open.count() + known.arriving >= self.most {
                return Ok(None);
            }
            known.arriving += 1;
        }
        let mut arriving = Arriving {
            jobs: self,
            id: new_id()?,
            folder: None,
        };
        let folder = self.folder.join(&arriving.id);
        fs_err::create_dir(&folder)?;
        arriving.folder = Some(folder);
        Ok(Some(arriving))
    }

    /// The job `id`.
    pub(in super::super) fn detail(&self, id: &str) -> Option<JobDetail> {
        let known = self.known();
        known.jobs.get(id).map(|job| job.detail(id))
    }

    /// All jobs, oldest first.
    pub(in super::super) fn details(&self) -> Vec<JobDetail> {
        let known = self.known();
        let mut all: Vec<_> = known.jobs.iter().map(|(id, job)| job.detail(id)).collect();
        drop(known);
        all.sort_by_key(JobDetail::age);
        all
    }

    /// Number of jobs by state.
    pub(in super::super) fn counts(&self) -> Vec<(&'static str, usize)> {
        let known = self.known();
        let count = |state| {
            known
                .jobs
                .values()
                .filter(|job| job.record.state == state)
                .count()
        };
        State::ALL
            .iter()
            .map(|&(state, word)| (word, count(state)))
            .collect()
    }

    /// What is known of `id`, and where its result lies.
    pub(in super::super) fn result(&self, id: &str) -> Option<(Record, PathBuf)> {
        let record = self.known().jobs.get(id)?.record.clone();
        Some((record, self.folder.join(id).join("result")))
    }

    /// Ends a job and deletes everything of it. Whether there was one.
    pub(in super::super) fn delete(&self, id: &str) -> io::Result<bool> {
        let Some(job) = self.known().jobs.remove(id) else {
            return Ok(false);
        };
        job.live.cancelled.store(true, Ordering::Relaxed);
        let folder = self.folder.join(id);
        // Without it, what a crash leaves behind is no job.
        fs_err::remove_file(folder.join("job.json"))?;
        let mut again = 0..9;
        loop {
            match fs_err::remove_dir_all(&folder) {
                // The search, which ends soon, has just begun its file.
                Err(error)
                    if error.kind() == io::ErrorKind::DirectoryNotEmpty
                        && again.next().is_some() => {}
                done => return done.map(|()| true),
            }
        }
    }

    /// Deletes jobs that ended longer ago than `time`.
    pub(super) fn expire(&self, time: Duration) -> io::Result<()> {
        let before = now().saturating_sub(time.as_secs());
        let old = |job: &Job| {
            job.record
                .finished
                .is_some_and(|finished| finished <= before)
        };
        let old: Vec<String> = {
            let known = self.known();
            let old = known.jobs.iter().filter(|(_, job)| old(job));
            old.map(|(id, _)| id.clone()).collect()
        };
        for id in old {
            tracing::info!(job = id, "expired");
            self.delete(&id)?;
        }
        Ok(())
    }

    /// The oldest job that waits, now running.
    pub(super) fn next(&self) -> io::Result<Option<(String, Record, Arc<Live>)>> {
        let mut known = self.known();
        let waiting = known.jobs.iter_mut();
        let waiting = waiting.filter(|(_, job)| job.record.state == State::Queued);
        let oldest = waiting.min_by_key(|(id, job)| (job.record.created, (*id).clone()));
        let Some((id, job)) = oldest else {
            return Ok(None);
        };
        job.record.state = State::Running;
        let taken = (id.clone(), job.record.clone(), Arc::clone(&job.live));
        // Under the lock, so that a deletion comes before or after.
        self.write(&taken.0, &taken.1)?;
        drop(known);
        Ok(Some(taken))
    }

    /// Stores how a job ended, unless it was deleted meanwhile.
    pub(super) fn finish(&self, id: &str, mut record: Record) -> io::Result<()> {
        record.finished = Some(now());
        let mut known = self.known();
        let Some(job) = known.jobs.get_mut(id) else {
            return Ok(());
        };
        // Under the lock, so that a deletion comes before or after.
        self.write(id, &record)?;
        job.record = record;
        drop(known);
        // Not needed any more.
        match fs_err::remove_file(self.input(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    pub(super) fn input(&self, id: &str) -> PathBuf {
        self.folder.join(id).join("input")
    }

    fn write(&self, id: &str, record: &Record) -> io::Result<()> {
        let mut file = PendingFile::create(&self.folder.join(id).join("job.json"))?;
        serde_json::to_writer(&mut file, record)?;
        file.flush()?;
        file.publish()
    }
}

impl Job {
    fn detail(&self, id: &str) -> JobDetail {
        JobDetail::new(id, &self.record, self.live.searched.load(Ordering::Relaxed))
    }
}

impl Arriving<'_> {
    /// Where the file goes.
    pub(in super::super) fn input(&self) -> PathBuf {
        self.jobs.input(&self.id)
    }

    /// Takes the job in, once its file is whole.
    pub(in super::super) fn take_in(mut self, order: Order) -> io::Result<JobDetail> {
        let record = Record::new(order);
        self.jobs.write(&self.id, &record)?;
        self.folder = None;
        let job = Job {
            record,
            live: Arc::default(),
        };
        let detail = job.detail(&self.id);
        self.jobs.known().jobs.insert(self.id.clone(), job);
        self.jobs.news.notify_one();
        Ok(detail)
    }
}

impl Drop for Arriving<'_> {
    fn drop(&mut self) {
        self.jobs.known().arriving -= 1;
        if let Some(folder) = &self.folder {
            // What cannot be deleted now is deleted at the next start.
            let _ = fs_err::remove_dir_all(folder);
        }
    }
}

const ID_DIGITS: usize = 32;

fn new_id() -> io::Result<String> {
    let mut bytes = [0; ID_DIGITS / 2];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}

fn is_id(name: &str) -> bool {
    name.len() == ID_DIGITS && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}
