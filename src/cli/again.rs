//! `mzseek again`: a report made once more, from what lies beside it.

use super::console::Console;
use super::{Cli, Command, Outcome};
use crate::failure::Failure;
use crate::formats;
use crate::library::Library;
use crate::report::{FileStamp, Provenance};
use clap::{Args, Parser};
use std::path::{Path, PathBuf};

/// Make a report again, byte for byte, from the .json beside it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek again report.csv.json
  mzseek again report.csv.json -o once-more.csv

Library and queries are looked for where they were, so start it in the same folder; that they are the
same is checked by their checksums. Exit 1 where the report is not the same in the end, which another
version of mzseek may cause.")]
pub(super) struct AgainArgs {
    /// What lies beside the report
    #[arg(value_name = "REPORT.json")]
    provenance: PathBuf,
    /// The report to make; where it was, if not given
    #[arg(short, long, value_name = "REPORT")]
    output: Option<PathBuf>,
}

pub(super) fn run(args: &AgainArgs, console: Console) -> Result<Outcome, Failure> {
    let told = Provenance::read(&args.provenance)?;
    check(&told)?;
    let version = env!("CARGO_PKG_VERSION");
    if told.mzseek_version != version {
        let text = "the report may differ";
        let made_by = &told.mzseek_version;
        console.say(format!(
            "made by mzseek {made_by}, this is {version}: {text}"
        ));
    }
    let output = args.output.as_ref().unwrap_or(&told.report.path);
    let cli = Cli::try_parse_from(words(&told, output)).map_err(|e| {
        let fault = e.to_string();
        let fault = fault.lines().next().unwrap_or_default();
        Failure::input(format!("{}: {fault}", args.provenance.display()))
    })?;
    let Command::Search(_) = &cli.command else {
        unreachable!("the words begin with search");
    };
    let outcome = super::run(cli.command, console)?;
    let made = FileStamp::of(output).map_err(|e| Failure::write(output, e))?;
    if made.blake3 != told.report.blake3 {
        let text = "is not the report that was made then";
        return Err(Failure::input(format!("{}: {text}", output.display())));
    }
    console.say(format!(
        "{}: the same report, byte for byte",
        output.display()
    ));
    Ok(outcome)
}

/// Whether library and queries are what they were.
fn check(told: &Provenance) -> Result<(), Failure> {
    let changed = |path: &Path| {
        let text = "is not the file it was when the report was made";
        Failure::input(format!("{}: {text}", path.display()))
    };
    for library in &told.libraries {
        let opened = Library::open(&library.path)?;
        let mut checksums = opened.members().iter().map(|member| &member.checksum);
        if !checksums.any(|found| *found == library.checksum) {
            return Err(changed(&library.path));
        }
    }
    for input in &told.inputs {
        if input.path == Path::new(formats::STDIN) {
            let text = "the queries came from standard input, which cannot be read once more";
            return Err(Failure::input(text));
        }
        let found = FileStamp::of(&input.path).map_err(|e| Failure::write(&input.path, e))?;
        if found != *input {
            return Err(changed(&input.path));
        }
    }
    Ok(())
}

/// The command that made the report.
fn words(told: &Provenance, output: &Path) -> Vec<std::ffi::OsString> {
    let mut words = vec!["mzseek".into(), "search".into()];
    for (name, value) in &told.settings {
        words.push(match value.as_str() {
            "true" => format!("--{name}").into(),
            value => format!("--{name}={value}").into(),
        });
    }
    words.extend(["-o".into(), output.as_os_str().to_owned(), "--".into()]);
    let libraries = told.libraries.iter().map(|library| &library.path);
    words.extend(libraries.map(|path| path.clone().into()));
    words.extend(told.inputs.iter().map(|input| input.path.clone().into()));
    words
}
