//! `mzseek export`: the entries of a library as a file that other programs read.

use super::Outcome;
use super::console::Console;
use super::intake;
use crate::failure::Failure;
use crate::files::PendingFile;
use crate::formats::{
    Compression, ExportFormat, Membership, STDIN, Written, compressed, spectrum_writer,
};
use crate::library::{Condition, Library};
use clap::{Args, ValueEnum};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Write the entries of libraries as MSP, MGF, mzSpecLib or CSV
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mzseek export library.h5 -o library.msp
  mzseek export library.h5 -o library.mzspeclib.txt.gz
  mzseek export ours.h5 theirs.h5 --where \"polarity = '-'\" -o negative.mgf.zst
  mzseek export library.h5 --clusters=representatives -o distinct.msp
  mzseek export library.h5 --clusters -o clusters.mzspeclib.txt
  mzseek export library.h5 --format csv -o - | head

The peaks are those a library keeps: cleaned, with intensities that sum to 1. Numbers are written so
that they are the same when they are read; every record is read again before it is written, and a
field that would come back as something else is written as 'mzseek_field: KEY=VALUE'. Columns and
operators of --where are those of 'mzseek search --where'.")]
pub(super) struct ExportArgs {
    /// Libraries; of several, the entries of one after the other
    #[arg(required = true, value_name = "LIB.h5")]
    libraries: Vec<PathBuf>,
    /// The file to make, or - for standard output; its name chooses format and compression:
    /// .msp, .mgf, .mzspeclib.txt, .csv, with .gz or .zst behind
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// The format, whatever the name: msp, mgf, mzspeclib or csv
    #[arg(long, value_name = "FORMAT")]
    format: Option<ExportFormat>,
    /// Only entries that meet this condition
    #[arg(long = "where", value_name = "EXPR")]
    condition: Option<Condition>,
    /// State the cluster of each entry, or write only the entries that stand for clusters
    #[arg(long, value_name = "WHICH", num_args = 0..=1, require_equals = true, default_missing_value = "members")]
    clusters: Option<Which>,
    /// Write decoys, too
    #[arg(long)]
    with_decoys: bool,
}

/// Which entries of clusters are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    /// All of them.
    Members,
    /// The one that stands for each cluster.
    Representatives,
}

pub(super) fn run(args: &ExportArgs, console: Console) -> Result<Outcome, Failure> {
    let is_stdout = args.output == Path::new(STDIN);
    let format = args.format.or_else(|| ExportFormat::of_name(&args.output));
    let format = format.ok_or_else(|| {
        let name = args.output.display();
        let text = "does not tell the format: name it .msp, .mgf, .mzspeclib.txt or .csv, or give --format";
        Failure::usage(format!("{name}: {text}"))
    })?;
    intake::refuse_as_output(&args.libraries, &args.output)?;
    let paths: Vec<&Path> = args.libraries.iter().map(PathBuf::as_path).collect();
    let library = Library::open_all(&paths)?;
    let failed = |e: io::Error| Failure::write(&args.output, e);
    let written = if is_stdout {
        let out = BufWriter::new(io::stdout().lock());
        let written = export(args, (&library, format), out).map_err(failed)?;
        library.sound()?;
        written
    } else {
        let mut pending = PendingFile::create(&args.output).map_err(failed)?;
        let how = Compression::of_name(&args.output);
        let out = BufWriter::new(&mut pending);
        let written = compressed(how, out, |out| export(args, (&library, format), out));
        let written = written.map_err(failed)?;
        library.sound()?;
        pending.publish().map_err(failed)?;
        written
    };
    tell(&written, console);
    Ok(Outcome::Done)
}

fn export(
    args: &ExportArgs,
    (library, format): (&Library, ExportFormat),
    out: impl Write,
) -> io::Result<Written> {
    let mut writer = spectrum_writer((format, &library.name()), Box::new(out))?;
    let (entries, clusters) = (library.entries(), library.clusters());
    let condition = args.condition.as_ref();
    for row in 0..entries.len() as u32 {
        let cluster = clusters.cluster_of(row);
        let is_representative = clusters.medoid(cluster) == row;
        let is_wanted = (args.with_decoys || !entries.is_decoy(row))
            && (args.clusters != Some(Which::Representatives) || is_representative)
            && condition.is_none_or(|condition| library.meets(condition, row));
        if !is_wanted {
            continue;
        }
        let membership = args.clusters.map(|_| Membership {
            cluster,
            size: clusters.members(cluster).len() as u32,
            is_representative,
            purity: clusters.purity(cluster),
        });
        writer.write(library.written(row), membership)?;
    }
    writer.end()
}

/// Tells how many were written, and which of them say something that the format cannot.
pub(super) fn tell(written: &Written, console: Console) {
    console.say(format!("{} spectra written", written.n_spectra));
    if written.n_unfaithful > 0 {
        console.say(format!(
            "{} of them are not quite the same when they are read again:",
            written.n_unfaithful
        ));
        for one in &written.unfaithful {
            console.say(format!("  {}: {}", one.id, one.what));
        }
    }
}
