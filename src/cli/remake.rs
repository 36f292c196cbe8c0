//! What the commands share that make a library of libraries.

use super::Outcome;
use super::console::Console;
use crate::failure::Failure;
use crate::library::{self, Library, LibraryError, Stage};
use crate::report::RunSummary;
use crate::search;
use std::path::Path;
use std::time::Instant;

/// Has `make` make a library, learns from it, writes it to `output`, in the place of `old` where
/// there is one, and tells of it as `mzseek build` does.
pub(super) fn remake(
    (old, output): (Option<&Library>, &Path),
    console: Console,
    make: impl FnOnce(&mut dyn FnMut(Stage)) -> Result<(Library, Vec<String>), LibraryError>,
) -> Result<Outcome, Failure> {
    let started = Instant::now();
    let (mut library, notes) = make(&mut |stage| console.detail(stage.text()))?;
    library.set_models(search::learn(&library)?);
    match old {
        Some(old) => library::replace(old, &library, output)?,
        None => library::write(&library, output)?,
    }
    for note in &notes {
        console.say(format!("note: {note}"));
    }
    let entries = library.entries();
    let versions = &library.members()[0].lineage.versions;
    console.say(format!(
        "{}: version {}, index {}, profile {}",
        output.display(),
        versions.last().map_or(1, |version| version.number),
        library.settings().index.kind,
        library.settings().profile
    ));
    let mut summary = RunSummary::default();
    let n_decoys = entries.n_decoys() as u64;
    summary
        .count("entries", entries.n_targets() as u64)
        .count("clusters", library.clusters().len() as u64 - n_decoys);
    if n_decoys > 0 {
        summary.count("decoys", n_decoys);
    }
    summary.stage("in all", started.elapsed());
    console.say(&summary);
    Ok(Outcome::Done)
}
