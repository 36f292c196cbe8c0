//! Consensus spectra as MGF.

use super::{Clustered, Numbered};
use crate::cluster::{Spectra, consensus};
use crate::domain::Tolerance;
use std::io::{self, Write};

/// The largest peak of a written spectrum.
const BASE_PEAK: f64 = 10_000.0;

/// Writes the consensus of each cluster of `least` spectra or more, in order of number, and says
/// how many were written.
///
/// The title is `cluster=N size=S representative=ID`, so that a consensus is found again in the
/// CSV by its number.
///
/// # Errors
/// What the system said about `out`.
pub fn write_consensus(
    clustered: &Clustered<'_>,
    numbered: &Numbered,
    spectra: Spectra<'_>,
    (fragment, least): (Tolerance, u32),
    mut out: impl Write,
) -> io::Result<usize> {
    let mut id_of_row: Vec<&str> = vec![""; numbered.cluster.len()];
    for spectrum in clustered.spectra {
        if let Some(row) = spectrum.row {
            id_of_row[row as usize] = &spectrum.id;
        }
    }
    let mut n_written = 0;
    for (number, (&row, &size)) in numbered
        .representative
        .iter()
        .zip(&numbered.size)
        .enumerate()
    {
        if size < least {
            continue;
        }
        let cluster = clustered
            .clusters
            .cluster_of(clustered.distinct.of_row[row as usize]);
        let members = clustered.clusters.members(cluster);
        let made = consensus(spectra, members, &clustered.distinct.copies, fragment);
        let most = made.peaks.iter().map(|peak| peak.1).fold(0.0, f64::max);
        // A title is one line.
        let id = id_of_row[row as usize].replace(['\n', '\r'], " ");
        writeln!(out, "BEGIN IONS")?;
        writeln!(
            out,
            "TITLE=cluster={number} size={size} representative={id}"
        )?;
        if made.precursor_mz.is_finite() {
            writeln!(out, "PEPMASS={:.6}", made.precursor_mz)?;
        }
        match made.charge {
            0 => {}
            charge if charge > 0 => writeln!(out, "CHARGE={charge}+")?,
            charge => writeln!(out, "CHARGE={}-", charge.unsigned_abs())?,
        }
        for (mz, intensity) in made.peaks {
            writeln!(out, "{mz:.5} {:.3}", BASE_PEAK * intensity / most)?;
        }
        writeln!(out, "END IONS\n")?;
        n_written += 1;
    }
    Ok(n_written)
}
