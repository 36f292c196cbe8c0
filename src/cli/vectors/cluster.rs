//! `mzseek vectors cluster`: vectors in k clusters, and clusters merged by neighbours.

use crate::cli::console::Console;
use crate::cli::{Outcome, output};
use crate::failure::Failure;
use crate::vectors::cluster::{
    Clustering, Partition, Split, hierarchical_partition, kmeans_partition, medoid_partition,
    neighbourhood, write_csv, write_hdf5,
};
use crate::vectors::{Location, VectorMetric, Vectors, VectorsError};
use clap::{Args, ValueEnum};
use ndarray::ArrayView2;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Instant;

/// Put vectors into clusters
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek vectors cluster base.npy --k 100 -o clusters.h5
  mzseek vectors cluster base.npy --k 100 --metric l2 --csv labels.csv
  mzseek vectors cluster base.npy --k 50 --method kmedoids --similarity sim.npy -o clusters.h5
  mzseek vectors cluster base.npy --k 500 --neighbours --threshold 0.9 --merge -o clusters.h5

The file holds labels, sizes and centres (or medoids); with --neighbours also pairs of rows of one
cluster whose cosine reaches the threshold (the 100 nearest of each row). With --merge two clusters
become one group if a row of one and a row of the other for which the first comes second reach it;
groups are connected components, named by their lowest cluster.")]
pub(super) struct ClusterArgs {
    /// Vectors: .npy, .fvecs, .bvecs, .ivecs, .csv or FILE.h5:dataset
    #[arg(value_name = "BASE")]
    base: Location,
    /// Number of clusters
    #[arg(long, value_name = "K")]
    k: NonZeroUsize,
    /// How clusters are found
    #[arg(long, value_name = "METHOD", default_value = "kmeans")]
    method: Method,
    /// What near means: ip (inner product), l2 (Euclidean distance) or cosine
    #[arg(long, value_name = "METRIC", default_value = "cosine")]
    metric: VectorMetric,
    /// Similarities of every two vectors for kmedoids, higher is nearer: .npy or FILE.h5:dataset
    #[arg(long, value_name = "SIM.npy")]
    similarity: Option<Location>,
    /// Find pairs of neighbours inside clusters
    #[arg(long)]
    neighbours: bool,
    /// Least cosine of neighbours
    #[arg(long, value_name = "COSINE", default_value = "0.9", value_parser = parse_threshold)]
    threshold: f32,
    /// Merge clusters that have neighbours across their border; implies --neighbours
    #[arg(long)]
    merge: bool,
    /// Seed of everything random
    #[arg(long, value_name = "N", default_value = "0")]
    seed: u32,
    /// The HDF5 file to make
    #[arg(short, long, value_name = "OUT.h5", required_unless_present = "csv")]
    output: Option<PathBuf>,
    /// A CSV with the cluster of every row
    #[arg(long, value_name = "OUT.csv")]
    csv: Option<PathBuf>,
}

/// How clusters are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Method {
    /// Centres are means; spherical under cosine and ip
    Kmeans,
    /// The widest cluster is split in two until there are k; the file holds the splits
    Hierarchical,
    /// Rows of the set stand for clusters; every two rows are compared, or --similarity is read
    Kmedoids,
}

fn parse_threshold(text: &str) -> Result<f32, String> {
    let number = text.parse().ok().filter(|&n: &f32| n > 0.0 && n <= 1.0);
    number.ok_or_else(|| "write a cosine above 0, up to 1".to_owned())
}

pub(super) fn run(args: &ClusterArgs, console: Console) -> Result<Outcome, Failure> {
    if args.similarity.is_some() && args.method != Method::Kmedoids {
        let text = "--similarity is for --method kmedoids: the others need the vectors themselves";
        return Err(Failure::usage(text));
    }
    let started = Instant::now();
    let base = Vectors::open(&args.base)?;
    let k = args.k.get();
    if k > base.n_rows() {
        let (name, available) = (base.name().to_owned(), base.n_rows());
        let (what, unit) = ("--k", "vectors");
        return Err(VectorsError::TooFew {
            what,
            asked: k,
            name,
            available,
            unit,
        }
        .into());
    }
    let (rows, n_zero) = args.metric.matrix(&base)?;
    super::say_zeros(console, base.name(), n_zero);
    let (partition, splits) = partition(args, &base, &rows.view(), console)?;
    let neighbourhood = if args.neighbours || args.merge {
        let (units, _) = VectorMetric::Cosine.matrix(&base)?;
        let views = (rows.view(), units.view());
        let found = neighbourhood(
            &partition,
            views,
            args.metric.core(),
            args.threshold,
            args.merge,
        );
        Some(found.map_err(|source| VectorsError::Train {
            name: base.name().to_owned(),
            source,
        })?)
    } else {
        None
    };
    let clustering = Clustering {
        method: args
            .method
            .to_possible_value()
            .map(|v| v.get_name().to_owned())
            .unwrap_or_default(),
        metric: args.metric.to_string(),
        partition,
        splits,
        neighbourhood,
    };
    if let Some(path) = &args.output {
        write_hdf5(&clustering, path)?;
    }
    if let Some(path) = &args.csv {
        output::fill_file(path, |out| Ok(write_csv(&clustering, out)?))?;
    }
    say(&clustering, console, started);
    Ok(Outcome::Done)
}

/// Clusters by the method asked for, and the splits that led to them where it is one of splits.
fn partition(
    args: &ClusterArgs,
    base: &Vectors,
    rows: &ArrayView2<'_, f32>,
    console: Console,
) -> Result<(Partition, Vec<Split>), VectorsError> {
    let (k, metric, seed) = (args.k.get(), args.metric.core(), u64::from(args.seed));
    let (partition, splits) = match args.method {
        Method::Kmeans => (kmeans_partition(*rows, k, metric, seed), Vec::new()),
        Method::Hierarchical => hierarchical_partition(*rows, k, metric, seed),
        Method::Kmedoids => {
            let stored = args.similarity.as_ref().map(Vectors::open).transpose()?;
            let sets = (base, *rows);
            let (partition, notes) = medoid_partition(sets, stored.as_ref(), k, args.metric, seed)?;
            for note in notes {
                console.say(format!("note: {note}"));
            }
            (partition, Vec::new())
        }
    };
    if partition.len() < k {
        let found = partition.len();
        console.say(format!(
            "note: {found} clusters instead of {k}: the rows of each are the same"
        ));
    }
    Ok((partition, splits))
}

fn say(clustering: &Clustering, console: Console, started: Instant) {
    let sizes = clustering.partition.sizes();
    let (least, most) = (sizes.iter().min(), sizes.iter().max());
    console.say(format!(
        "{} vectors in {} clusters of {} to {}, {:.2} s",
        clustering.partition.labels.len(),
        sizes.len(),
        least.unwrap_or(&0),
        most.unwrap_or(&0),
        started.elapsed().as_secs_f64()
    ));
    let Some(found) = &clustering.neighbourhood else {
        return;
    };
    console.say(format!(
        "{} pairs of neighbours with a cosine of at least {}",
        found.pairs.len(),
        found.threshold
    ));
    if let Some(groups) = &found.groups {
        let n_groups = groups
            .iter()
            .enumerate()
            .filter(|(at, group)| **group as usize == *at);
        console.say(format!("{} groups of merged clusters", n_groups.count()));
    }
}
