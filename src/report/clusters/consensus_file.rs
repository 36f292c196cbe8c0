//! Consensus spectra as a file of spectra.

use super::{Clustered, Numbered};
use crate::cluster::{Consensus, Spectra, consensus};
use crate::domain::{
    Charge, Compound, Fields, Measurement, Mz, Origin, Peak, PeakList, Precursor, Spectrum,
    Tolerance,
};
use crate::formats::{ExportFormat, spectrum_writer};
use std::io::{self, Write};
use std::path::Path;

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
    (format, out): (ExportFormat, &mut dyn Write),
) -> io::Result<u64> {
    let mut id_of_row: Vec<&str> = vec![""; numbered.cluster.len()];
    for spectrum in clustered.spectra {
        if let Some(row) = spectrum.row {
            id_of_row[row as usize] = &spectrum.id;
        }
    }
    let mut writer = spectrum_writer((format, "consensus"), Box::new(out))?;
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
        let id = id_of_row[row as usize];
        let title = format!("cluster={number} size={size} representative={id}");
        writer.write(spectrum(title, &made), None)?;
    }
    Ok(writer.end()?.n_spectra)
}

/// A consensus as a spectrum; a mean has no more digits than its parts.
fn spectrum(title: String, made: &Consensus) -> Spectrum {
    let most = made.peaks.iter().map(|peak| peak.1).fold(0.0, f64::max);
    let rounded = |value: f64, per_unit: f64| (value * per_unit).round() / per_unit;
    let peaks = made.peaks.iter().map(|&(mz, intensity)| Peak {
        mz: rounded(mz, 1e5),
        intensity: rounded(BASE_PEAK * intensity / most, 1e3) as f32,
    });
    let precursor = Mz::new(rounded(made.precursor_mz, 1e6)).ok();
    Spectrum {
        origin: Origin {
            file: Path::new("").into(),
            index: 0,
        },
        id: title,
        precursor: precursor.map(|mz| Precursor {
            mz,
            charge: Charge::new(made.charge).ok(),
        }),
        measurement: Measurement::default(),
        compound: Compound::default(),
        fields: Fields::default(),
        // Means of peaks are peaks.
        peaks: PeakList::new(peaks.collect()).unwrap_or_default(),
    }
}
