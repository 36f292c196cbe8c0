//! `mzseek check`: what is doubtful about spectra, before a library is made of them.

mod inspection;
mod table;
mod tally;

pub(super) use inspection::{Inspected, Unreadable, inspect};
pub(super) use table::{FindingTable, Place, beside};
pub(super) use tally::Tally;

use super::console::Console;
use super::intake::Intake;
use super::{Outcome, export, intake, output};
use crate::check::{Limits, RemoveNoise, repair};
use crate::domain::Tolerance;
use crate::failure::Failure;
use crate::files::PendingFile;
use crate::formats::{
    Compression, ExportFormat, STDIN, SpectrumWriter, compressed, spectrum_writer,
};
use clap::Args;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Tell what is doubtful about spectra, and put right what can be without guessing
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek check library.msp.gz
  mzseek check library.msp.gz -o findings.csv
  mzseek check MassBank-data/ --precursor-tol 10ppm -o - | grep error
  mzseek check library.msp --fix repaired.msp
  mzseek check library.msp --fix repaired.mgf.gz --remove-noise -o findings.csv

The table has a row per finding and, with --fix, one per repair; the summary counts findings by
rule. The rules are told in docs/check.md. Exit codes: 0 nothing is doubtful; 3 something is, or
records were skipped; 1 and 2 as always. 'mzseek build --check' refuses or leaves out spectra with
findings of severity error.")]
pub(super) struct CheckArgs {
    /// Spectra: files, folders, patterns or - for standard input; docs/formats.md lists what is read
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// The table to make, or - for standard output [default: OUT.findings.csv with --fix OUT, else
    /// none]
    #[arg(short, long, value_name = "FINDINGS.csv")]
    output: Option<PathBuf>,
    /// How far a precursor may lie from what formula and adduct give
    #[arg(long, value_name = "TOL", default_value_t = Limits::default().precursor)]
    precursor_tol: Tolerance,
    /// Write all spectra, with the safe repairs made; the name chooses format and compression:
    /// .msp, .mgf, .mzspeclib.txt, with .gz or .zst behind
    #[arg(long, value_name = "OUT")]
    fix: Option<PathBuf>,
    /// Take the peaks of noise floors out, too
    #[arg(long, requires = "fix")]
    remove_noise: bool,
}

pub(super) fn run(args: &CheckArgs, console: Console) -> Result<Outcome, Failure> {
    let format = args.fix.as_deref().map(format_of).transpose()?;
    let table = args.output.clone();
    let table = table.or_else(|| args.fix.as_deref().map(beside));
    for path in [&table, &args.fix].into_iter().flatten() {
        intake::refuse_as_output(&args.inputs, path)?;
    }
    if table.is_some() && table == args.fix {
        let text = "-o and --fix name the same file";
        return Err(Failure::usage(text));
    }
    let (intake, tally) = match &table {
        None => fix(args, format, (Path::new(STDIN), io::sink()), console)?,
        Some(path) if path == Path::new(STDIN) => {
            let out = io::stdout().lock();
            fix(args, format, (path, out), console)?
        }
        Some(path) => {
            let found = output::fill_file(path, |out| fix(args, format, (path, out), console))?;
            console.say(format!("{}: a row per finding and repair", path.display()));
            found
        }
    };
    let outcome = intake.finish(console);
    console.say(&tally);
    Ok(if tally.is_empty() {
        outcome
    } else {
        Outcome::DoneWithSkips
    })
}

/// The format that the name of a repaired file asks for.
fn format_of(path: &Path) -> Result<ExportFormat, Failure> {
    let format = ExportFormat::of_name(path).filter(|format| *format != ExportFormat::Csv);
    format.ok_or_else(|| {
        let text =
            "does not tell a format that is read again: name it .msp, .mgf or .mzspeclib.txt";
        Failure::usage(format!("{}: {text}", path.display()))
    })
}

/// Writes the table to `out` and, where that is asked for, the repaired spectra.
fn fix(
    args: &CheckArgs,
    format: Option<ExportFormat>,
    (path, out): (&Path, impl Write),
    console: Console,
) -> Result<(Intake, Tally), Failure> {
    let table = FindingTable::begin(path, out)?;
    let (Some(target), Some(format)) = (&args.fix, format) else {
        return examine(args, table, None, console);
    };
    let failed = |e: io::Error| Failure::write(target, e);
    let mut pending = PendingFile::create(target).map_err(failed)?;
    let name = target.file_stem().unwrap_or_default().to_string_lossy();
    let out = BufWriter::new(&mut pending);
    let done = compressed(Compression::of_name(target), out, |out| {
        let mut writer = spectrum_writer((format, &name), Box::new(out))?;
        match examine(args, table, Some((target, &mut *writer)), console) {
            Ok(found) => Ok(Ok((found, writer.end()?))),
            Err(failure) => Ok(Err(failure)),
        }
    });
    let (found, written) = done.map_err(failed)??;
    pending.publish().map_err(failed)?;
    export::tell(&written, console);
    Ok(found)
}

/// Looks at every spectrum and gives it to `writer`, repaired.
fn examine<W: Write>(
    args: &CheckArgs,
    mut table: FindingTable<'_, W>,
    mut writer: Option<(&Path, &mut (dyn SpectrumWriter + '_))>,
    console: Console,
) -> Result<(Intake, Tally), Failure> {
    let limits = Limits {
        precursor: args.precursor_tol,
    };
    let noise = if args.remove_noise {
        RemoveNoise::Yes
    } else {
        RemoveNoise::No
    };
    let mut tally = Tally::default();
    let intake = inspect(&args.inputs, limits, console, |inspected| {
        tally.findings(&inspected.place(), inspected.findings());
        table.findings(&inspected.place(), inspected.findings())?;
        let (Inspected::Read(looked), Some((target, writer))) = (inspected, &mut writer) else {
            return Ok(());
        };
        let mut spectrum = looked.spectrum;
        let repairs = repair(&mut spectrum, noise);
        tally.repairs(&repairs);
        table.repairs(&Place::of(&spectrum), &repairs)?;
        let written = writer.write(spectrum, None);
        written.map_err(|e| Failure::write(target, e))
    })?;
    table.end()?;
    Ok((intake, tally))
}
