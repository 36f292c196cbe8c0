//! `mzseek remove`: a library without some of its entries.

use super::Outcome;
use super::console::Console;
use super::intake;
use super::memory::MemoryFlag;
use super::remake::rewrite;
use crate::failure::Failure;
use crate::library::{Condition, Library};
use clap::Args;
use std::path::PathBuf;

/// Take entries out of a library
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek remove library.h5 --where \"instrument contains 'ion trap'\" --dry-run
  mzseek remove library.h5 --where \"precursor_mz is unknown or polarity = '-'\"

Columns and operators are those of 'mzseek search --where'. The rest becomes what a build of it alone
would be, as one file: entries are numbered anew.")]
pub(super) struct RemoveArgs {
    /// The library
    #[arg(value_name = "LIB.h5")]
    library: PathBuf,
    /// Entries that meet this condition are taken out
    #[arg(long = "where", value_name = "EXPR")]
    condition: Condition,
    /// Only tell how many there are
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    memory: MemoryFlag,
}

pub(super) fn run(args: &RemoveArgs, console: Console) -> Result<Outcome, Failure> {
    let claim = (!args.dry_run).then(|| intake::claim(&args.library));
    let _claim = claim.transpose()?;
    let library = Library::open(&args.library)?;
    let entries = library.entries();
    let stays = |row: &u32| !library.meets(&args.condition, *row);
    let rows: Vec<u32> = entries.targets().filter(stays).collect();
    let (n_all, n_left) = (entries.n_targets(), rows.len());
    let n_met = n_all - n_left;
    console.say(format!("{n_met} of {n_all} entries meet the condition"));
    if n_met == 0 || args.dry_run {
        return Ok(Outcome::Done);
    }
    if n_left == 0 {
        let text = "no entry would be left; remove the file instead";
        let place = args.library.display();
        return Err(Failure::usage(format!("{place}: {text}")));
    }
    rewrite(
        (&library, &args.library),
        ("remove", &rows),
        args.memory,
        console,
    )
}
