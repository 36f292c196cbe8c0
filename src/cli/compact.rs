//! `mzseek compact`: a library that was added to, as one file again.

use super::Outcome;
use super::console::Console;
use super::intake;
use super::memory::MemoryFlag;
use super::remake::rewrite;
use crate::failure::Failure;
use crate::library::{Library, tidy};
use clap::Args;
use std::path::PathBuf;

/// Make one file of a library that was added to, with an index trained on all of it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek compact library.h5
  mzseek compact huge.h5 --memory 2GB

The index, the clusters and the decoys become those of a library built of all its spectra at once.
Searches that have the library open keep what they opened.")]
pub(super) struct CompactArgs {
    /// The library
    #[arg(value_name = "LIB.h5")]
    library: PathBuf,
    #[command(flatten)]
    memory: MemoryFlag,
}

pub(super) fn run(args: &CompactArgs, console: Console) -> Result<Outcome, Failure> {
    let _claim = intake::claim(&args.library)?;
    let library = Library::open(&args.library)?;
    if library.segments().len() == 1 {
        // A run that was ended by force may have left the base of an earlier version.
        tidy(&args.library);
        console.say(format!(
            "{}: is one file already, and left as it is",
            args.library.display()
        ));
        return Ok(Outcome::Done);
    }
    let rows: Vec<u32> = library.entries().targets().collect();
    rewrite(
        (&library, &args.library),
        ("compact", &rows),
        args.memory,
        console,
    )
}
