//! A query and its answers as they are written down while they wait for the end of the run.
//!
//! What is read again is checked as any other input: domain values are made by their constructors.

mod answer;

use super::answer::Answer;
use crate::domain::{
    Charge, Compound, Fields, Measurement, Mz, Origin, Peak, PeakList, Polarity, Precursor,
    Seconds, Spectrum,
};
use answer::KeptAnswer;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

/// Names that come again and again; records hold their positions here.
#[derive(Debug, Default)]
pub(super) struct Names {
    files: Vec<Arc<Path>>,
    /// Of scores and of kinds of index.
    words: Vec<&'static str>,
}

/// A query without further fields, and its answers of both stages.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept<'a> {
    file: usize,
    index: usize,
    id: Cow<'a, str>,
    /// m/z and state of charge.
    precursor: Option<(f64, Option<i8>)>,
    polarity: Option<i8>,
    retention_time: Option<f64>,
    retention_index: Option<f64>,
    collision_energy: Cow<'a, str>,
    instrument: Cow<'a, str>,
    compound: [Cow<'a, str>; 6],
    peaks: Vec<(f64, f32)>,
    answer: KeptAnswer,
    open: Option<KeptAnswer>,
}

/// Where `one` stands among those met; looked for from the end, where the last one met stands.
fn position<T: PartialEq + Clone>(met: &mut Vec<T>, one: &T) -> usize {
    met.iter()
        .rposition(|known| known == one)
        .unwrap_or_else(|| {
            met.push(one.clone());
            met.len() - 1
        })
}

impl<'a> Kept<'a> {
    /// What waits of `query`, with its peaks if it `has_peaks`.
    pub(super) fn of(
        (query, has_peaks): (&'a Spectrum, bool),
        (answer, open): (&Answer, Option<&Answer>),
        names: &mut Names,
    ) -> Self {
        let Spectrum {
            origin,
            id,
            precursor,
            measurement,
            compound,
            fields: _,
            peaks,
        } = query;
        let peaks = if has_peaks { peaks.as_slice() } else { &[] };
        let Compound {
            name,
            formula,
            inchikey,
            smiles,
            adduct,
            peptide,
        } = compound;
        let compound = [name, formula, inchikey, smiles, adduct, peptide];
        Self {
            file: position(&mut names.files, &origin.file),
            index: origin.index,
            id: id.into(),
            precursor: precursor.map(|ion| (ion.mz.value(), ion.charge.map(Charge::state))),
            polarity: measurement.polarity.map(Polarity::sign),
            retention_time: measurement.retention_time.map(Seconds::value),
            retention_index: measurement.retention_index,
            collision_energy: (&measurement.collision_energy).into(),
            instrument: (&measurement.instrument).into(),
            compound: compound.map(Cow::from),
            peaks: peaks.iter().map(|p| (p.mz, p.intensity)).collect(),
            answer: KeptAnswer::of(answer, names),
            open: open.map(|open| KeptAnswer::of(open, names)),
        }
    }

    /// The query and its answers; nothing where this cannot have been made of one.
    pub(super) fn restored(self, names: &Names) -> Option<(Spectrum, Answer, Option<Answer>)> {
        let precursor = match self.precursor {
            None => None,
            Some((mz, charge)) => Some(Precursor {
                mz: Mz::new(mz).ok()?,
                charge: charge.map(Charge::new).transpose().ok()?,
            }),
        };
        let [name, formula, inchikey, smiles, adduct, peptide] = self.compound.map(Cow::into_owned);
        let peaks = self.peaks.into_iter();
        let peaks = peaks.map(|(mz, intensity)| Peak { mz, intensity });
        let query = Spectrum {
            origin: Origin {
                file: Arc::clone(names.files.get(self.file)?),
                index: self.index,
            },
            id: self.id.into_owned(),
            precursor,
            measurement: Measurement {
                polarity: self.polarity.and_then(Polarity::of_sign),
                retention_time: self.retention_time.map(Seconds::new).transpose().ok()?,
                retention_index: self.retention_index,
                collision_energy: self.collision_energy.into_owned(),
                instrument: self.instrument.into_owned(),
            },
            compound: Compound {
                name,
                formula,
                inchikey,
                smiles,
                adduct,
                peptide,
            },
            fields: Fields::default(),
            peaks: PeakList::new(peaks.collect()).ok()?,
        };
        let open = match self.open {
            None => None,
            Some(open) => Some(open.restored(names)?),
        };
        Some((query, self.answer.restored(names)?, open))
    }
}

#[cfg(test)]
mod tests;
