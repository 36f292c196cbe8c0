//! One tandem mass spectrum with where it came from and what is known of it.

use super::{Charge, Compound, Fields, Mz, PeakList, Polarity, Seconds};
use std::path::Path;
use std::sync::Arc;

/// Where a spectrum stands: its file and its position in it.
///
/// Spectra are told apart by position, never by title: titles repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The file as the user named it.
    pub file: Arc<Path>,
    /// Position among all spectra of the file, from 0, other scans included.
    pub index: usize,
}

/// The ion that was isolated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Precursor {
    /// Its m/z.
    pub mz: Mz,
    /// Its charge with sign, where the file states it.
    pub charge: Option<Charge>,
}

/// How a spectrum was measured, as its file states it; empty text is unknown.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measurement {
    /// Ion mode.
    pub polarity: Option<Polarity>,
    /// Retention time.
    pub retention_time: Option<Seconds>,
    /// Retention index (Kovats or the like, without unit): finite.
    pub retention_index: Option<f64>,
    /// Collision energy with its unit.
    pub collision_energy: String,
    /// Instrument or instrument type.
    pub instrument: String,
}

/// One MS/MS spectrum, measured or predicted.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    /// File and position.
    pub origin: Origin,
    /// What the file calls it: title, native id or accession; empty where it says nothing.
    pub id: String,
    /// The isolated ion; none for EI spectra and incomplete records.
    pub precursor: Option<Precursor>,
    /// How it was measured.
    pub measurement: Measurement,
    /// What it is a spectrum of; all unknown for a query.
    pub compound: Compound,
    /// What else the file states, in its own words.
    pub fields: Fields,
    /// What was measured.
    pub peaks: PeakList,
}

impl Spectrum {
    /// The polarity stated, or else the one the charge or the adduct's sign tells.
    pub fn polarity(&self) -> Option<Polarity> {
        let of_charge = || self.precursor.and_then(|p| p.charge).map(Charge::polarity);
        let of_adduct = || match self.compound.adduct.trim_end().as_bytes().last() {
            Some(b'+') => Some(Polarity::Positive),
            Some(b'-') => Some(Polarity::Negative),
            _ => None,
        };
        self.measurement
            .polarity
            .or_else(of_charge)
            .or_else(of_adduct)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polarity_falls_back_to_charge_then_adduct() {
        let mut spectrum = Spectrum {
            origin: Origin {
                file: Path::new("a.mgf").into(),
                index: 0,
            },
            id: String::new(),
            precursor: None,
            measurement: Measurement::default(),
            compound: Compound {
                adduct: "[M-H]-".into(),
                ..Compound::default()
            },
            fields: Fields::default(),
            peaks: PeakList::default(),
        };
        assert_eq!(spectrum.polarity(), Some(Polarity::Negative));
        spectrum.precursor = Some(Precursor {
            mz: Mz::new(100.0).unwrap(),
            charge: Charge::new(1).ok(),
        });
        assert_eq!(spectrum.polarity(), Some(Polarity::Positive));
        spectrum.measurement.polarity = Some(Polarity::Negative);
        assert_eq!(spectrum.polarity(), Some(Polarity::Negative));
        spectrum = Spectrum {
            compound: Compound::default(),
            precursor: None,
            ..spectrum
        };
        spectrum.measurement.polarity = None;
        assert_eq!(spectrum.polarity(), None);
    }
}
