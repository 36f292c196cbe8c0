//! `mzseek cluster`: spectra of runs, grouped by what they are, without a library.

use super::Outcome;
use super::console::Console;
use super::intake::{self, Intake, ReadingFlags};
use crate::cluster::{
    Clusters, Grouping, LinkSettings, Linkage, NearestSettings, Quality, Representative,
    SpectrumSet, representatives,
};
use crate::config::{self, Wishes};
use crate::domain::{Charge, Seconds, Tolerance};
use crate::embed::{Embedding, EmbeddingSettings, Views};
use crate::failure::Failure;
use crate::files::PendingFile;
use crate::library::{LibrarySettings, identity_of};
use crate::prepare::{PreparedSpectrum, prepare};
use crate::report::{
    Clustered, Numbered, RunSummary, SpectrumInfo, read_truth_of_spectra, write_clusters_csv,
    write_clusters_hdf5, write_consensus,
};
use crate::similarity::{RestsOn, SCORES, Similarity, score_named};
use clap::{Args, ValueEnum};
use rayon::prelude::*;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;
use toml::Table;

/// Group spectra that are the same thing, without a library
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek cluster run.mzML -o clusters.csv
  mzseek cluster a.mgf b.mgf --profile peptide -o clusters.h5 --consensus consensus.mgf
  mzseek cluster run.mgf --threshold 0.6 --truth truth.csv -o clusters.csv

The CSV has a row per spectrum, in input order; a spectrum alone is a cluster of one. A name that ends
in .h5 makes an HDF5 file with the pairs of neighbours as well. With --truth (a CSV with the columns id
and identity), or where the input is annotated, the summary tells the share of incorrectly clustered
spectra and the completeness. The clusters do not depend on the order of the input.")]
pub(super) struct ClusterArgs {
    /// Spectra: files, folders, patterns or - for standard input; docs/formats.md lists what is read
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// The file to make: clusters.csv or clusters.h5
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
    /// An MGF file of consensus spectra, with cluster numbers in the titles
    #[arg(long, value_name = "FILE.mgf")]
    consensus: Option<PathBuf>,
    /// Fewest spectra of a cluster with a consensus
    #[arg(long, value_name = "N", default_value = "2", value_parser = clap::value_parser!(u32).range(1..))]
    consensus_from: u32,
    /// What spectra are: a CSV with the columns id and identity
    #[arg(long, value_name = "TRUTH.csv")]
    truth: Option<PathBuf>,
    /// Index for crowded precursor windows, as in IVF64,Sparse or PCA64,IVF64,Flat [default: chosen]
    #[arg(long, value_name = "KIND")]
    index: Option<String>,
    #[command(flatten)]
    reading: ReadingFlags,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Method {
    /// Clusters merge while the mean similarity between their members reaches the threshold
    Average,
    /// Clusters merge while every two of their members reach the threshold
    Complete,
    /// Any chain of similar spectra
    Components,
    /// Similar spectra in dense places
    Dbscan,
    /// Spectra that reach the threshold with the medoid nearest to them
    Medoids,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    /// The one with the largest sum of similarities to its neighbours
    Medoid,
    /// The one most similar on average to all others
    MostSimilar,
}

fn parse_threshold(text: &str) -> Result<f32, String> {
    let number = text.parse().ok().filter(|&n: &f32| n > 0.0 && n <= 1.0);
    number.ok_or_else(|| "write a similarity above 0, up to 1".to_owned())
}

fn parse_score(text: &str) -> Result<&'static dyn Similarity, String> {
    let of_fragments = |score: &&dyn Similarity| score.rests_on() == RestsOn::Fragments;
    score_named(text).filter(of_fragments).ok_or_else(|| {
        let scores = SCORES.iter().copied().filter(of_fragments);
        let names: Vec<&str> = scores.map(Similarity::name).collect();
        format!("scores of fragments are {}", names.join(", "))
    })
}

impl ClusterArgs {
    fn settings(&self) -> Result<LibrarySettings, Failure> {
        let mut flags = Table::new();
        if let Some(index) = &self.index {
            config::set(&mut flags, "index.kind", index.clone());
        }
        if let Some(threshold) = self.threshold {
            config::set(&mut flags, "clusters.threshold", f64::from(threshold));
        }
        if let Some(tolerance) = self.precursor_tol {
            let key = "clusters.precursor-tolerance";
            config::set(&mut flags, key, tolerance.to_string());
        }
        if let Some(tolerance) = self.fragment_tol {
            let key = "matching.fragment-tolerance";
            config::set(&mut flags, key, tolerance.to_string());
        }
        let wishes = Wishes {
            profile: self.profile.as_deref(),
            file: self.config.as_deref(),
            flags,
        };
        Ok(config::resolve(&wishes)?)
    }

    fn grouping(&self) -> Grouping {
        match self.method {
            Method::Average => Grouping::Linkage(Linkage::Average),
            Method::Complete => Grouping::Linkage(Linkage::Complete),
            Method::Components => Grouping::Components,
            Method::Dbscan => Grouping::Dbscan {
                min_spectra: self.min_spectra,
            },
            Method::Medoids => Grouping::Medoids,
        }
    }
}

pub(super) fn run(args: &ClusterArgs, console: Console) -> Result<Outcome, Failure> {
    let settings = args.settings()?;
    refuse_outputs(args)?;
    let truth = args
        .truth
        .as_deref()
        .map(read_truth_of_spectra)
        .transpose()?;
    let mut summary = RunSummary::default();
    let read = Read::all(args, &settings, truth.as_ref(), console)?;
    let Read {
        intake,
        spectra,
        prepared,
        identities,
    } = read;
    summary.stage("reading", intake.reading);
    let how = LinkSettings {
        threshold: settings.clusters.threshold,
        precursor: settings.cluster_tolerance()?,
        fragment: settings.fragment_tolerance()?,
        score: args.score,
    };
    let mut started = Instant::now();
    let mut stage = |name| {
        summary.stage(name, started.elapsed());
        started = Instant::now();
    };
    let set = SpectrumSet::new(&prepared, how.precursor, &nearest(&settings)?);
    let set = set.map_err(crate::library::LibraryError::from)?;
    drop(prepared);
    stage("laying out");
    let links = set.links(how);
    stage("comparing");
    let groups = set.group(&links, (how, args.grouping()));
    let clusters = Clusters::new(&groups.labels, &links, &vec![None; groups.labels.len()]);
    stage("grouping");
    let which = match args.representative {
        Which::Medoid => Representative::Medoid,
        Which::MostSimilar => Representative::MostSimilar,
    };
    let copies = &set.distinct().copies;
    let chosen = representatives(&clusters, set.spectra(), copies, &links, (how, which));
    let clustered = Clustered {
        spectra: &spectra,
        distinct: set.distinct(),
        links: &links,
        groups: &groups,
        clusters: &clusters,
        representatives: &chosen,
    };
    let numbered = clustered.numbered();
    write(args, &settings, &clustered, &numbered)?;
    if let Some(path) = &args.consensus {
        let wanted = (how.fragment, args.consensus_from);
        publish(path, |out| {
            write_consensus(&clustered, &numbered, set.spectra(), wanted, out)
                .map_err(|e| Failure::write(path, e))
        })?;
    }
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

/// What came out of the input.
struct Read {
    intake: Intake,
    spectra: Vec<SpectrumInfo>,
    prepared: Vec<PreparedSpectrum>,
    /// By position in `prepared`.
    identities: Vec<Option<String>>,
}

impl Read {
    fn all(
        args: &ClusterArgs,
        settings: &LibrarySettings,
        truth: Option<&std::collections::HashMap<String, String>>,
        console: Console,
    ) -> Result<Self, Failure> {
        let preparation = settings.preparation()?;
        let (mut infos, mut kept, mut identities) = (Vec::new(), Vec::new(), Vec::new());
        let intake = Intake::read(&args.inputs, args.reading, console, |spectra, skipped| {
            let prepared: Vec<_> = spectra
                .par_iter()
                .map(|spectrum| prepare(spectrum, &preparation))
                .collect();
            for (spectrum, prepared) in spectra.iter().zip(prepared) {
                let origin = &spectrum.origin;
                let row = match prepared {
                    Ok(prepared) => {
                        kept.push(prepared);
                        identities.push(match truth {
                            Some(truth) => truth.get(spectrum.id.trim()).cloned(),
                            None => identity_of(spectrum),
                        });
                        Some(kept.len() as u32 - 1)
                    }
                    Err(reason) => {
                        let place =
                            format!("{}, record {}", origin.file.display(), origin.index + 1);
                        skipped.add(reason.category(), format!("{place}: {reason}"));
                        None
                    }
                };
                let charge = spectrum.precursor.and_then(|p| p.charge);
                infos.push(SpectrumInfo {
                    file: origin.file.clone(),
                    index: origin.index,
                    id: spectrum.id.as_str().into(),
                    precursor_mz: spectrum.precursor.map_or(f64::NAN, |p| p.mz.value()),
                    charge: charge.map_or(0, Charge::state),
                    retention_time: spectrum
                        .measurement
                        .retention_time
                        .map_or(f64::NAN, Seconds::value),
                    row,
                });
            }
            Ok(())
        })?;
        Ok(Self {
            intake,
            spectra: infos,
            prepared: kept,
            identities,
        })
    }
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
    args: &ClusterArgs,
    settings: &LibrarySettings,
    clustered: &Clustered<'_>,
    numbered: &Numbered,
) -> Result<(), Failure> {
    let path = &args.output;
    let is_hdf5 = path.extension().is_some_and(|e| {
        ["h5", "hdf5"]
            .iter()
            .any(|known| e.eq_ignore_ascii_case(known))
    });
    if is_hdf5 {
        let text = settings_text(args, settings);
        return Ok(write_clusters_hdf5(clustered, numbered, text, path)?);
    }
    publish(path, |out| {
        write_clusters_csv(clustered, numbered, out).map_err(|e| Failure::csv(path, e))
    })
}

/// The settings of the profile, and what flags say beside them, as TOML.
fn settings_text(args: &ClusterArgs, settings: &LibrarySettings) -> String {
    let name = args.method.to_possible_value();
    let method = name
        .map(|value| value.get_name().to_owned())
        .unwrap_or_default();
    let mut table = Table::new();
    config::set(&mut table, "cluster.method", method);
    config::set(&mut table, "cluster.score", args.score.name());
    format!("{}\n{}", settings.to_toml(), table)
}

fn publish<T>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let failed = |e: io::Error| Failure::write(path, e);
    let mut out = BufWriter::new(PendingFile::create(path).map_err(failed)?);
    let done = write(&mut out)?;
    let pending = out.into_inner().map_err(|e| failed(e.into_error()))?;
    pending.publish().map_err(failed)?;
    Ok(done)
}
