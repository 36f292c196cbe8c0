//! The command line: one file per command, shared flags here.
//!
//! Data goes to stdout or `--output`, everything for people to stderr. Exit codes: 0 done, 1 failed,
//! 2 wrong usage, 3 done but some input records were skipped, or found doubtful by `check`.

mod add;
mod again;
mod build;
mod check;
mod cluster;
mod compact;
mod console;
mod demo;
mod evaluate;
mod explain;
mod export;
mod info;
mod intake;
#[cfg(unix)]
mod interrupt;
mod memory;
mod merge;
mod output;
mod picture;
mod plot;
mod remake;
mod remove;
mod screening;
mod search;
mod serve;
mod tune;
mod unpack;
mod vectors;
mod verify;
mod watch;

use crate::failure::{Failure, Kind};
use clap::{Args, Parser, Subcommand};
use console::Console;
use std::process::ExitCode;

/// Spectral-library identification: say what a tandem mass spectrum is.
#[derive(Debug, Parser)]
#[command(name = "mzseek", version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    shared: Shared,
}

const EXAMPLES: &str = "\
Examples:
  mzseek demo
  mzseek build library.msp.gz -o library.h5
  mzseek search library.h5 run.mzML -o report.csv --precursor-tol 10ppm
  mzseek search library.h5 run.mgf | head

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done but some input records were skipped or, by
'check', found doubtful, 130 interrupted.";

/// Flags of every command.
#[derive(Debug, Clone, Copy, Args)]
struct Shared {
    /// Threads to use; all cores if not given
    #[arg(long, global = true, value_name = "N", env = "MZSEEK_THREADS")]
    threads: Option<std::num::NonZeroUsize>,
    /// Say more
    #[arg(short, long, global = true)]
    verbose: bool,
    /// Say nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::DemoArgs),
    Check(check::CheckArgs),
    Build(build::BuildArgs),
    Add(add::AddArgs),
    Remove(remove::RemoveArgs),
    Merge(merge::MergeArgs),
    Compact(compact::CompactArgs),
    Search(search::SearchArgs),
    Again(again::AgainArgs),
    Plot(plot::PlotArgs),
    Info(info::InfoArgs),
    Verify(verify::VerifyArgs),
    Cluster(cluster::ClusterArgs),
    Evaluate(evaluate::EvaluateArgs),
    Explain(explain::ExplainArgs),
    Export(export::ExportArgs),
    Tune(tune::TuneArgs),
    #[command(hide = true)]
    Unpack(unpack::UnpackArgs),
    Serve(serve::ServeArgs),
    Watch(watch::WatchArgs),
    Vectors(vectors::VectorsArgs),
}

/// How a command that did not fail ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Everything was used.
    Done,
    /// Some input records were skipped, or are doubtful; each was counted and explained.
    DoneWithSkips,
}

/// Runs the program on the process's arguments.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are data, not errors, and clap sends them to stdout itself.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    // Of pages of 2 MiB, which the allocator asks for, most commands fill but a part, and the system
    // makes all of them zero first. Only what computes on large matrices gains by them.
    #[cfg(target_os = "linux")]
    if !matches!(cli.command, Command::Vectors(_)) {
        // A system that does not know how may go on as it does.
        let _ = rustix::thread::disable_transparent_huge_pages(true);
    }
    #[cfg(unix)]
    {
        interrupt::outlive_file_limit();
        // These end what they do in an orderly way, by themselves.
        if !matches!(cli.command, Command::Serve(_) | Command::Watch(_)) {
            interrupt::clean_up_on_interrupt();
        }
    }
    let console = Console::new(cli.shared.quiet, cli.shared.verbose);
    let threads = cli.shared.threads.map_or(0, std::num::NonZeroUsize::get);
    // What unpacks has little memory, and no use for threads.
    if !matches!(cli.command, Command::Unpack(_)) {
        // Fails only if a pool was built before, which nothing here does.
        let _ = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build_global();
        if let Ok(program) = std::env::current_exe() {
            crate::formats::unpack_with(program, &unpack::WORDS);
        }
    }
    match run(cli.command, console) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::DoneWithSkips) => ExitCode::from(3),
        // Whoever reads our output has seen enough: not a fault of ours or theirs.
        Err(failure) if failure.kind() == Kind::Closed => ExitCode::SUCCESS,
        Err(failure) => {
            Console::error(&failure);
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(command: Command, console: Console) -> Result<Outcome, Failure> {
    match command {
        Command::Demo(args) => demo::run(&args, console),
        Command::Check(args) => check::run(&args, console),
        Command::Build(args) => build::run(&args, console),
        Command::Add(args) => add::run(&args, console),
        Command::Remove(args) => remove::run(&args, console),
        Command::Merge(args) => merge::run(&args, console),
        Command::Compact(args) => compact::run(&args, console),
        Command::Search(args) => search::run(&args, console),
        Command::Again(args) => again::run(&args, console),
        Command::Plot(args) => plot::run(&args, console),
        Command::Info(args) => info::run(&args),
        Command::Verify(args) => verify::run(&args, console),
        Command::Cluster(args) => cluster::run(&args, console),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Explain(args) => explain::run(&args, console),
        Command::Export(args) => export::run(&args, console),
        Command::Tune(args) => tune::run(&args, console),
        Command::Unpack(args) => unpack::run(&args),
        Command::Serve(args) => serve::run(args, console),
        Command::Watch(args) => watch::run(args, console),
        Command::Vectors(args) => vectors::run(&args, console),
    }
}
