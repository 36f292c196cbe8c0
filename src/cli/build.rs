//! `mzseek build`: reference spectra to a library file.

use super::Outcome;
use super::console::Console;
use super::intake::{self, Intake, ReadingFlags};
use super::memory::{MemoryFlag, tell_overrun};
use super::screening::{self, Checking, Quarantine};
use crate::config::{self, Wishes};
use crate::domain::Tolerance;
use crate::failure::Failure;
use crate::library::{self, ClusterMethod, Draft, LibrarySettings};
use crate::report::RunSummary;
use crate::search;
use clap::Args;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use toml::{Table, Value};

/// Make a library of reference spectra
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek build library.msp.gz -o library.h5
  mzseek build peptides.msp --profile peptide --index ivfpq -o peptides.h5
  mzseek build ion-trap.msp --profile peptide --fragment-tol 0.5Da -o ion-trap.h5
  mzseek build MassBank-data/ -o massbank.h5        (every record below a folder)
  mzseek build a.msp b.mgf.gz --config settings.toml -o both.h5
  mzseek build library.msp.gz --check quarantine -o library.h5
  mzseek build huge.msp.gz --memory 2GB -o library.h5
  zcat huge.msp.gz | mzseek build - -o library.h5")]
pub(super) struct BuildArgs {
    /// Reference spectra: files, folders, patterns or - for standard input; docs/formats.md lists
    /// what is read
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// The library file to make
    #[arg(short, long, value_name = "LIB.h5")]
    output: PathBuf,
    /// Settings to start from: small-molecule, peptide or ei [default: small-molecule]
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// A TOML file with settings that differ from the profile's
    #[arg(long, value_name = "FILE", env = "MZSEEK_CONFIG")]
    config: Option<PathBuf>,
    /// Index: auto, flat, sparse, pq, ivfpq, or words such as IVF256,PQ64
    #[arg(long, value_name = "KIND")]
    index: Option<String>,
    /// What makes two entries one cluster: spectral, identity or none
    #[arg(long, value_name = "METHOD")]
    clusters: Option<String>,
    /// Decoys, one per spectrum, that tell how often a wrong answer wins: auto (shuffled peptides,
    /// else fragments of other spectra), shuffle, spectrum or none [default: the profile's; auto
    /// for peptides, none for others]
    #[arg(long, value_name = "METHOD")]
    decoys: Option<String>,
    /// How far apart matching fragments may lie: 0.02Da for high resolution, 0.5Da for ion traps; bins
    /// of the vectors are twice as wide, if it is in Da [default: the profile's]
    #[arg(long, value_name = "TOL")]
    fragment_tol: Option<Tolerance>,
    /// Width of a bin of the vectors in Da
    #[arg(long, value_name = "DA")]
    bin_width: Option<f64>,
    /// Lowest and highest m/z of the vectors
    #[arg(long, value_name = "A..B", value_parser = parse_range)]
    mz_range: Option<(f64, f64)>,
    /// Length of the vectors [default: chosen]
    #[arg(long, value_name = "D", value_parser = clap::value_parser!(u32).range(8..=65_536))]
    dim: Option<u32>,
    /// Seed of everything random
    #[arg(long, value_name = "N")]
    seed: Option<u32>,
    /// Look at the spectra first, as 'mzseek check' does. Where one has a finding of severity error,
    /// refuse makes no library, and quarantine leaves it out and lists it in LIB.h5.findings.csv
    #[arg(long, value_name = "WHAT")]
    check: Option<Checking>,
    #[command(flatten)]
    memory: MemoryFlag,
    #[command(flatten)]
    reading: ReadingFlags,
}

impl BuildArgs {
    fn settings(&self) -> Result<LibrarySettings, Failure> {
        let mut flags = Table::new();
        let mut set = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                config::set(&mut flags, key, value);
            }
        };
        set("index.kind", self.index.clone().map(Value::from));
        set("decoys", self.decoys.clone().map(Value::from));
        set("clusters.method", self.clusters.clone().map(Value::from));
        let tolerance = self.fragment_tol.map(|tolerance| tolerance.to_string());
        set("matching.fragment-tolerance", tolerance.map(Value::from));
        let bin_width = self.bin_width.or(match self.fragment_tol {
            Some(Tolerance::Da(da)) => Some(2.0 * da.value()),
            Some(Tolerance::Ppm(_)) | None => None,
        });
        set("embedding.bin-width-da", bin_width.map(Value::from));
        set(
            "embedding.mz-range",
            self.mz_range.map(|(a, b)| Value::from(vec![a, b])),
        );
        set("embedding.dim", self.dim.map(Value::from));
        set("seed", self.seed.map(Value::from));
        let wishes = Wishes {
            profile: self.profile.as_deref(),
            file: self.config.as_deref(),
            flags,
        };
        Ok(config::resolve(&wishes)?)
    }
}

fn parse_range(text: &str) -> Result<(f64, f64), String> {
    let numbers = text
        .split_once("..")
        .and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    numbers.ok_or_else(|| "write two m/z with two dots between, as in 50..1500".to_owned())
}

pub(super) fn run(args: &BuildArgs, console: Console) -> Result<Outcome, Failure> {
    let settings = args.settings()?;
    let inputs = args.inputs.iter().chain(&args.config);
    intake::refuse_as_output(inputs.clone(), &args.output)?;
    let list = screening::list_of(&args.output);
    let quarantine = match args.check {
        None => None,
        Some(checking) => {
            intake::refuse_as_output(inputs, &list)?;
            let errors = screening::screen(&args.inputs, checking, console)?;
            let begin = || Quarantine::begin(errors, &list);
            (checking == Checking::Quarantine).then(begin).transpose()?
        }
    };
    make_library(
        (&args.inputs, args.reading),
        (settings, quarantine),
        (&args.output, args.memory),
        console,
    )
}

/// Reads `inputs`, builds a library of them and writes it to `output`.
fn make_library(
    (inputs, reading): (&[PathBuf], ReadingFlags),
    (settings, mut quarantine): (LibrarySettings, Option<Quarantine<'_>>),
    (output, memory): (&Path, MemoryFlag),
    console: Console,
) -> Result<Outcome, Failure> {
    let _claim = intake::claim(output)?;
    let mut summary = RunSummary::default();
    let workspace = memory.workspace(output)?;
    let mut draft = Draft::within(&workspace, settings)?;
    let mut preparing = Duration::ZERO;
    let intake = Intake::read_blocks(inputs, reading, console, |block, skipped| {
        let started = Instant::now();
        let spectra = match &mut quarantine {
            Some(quarantine) => quarantine.sift(block, skipped)?,
            None => block.spectra,
        };
        intake::extend(&mut draft, &spectra, skipped);
        preparing += started.elapsed();
        Ok(())
    })?;
    if draft.is_empty() {
        intake.finish(console);
        let text = format!("none of {} records could be used", intake.n_records());
        return Err(library::LibraryError::Empty(text).into());
    }
    summary
        .stage("reading", intake.reading)
        .stage("preparing", preparing);
    let name = output
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let mut stage = (Instant::now(), None);
    let (mut library, notes) = library::build(draft, &name, |next| {
        console.detail(next.text());
        end_stage(&mut summary, &mut stage, Some(next.text()));
    })?;
    let learning = "learning probabilities";
    console.detail(learning);
    end_stage(&mut summary, &mut stage, Some(learning));
    library.set_models(search::learn(&library)?);
    end_stage(&mut summary, &mut stage, Some("writing"));
    library::write(&library, output)?;
    let n_left_out = quarantine.map(Quarantine::publish).transpose()?;
    end_stage(&mut summary, &mut stage, None);
    for note in &notes {
        console.say(format!("note: {note}"));
    }
    tell_overrun(&workspace, console);
    let outcome = intake.finish(console);
    let entries = library.entries();
    let (n_targets, n_decoys) = (entries.n_targets() as u64, entries.n_decoys() as u64);
    summary
        .count("entries", n_targets)
        // A decoy is a cluster of its own.
        .count("clusters", library.clusters().len() as u64 - n_decoys);
    if n_decoys > 0 {
        summary.count("decoys", n_decoys);
    }
    if let Some(n) = n_left_out {
        summary.count("left out by --check", n);
    }
    console.say(format!(
        "{}: index {}, profile {}",
        output.display(),
        library.settings().index.kind,
        library.settings().profile
    ));
    if library.settings().clusters.method == ClusterMethod::None {
        console.detail("every entry is a cluster of its own (--clusters none)");
    }
    console.say(&summary);
    Ok(outcome)
}

fn end_stage(
    summary: &mut RunSummary,
    (started, name): &mut (Instant, Option<&'static str>),
    next: Option<&'static str>,
) {
    if let Some(name) = name {
        summary.stage(name, started.elapsed());
    }
    (*started, *name) = (Instant::now(), next);
}
