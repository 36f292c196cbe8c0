//! `mzseek cluster`: spectra of runs, grouped by what they are, without a library.

mod input;
mod plan;

use super::console::Console;
use super::intake::{self, ReadingFlags};
use super::{Outcome, output};
use crate::cluster::{
    Clusters, Grouping, Groups, Link, LinkSettings, NearestSettings, Quality, SpectrumSet,
    representatives,
};
use crate::domain::Tolerance;
use crate::embed::{Embedding, EmbeddingSettings, Views};
use crate::failure::Failure;
use crate::formats::{Compression, ExportFormat, compressed};
use crate::library::LibrarySettings;
use crate::report::{
    Clustered, EarlierClusters, Numbered, RunSummary, read_truth_of_spectra,
    write_clustered_spectra, write_clusters_csv, write_clusters_hdf5, write_consensus,
};
use crate::similarity::Similarity;
use clap::Args;
use input::Input;
use plan::{Method, Plan, Which, parse_score};
use std::path::PathBuf;
use std::time::Instant;

/// Group spectra that are the same thing, without a library
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek cluster run.mzML -o clusters.csv
  mzseek cluster a.mgf b.mgf --profile peptide -o clusters.h5 --consensus consensus.mgf
  mzseek cluster run.mzML -o clusters.mzspeclib.txt
  mzseek cluster run.mgf --threshold 0.6 --truth truth.csv -o clusters.csv
  mzseek cluster --add clusters.h5 tuesday.mzML -o clusters.h5

The CSV has a row per spectrum, in input order; a spectrum alone is a cluster of one. A name that ends
in .h5 makes an HDF5 file with the pairs of neighbours as well. With --truth (a CSV with the columns id
and identity), or where the input is annotated, the summary tells the share of incorrectly clustered
spectra and the completeness. The clusters do not depend on the order of the input.

With --add, spectra of new runs join a clustering that was written as HDF5, by the settings it was made
with: what it compared is not compared again. The files it was made from are read again, and must be as
they were.")]
pub(super) struct ClusterArgs {
    /// Spectra: files, folders, patterns or - for standard input; docs/formats.md lists what is read
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// A clustering to add the spectra to: a clusters.h5 made before
    #[arg(
        long,
        value_name = "CLUSTERS.h5",
        conflicts_with_all = [
            "profile", "config", "method", "threshold", "precursor_tol", "fragment_tol", "score",
            "min_spectra", "representative", "index",
        ]
    )]
    add: Option<PathBuf>,
    /// The file to make: clusters.csv or clusters.h5; or the spectra with their clusters, as
    /// .mzspeclib.txt, .msp or .mgf, with .gz or .zst behind
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Settings to start from: small-molecule, peptide or ei [default: small-molecule]
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// A TOML file with settings that differ from the profile's
    #[arg(long, value_name = "FILE", env = "MZSEEK_CONFIG")]
    config: Option<PathBuf>,
    /// What makes similar spectra one cluster
    #[arg(long, value_name = "METHOD", default_value = "average")]
    method: Method,
    /// Similarity that makes spectra alike, above 0 to 1 [default: the profile's]
    #[arg(long, value_name = "S", value_parser = parse_threshold)]
    threshold: Option<f32>,
    /// How far apart precursors may lie, as in 10ppm or 0.02Da [default: the profile's]
    #[arg(long, value_name = "TOL")]
    precursor_tol: Option<Tolerance>,
    /// How far apart fragments may lie, as in 0.02Da or 20ppm [default: the profile's]
    #[arg(long, value_name = "TOL")]
    fragment_tol: Option<Tolerance>,
    /// How peaks are compared: entropy, cosine, or any other score of fragments
    #[arg(long, value_name = "SCORE", default_value = "entropy", value_parser = parse_score)]
    score: &'static dyn Similarity,
    /// Fewest spectra of a dense place, for the method dbscan
    #[arg(long, value_name = "N", default_value = "2", value_parser = clap::value_parser!(u32).range(1..))]
    min_spectra: u32,
    /// Which member stands for a cluster
    #[arg(long, value_name = "WHICH", default_value = "medoid")]
    representative: Which,
    /// A file of consensus spectra with cluster numbers in the titles: .mgf, .msp or .mzspeclib.txt
    #[arg(long, value_name = "FILE.mgf")]
    consensus: Option<PathBuf>,
    /// Fewest spectra of a cluster with a consensus
    #[arg(long, value_name = "N", default_value = "2", value_parser = clap::value_parser!(u32).range(1..))]
    consensus_from: u32,
    /// What spectra are: a CSV with the columns id and identity
    #[arg(long, value_name = "TRUTH.csv")]
    truth: Option<PathBuf>,
    /// Index for crowded precursor windows, as in IVF64,Sparse, PCA64,IVF64,Flat or PCA95%,Flat [default: chosen]
    #[arg(long, value_name = "KIND")]
    index: Option<String>,
    #[command(flatten)]
    reading: ReadingFlags,
}

fn parse_threshold(text: &str) -> Result<f32, String> {
    let number = text.parse().ok().filter(|&n: &f32| n > 0.0 && n <= 1.0);
    number.ok_or_else(|| "write a similarity above 0, up to 1".to_owned())
}

pub(super) fn run(args: &ClusterArgs, console: Console) -> Result<Outcome, Failure> {
    refuse_outputs(args)?;
    let (earlier, plan) = planned(args)?;
    let settings = &plan.settings;
    let truth = args
        .truth
        .as_deref()
        .map(read_truth_of_spectra)
        .transpose()?;
    let mut summary = RunSummary::default();
    let files = files(args, earlier.as_ref())?;
    let input = Input::read((&files, args.reading), settings, truth.as_ref(), console)?;
    if let Some((earlier, path)) = earlier.as_ref().zip(args.add.as_ref()) {
        input.expect(earlier, path)?;
    }
    let Input {
        intake,
        spectra,
        prepared,
        digests,
        identities,
    } = input;
    summary.stage("reading", intake.reading);
    let how = link_settings(&plan)?;
    let mut started = Instant::now();
    let mut stage = |name| {
        summary.stage(name, started.elapsed());
        started = Instant::now();
    };
    let set = SpectrumSet::new(&prepared, how.precursor, &nearest(settings)?);
    let set = set.map_err(crate::library::LibraryError::from)?;
    drop(prepared);
    stage("laying out");
    let by = (how, plan.grouping());
    let (links, groups) = compare(&set, earlier.as_ref(), by, &mut stage);
    let clusters = Clusters::new(&groups.labels, &links, &vec![None; groups.labels.len()]);
    stage("grouping");
    let copies = &set.distinct().copies;
    let chosen = representatives(
        &clusters,
        set.spectra(),
        copies,
        &links,
        (how, plan.representative()),
    );
    let clustered = Clustered {
        spectra: &spectra,
        digests: &digests,
        distinct: set.distinct(),
        links: &links,
        groups: &groups,
        clusters: &clusters,
        representatives: &chosen,
    };
    let numbered = clustered.numbered();
    write((args, &plan), (&clustered, &numbered), &set)?;
    write_consensus_of(args, (&clustered, &numbered), &set, how)?;
    stage("writing");
    let outcome = intake.finish(console);
    console.detail(format!(
        "{} distinct spectra, {} pairs alike, index {}",
        set.spectra().len(),
        links.len(),
        set.index().unwrap_or_else(|| "not needed".to_owned())
    ));
    console.say(Quality::new(&numbered.cluster, &identities));
    console.say(&summary);
    Ok(outcome)
}

/// The clustering that is added to, and its settings; else those of the flags.
fn planned(args: &ClusterArgs) -> Result<(Option<EarlierClusters>, Plan), Failure> {
    let Some(path) = &args.add else {
        return Ok((None, Plan::of_flags(args)?));
    };
    let earlier = EarlierClusters::read(path)?;
    let plan = Plan::of_toml(earlier.settings());
    let plan =
        plan.map_err(|fault| Failure::input(format!("{}: its settings: {fault}", path.display())))?;
    Ok((Some(earlier), plan))
}

/// When two spectra are alike.
fn link_settings(plan: &Plan) -> Result<LinkSettings, Failure> {
    Ok(LinkSettings {
        threshold: plan.settings.clusters.threshold,
        precursor: plan.settings.cluster_tolerance()?,
        fragment: plan.settings.fragment_tolerance()?,
        score: plan.score,
    })
}

/// Links and groups, of which those of an earlier clustering are not found again.
fn compare(
    set: &SpectrumSet,
    earlier: Option<&EarlierClusters>,
    by: (LinkSettings, Grouping),
    stage: &mut impl FnMut(&'static str),
) -> (Vec<Link>, Groups) {
    let before = earlier.map(EarlierClusters::found);
    let links = match before {
        Some(before) => set.links_beside(before, by.0),
        None => set.links(by.0),
    };
    stage("comparing");
    let groups = match before {
        Some(before) => set.group_beside(before, &links, by),
        None => set.group(&links, by),
    };
    (links, groups)
}

/// Writes the consensus spectra, where they are asked for.
fn write_consensus_of(
    args: &ClusterArgs,
    (clustered, numbered): (&Clustered<'_>, &Numbered),
    set: &SpectrumSet,
    how: LinkSettings,
) -> Result<(), Failure> {
    let Some(path) = &args.consensus else {
        return Ok(());
    };
    let wanted = (how.fragment, args.consensus_from);
    let format = ExportFormat::of_name(path).unwrap_or(ExportFormat::Mgf);
    output::fill_file(path, |out| {
        compressed(Compression::of_name(path), out, |out| {
            write_consensus(clustered, numbered, set.spectra(), wanted, (format, out))
        })
        .map_err(|e| Failure::write(path, e))
    })?;
    Ok(())
}

/// Refuses outputs that would replace an input or each other.
fn refuse_outputs(args: &ClusterArgs) -> Result<(), Failure> {
    for output in [Some(&args.output), args.consensus.as_ref()]
        .into_iter()
        .flatten()
    {
        let inputs = args.inputs.iter().chain(&args.config).chain(&args.truth);
        intake::refuse_as_output(inputs, output)?;
    }
    if args.consensus.as_ref() == Some(&args.output) {
        let text = "--output and --consensus name the same file";
        return Err(Failure::usage(text));
    }
    Ok(())
}

/// The files whose spectra are clustered: those of a clustering before, then those of the command line.
fn files(args: &ClusterArgs, earlier: Option<&EarlierClusters>) -> Result<Vec<PathBuf>, Failure> {
    let known = earlier.map_or(&[][..], EarlierClusters::files);
    if let Some(twice) = args.inputs.iter().find(|input| known.contains(input)) {
        let text = "is in the clustering already";
        return Err(Failure::usage(format!("{}: {text}", twice.display())));
    }
    Ok(known.iter().chain(&args.inputs).cloned().collect())
}

/// Length of the vectors of fragments where the profile leaves it open.
const DIM: usize = 16_384;

/// How neighbours in crowded windows are found: by fragments alone, since all of a window have
/// nearly the same precursor, and so losses tell nothing more.
fn nearest(settings: &LibrarySettings) -> Result<NearestSettings, Failure> {
    let mut text = settings.embedding.clone();
    if text.dim == 0 {
        text.dim = DIM;
    }
    let with_losses = LibrarySettings {
        embedding: text,
        ..settings.clone()
    };
    let of_fragments = EmbeddingSettings {
        views: Views::Fragments,
        ..with_losses.embedding()?.settings().clone()
    };
    let index = settings.index.kind.parse();
    Ok(NearestSettings {
        embedding: Embedding::new(of_fragments).map_err(crate::library::SettingsError::from)?,
        index: index.map_err(|e: crate::index::UnknownFactory| Failure::usage(e.to_string()))?,
        seed: settings.seed,
    })
}

fn write(
    (args, plan): (&ClusterArgs, &Plan),
    (clustered, numbered): (&Clustered<'_>, &Numbered),
    set: &SpectrumSet,
) -> Result<(), Failure> {
    let path = &args.output;
    let is_hdf5 = path.extension().is_some_and(|e| {
        ["h5", "hdf5"]
            .iter()
            .any(|known| e.eq_ignore_ascii_case(known))
    });
    if is_hdf5 {
        return Ok(write_clusters_hdf5(
            clustered,
            numbered,
            plan.to_toml(),
            path,
        )?);
    }
    let format = ExportFormat::of_name(path).filter(|format| *format != ExportFormat::Csv);
    if let Some(format) = format {
        return output::fill_file(path, |out| {
            compressed(Compression::of_name(path), out, |out| {
                write_clustered_spectra(clustered, numbered, set.spectra(), (format, out))
            })
            .map_err(|e| Failure::write(path, e))
        });
    }
    output::fill_file(path, |out| {
        write_clusters_csv(clustered, numbered, out).map_err(|e| Failure::csv(path, e))
    })
}
