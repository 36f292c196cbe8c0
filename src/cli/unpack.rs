//! `mzseek unpack`: what a container holds, as text. Other commands run it to read mzMLb and Parquet.

use super::Outcome;
use crate::failure::Failure;
use crate::formats::{self, UnpackError};
use clap::Args;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// The words that other commands run this one with, before a path.
pub(super) const WORDS: [&str; 2] = ["unpack", "--"];

/// Write mzMLb as mzML and a Parquet library as tab-separated text, until standard input ends
#[derive(Debug, Args)]
pub(super) struct UnpackArgs {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Seconds without any output after which the file is taken for damaged
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    patience: u64,
}

pub(super) fn run(args: &UnpackArgs) -> Result<Outcome, Failure> {
    let patience = Duration::from_secs(args.patience);
    match formats::unpack(&args.file, patience, io::stdout()) {
        Ok(()) => Ok(Outcome::Done),
        // Whoever read has seen enough.
        Err(UnpackError::Io(e)) if e.kind() == io::ErrorKind::BrokenPipe => Ok(Outcome::Done),
        Err(UnpackError::Unknown) => Ok(Outcome::DoneWithSkips),
        Err(error) => Err(Failure::input(error.to_string())),
    }
}
