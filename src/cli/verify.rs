//! `mzseek verify`: every checksum and every invariant of a library.

use super::Outcome;
use super::console::Console;
use crate::failure::Failure;
use crate::library;
use clap::Args;
use std::path::PathBuf;

/// Check every checksum and every invariant of a library; exit 0 only when all hold
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  mzseek verify library.h5 && echo sound")]
pub(super) struct VerifyArgs {
    /// The library
    #[arg(value_name = "LIB.h5")]
    library: PathBuf,
}

pub(super) fn run(args: &VerifyArgs, console: Console) -> Result<Outcome, Failure> {
    let verified = library::verify(&args.library)?;
    console.say(format!(
        "{}: sound: {} checksums and {} entries agree",
        args.library.display(),
        verified.n_arrays,
        verified.n_entries
    ));
    Ok(Outcome::Done)
}
