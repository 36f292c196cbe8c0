//! `mzseek merge`: one library of several.

use super::Outcome;
use super::console::Console;
use super::intake;
use super::memory::MemoryFlag;
use super::remake::remake;
use crate::failure::Failure;
use crate::library::{self, Library};
use clap::Args;
use std::path::{Path, PathBuf};

/// Make one library of several
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek merge ours.h5 theirs.h5 -o both.h5
  mzseek merge ours.h5 theirs.h5 -o both.h5 --memory 2GB

It becomes what a build of all their spectra would be, in the order of the libraries; settings that
may differ (seed, index, clusters) are those of the first. Libraries that clean spectra differently
are refused. To search libraries together without merging them, name them all: see 'mzseek search'.")]
pub(super) struct MergeArgs {
    /// Libraries, two or more
    #[arg(required = true, num_args = 2.., value_name = "LIB.h5")]
    libraries: Vec<PathBuf>,
    /// The library file to make
    #[arg(short, long, value_name = "NEW.h5")]
    output: PathBuf,
    #[command(flatten)]
    memory: MemoryFlag,
}

pub(super) fn run(args: &MergeArgs, console: Console) -> Result<Outcome, Failure> {
    intake::refuse_as_output(&args.libraries, &args.output)?;
    let _claim = intake::claim(&args.output)?;
    let paths: Vec<&Path> = args.libraries.iter().map(PathBuf::as_path).collect();
    let library = Library::open_all(&paths)?;
    let name = args.output.file_stem().unwrap_or_default();
    let workspace = args.memory.workspace(&args.output)?;
    remake((None, &args.output), &workspace, console, |on_stage| {
        library::merge(&library, (&name.to_string_lossy(), &workspace), on_stage)
    })
}
