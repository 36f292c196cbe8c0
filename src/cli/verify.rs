//! `mzseek verify`: every checksum and every invariant of a library.

use super::Outcome;
use super::console::Console;
use super::{intake, remake};
use crate::failure::Failure;
use crate::library::{self, LibraryError, Verified};
use clap::Args;
use std::path::PathBuf;
use std::time::Instant;

/// Check every checksum and every invariant of a library; exit 0 only when all hold
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek verify library.h5 && echo sound
  mzseek verify library.h5 --repair

--repair leaves a sound library as it is. Of a damaged one it makes order, index, clusters and
probabilities again of the entries and their peaks, as one file; where those are damaged
themselves, only a copy helps.")]
pub(super) struct VerifyArgs {
    /// The library
    #[arg(value_name = "LIB.h5")]
    library: PathBuf,
    /// Make again what is damaged and follows from entries and peaks
    #[arg(long)]
    repair: bool,
}

pub(super) fn run(args: &VerifyArgs, console: Console) -> Result<Outcome, Failure> {
    match library::verify(&args.library) {
        Err(damage @ LibraryError::Damaged { .. }) if args.repair => {
            console.say(&damage);
            repair(args, console)?;
            let verified = library::verify(&args.library)?;
            tell(args, verified, console);
        }
        found => tell(args, found?, console),
    }
    Ok(Outcome::Done)
}

fn repair(args: &VerifyArgs, console: Console) -> Result<(), Failure> {
    let _claim = intake::claim(&args.library)?;
    let started = Instant::now();
    let on_stage = |stage: library::Stage| console.detail(stage.text());
    let (made, old, notes) = library::repair(&args.library, on_stage)?;
    let place = (Some(old.as_str()), args.library.as_path());
    remake::put((made, notes), place, (started, console))?;
    Ok(())
}

fn tell(args: &VerifyArgs, verified: Verified, console: Console) {
    console.say(format!(
        "{}: sound: {} checksums and {} entries agree",
        args.library.display(),
        verified.n_arrays,
        verified.n_entries
    ));
}
