//! A record while it is being read: what files state in their own words, in one place.

use super::key::Key;
use super::limits::{DECLARED_PEAKS_TRUSTED, MAX_PEAKS};
use super::number::parse_whole;
use super::peak_line;
use super::text::{decode, snippet, stated};
use super::{Fault, Record};
use crate::domain::{
    Charge, Compound, Fields, Measurement, Mz, Origin, Peak, PeakList, Polarity, Precursor,
    Seconds, Spectrum,
};

/// Statements and peaks of one record, and the first fault found in it.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) title: String,
    pub(super) accession: String,
    pub(super) scans: String,
    pub(super) compound: Compound,
    pub(super) collision_energy: String,
    pub(super) ionization: String,
    pub(super) instrument: String,
    /// Stands in for the instrument where that is not stated.
    pub(super) instrument_type: String,
    pub(super) polarity: Option<Polarity>,
    pub(super) retention_time: Option<Seconds>,
    pub(super) retention_index: Option<f64>,
    pub(super) ms_level: Option<u8>,
    pub(super) precursor_mz: Option<Mz>,
    pub(super) charge: StatedCharge,
    pub(super) peaks: Vec<Peak>,
    /// What has no place above.
    pub(super) fields: Fields,
    fault: Option<(u64, Fault)>,
}

/// A charge as text states it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum StatedCharge {
    /// Nothing is said.
    #[default]
    Silent,
    /// Said to be unknown, or several are possible.
    Open,
    /// A number with its sign.
    Signed(Charge),
    /// A number without a sign: positive unless the polarity says otherwise.
    Unsigned(Charge),
}

impl Draft {
    /// Notes a fault; the first one of a record is reported.
    pub(super) fn fault(&mut self, line: u64, fault: Fault) {
        self.fault.get_or_insert((line, fault));
    }

    /// Whether the record is known to be damaged.
    pub(super) fn is_faulty(&self) -> bool {
        self.fault.is_some()
    }

    /// Makes room for the peaks a record declares, within reason.
    pub(super) fn expect_peaks(&mut self, declared: u64) {
        let declared = usize::try_from(declared).unwrap_or(usize::MAX);
        self.peaks.reserve(declared.min(DECLARED_PEAKS_TRUSTED));
    }

    /// Reads the peak a line starts with and gives what follows it; `None` after a fault.
    pub(super) fn read_peak<'a>(&mut self, line_number: u64, line: &'a [u8]) -> Option<&'a [u8]> {
        match peak_line::first_peak(line) {
            Ok(_) if self.peaks.len() >= MAX_PEAKS => {
                self.fault(line_number, Fault::TooManyPeaks);
                None
            }
            Ok((peak, rest)) => {
                self.peaks.push(peak);
                Some(rest)
            }
            Err(fault) => {
                self.fault(line_number, fault);
                None
            }
        }
    }

    /// Reads a precursor m/z; 0 and nothing mean that there is none. False where another stands.
    pub(super) fn read_precursor(&mut self, line_number: u64, value: &[u8]) -> bool {
        let value = value.trim_ascii();
        if stated(value).is_empty() {
            return true;
        }
        match parse_whole(value) {
            Some(0.0) => {}
            number => match number.map(Mz::new) {
                Some(Ok(mz)) => return *self.precursor_mz.get_or_insert(mz) == mz,
                _ => self.fault(line_number, Fault::Precursor(snippet(value))),
            },
        }
        true
    }

    /// Reads a charge; 0 means that it is unknown. False where several are possible, which is no
    /// charge but worth keeping.
    pub(super) fn read_charge(&mut self, line_number: u64, value: &[u8]) -> bool {
        match StatedCharge::read(value) {
            Ok(charge) => self.charge = charge,
            Err(fault) => self.fault(line_number, fault),
        }
        self.charge != StatedCharge::Open || stated(value).trim_matches(['0', '+', '-']).is_empty()
    }

    /// The finished record, or the line and kind of its fault.
    ///
    /// MS1 scans are no MS/MS spectra, with one exception: electron ionisation breaks molecules in
    /// the source, and libraries call its spectra MS1. A record that says nothing about its level
    /// is taken for MS/MS.
    pub(super) fn finish(mut self, origin: Origin) -> Result<Record, (u64, Fault)> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        if let Some(ms_level) = self.ms_level.filter(|&level| level < 2)
            && !self.is_electron_ionisation()
        {
            return Ok(Record::OtherScan { ms_level });
        }
        let charge = self.stated_charge();
        let id = self.take_id();
        self.keep_the_rest(charge);
        let peaks = PeakList::new(self.peaks)
            // Every peak was checked when it was read.
            .map_err(|invalid| (0, Fault::PeakLine(invalid.to_string())))?;
        let instrument = if self.instrument.is_empty() {
            self.instrument_type
        } else {
            self.instrument
        };
        Ok(Record::Spectrum(Box::new(Spectrum {
            origin,
            id,
            precursor: self.precursor_mz.map(|mz| Precursor { mz, charge }),
            measurement: Measurement {
                polarity: self.polarity,
                retention_time: self.retention_time,
                retention_index: self.retention_index,
                collision_energy: self.collision_energy,
                instrument,
            },
            compound: self.compound,
            fields: self.fields,
            peaks,
        })))
    }

    /// The charge with its sign, from its own line or else from the adduct.
    pub(super) fn stated_charge(&self) -> Option<Charge> {
        if self.charge == StatedCharge::Silent {
            return charge_of_adduct(&self.compound.adduct);
        }
        self.charge.with_sign(self.polarity)
    }

    /// What the file calls the record, most telling first.
    fn take_id(&mut self) -> String {
        let names = [&mut self.title, &mut self.accession];
        match names.into_iter().find(|name| !name.is_empty()) {
            Some(name) => std::mem::take(name),
            None if !self.scans.is_empty() => format!("scan={}", std::mem::take(&mut self.scans)),
            None => self.compound.name.clone(),
        }
    }

    /// Keeps what was understood but has no place in a spectrum, or was passed over for another.
    fn keep_the_rest(&mut self, charge: Option<Charge>) {
        let level = self.ms_level.filter(|&level| level != 2);
        let charge = charge.filter(|_| self.precursor_mz.is_none());
        let (level, charge) = (level.map(|l| l.to_string()), charge.map(|c| c.to_string()));
        let has_instrument = !self.instrument.is_empty();
        let instrument_type = has_instrument.then_some(&self.instrument_type);
        // In the order of `KEPT`.
        let values = [
            Some(&self.accession),
            Some(&self.scans),
            instrument_type,
            Some(&self.ionization),
            level.as_ref(),
            charge.as_ref(),
        ];
        for ((_, name), value) in Key::KEPT.into_iter().zip(values) {
            self.fields.push(name, value.map_or("", String::as_str));
        }
    }

    fn is_electron_ionisation(&self) -> bool {
        let is_ei = |part: &str| part.eq_ignore_ascii_case("EI");
        self.instrument_type.split(['-', ' ', '/']).any(is_ei) || is_ei(&self.ionization)
    }
}

/// The charge behind the bracket of `[M+2H]2+`.
pub(super) fn charge_of_adduct(adduct: &str) -> Option<Charge> {
    let (_, behind) = adduct.rsplit_once(']')?;
    match behind.trim_end_matches(['*', '.', ' ']) {
        "+" => Charge::new(1).ok(),
        "-" => Charge::new(-1).ok(),
        signed if signed.ends_with(['+', '-']) => signed.parse().ok(),
        _ => None,
    }
}

impl StatedCharge {
    /// Reads `2+`, `2`, `1-`, `0`, `2+ and 3+`, `1+, 2+ and 3+`.
    pub(super) fn read(value: &[u8]) -> Result<Self, Fault> {
        let text = decode(value);
        let mut charges = text
            .split([',', ' ', ';', '\t'])
            .filter(|part| !part.is_empty() && !part.eq_ignore_ascii_case("and"));
        let Some(first) = charges.next() else {
            return Ok(Self::Silent);
        };
        let is_unknown = first.trim_matches(['+', '-']) == "0" || stated(value).is_empty();
        let several = charges.next().is_some();
        let charge = first.parse::<Charge>();
        match charge {
            _ if is_unknown => Ok(Self::Open),
            Err(_) => Err(Fault::Charge(snippet(value))),
            Ok(_) if several => Ok(Self::Open),
            Ok(charge) if first.contains(['+', '-']) => Ok(Self::Signed(charge)),
            Ok(charge) => Ok(Self::Unsigned(charge)),
        }
    }

    fn with_sign(self, polarity: Option<Polarity>) -> Option<Charge> {
        match self {
            Self::Silent | Self::Open => None,
            Self::Unsigned(charge) if polarity == Some(Polarity::Negative) => {
                Charge::new(-charge.state()).ok()
            }
            Self::Signed(charge) | Self::Unsigned(charge) => Some(charge),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charge(text: &str, polarity: Option<Polarity>) -> Option<i8> {
        let stated = StatedCharge::read(text.as_bytes()).unwrap();
        stated.with_sign(polarity).map(Charge::state)
    }

    #[test]
    fn several_charges_are_no_charge() {
        for text in ["2+ and 3+", "1+, 2+ and 3+", "2,3", "0", "0+", "", "N/A"] {
            assert_eq!(charge(text, None), None, "{text}");
        }
        for bad in ["two", "2x", "200+", "Mr"] {
            assert_eq!(
                StatedCharge::read(bad.as_bytes()).unwrap_err().kind(),
                "invalid charge"
            );
        }
    }

    #[test]
    fn adducts_state_charges() {
        for (adduct, state) in [
            ("[M+H]+", Some(1)),
            ("[M-2H]2-", Some(-2)),
            ("[M+2H]2+", Some(2)),
            ("[M]+*", Some(1)),
            ("M+H", None),
            ("[M+H]", None),
        ] {
            assert_eq!(
                charge_of_adduct(adduct).map(Charge::state),
                state,
                "{adduct}"
            );
        }
    }

    #[test]
    fn a_charge_without_sign_takes_that_of_the_polarity() {
        let negative = Some(Polarity::Negative);
        assert_eq!(charge("2", None), Some(2));
        assert_eq!(charge("2", negative), Some(-2));
        assert_eq!(charge("2+", negative), Some(2));
        assert_eq!(charge("1-", None), Some(-1));
    }
}
