//! Entries as NIST-style MSP text, and text as gzip that depends on nothing but the text.

use super::entry::Entry;
use flate2::{Compression, GzBuilder};
use std::fmt::Write as _;
use std::io::Write as _;

/// Highest effort: the files are written once and shipped with every copy.
const LEVEL: u32 = 9;

/// "Unknown" in the gzip header's operating-system field, so that every system writes the same.
const OS_UNKNOWN: u8 = 255;

/// All entries, separated by an empty line; m/z with 5 decimals, intensities with 1.
pub(crate) fn text(entries: &[Entry]) -> String {
    let mut out = String::new();
    for entry in entries {
        write_entry(&mut out, entry).expect("writing to a string");
    }
    out
}

fn write_entry(out: &mut String, entry: &Entry) -> std::fmt::Result {
    let mode = if entry.charge > 0 {
        "POSITIVE"
    } else {
        "NEGATIVE"
    };
    writeln!(out, "Name: {}", entry.name)?;
    writeln!(out, "DB#: {}", entry.accession)?;
    writeln!(out, "PrecursorMZ: {:.5}", entry.precursor_mz)?;
    writeln!(out, "Precursor_type: {}", entry.adduct)?;
    writeln!(out, "Charge: {}", entry.charge)?;
    writeln!(out, "Ion_mode: {mode}")?;
    writeln!(out, "Spectrum_type: MS2")?;
    writeln!(out, "Formula: {}", entry.formula)?;
    writeln!(out, "ExactMass: {:.5}", entry.formula.mass())?;
    writeln!(out, "Instrument_type: in-silico")?;
    let comments: Vec<String> = entry
        .comments
        .iter()
        .map(|(key, value)| format!("\"{key}={value}\""))
        .collect();
    writeln!(out, "Comments: {}", comments.join(" "))?;
    writeln!(out, "Num Peaks: {}", entry.peaks.len())?;
    for (mz, intensity) in &entry.peaks {
        writeln!(out, "{mz:.5} {intensity:.1}")?;
    }
    writeln!(out)
}

/// gzip without time, name or system in its header.
pub(crate) fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzBuilder::new()
        .mtime(0)
        .operating_system(OS_UNKNOWN)
        .write(Vec::new(), Compression::new(LEVEL));
    encoder
        .write_all(text.as_bytes())
        .and_then(|()| encoder.finish())
        .expect("writing to memory")
}
