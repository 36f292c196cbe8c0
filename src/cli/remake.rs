//! What the commands share that make a library of libraries.

use super::Outcome;
use super::console::Console;
use super::memory::{MemoryFlag, tell_overrun};
use crate::failure::Failure;
use crate::library::{self, Change, Library, LibraryError, Stage, change};
use crate::memory::Workspace;
use crate::report::RunSummary;
use crate::search;
use std::path::Path;
use std::time::Instant;

/// Has `make` make a library in `workspace` and puts it in the place of the one at `output` with the checksum
/// `old`, where there is one.
pub(super) fn remake(
    (old, output): (Option<&str>, &Path),
    workspace: &Workspace,
    console: Console,
    make: impl FnOnce(&mut dyn FnMut(Stage)) -> Result<(Library, Vec<String>), LibraryError>,
) -> Result<Outcome, Failure> {
    let started = Instant::now();
    let made = make(&mut |stage| console.detail(stage.text()))?;
    let done = put(made, (old, output), (started, console))?;
    tell_overrun(workspace, console);
    Ok(done)
}

/// Puts a library of the entries at `rows` in the place of the one at `path` that `library` was opened
/// from, as the new version that the command `by` made.
pub(super) fn rewrite(
    (library, path): (&Library, &Path),
    (by, rows): (&str, &[u32]),
    memory: MemoryFlag,
    console: Console,
) -> Result<Outcome, Failure> {
    let old = &library.members()[0].checksum;
    let workspace = &memory.workspace(path)?;
    remake((Some(old), path), workspace, console, |on_stage| {
        let stays = Change {
            by,
            rows,
            workspace,
        };
        change(library, stays, on_stage)
    })
}

/// Learns from a library that was just made, writes it, and tells of it as `mzseek build` does.
pub(super) fn put(
    (mut library, notes): (Library, Vec<String>),
    (old, output): (Option<&str>, &Path),
    (started, console): (Instant, Console),
) -> Result<Outcome, Failure> {
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
