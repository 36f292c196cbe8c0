//! `mzseek vectors pca`: fewer numbers per vector.

use super::super::Outcome;
use super::super::console::Console;
use crate::failure::Failure;
use crate::index::Keep;
use crate::report::Table;
use crate::vectors::pca::PcaModel;
use crate::vectors::{Location, Vectors};
use clap::Args;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// Fit principal components, print the variance they explain, bring vectors into them
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek vectors pca base.npy --variance 0.95 -o model.h5
  mzseek vectors pca base.npy --components 64 -o model.h5 --transform base64.npy
  mzseek vectors pca queries.npy --model model.h5 --transform queries64.npy

The set is read once, a run of rows at a time, so it may be larger than memory. --around-zero leaves
the mean in: components then preserve inner products and cosines, not only distances.")]
pub(super) struct PcaArgs {
    /// Vectors: .npy, .fvecs, .bvecs, .ivecs, .csv or FILE.h5:dataset
    #[arg(value_name = "BASE")]
    base: Location,
    /// Keep as few components as explain this part of the variance
    #[arg(
        long,
        value_name = "PART",
        default_value = "0.95",
        value_parser = parse_part,
        conflicts_with_all = ["components", "model"]
    )]
    variance: f64,
    /// Keep this many components
    #[arg(long, value_name = "N", conflicts_with = "model")]
    components: Option<NonZeroUsize>,
    /// Do not subtract the mean
    #[arg(long, conflicts_with = "model")]
    around_zero: bool,
    /// Use a model made before instead of fitting one
    #[arg(
        long,
        value_name = "MODEL.h5",
        requires = "transform",
        conflicts_with = "output"
    )]
    model: Option<PathBuf>,
    /// The model to make
    #[arg(
        short,
        long,
        value_name = "MODEL.h5",
        required_unless_present_any = ["model", "transform"]
    )]
    output: Option<PathBuf>,
    /// Write the vectors in components: .npy or .h5
    #[arg(long, value_name = "OUT.npy")]
    transform: Option<PathBuf>,
}

fn parse_part(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|&n: &f64| n > 0.0 && n <= 1.0);
    number.ok_or_else(|| "write a part above 0, up to 1".to_owned())
}

pub(super) fn run(args: &PcaArgs, console: Console) -> Result<Outcome, Failure> {
    let base = Vectors::open(&args.base)?;
    let model = if let Some(path) = &args.model {
        PcaModel::open(path)?
    } else {
        let keep = match args.components {
            Some(n) => Keep::Components(n.get()),
            None => Keep::Variance(args.variance),
        };
        let (model, notes) = PcaModel::fit(&base, keep, !args.around_zero)?;
        for note in notes {
            console.say(format!("note: {note}"));
        }
        if let Some(path) = &args.output {
            model.write(path)?;
        }
        let written = io::stdout().lock().write_all(table(&model).as_bytes());
        written.map_err(|e| Failure::write(Path::new("stdout"), e))?;
        model
    };
    if let Some(path) = &args.transform {
        model.transform(&base, path)?;
    }
    let (dim_in, dim_out) = model.dims();
    let explained = model
        .explained()
        .last()
        .map_or(1.0, |(_, explained)| *explained);
    console.say(format!(
        "{dim_out} components of {dim_in} explain {:.2} % of the variance",
        explained * 100.0
    ));
    Ok(Outcome::Done)
}

/// Each component with its variance and what is explained so far.
fn table(model: &PcaModel) -> String {
    let mut table = Table::new(&["component", "variance", "explained so far"]);
    for (idx, (variance, explained)) in model.explained().into_iter().enumerate() {
        table.row(vec![
            (idx + 1).to_string(),
            format!("{variance:.6}"),
            format!("{:.3} %", explained * 100.0),
        ]);
    }
    table.to_string()
}
