//! `mzseek demo`: the main job on the bundled libraries, as the commands a user would type.

use super::console::Console;
use super::output::put;
use super::{Cli, Outcome};
use crate::failure::Failure;
use crate::library::shelf::{DEMO_QUERIES, DEMO_TRUTH, SHELF};
use crate::report::Table;
use clap::{Args, Parser};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Build the bundled libraries, search the bundled queries and check the answers
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  mzseek demo

The queries are spectra of the bundled libraries with noise added: m/z and intensity errors, lost
peaks, foreign peaks. Some are of molecules that no library holds; those must find nothing.")]
pub(super) struct DemoArgs {
    /// Where libraries, queries and reports are put
    #[arg(short, long, value_name = "DIR", default_value = "mzseek-demo")]
    output: PathBuf,
}

/// Least score of a match in the demonstration: what is absent scores far below.
const MIN_SCORE: &str = "0.5";

/// The first match of a query in one library.
struct Best {
    library: &'static str,
    name: String,
    adduct: String,
    similarity: String,
    matched_peaks: String,
    precursor_delta_ppm: String,
}

pub(super) fn run(args: &DemoArgs, console: Console) -> Result<Outcome, Failure> {
    let folder = &args.output;
    fs_err::create_dir_all(folder).map_err(|e| Failure::write(folder, e))?;
    let queries = folder.join("queries.mgf.gz");
    put(&queries, DEMO_QUERIES)?;
    put(&folder.join("truth.csv"), DEMO_TRUTH.as_bytes())?;
    let mut found: BTreeMap<String, Best> = BTreeMap::new();
    for bundled in SHELF {
        console.say(format!("\n{}: {}", bundled.name, bundled.title));
        let file = |name: &str| folder.join(format!("{}{name}", bundled.name));
        let (spectra, library, report) = (file(".msp.gz"), file(".h5"), file("-report.csv"));
        put(&spectra, bundled.spectra)?;
        let [spectra, library, queries, csv] =
            [&spectra, &library, &queries, &report].map(|p| p.to_string_lossy().into_owned());
        command(
            console,
            &[
                "build",
                &spectra,
                "--profile",
                bundled.profile,
                "-o",
                &library,
            ],
        )?;
        let how = ["--group-by", "compound", "--min-score", MIN_SCORE];
        let search = [&["search", &library, &queries, "-o", &csv], &how[..]].concat();
        command(console, &search)?;
        found.extend(first_matches(&report, bundled.name)?);
    }
    let (table, right, total) = compare(&found)?;
    let text = format!(
        "\n{table}\n{right} of {total} queries answered rightly\n\
         libraries, queries and reports (CSV) are in {}\n",
        folder.display()
    );
    let stdout = Path::new("stdout");
    io::stdout()
        .lock()
        .write_all(text.as_bytes())
        .map_err(|e| Failure::write(stdout, e))?;
    if right == total {
        Ok(Outcome::Done)
    } else {
        Err(Failure::input(
            "the demonstration did not find what it should",
        ))
    }
}

/// Shows a command and runs it.
fn command(console: Console, words: &[&str]) -> Result<(), Failure> {
    console.say(format!("$ mzseek {}", words.join(" ")));
    let cli = Cli::try_parse_from([&["mzseek"], words].concat())
        .map_err(|e| Failure::usage(e.to_string()))?;
    super::run(cli.command, console).map(drop)
}

fn first_matches(report: &Path, library: &'static str) -> Result<Vec<(String, Best)>, Failure> {
    let failed = |e: csv::Error| Failure::input(format!("{}: {e}", report.display()));
    let mut reader = csv::Reader::from_path(report).map_err(failed)?;
    let mut matches = Vec::new();
    for row in reader.deserialize() {
        let row: BTreeMap<String, String> = row.map_err(failed)?;
        let cell = |name: &str| row.get(name).cloned().unwrap_or_default();
        if cell("rank") == "1" {
            let best = Best {
                library,
                name: cell("name"),
                adduct: cell("adduct"),
                similarity: cell("similarity"),
                matched_peaks: cell("matched_peaks"),
                precursor_delta_ppm: cell("precursor_delta_ppm"),
            };
            matches.push((cell("query_id"), best));
        }
    }
    Ok(matches)
}

/// A table of expected and found, the number of right answers, and of queries.
fn compare(found: &BTreeMap<String, Best>) -> Result<(Table, usize, usize), Failure> {
    let header = [
        "query ", "library ", "answer ", "adduct ", "score", "peaks", "ppm", "right ",
    ];
    let mut table = Table::new(&header);
    let (mut right, mut total) = (0, 0);
    let mut truth = csv::Reader::from_reader(DEMO_TRUTH.as_bytes());
    for row in truth.deserialize() {
        let row: BTreeMap<String, String> =
            row.map_err(|e| Failure::input(format!("bundled truth: {e}")))?;
        let cell = |name: &str| row.get(name).map(String::as_str).unwrap_or_default();
        let (title, expected) = (cell("title"), cell("name"));
        let absent = cell("class") == "absent";
        let best = found.get(title);
        let is_right = best.map_or(absent, |b| !absent && b.name == expected);
        total += 1;
        right += usize::from(is_right);
        let verdict = match (is_right, absent) {
            (true, false) => "yes".to_owned(),
            (true, true) => "yes, absent".to_owned(),
            (false, _) => format!("NO: {expected}"),
        };
        let cells = best.map_or([""; 6], |b| {
            [
                b.library,
                &b.name,
                &b.adduct,
                &b.similarity,
                &b.matched_peaks,
                &b.precursor_delta_ppm,
            ]
        });
        let cells = [&[title], &cells[..], &[verdict.as_str()]].concat();
        table.row(cells.into_iter().map(str::to_owned).collect());
    }
    Ok((table, right, total))
}
