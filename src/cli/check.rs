//! `mzseek check`: what is doubtful about spectra, before a library is made of them.

use super::Outcome;
use super::console::Console;
use super::intake;
use crate::check::{Finding, Limits, RemoveNoise, Rule, Severity, Together, check, repair};
use crate::domain::{Spectrum, Tolerance};
use crate::failure::Failure;
use crate::files::PendingFile;
use crate::formats::{self, Compression, ExportFormat, ReadError, Record, compressed, spectrum_writer};
use crate::library::identity_of;
use clap::Args;
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Tell what is doubtful about spectra, and put right what can be
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek check library.msp.gz -o findings.csv
  mzseek check MassBank-data/ --precursor-tol 10ppm -o findings.csv
  mzseek check library.msp --fix repaired.msp
  mzseek check library.msp --fix repaired.msp --remove-noise

Rules: docs/check.md. The CSV has a row per finding; the summary counts them by rule. Exit code 3 says
that there are findings of severity error.")]
pub(super) struct CheckArgs {
    /// Spectra: files, folders, patterns or - for standard input; docs/formats.md lists what is read
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// The table to make, a row per finding
    #[arg(short, long, value_name = "FINDINGS.csv")]
    output: Option<PathBuf>,
    /// How far a precursor may lie from what formula and adduct give
    #[arg(long, value_name = "TOL", default_value = "20ppm")]
    precursor_tol: Tolerance,
    /// Write all spectra, with the safe repairs made: .msp, .mgf or .mzspeclib.txt
    #[arg(long, value_name = "OUT.msp")]
    fix: Option<PathBuf>,
    /// Take the peaks of noise floors out, too
    #[arg(long, requires = "fix")]
    remove_noise: bool,
}

const COLUMNS: [&str; 8] = [
    "file", "record", "line", "id", "rule", "severity", "what", "advice",
];
