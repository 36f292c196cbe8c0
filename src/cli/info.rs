//! `mzseek info`: what a library holds.

use super::{Outcome, picture};
use crate::confidence::Mode;
use crate::failure::Failure;
use crate::index::VectorIndex;
use crate::library::{EntryText, Library, Lineage, sizes};
use crate::report::{LibraryMap, Table, reliability_table};
use clap::Args;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Tell what a library holds: counts, settings, index, clusters, size per part
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek info library.h5
  mzseek info library.h5 --history
  mzseek info library.h5 --clusters > clusters.csv
  mzseek info library.h5 --plot library.svg")]
pub(super) struct InfoArgs {
    /// The library
    #[arg(value_name = "LIB.h5")]
    library: PathBuf,
    /// A CSV row per cluster instead: its medoid, size, identity and purity
    #[arg(long)]
    clusters: bool,
    /// Tell instead every change since it was built, and the checksums of the files it was made from
    #[arg(long)]
    history: bool,
    /// Draw instead the sizes of the clusters and a map of the largest ones, as .svg or .png
    #[arg(long, value_name = "PLOT", value_parser = picture::parse)]
    plot: Option<PathBuf>,
}

pub(super) fn run(args: &InfoArgs) -> Result<Outcome, Failure> {
    let library = Library::open(&args.library)?;
    if args.clusters {
        list_clusters(&library)?;
        library.sound()?;
        return Ok(Outcome::Done);
    }
    if args.history {
        return print(&history(&library));
    }
    if let Some(plot) = &args.plot {
        let map = LibraryMap::new(&library).map_err(|e| Failure::input(e.to_string()))?;
        let svg = map.svg();
        library.sound()?;
        picture::write(plot, &svg)?;
        return Ok(Outcome::Done);
    }
    let text = told(&library, &sizes(&args.library)?);
    library.sound()?;
    print(&text)
}

/// All of it as text.
fn told(library: &Library, sizes: &[(String, u64)]) -> String {
    let (entries, clusters) = (library.entries(), library.clusters());
    let mut table = Table::new(&["library ", &format!("{} ", library.name())]);
    let mut row = |name: &str, value: String| table.row(vec![name.to_owned(), value]);
    let (n_targets, n_decoys) = (entries.n_targets(), entries.n_decoys());
    let targets = || entries.targets();
    let count = |sign: i8| {
        targets()
            .filter(|&r| entries.polarity_sign(r) == sign)
            .count()
    };
    let member = &library.members()[0];
    let lineage = &member.lineage;
    row("format version", member.format_version.to_string());
    if let Some(version) = lineage.versions.last() {
        row("version", format!("{}, by {}", version.number, version.by));
    }
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
        targets()
            .filter(|&r| entries.precursor_mz(r).is_some())
            .count()
            .to_string(),
    );
    row("peaks", library.peaks().n_peaks().to_string());
    row("clusters", (clusters.len() - n_decoys).to_string());
    row("largest cluster", largest(library).to_string());
    row(
        "pure entries",
        format!("{:.1} %", pure_share(library) * 100.0),
    );
    for segment in library.segments() {
        let index = segment.index();
        row("index", index.factory().to_string());
        row(
            "index rows x dimension",
            format!("{} x {}", index.len(), index.dim()),
        );
    }
    let total: u64 = sizes.iter().map(|(_, bytes)| bytes).sum();
    row("size", format!("{:.1} MB", total as f64 / 1e6));
    for (part, bytes) in sizes {
        row(
            &format!("  {part}"),
            format!("{:.1} MB", *bytes as f64 / 1e6),
        );
    }
    format!(
        "{table}\n{}settings\n{}",
        probabilities(library),
        indent(&library.settings().to_toml())
    )
}

fn print(text: &str) -> Result<Outcome, Failure> {
    io::stdout()
        .lock()
        .write_all(text.as_bytes())
        .map_err(|e| Failure::write(Path::new("stdout"), e))?;
    Ok(Outcome::Done)
}

/// Writes the clusters of entries to stdout; decoys are answers to nobody and left out.
fn list_clusters(library: &Library) -> Result<(), Failure> {
    let (entries, clusters) = (library.entries(), library.clusters());
    let stdout = Path::new("stdout");
    let failed = |e: csv::Error| Failure::csv(stdout, e);
    let mut csv = csv::Writer::from_writer(io::stdout().lock());
    csv.write_record([
        "cluster",
        "size",
        "medoid_id",
        "medoid_index",
        "identity",
        "purity",
    ])
    .map_err(failed)?;
    for cluster in (0..clusters.len() as u32).filter(|&c| !entries.is_decoy(clusters.medoid(c))) {
        let medoid = clusters.medoid(cluster);
        let purity = clusters.purity(cluster);
        csv.write_record([
            cluster.to_string(),
            clusters.members(cluster).len().to_string(),
            entries.text(EntryText::Id, medoid).into_owned(),
            medoid.to_string(),
            entries
                .identity(clusters.identity(cluster))
                .unwrap_or_default(),
            purity
                .map(|share| format!("{share:.4}"))
                .unwrap_or_default(),
        ])
        .map_err(failed)?;
    }
    csv.flush().map_err(|e| Failure::write(stdout, e))
}

/// A line per version, the last with the checksum of this file.
fn history(library: &Library) -> String {
    let member = &library.members()[0];
    let Lineage { versions, base } = &member.lineage;
    let mut table = Table::new(&["version ", "by ", "entries", "mzseek ", "made from "]);
    for version in versions {
        let parents: Vec<&str> = version.parents.iter().map(|p| short(p)).collect();
        table.row(vec![
            version.number.to_string(),
            version.by.clone(),
            version.entries.to_string(),
            version.mzseek.clone(),
            parents.join(" "),
        ]);
    }
    let mut text = format!("{table}\nchecksum {}\n", member.checksum);
    if let Some(base) = base {
        text.push_str("older entries in ");
        text.push_str(&base.file);
        text.push('\n');
    }
    text
}

/// Enough of a checksum to tell it from others.
fn short(checksum: &str) -> &str {
    checksum.get(..16).unwrap_or(checksum)
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
