//! `mzseek info`: what a library holds.

use super::Outcome;
use crate::confidence::Mode;
use crate::failure::Failure;
use crate::index::VectorIndex;
use crate::library::{FORMAT_VERSION, Library, sizes};
use crate::report::{Table, reliability_table};
use clap::Args;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Tell what a library holds: counts, settings, index, clusters, size per part
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  mzseek info library.h5")]
pub(super) struct InfoArgs {
    /// The library
    #[arg(value_name = "LIB.h5")]
    library: PathBuf,
}

pub(super) fn run(args: &InfoArgs) -> Result<Outcome, Failure> {
    let library = Library::open(&args.library)?;
    let (entries, clusters) = (library.entries(), library.clusters());
    let sizes = sizes(&args.library)?;
    let mut table = Table::new(&["library ", &format!("{} ", library.name())]);
    let mut row = |name: &str, value: String| table.row(vec![name.to_owned(), value]);
    let (n_targets, n_decoys) = (entries.n_targets(), entries.n_decoys());
    let (precursors, _, polarity, _) = entries.parts();
    // Decoys are the last rows, and no answers.
    let (precursors, polarity) = (&precursors[..n_targets], &polarity[..n_targets]);
    let count = |sign: i8| polarity.iter().filter(|&&p| p == sign).count();
    row("format version", FORMAT_VERSION.to_string());
    row("entries", n_targets.to_string());
    if n_decoys > 0 {
        row("decoys", n_decoys.to_string());
    }
    row(
        "positive, negative, unknown",
        format!("{}, {}, {}", count(1), count(-1), count(0)),
    );
    row(
        "with precursor",
        precursors
            .iter()
            .filter(|mz| mz.is_finite())
            .count()
            .to_string(),
    );
    row("peaks", library.peaks().n_peaks().to_string());
    row("clusters", (clusters.len() - n_decoys).to_string());
    row("largest cluster", largest(&library).to_string());
    row(
        "pure entries",
        format!("{:.1} %", pure_share(&library) * 100.0),
    );
    row("index", library.settings().index.kind.clone());
    row(
        "index rows x dimension",
        format!("{} x {}", library.index().len(), library.index().dim()),
    );
    let total: u64 = sizes.iter().map(|(_, bytes)| bytes).sum();
    row("size", format!("{:.1} MB", total as f64 / 1e6));
    for (part, bytes) in &sizes {
        row(
            &format!("  {part}"),
            format!("{:.1} MB", *bytes as f64 / 1e6),
        );
    }
    let text = format!(
        "{table}\n{}settings\n{}",
        probabilities(&library),
        indent(&library.settings().to_toml())
    );
    io::stdout()
        .lock()
        .write_all(text.as_bytes())
        .map_err(|e| Failure::write(Path::new("stdout"), e))?;
    Ok(Outcome::Done)
}

/// How the learned probabilities held while learning.
fn probabilities(library: &Library) -> String {
    let models = Mode::ALL.into_iter().filter_map(|mode| library.model(mode));
    let text = models.map(|model| {
        let reliability = model.reliability();
        format!(
            "probability that the first match is right, {} search: calibration error {:.3}\n{}\n",
            model.mode().word(),
            reliability.error(),
            reliability_table(reliability)
        )
    });
    text.collect()
}

fn largest(library: &Library) -> usize {
    let clusters = library.clusters();
    (0..clusters.len() as u32)
        .map(|c| clusters.members(c).len())
        .max()
        .unwrap_or(0)
}

/// Share of identified entries that are what their cluster is.
fn pure_share(library: &Library) -> f64 {
    let clusters = library.clusters();
    let (mut pure, mut total) = (0.0, 0.0);
    for cluster in 0..clusters.len() as u32 {
        if let Some(purity) = clusters.purity(cluster) {
            let size = clusters.members(cluster).len() as f64;
            pure += f64::from(purity) * size;
            total += size;
        }
    }
    if total > 0.0 { pure / total } else { 0.0 }
}

fn indent(text: &str) -> String {
    text.lines()
        .map(|line| format!("  {line}\n").replace("  \n", "\n"))
        .collect()
}
