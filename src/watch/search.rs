//! One file to its report: the answers of `mzseek search`, in the same bytes.

use crate::config::Question;
use crate::domain::Spectrum;
use crate::formats::{self, ReadError, Record};
use crate::memory::WorkspaceError;
use crate::report::{CsvReport, Outcomes, ReportError, RunSummary};
use crate::search::{RunAnswers, Searcher};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;

/// Spectra searched at once.
const BLOCK: usize = 4096;

/// Why a file has no report.
#[derive(Debug)]
pub(super) enum Unsearched {
    /// It holds no spectra, or is not whole; that stays so until it changes.
    Bad(String),
    /// The system refused to read or write, which may pass.
    Fails(String),
}

/// What was counted while a file was searched.
#[derive(Debug)]
pub(super) struct Searched {
    /// Records that could not be used.
    pub(super) skipped: u64,
    pub(super) summary: RunSummary,
}

/// Searches `path` and writes its report to `out`. Gives what was counted.
pub(super) fn report(
    path: &Path,
    (searcher, question): (&Searcher<'_>, &Question),
    out: impl Write,
) -> Result<Searched, Unsearched> {
    let refused = |error: ReportError| Unsearched::Fails(format!("{}: {error}", path.display()));
    let unkept = |error: WorkspaceError| Unsearched::Fails(error.to_string());
    let mut run = RunAnswers::new(question.fdr(), searcher)
        .map_err(|error| Unsearched::Bad(error.to_string()))?;
    let mut csv = CsvReport::begin(BufWriter::new(out), question.only_matched).map_err(refused)?;
    let library = searcher.library();
    let mut block: Vec<Spectrum> = Vec::new();
    let (mut n_used, mut n_damaged, mut first) = (0_u64, 0_u64, None);
    let (mut n_queries, mut outcomes) = (0_u64, Outcomes::default());
    let mut records = formats::open(path).map_err(|error| unread(&error))?;
    loop {
        let ended = match records.next() {
            Some(Ok(Record::Spectrum(spectrum))) => {
                n_used += 1;
                block.push(*spectrum);
                false
            }
            Some(Ok(Record::OtherScan { .. })) => {
                n_used += 1;
                false
            }
            Some(Err(error)) if error.is_fatal() => return Err(unread(&error)),
            Some(Err(error)) => {
                n_damaged += 1;
                first.get_or_insert(error);
                false
            }
            None => true,
        };
        if ended || block.len() == BLOCK {
            let answers = run.search(&block).map_err(unkept)?;
            n_queries += block.len() as u64;
            for (query, answer) in block.iter().zip(&answers) {
                outcomes.add(&answer.plan);
                csv.answer(library, query, answer).map_err(refused)?;
            }
            block.clear();
        }
        if ended {
            break;
        }
    }
    for answered in run.finish().map_err(unkept)? {
        let (query, answer) = answered.map_err(unkept)?;
        outcomes.add(&answer.plan);
        csv.answer(library, &query, &answer).map_err(refused)?;
    }
    let sound = library.sound();
    sound.map_err(|error| Unsearched::Fails(error.to_string()))?;
    let mut out = csv.end().map_err(refused)?;
    out.flush().map_err(|error| refused(error.into()))?;
    match first {
        Some(error) if n_used == 0 => Err(Unsearched::Bad(format!(
            "none of {n_damaged} records could be read: {error}"
        ))),
        _ => Ok(Searched {
            skipped: n_damaged,
            summary: outcomes.summary(n_queries, n_damaged),
        }),
    }
}

fn unread(error: &ReadError) -> Unsearched {
    let may_pass = match error {
        ReadError::Open { source, .. } | ReadError::Stream { source, .. } => is_of_system(source),
        ReadError::Record { .. }
        | ReadError::Empty { .. }
        | ReadError::NoSpectra { .. }
        | ReadError::NotSpectra { .. }
        | ReadError::Aside(_)
        | ReadError::Cut { .. } => false,
    };
    let text = error.to_string();
    if may_pass {
        Unsearched::Fails(text)
    } else {
        Unsearched::Bad(text)
    }
}

/// Whether the system is at fault, not the bytes: what unpacks them has these kinds.
fn is_of_system(error: &io::Error) -> bool {
    !matches!(
        error.kind(),
        ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::UnexpectedEof
    )
}
