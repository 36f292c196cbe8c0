//! `mzseek serve`: the service.

use super::Outcome;
use super::console::Console;
use crate::failure::Failure;
use crate::serve::{self, Limits, Service};
use clap::{Args, ValueEnum};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Answer questions over HTTP, and on a web page
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek serve --libraries libraries
  mzseek serve --libraries libraries --jobs /var/lib/mzseek/jobs --log-format json
  mzseek serve --libraries libraries --listen 0.0.0.0:8080 --tokens tokens.txt
  curl -F file=@run.mgf -F library=lipids -H 'Accept: text/csv' http://127.0.0.1:8080/api/v1/search

The page is at /, the API is described at /api. Every .h5 file of the folder is a library, called
as the file. A new or replaced file is checked, then taken up whole; replace files by renaming, as
'mzseek build' does. SIGHUP looks at once, and reads the tokens again; SIGTERM answers what is open
and ends.")]
pub(super) struct ServeArgs {
    /// The folder with the libraries
    #[arg(long, value_name = "DIR")]
    libraries: PathBuf,
    /// The address to listen on; port 0 takes a free one. The address is written to stdout
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Let in only who has a token of this file: one per line, sent as 'Authorization: Bearer TOKEN'
    #[arg(long, value_name = "FILE")]
    tokens: Option<PathBuf>,
    /// Listen to others than this machine without tokens
    #[arg(long, conflicts_with = "tokens")]
    insecure: bool,
    /// Take jobs, and keep them in this folder
    #[arg(long, value_name = "DIR")]
    jobs: Option<PathBuf>,
    /// Seconds between looks at the libraries; 0 looks only after SIGHUP
    #[arg(long, value_name = "S", default_value = "2")]
    poll: u32,
    /// Seconds that open requests have after SIGTERM
    #[arg(long, value_name = "S", default_value = "30")]
    drain: u32,
    /// How the log on stderr is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    log_format: LogFormat,
    #[command(flatten)]
    limits: Limits,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    /// A line for people
    Text,
    /// A JSON object per line
    Json,
}

pub(super) fn run(args: ServeArgs, console: Console) -> Result<Outcome, Failure> {
    let level = if console.is_quiet() {
        tracing::Level::WARN
    } else {
        tracing::Level::INFO
    };
    let log = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(io::stderr);
    let log = log.with_ansi(false).with_target(false);
    match args.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    let service = Service {
        libraries: args.libraries,
        listen: args.listen,
        tokens: args.tokens,
        insecure: args.insecure,
        jobs: args.jobs,
        poll: (args.poll > 0).then(|| Duration::from_secs(args.poll.into())),
        drain: Duration::from_secs(args.drain.into()),
        limits: args.limits,
    };
    serve::run(&service, |address| {
        // Nobody may read it.
        let mut out = io::stdout().lock();
        let _ = writeln!(out, "http://{address}").and_then(|()| out.flush());
    })?;
    Ok(Outcome::Done)
}
