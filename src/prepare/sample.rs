//! Spectra made up for tests.

use super::{Merging, PrecursorRemoval, Preparation, PreparedSpectrum, prepare};
use crate::domain::{
    Compound, Da, Fields, Measurement, Mz, Origin, Peak, PeakList, Precursor, Spectrum,
};
use std::path::Path;

/// A spectrum of these `(m/z, intensity)` pairs.
pub(crate) fn spectrum(precursor_mz: Option<f64>, peaks: &[(f64, f32)]) -> Spectrum {
    let peaks = peaks.iter().map(|&(mz, intensity)| Peak { mz, intensity });
    Spectrum {
        origin: Origin {
            file: Path::new("test").into(),
            index: 0,
        },
        id: String::new(),
        precursor: precursor_mz.map(|mz| Precursor {
            mz: Mz::new(mz).unwrap(),
            charge: None,
        }),
        measurement: Measurement::default(),
        compound: Compound::default(),
        fields: Fields::default(),
        peaks: PeakList::new(peaks.collect()).unwrap(),
    }
}

/// The same, prepared without taking anything out.
pub(crate) fn prepared(precursor_mz: Option<f64>, peaks: &[(f64, f32)]) -> PreparedSpectrum {
    prepared_whole(&spectrum(precursor_mz, peaks))
}

/// `spectrum`, prepared without taking anything out.
pub(crate) fn prepared_whole(spectrum: &Spectrum) -> PreparedSpectrum {
    let as_is = Preparation {
        mz_range: None,
        precursor: PrecursorRemoval::Off,
        merging: Merging::Off,
        noise: 0.0,
        max_peaks: usize::MAX,
        min_peaks: 1,
        min_span: Da::new(0.0).unwrap(),
    };
    prepare(spectrum, &as_is).unwrap()
}
