//! The clustered spectra with their clusters, as a file of spectra: mzSpecLib with its sections of
//! clusters, or any other format that is written.

use super::{Clustered, Numbered};
use crate::cluster::Spectra;
use crate::domain::{
    Charge, Compound, Fields, Measurement, Mz, Origin, Peak, PeakList, Polarity, Precursor,
    Seconds, Spectrum,
};
use crate::formats::{ExportFormat, Membership, spectrum_writer};
use std::io::{self, Write};
use std::sync::Arc;

/// Writes each spectrum that was clustered, in input order, with the peaks that were compared.
///
/// # Errors
/// What the system said about `out`.
pub fn write_clustered_spectra(
    clustered: &Clustered<'_>,
    numbered: &Numbered,
    spectra: Spectra<'_>,
    (format, out): (ExportFormat, &mut dyn Write),
) -> io::Result<()> {
    let mut writer = spectrum_writer((format, "clusters"), Box::new(out))?;
    for info in clustered.spectra {
        let Some(row) = info.row else { continue };
        let distinct = clustered.distinct.of_row[row as usize];
        let view = spectra.peaks.view(distinct, None);
        let peaks = view
            .mz
            .iter()
            .zip(view.intensity)
            .map(|(mz, &intensity)| Peak {
                // The shortest decimal number that is the same f32.
                mz: mz.to_string().parse().unwrap_or(f64::from(*mz)),
                intensity,
            });
        let mut fields = Fields::default();
        fields.push(FILE, &info.file.to_string_lossy());
        let spectrum = Spectrum {
            origin: Origin {
                file: Arc::clone(&info.file),
                index: info.index,
            },
            id: info.id.to_string(),
            precursor: Mz::new(info.precursor_mz).ok().map(|mz| Precursor {
                mz,
                charge: Charge::new(info.charge).ok(),
            }),
            measurement: Measurement {
                polarity: Polarity::of_sign(spectra.polarity[distinct as usize]),
                retention_time: Seconds::new(info.retention_time).ok(),
                ..Measurement::default()
            },
            compound: Compound::default(),
            fields,
            // They were prepared, and so are peaks.
            peaks: PeakList::new(peaks.collect()).unwrap_or_default(),
        };
        let cluster = numbered.cluster[row as usize];
        let membership = Membership {
            cluster,
            size: numbered.size[cluster as usize],
            is_representative: numbered.representative[cluster as usize] == row,
            purity: None,
        };
        writer.write(spectrum, Some(membership))?;
    }
    writer.end().map(drop)
}

/// The term that says which file a spectrum is of.
const FILE: &str = "MS:1003203|constituent spectrum file";
