//! `mzseek compact`: a library that was added to, as one file again.

use super::Outcome;
use super::console::Console;
use super::remake::remake;
use crate::failure::Failure;
use crate::library::{Change, Library, change};
use clap::Args;
use std::path::PathBuf;

/// Make one file of a library that was added to, with an index trained on all of it
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  mzseek compact library.h5

The index, the clusters and the decoys become those of a library built of all its spectra at once.
Searches that have the library open keep what they opened.")]
pub(super) struct CompactArgs {
    /// The library
    #[arg(value_name = "LIB.h5")]
    library: PathBuf,
}

pub(super) fn run(args: &CompactArgs, console: Console) -> Result<Outcome, Failure> {
    let library = Library::open(&args.library)?;
    if library.segments().len() == 1 {
        console.say(format!(
            "{}: is one file already, and left as it is",
            args.library.display()
        ));
        return Ok(Outcome::Done);
    }
    let rows: Vec<u32> = library.entries().targets().collect();
    remake((Some(&library), &args.library), console, |on_stage| {
        let all = Change {
            by: "compact",
            rows: &rows,
        };
        change(&library, all, on_stage)
    })
}
