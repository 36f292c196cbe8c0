//! One spectrum beside one entry, in JSON: the question and its answer. What is unknown is left out.

use super::super::shelf::Held;
use super::query::SpectrumIn;
use super::{Value, short};
use crate::search::{ExplainedPeak, Explanation};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A spectrum to be compared with an entry.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "spectrum": {
        "id": "feature 17", "precursor_mz": 760.5851, "charge": 1,
        "peaks": [[184.0733, 1000.0], [577.5190, 12.0], [504.3449, 9.5]]
    },
    "range": [150.0, 600.0]
}))]
pub(in super::super) struct ComparisonRequest {
    /// The settings of `mzseek search`, of which `score` and `fragment_tol` matter here.
    #[serde(default)]
    #[schema(schema_with = super::super::openapi::settings_schema)]
    pub(in super::super) settings: BTreeMap<String, Value>,
    /// The spectrum.
    pub(in super::super) spectrum: SpectrumIn,
    /// From which m/z to which is drawn; all where left out.
    #[serde(default)]
    #[schema(value_type = Option<[f64; 2]>)]
    pub(in super::super) range: Option<[f64; 2]>,
}

/// How a spectrum and an entry compare.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct Comparison {
    /// Name of the library.
    library: String,
    /// Its version.
    version: String,
    /// Position of the entry in its library, from 0.
    entry_index: u32,
    /// Similarity, 0 to 1.
    similarity: f64,
    /// Name of that score.
    score_name: &'static str,
    /// Query peaks with a partner in the entry.
    matched_peaks: u32,
    /// Their share of the query's intensity, 0 to 1.
    matched_intensity: f64,
    /// The pairs of peaks that the score rests on, ascending in m/z of the query. One that matches as
    /// fragment and as loss is there twice.
    pairs: Vec<PeakPair>,
}

/// A pair of peaks.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct PeakPair {
    /// Why they are the same: fragment, loss or shifted.
    matched_as: &'static str,
    /// m/z of the query's peak.
    query_mz: f64,
    /// m/z of the entry's peak.
    entry_mz: f64,
    /// What was added to the query's m/z before comparing, in Da.
    shift_da: f64,
    /// How far they are apart then, query minus entry, in ppm of the entry's m/z.
    error_ppm: f64,
    /// What the pair adds to the similarity.
    contribution: f64,
}

impl Comparison {
    pub(in super::super) fn new(held: &Held, explained: &Explanation) -> Self {
        let score = &explained.score;
        Self {
            library: held.library.name(),
            version: held.version.clone(),
            entry_index: explained.entry,
            similarity: short(score.similarity),
            score_name: explained.score_name,
            matched_peaks: score.matched_peaks,
            matched_intensity: short(score.matched_intensity),
            pairs: explained.peaks.iter().filter_map(PeakPair::of).collect(),
        }
    }
}

impl PeakPair {
    fn of(peak: &ExplainedPeak) -> Option<Self> {
        let (query, entry, pairing) = (peak.query?, peak.entry?, peak.pairing?);
        Some(Self {
            matched_as: pairing.matched_as.word(),
            query_mz: short(query.mz),
            entry_mz: short(entry.mz),
            shift_da: pairing.shift,
            error_ppm: pairing.error_ppm,
            contribution: pairing.contribution,
        })
    }
}
