//! A question in JSON.

use super::super::problem::Problem;
use crate::config::Question;
use crate::domain::{
    Charge, Compound, Fields, Invalid, Measurement, Mz, Origin, PeakList, Polarity, Precursor,
    Seconds, Spectrum,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use utoipa::ToSchema;

/// Spectra to be searched in a library.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "library": "lipids",
    "settings": {"top_k": 3, "precursor_tol": "10ppm"},
    "spectra": [{
        "id": "feature 17", "precursor_mz": 760.5851, "charge": 1,
        "peaks": [[184.0733, 1000.0], [577.5190, 12.0], [504.3449, 9.5]]
    }]
}))]
pub(in super::super) struct SearchRequest {
    /// Name of the library; may be left out where there is only one.
    #[serde(default)]
    pub(in super::super) library: Option<String>,
    /// The settings of `mzseek search`, with underscores: `top_k`, `precursor_tol`, `where` and so on.
    #[serde(default)]
    #[schema(schema_with = super::super::openapi::settings_schema)]
    pub(in super::super) settings: BTreeMap<String, Value>,
    /// The spectra, at least one.
    #[schema(min_items = 1)]
    pub(in super::super) spectra: Vec<SpectrumIn>,
}

/// The value of a setting.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(in super::super) enum Value {
    /// A switch.
    Switch(bool),
    /// A number.
    Number(serde_json::Number),
    /// Anything else, as on the command line.
    Text(String),
}

impl Value {
    fn text(&self) -> String {
        match self {
            Self::Switch(on) => on.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// m/z and intensity.
pub(in super::super) type Peak = [f64; 2];

/// One spectrum to be searched.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct SpectrumIn {
    /// What you call it.
    #[serde(default)]
    id: String,
    /// Precursor m/z, where there is one.
    #[serde(default)]
    #[schema(exclusive_minimum = 0.0)]
    precursor_mz: Option<f64>,
    /// Charge of the precursor, negative for negative ions.
    #[serde(default)]
    #[schema(minimum = -100, maximum = 100)]
    charge: Option<i32>,
    /// Polarity, where no charge tells it: `positive` or `negative`.
    #[serde(default)]
    polarity: Option<String>,
    /// Retention time in seconds.
    #[serde(default)]
    retention_time: Option<f64>,
    /// Retention index.
    #[serde(default)]
    retention_index: Option<f64>,
    /// Peaks as pairs of m/z and intensity, in any order.
    #[schema(value_type = Vec<[f64; 2]>)]
    peaks: Vec<Peak>,
}

impl SearchRequest {
    pub(in super::super) fn question(&self) -> Result<Question, Problem> {
        question(&self.settings)
    }
}

/// The question that `settings` ask.
pub(in super::super) fn question(settings: &BTreeMap<String, Value>) -> Result<Question, Problem> {
    let pairs: Vec<(&str, String)> = settings
        .iter()
        .map(|(name, value)| (name.as_str(), value.text()))
        .collect();
    let pairs = pairs.iter().map(|(name, value)| (*name, value.as_str()));
    Ok(Question::from_pairs(pairs)?)
}

impl SpectrumIn {
    /// Number of peaks, as sent.
    pub(in super::super) fn n_peaks(&self) -> usize {
        self.peaks.len()
    }

    /// The spectrum at `index` of the request, whose `file` reports name.
    ///
    /// # Errors
    /// Which value of which spectrum does not suit.
    pub(in super::super) fn spectrum(
        self,
        file: &Arc<Path>,
        index: usize,
    ) -> Result<Spectrum, Problem> {
        let named = match self.id.as_str() {
            "" => String::new(),
            id => format!(" ({id:?})"),
        };
        self.resolve(file, index)
            .map_err(|invalid| Problem::unusable(format!("spectrum {index}{named}: {invalid}")))
    }

    fn resolve(self, file: &Arc<Path>, index: usize) -> Result<Spectrum, Invalid> {
        let charge = self.charge.filter(|&charge| charge != 0);
        let charge = charge.map(|charge| charge.to_string().parse::<Charge>());
        let charge = charge.transpose()?;
        let precursor = self.precursor_mz.map(Mz::new).transpose()?;
        let polarity = self.polarity.map(|text| text.parse::<Polarity>());
        let index_known = |index: &f64| index.is_finite();
        let peak = |[mz, intensity]: Peak| crate::domain::Peak {
            mz,
            intensity: intensity as f32,
        };
        Ok(Spectrum {
            origin: Origin {
                file: Arc::clone(file),
                index,
            },
            id: self.id,
            precursor: precursor.map(|mz| Precursor { mz, charge }),
            measurement: Measurement {
                polarity: polarity.transpose()?,
                retention_time: self.retention_time.map(Seconds::new).transpose()?,
                retention_index: self.retention_index.filter(index_known),
                ..Measurement::default()
            },
            compound: Compound::default(),
            fields: Fields::default(),
            peaks: PeakList::new(self.peaks.into_iter().map(peak).collect())?,
        })
    }
}

/// One spectrum as it was read.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct SpectrumOut {
    /// Its position in the file, from 0: `query_index` of its answer.
    index: usize,
    /// What the file calls it.
    id: String,
    /// Precursor m/z.
    #[serde(skip_serializing_if = "Option::is_none")]
    precursor_mz: Option<f64>,
    /// Charge with sign.
    #[serde(skip_serializing_if = "Option::is_none")]
    charge: Option<i8>,
    /// Retention time in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    retention_time: Option<f64>,
    /// Peaks as pairs of m/z and intensity, ascending in m/z.
    #[schema(value_type = Vec<[f64; 2]>)]
    peaks: Vec<Peak>,
}

impl SpectrumOut {
    pub(in super::super) fn new(spectrum: &Spectrum) -> Self {
        let peaks = spectrum.peaks.as_slice().iter();
        Self {
            index: spectrum.origin.index,
            id: spectrum.id.clone(),
            precursor_mz: spectrum.precursor.map(|p| p.mz.value()),
            charge: spectrum.precursor.and_then(|p| p.charge).map(Charge::state),
            retention_time: spectrum.measurement.retention_time.map(Seconds::value),
            peaks: peaks
                .map(|peak| [peak.mz, super::short(peak.intensity)])
                .collect(),
        }
    }
}
