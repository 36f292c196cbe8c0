//! Reads input files record by record and hands spectra on in blocks, counting what it leaves out.
//!
//! A thread of its own reads ahead, so that reading overlaps with the work that follows; a few
//! blocks are in memory at once, however large the files are.

use super::Outcome;
use super::console::Console;
use crate::domain::Spectrum;
use crate::failure::Failure;
use crate::files::Claim;
use crate::formats::{self, InputFile, ReadError, Record};
use crate::library::Draft;
use crate::report::Skipped;
use clap::Args;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

/// Spectra handed on at once: enough to keep all threads busy, little enough to hold in memory.
pub(super) const BLOCK: usize = 4096;

/// Peaks handed on at once: a block of large spectra is shorter.
const BLOCK_PEAKS: usize = 4_000_000;

/// Blocks read ahead.
const AHEAD: usize = 1;

/// Flags of every command that reads spectra.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(super) struct ReadingFlags {
    /// Fail at the first record that cannot be used
    #[arg(long)]
    pub(super) strict: bool,
}

/// What was read and what was left out.
#[derive(Debug, Default)]
pub(super) struct Intake {
    /// The files that were read, in order; those of a folder that are something else left out.
    pub(super) files: Vec<PathBuf>,
    /// MS/MS spectra handed on.
    pub(super) n_spectra: u64,
    /// Other scans, which are not searched.
    pub(super) n_other_scans: u64,
    /// Records that could not be read.
    pub(super) n_damaged: u64,
    /// Records that could not be used: the damaged ones and what `each` left out.
    pub(super) skipped: Skipped,
    /// Time spent reading and parsing, beside the work that follows.
    pub(super) reading: Duration,
}

/// What the reading thread found, in the order of the files.
#[derive(Default)]
struct Portion {
    files: Vec<PathBuf>,
    spectra: Vec<Spectrum>,
    n_peaks: usize,
    n_other_scans: u64,
    /// Records left out, and files of a folder that are something else, each with the number of
    /// spectra before it.
    faults: Vec<(usize, ReadError)>,
    /// What ended the reading.
    fatal: Option<ReadError>,
    reading: Duration,
}

impl Portion {
    fn fault(&mut self, error: ReadError) {
        self.faults.push((self.spectra.len(), error));
    }
}

/// What was read at once.
pub(super) struct Block {
    pub(super) spectra: Vec<Spectrum>,
    /// What could not be read, each with the number of spectra of this block before it. It is
    /// counted already.
    pub(super) faults: Vec<(usize, ReadError)>,
}

impl Block {
    /// What was read, in the order of the files.
    pub(super) fn in_order(self) -> impl Iterator<Item = Result<Spectrum, ReadError>> {
        let mut faults = self.faults.into_iter().peekable();
        let mut spectra = self.spectra.into_iter();
        let mut n_given = 0;
        std::iter::from_fn(move || {
            if let Some((_, fault)) = faults.next_if(|(before, _)| *before <= n_given) {
                return Some(Err(fault));
            }
            n_given += 1;
            spectra.next().map(Ok)
        })
    }
}

impl Intake {
    /// Reads all of `inputs` (files, folders, patterns, `-`) and gives `each` one block of spectra
    /// after another. `each` may count records it cannot use. With `--strict`, the first record
    /// that cannot be used ends the command.
    ///
    /// # Errors
    /// A file that cannot be read to its end, or what `each` fails with.
    pub(super) fn read(
        inputs: &[PathBuf],
        flags: ReadingFlags,
        console: Console,
        mut each: impl FnMut(&[Spectrum], &mut Skipped) -> Result<(), Failure>,
    ) -> Result<Self, Failure> {
        Self::read_blocks(inputs, flags, console, |block, skipped| {
            each(&block.spectra, skipped)
        })
    }

    /// The same, giving spectra away, and what could not be read with them.
    ///
    /// # Errors
    /// As [`Intake::read`].
    pub(super) fn read_blocks(
        inputs: &[PathBuf],
        flags: ReadingFlags,
        console: Console,
        mut each: impl FnMut(Block, &mut Skipped) -> Result<(), Failure>,
    ) -> Result<Self, Failure> {
        let files = formats::list(inputs)?;
        let mut intake = Self::default();
        let progress = console.progress("spectra read");
        let (portions, received) = sync_channel(AHEAD);
        std::thread::scope(|scope| {
            let files = &files;
            scope.spawn(move || read_ahead(files, &portions));
            // Dropped on an error, so that the thread does not wait for us.
            let received: Receiver<Portion> = received;
            for portion in &received {
                progress.inc(portion.spectra.len() as u64);
                intake.take(portion, flags, &mut each)?;
            }
            Ok(())
        })
        .inspect_err(|_: &Failure| progress.finish_and_clear())?;
        progress.finish_and_clear();
        Ok(intake)
    }

    fn take(
        &mut self,
        portion: Portion,
        flags: ReadingFlags,
        each: &mut impl FnMut(Block, &mut Skipped) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.files.extend(portion.files);
        self.reading += portion.reading;
        self.n_spectra += portion.spectra.len() as u64;
        self.n_other_scans += portion.n_other_scans;
        for (_, fault) in &portion.faults {
            self.n_damaged += u64::from(matches!(fault, ReadError::Record { .. }));
            self.skipped.add(fault.kind(), fault);
        }
        let block = Block {
            spectra: portion.spectra,
            faults: portion.faults,
        };
        each(block, &mut self.skipped)?;
        if let Some(fatal) = portion.fatal {
            return Err(fatal.into());
        }
        match self.skipped.first().filter(|_| flags.strict) {
            Some(first) => Err(Failure::input(format!(
                "{first} (--strict: nothing may be skipped)"
            ))),
            None => Ok(()),
        }
    }

    /// Records of all kinds, those left out included. What `each` left out was handed to it first.
    pub(super) fn n_records(&self) -> u64 {
        self.n_spectra + self.n_damaged + self.n_other_scans
    }

    /// Tells what was left out, and how the command therefore ends.
    pub(super) fn finish(&self, console: Console) -> Outcome {
        if self.n_other_scans > 0 {
            console.say(format!(
                "{} scans that are not MS/MS were passed over",
                self.n_other_scans
            ));
        }
        if self.skipped.is_empty() {
            Outcome::Done
        } else {
            console.say(&self.skipped);
            Outcome::DoneWithSkips
        }
    }
}

/// Reads `files` one after another, until all are read or nobody wants more.
fn read_ahead(files: &[InputFile], portions: &SyncSender<Portion>) {
    let mut reader = Reader {
        portions,
        portion: Portion::default(),
        started: Instant::now(),
    };
    for file in files {
        if reader.read_file(file).is_break() {
            return;
        }
    }
    // Whoever received may be gone; then nobody asks for the rest.
    let _ = reader.hand_on();
}

/// The reading thread's side.
struct Reader<'a> {
    portions: &'a SyncSender<Portion>,
    portion: Portion,
    started: Instant,
}

type Flow = std::ops::ControlFlow<()>;

impl Reader<'_> {
    fn read_file(&mut self, file: &InputFile) -> Flow {
        let reader = match formats::open(&file.path) {
            Ok(reader) => reader,
            Err(error) => return self.fail(error, file),
        };
        self.portion.files.push(file.path.clone());
        for outcome in reader {
            match outcome {
                Ok(Record::Spectrum(spectrum)) => {
                    self.portion.n_peaks += spectrum.peaks.len();
                    self.portion.spectra.push(*spectrum);
                }
                Ok(Record::OtherScan { .. }) => self.portion.n_other_scans += 1,
                Err(error) if error.is_fatal() => return self.fail(error, file),
                Err(error) => self.portion.fault(error),
            }
            let portion = &self.portion;
            let is_full = portion.spectra.len() >= BLOCK
                || portion.faults.len() >= BLOCK
                || portion.n_peaks >= BLOCK_PEAKS;
            if is_full {
                self.hand_on()?;
            }
        }
        Flow::Continue(())
    }

    fn fail(&mut self, error: ReadError, file: &InputFile) -> Flow {
        if file.is_found && error.is_other_file() {
            if self.portion.files.last() == Some(&file.path) {
                self.portion.files.pop();
            }
            self.portion.fault(error);
            return Flow::Continue(());
        }
        self.portion.fatal = Some(error);
        let _ = self.hand_on();
        Flow::Break(())
    }

    fn hand_on(&mut self) -> Flow {
        let mut portion = std::mem::take(&mut self.portion);
        portion.reading = self.started.elapsed();
        let sent = self.portions.send(portion);
        self.started = Instant::now();
        if sent.is_ok() {
            Flow::Continue(())
        } else {
            Flow::Break(())
        }
    }
}

/// Prepares `spectra` and appends them to `draft`, counting those that cannot be compared.
pub(super) fn extend(draft: &mut Draft, spectra: &[Spectrum], skipped: &mut Skipped) {
    for (idx, reason) in draft.extend(spectra) {
        let origin = &spectra[idx].origin;
        let place = format!("{}, record {}", origin.file.display(), origin.index + 1);
        skipped.add(reason.category(), format!("{place}: {reason}"));
    }
}

/// Claims the library at `path` for a command that writes it, for as long as the claim is held.
///
/// # Errors
/// If another process is writing it, or no file can be made beside it.
pub(super) fn claim(path: &Path) -> Result<Claim, Failure> {
    Claim::take(path).map_err(|error| Failure::write(path, error))
}

/// Refuses an `output` that would replace one of `inputs`.
///
/// # Errors
/// Names the input.
pub(super) fn refuse_as_output<'a>(
    inputs: impl IntoIterator<Item = &'a PathBuf>,
    output: &Path,
) -> Result<(), Failure> {
    let Ok(output) = output.canonicalize() else {
        return Ok(());
    };
    let same = |input: &Path| input.canonicalize().is_ok_and(|input| input == output);
    for input in inputs {
        // What cannot be listed is told when it is read.
        let listed = formats::list(std::slice::from_ref(input)).unwrap_or_default();
        let files = listed.iter().map(|file| file.path.as_path());
        if let Some(input) = files.chain([input.as_path()]).find(|input| same(input)) {
            let text = "is an input; writing the output would replace it: name another output";
            return Err(Failure::usage(format!("{}: {text}", input.display())));
        }
    }
    Ok(())
}
