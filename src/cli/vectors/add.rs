//! `mzseek vectors add`: an index with more vectors in it.

use super::super::Outcome;
use super::super::console::Console;
use crate::failure::Failure;
use crate::index::VectorIndex;
use crate::report::Table;
use crate::vectors::{IndexFile, Location, Vectors};
use clap::Args;
use std::path::PathBuf;

/// Add vectors to an index without training it again, and say whether it should be
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek vectors add base.h5 more.npy -o grown.h5

The rows of the index keep their numbers; those added follow. They are put into the lists and codes
that are there. What is told compares them with the vectors the index was trained on: where they lie
more than 1.2 times as far (squared) from the centres of their lists or from their codes, where lists
become 1.5 times less even, or where most vectors were added, make the index again from all vectors.
Distances are judged only where the index was trained on 8,192 vectors or more.
The calibration of the index stays that of the vectors it was trained on.")]
pub(super) struct AddArgs {
    /// The index
    #[arg(value_name = "IDX.h5")]
    index: PathBuf,
    /// Vectors to add: .npy, .fvecs, .bvecs, .ivecs, .csv or FILE.h5:dataset
    #[arg(value_name = "MORE")]
    more: Location,
    /// The index file to make; the first one stays as it is
    #[arg(short, long, value_name = "NEW.h5")]
    output: PathBuf,
}

pub(super) fn run(args: &AddArgs, console: Console) -> Result<Outcome, Failure> {
    let file = IndexFile::open(&args.index)?;
    let more = Vectors::open(&args.more)?;
    more.expect_dim(&args.index.display().to_string(), file.index().dim())?;
    let (rows, n_zero) = file.metric().matrix(&more)?;
    super::say_zeros(console, more.name(), n_zero);
    let (grown, drift) = file.with_added(&more, rows.view())?;
    grown.write(&args.output)?;
    console.say(format!(
        "{}: {} over {} vectors, {} of them added",
        args.output.display(),
        grown.index().factory(),
        grown.index().len(),
        drift.n_added
    ));
    let measures = drift.measures();
    if !measures.is_empty() {
        let mut table = Table::new(&["measure ", "trained on", "added", "ratio"]);
        for (name, trained, added) in measures {
            table.row(vec![
                name.to_owned(),
                format!("{trained:.4}"),
                format!("{added:.4}"),
                format!("{:.2}", added / trained),
            ]);
        }
        console.say(table.to_string().trim_end().to_owned());
    }
    let reasons = drift.reasons_to_retrain();
    for reason in &reasons {
        console.say(format!("note: {reason}"));
    }
    if !reasons.is_empty() {
        console.say("make the index again from all of its vectors (mzseek vectors index)");
    }
    Ok(Outcome::Done)
}
