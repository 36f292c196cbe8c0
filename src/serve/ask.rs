//! One question from its spectra to the last byte of its answer, a turn at a time.

use super::gate::Gate;
use super::limits::{Limits, UNPACKED};
use super::metrics::Metrics;
use super::problem::{Kind, Problem};
use super::reply::{Form, Reply};
use super::shelf::Held;
use super::wire::Summary;
use crate::config::Question;
use crate::domain::Spectrum;
use crate::formats::{self, ReadError, Record, SpectrumReader};
use crate::report::Skipped;
use crate::search::{RunAnswers, Searcher};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Spectra searched in one turn: enough for all threads, little enough that others need not wait.
const TURN: usize = 64;

/// What is asked.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) held: Arc<Held>,
    pub(super) question: Question,
    pub(super) form: Form,
}

/// Where the spectra come from.
pub(super) enum Spectra {
    /// They were sent as JSON.
    Sent(Vec<Spectrum>),
    /// They are read from a file.
    File {
        /// What reports call it.
        name: PathBuf,
        bytes: Box<dyn Read + Send>,
        /// Bytes that it may unpack to.
        max_bytes: u64,
    },
}

/// What bounds the work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) max_spectra: usize,
    pub(super) max_peaks: usize,
    pub(super) deadline: Option<(Instant, Duration)>,
}

impl Bounds {
    /// Those of a request that is answered at once.
    pub(super) fn of_request(limits: &Limits) -> Self {
        let time = limits.search_time();
        Self {
            max_spectra: limits.max_spectra.get(),
            max_peaks: limits.max_peaks.get(),
            deadline: Some((Instant::now() + time, time)),
        }
    }

    /// Those of a job.
    pub(super) fn of_job(limits: &Limits) -> Self {
        Self {
            max_spectra: usize::MAX,
            max_peaks: limits.max_peaks.get(),
            deadline: None,
        }
    }

    /// Checks the number of peaks of `spectrum`.
    pub(super) fn check(&self, spectrum: &Spectrum) -> Result<(), Problem> {
        self.check_peaks(spectrum.peaks.len(), || {
            format!(
                "spectrum {} of {}",
                spectrum.origin.index,
                spectrum.origin.file.display()
            )
        })
    }

    pub(super) fn check_peaks(
        &self,
        n_peaks: usize,
        which: impl Fn() -> String,
    ) -> Result<(), Problem> {
        if n_peaks <= self.max_peaks {
            return Ok(());
        }
        let text = format!(
            "{} has {n_peaks} peaks; at most {} are taken",
            which(),
            self.max_peaks
        );
        Err(Problem::new(Kind::TooLarge, text))
    }

    pub(super) fn check_spectra(&self, n_spectra: usize) -> Result<(), Problem> {
        if n_spectra <= self.max_spectra {
            return Ok(());
        }
        let text = format!(
            "more than {} spectra: send fewer at once, or make it a job (POST /api/v1/jobs)",
            self.max_spectra
        );
        Err(Problem::new(Kind::TooLarge, text))
    }

    pub(super) fn check_time(&self) -> Result<(), Problem> {
        match self.deadline {
            Some((deadline, time)) if Instant::now() > deadline => {
                let text = format!(
                    "took longer than {} s: send fewer spectra at once, or make it a job \
                     (POST /api/v1/jobs)",
                    time.as_secs()
                );
                Err(Problem::unusable(text))
            }
            _ => Ok(()),
        }
    }
}

/// Bytes that a body of `bytes` bytes may unpack to.
pub(super) fn unpacked(bytes: u64) -> u64 {
    bytes.saturating_mul(UNPACKED).max(1_000_000)
}

/// What an answer is told while it is made.
pub(super) trait Progress {
    /// So many spectra were searched. Gives `false` to end the work.
    fn searched(&mut self, n: u64) -> bool;
}

/// Answers `ask` into `out`, on a thread that may wait.
///
/// # Errors
/// What is wrong with the spectra or the question; nothing, as `Ok(None)`, where nobody listens
/// any more.
pub(super) fn answer<W: Write>(
    ask: &Ask,
    (spectra, bounds): (Spectra, Bounds),
    (gate, metrics): (&Gate, &Metrics),
    progress: &mut impl Progress,
    out: W,
) -> Result<Option<(W, Summary)>, Problem> {
    let library = &ask.held.library;
    let only_matched = ask.question.only_matched;
    let mut turn = gate.turn();
    let searcher = Searcher::new(library, ask.question.settings(library)?);
    let mut run = RunAnswers::new(ask.question.fdr(), &searcher)?;
    let mut intake = Intake::new(spectra, bounds)?;
    let begun = Reply::begin(out, ask.form, (library, &ask.held.version), only_matched);
    let Some(mut reply) = heard(begun)? else {
        return Ok(None);
    };
    let mut summary = Summary::default();
    let mut block = intake.block()?;
    while !block.is_empty() {
        bounds.check_time()?;
        let started = Instant::now();
        // Into the pool once, not at every step of the search.
        let answers = rayon::scope(|_| run.search(&block))?;
        metrics.searched(block.len() as u64, started.elapsed());
        // Read in this turn, so that who has no more need not wait for another to find that out.
        let next = intake.block();
        // Others may work while the answers are sent.
        drop(turn);
        summary.queries += block.len() as u64;
        for (query, answer) in block.iter().zip(&answers) {
            summary.matched += u64::from(!answer.matches.is_empty());
            if heard(reply.answer(library, query, answer, only_matched))?.is_none() {
                return Ok(None);
            }
        }
        if !progress.searched(block.len() as u64) {
            return Ok(None);
        }
        block = next?;
        turn = if block.is_empty() { None } else { gate.turn() };
    }
    intake.end(&mut summary)?;
    for answered in run.finish()? {
        let (query, answer) = answered?;
        summary.matched += u64::from(!answer.matches.is_empty());
        if heard(reply.answer(library, &query, &answer, only_matched))?.is_none() {
            return Ok(None);
        }
    }
    let ended = heard(reply.end(summary.clone()))?;
    Ok(ended.map(|out| (out, summary)))
}

/// `None` where nobody listens any more.
fn heard<T>(written: io::Result<T>) -> Result<Option<T>, Problem> {
    match written {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(None),
        Err(error) => Err(Problem::internal("the answer could not be written", error)),
    }
}

/// The spectra of a question, block by block.
struct Intake {
    from: From,
    bounds: Bounds,
    n_spectra: usize,
    n_other_scans: u64,
    skipped: Skipped,
}

enum From {
    Sent(std::vec::IntoIter<Spectrum>),
    File(Box<dyn SpectrumReader>),
}

impl Intake {
    fn new(spectra: Spectra, bounds: Bounds) -> Result<Self, Problem> {
        let from = match spectra {
            Spectra::Sent(spectra) => From::Sent(spectra.into_iter()),
            Spectra::File {
                name,
                bytes,
                max_bytes,
            } => From::File(formats::read(&name, bytes, max_bytes).map_err(read_problem)?),
        };
        Ok(Self {
            from,
            bounds,
            n_spectra: 0,
            n_other_scans: 0,
            skipped: Skipped::default(),
        })
    }

    /// The next spectra; none at the end.
    fn block(&mut self) -> Result<Vec<Spectrum>, Problem> {
        let mut block = Vec::new();
        let reader = match &mut self.from {
            From::Sent(spectra) => {
                block.extend(spectra.take(TURN));
                return Ok(block);
            }
            From::File(reader) => reader,
        };
        while block.len() < TURN {
            match reader.next() {
                None => break,
                Some(Ok(Record::Spectrum(spectrum))) => {
                    self.bounds.check(&spectrum)?;
                    self.n_spectra += 1;
                    self.bounds.check_spectra(self.n_spectra)?;
                    block.push(*spectrum);
                }
                Some(Ok(Record::OtherScan { .. })) => self.n_other_scans += 1,
                Some(Err(error)) if error.is_fatal() => return Err(read_problem(error)),
                Some(Err(error)) => self.skipped.add(error.kind(), &error),
            }
            if block.is_empty() {
                self.bounds.check_time()?;
            }
        }
        Ok(block)
    }

    fn end(self, summary: &mut Summary) -> Result<(), Problem> {
        let n_damaged = self.skipped.total();
        if n_damaged > 0 && self.n_spectra == 0 && self.n_other_scans == 0 {
            let told = self.skipped.to_string();
            let text = format!("none of {n_damaged} query records could be read: {told}");
            return Err(Problem::unusable(text.trim_end()));
        }
        summary.other_scans = self.n_other_scans;
        summary.skip(&self.skipped);
        Ok(())
    }
}

fn read_problem(error: ReadError) -> Problem {
    let too_large = matches!(&error, ReadError::Stream { source, .. }
        if source.kind() == io::ErrorKind::FileTooLarge);
    if too_large {
        return Problem::new(Kind::TooLarge, format!("{error}: it unpacks to too much"));
    }
    error.into()
}

/// What reports call the spectra of a request that names no file.
pub(super) fn unnamed() -> &'static Path {
    Path::new("request")
}
