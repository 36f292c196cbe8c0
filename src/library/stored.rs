//! An entry as a spectrum again.

use super::{EntryText, Library};
use crate::domain::{
    Compound, Fields, Measurement, Origin, Peak, PeakList, Polarity, Seconds, Spectrum,
};
use crate::prepare::prepare;
use std::path::Path;

impl Library {
    /// [`Library::spectrum`] as it is written to a file: each m/z as the shortest decimal number that
    /// is the same `f32`, which is all that a library keeps of it. A library made of that file has the
    /// same peaks.
    pub fn written(&self, row: u32) -> Spectrum {
        let exact = self.spectrum(row);
        let mut spectrum = exact.clone();
        let shortest = |peak: Peak| Peak {
            mz: (peak.mz as f32).to_string().parse().unwrap_or(peak.mz),
            ..peak
        };
        let peaks = spectrum.peaks.into_vec().into_iter().map(shortest);
        spectrum.peaks = PeakList::new(peaks.collect()).unwrap_or_default();
        let same = prepare(&spectrum, self.preparation())
            .is_ok_and(|again| again.peaks().eq(exact.peaks.as_slice().iter().copied()));
        // Peaks may lie so near to each other that the decimal numbers are merged.
        if same { spectrum } else { exact }
    }

    /// The entry `row` as the spectrum it was made of, as far as the library keeps it: its
    /// prepared peaks, whose intensities sum to 1, and its metadata.
    pub fn spectrum(&self, row: u32) -> Spectrum {
        let entries = self.entries();
        let precursor = entries.precursor(row);
        let view = self.peaks().view(row, precursor);
        let peaks = (view.mz.iter().zip(view.intensity))
            .map(|(&mz, &intensity)| Peak {
                mz: f64::from(mz),
                intensity,
            })
            .collect();
        let text = |text| entries.text(text, row).into_owned();
        Spectrum {
            origin: Origin {
                file: Path::new(&self.member(row).name).into(),
                index: row as usize,
            },
            id: text(EntryText::Id),
            precursor,
            measurement: Measurement {
                polarity: Polarity::of_sign(entries.polarity_sign(row)),
                retention_time: entries
                    .retention_time(row)
                    .and_then(|time| Seconds::new(time).ok()),
                retention_index: entries.retention_index(row),
                collision_energy: text(EntryText::CollisionEnergy),
                instrument: text(EntryText::Instrument),
            },
            compound: Compound {
                name: text(EntryText::Name),
                formula: text(EntryText::Formula),
                adduct: text(EntryText::Adduct),
                inchikey: text(EntryText::InchiKey),
                smiles: text(EntryText::Smiles),
                peptide: text(EntryText::Peptide),
            },
            fields: Fields::from_text(&entries.text(EntryText::Fields, row)),
            // Damaged numbers in a mapped file would leave no peaks rather than wrong ones.
            peaks: PeakList::new(peaks).unwrap_or_default(),
        }
    }
}
