//! From a parsed scan to a record.

use super::arrays;
use super::elements::Facts;
use crate::domain::{
    Charge, Compound, Fields, Measurement, Mz, Origin, PeakList, Polarity, Precursor, Seconds,
    Spectrum,
};
use crate::formats::centroid::centroids;
use crate::formats::{Fault, Record};
use mzdata::spectrum::{MultiLayerSpectrum, ScanPolarity, SignalContinuity};

const SECONDS_PER_MINUTE: f64 = 60.0;

/// The lowest level of the scans that are searched.
const MS_MS: u8 = 2;

/// Makes a record of a scan; arrays are decoded only where it is an MS/MS spectrum.
pub(super) fn record(
    scan: MultiLayerSpectrum,
    facts: &Facts,
    instrument: &str,
    origin: Origin,
) -> Result<Record, Fault> {
    let described = &scan.description;
    let ms_level = match described.ms_level {
        0 if !described.precursor.is_empty() => MS_MS,
        level => level,
    };
    if ms_level < MS_MS {
        return Ok(Record::OtherScan { ms_level });
    }
    let is_profile = described.signal_continuity == SignalContinuity::Profile;
    let polarity = match described.polarity {
        ScanPolarity::Positive => Some(Polarity::Positive),
        ScanPolarity::Negative => Some(Polarity::Negative),
        ScanPolarity::Unknown => None,
    };
    let precursor = precursor(&scan, polarity)?;
    let measurement = Measurement {
        polarity,
        retention_time: retention_time(&scan, facts),
        retention_index: None,
        collision_energy: collision_energy(&scan, facts),
        instrument: instrument.to_owned(),
    };
    let id = described.id.clone();
    let Some(n_points) = facts.n_points else {
        return Err(Fault::Element("no defaultArrayLength".to_owned()));
    };
    let mut peaks = arrays::peaks(&scan.arrays.unwrap_or_default(), n_points)?;
    if is_profile {
        peaks = centroids(peaks)?;
    }
    let peaks = PeakList::new(peaks).map_err(|invalid| Fault::Element(invalid.to_string()))?;
    Ok(Record::Spectrum(Box::new(Spectrum {
        origin,
        id,
        precursor,
        measurement,
        compound: Compound::default(),
        fields: Fields::default(),
        peaks,
    })))
}

/// The first selected ion. mzML states charges without sign; the polarity gives it.
fn precursor(
    scan: &MultiLayerSpectrum,
    polarity: Option<Polarity>,
) -> Result<Option<Precursor>, Fault> {
    let Some(ion) = scan
        .description
        .precursor
        .first()
        .and_then(|p| p.ions.first())
    else {
        return Ok(None);
    };
    if ion.mz == 0.0 {
        return Ok(None);
    }
    let mz = Mz::new(ion.mz).map_err(|_| Fault::Precursor(ion.mz.to_string()))?;
    let charge = match ion.charge {
        None | Some(0) => None,
        Some(state) => {
            let is_negative = polarity == Some(Polarity::Negative);
            let signed = if is_negative {
                -state.saturating_abs()
            } else {
                state
            };
            let charge = i8::try_from(signed).ok().and_then(|s| Charge::new(s).ok());
            Some(charge.ok_or_else(|| Fault::Charge(state.to_string()))?)
        }
    };
    Ok(Some(Precursor { mz, charge }))
}

fn retention_time(scan: &MultiLayerSpectrum, facts: &Facts) -> Option<Seconds> {
    let minutes = scan.description.acquisition.scans.first()?.start_time;
    let is_stated = facts.has_start_time || minutes != 0.0;
    Seconds::new(minutes * SECONDS_PER_MINUTE)
        .ok()
        .filter(|_| is_stated)
}

fn collision_energy(scan: &MultiLayerSpectrum, facts: &Facts) -> String {
    let energy = scan
        .description
        .precursor
        .first()
        .map_or(0.0, |p| p.activation.energy);
    match energy {
        0.0 => String::new(),
        energy if facts.has_normalised_energy => format!("{energy} % (nominal)"),
        energy => format!("{energy} eV"),
    }
}
