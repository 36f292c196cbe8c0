//! An answer in JSON: what the CSV report says, typed. What is unknown is left out.

use super::super::problem::Error;
use super::short;
use crate::domain::{Charge, Seconds, Spectrum, shift_name};
use crate::library::Library;
use crate::report::{Skipped, shift_tolerance};
use crate::search::Answer;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The answers to all spectra of a request.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct SearchAnswer {
    /// Name of the library.
    library: String,
    /// Its version: BLAKE3 of its contents.
    version: String,
    /// One for each spectrum, in the order asked.
    answers: Vec<QueryAnswer>,
    /// What was done.
    summary: Summary,
}

/// The answer to one spectrum.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "query_file": "request", "query_id": "feature 17", "query_index": 0,
    "query_precursor_mz": 760.5851, "query_charge": 1,
    "plan": "window", "n_candidates": 14,
    "matches": [{
        "rank": 1, "entry_index": 812, "entry_id": "PC 16:0_18:1 [M+H]+", "name": "PC 16:0_18:1",
        "cluster_id": 420, "cluster_size": 3, "similarity": 0.93, "score_name": "entropy",
        "matched_peaks": 3, "matched_intensity": 1.0,
        "ambiguity_group": 1, "ambiguity_size": 2
    }]
}))]
pub(in super::super) struct QueryAnswer {
    /// File of the query, as given.
    query_file: String,
    /// What the query is called.
    query_id: String,
    /// Its position in its file or request, from 0.
    query_index: usize,
    /// Its precursor m/z.
    #[serde(skip_serializing_if = "Option::is_none")]
    query_precursor_mz: Option<f64>,
    /// Its charge with sign.
    #[serde(skip_serializing_if = "Option::is_none")]
    query_charge: Option<i8>,
    /// Its retention time in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    query_rt: Option<f64>,
    /// How candidates were picked, or why there is no match.
    plan: &'static str,
    /// Entries scored exactly.
    n_candidates: usize,
    /// Matches, best first.
    matches: Vec<Match>,
}

/// One match.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct Match {
    /// 1 for the best.
    rank: usize,
    /// Number of the cluster in its library.
    cluster_id: u32,
    /// Entries in the cluster.
    cluster_size: usize,
    /// Share of its identified entries that have its identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster_purity: Option<f64>,
    /// Score of the best hit, 0 to 1.
    similarity: f64,
    /// Name of that score.
    score_name: &'static str,
    /// Query peaks with a partner in the entry.
    matched_peaks: u32,
    /// Their share of the query's intensity, 0 to 1.
    matched_intensity: f64,
    /// Query precursor minus entry precursor in Da.
    #[serde(skip_serializing_if = "Option::is_none")]
    precursor_delta_da: Option<f64>,
    /// Neutral mass of the query minus that of the entry in Da.
    #[serde(skip_serializing_if = "Option::is_none")]
    mass_shift: Option<f64>,
    /// What differs by that mass.
    #[serde(skip_serializing_if = "String::is_empty")]
    mass_shift_name: String,
    /// False discovery rate at which the first match is accepted, over all spectra of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    q_value: Option<f64>,
    /// How that rate was estimated.
    #[serde(skip_serializing_if = "Option::is_none")]
    fdr_method: Option<&'static str>,
    /// Probability that the first match is right, where every second compound is in the library.
    #[serde(skip_serializing_if = "Option::is_none")]
    probability: Option<f64>,
    /// Similarity minus that of the next hit of another compound.
    #[serde(skip_serializing_if = "Option::is_none")]
    delta_next: Option<f64>,
    /// Number of the group of matches that the query does not separate, from 1.
    ambiguity_group: u32,
    /// Different compounds in that group.
    ambiguity_size: u32,
    /// The entry that scored best.
    #[serde(flatten)]
    entry: super::EntryHead,
}

/// What was done.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub(in super::super) struct Summary {
    /// Spectra searched.
    pub(in super::super) queries: u64,
    /// Spectra with a match.
    pub(in super::super) matched: u64,
    /// Scans that are not MS/MS, passed over.
    pub(in super::super) other_scans: u64,
    /// Records that could not be read, left out.
    pub(in super::super) skipped: u64,
    /// Why, with the first of each kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in super::super) skipped_why: Vec<String>,
}

/// The last of the JSON lines: either what was done, or why there are no more lines.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum Ended {
    /// Everything was answered.
    Summary(Summary),
    /// The answers above are right, but there should be more.
    Error(Error),
}

impl Summary {
    pub(in super::super) fn skip(&mut self, skipped: &Skipped) {
        self.skipped = skipped.total();
        let told = skipped.to_string();
        self.skipped_why = told
            .lines()
            .map(|line| line.trim_start().to_owned())
            .collect();
    }
}

impl QueryAnswer {
    pub(in super::super) fn new(library: &Library, query: &Spectrum, answer: &Answer) -> Self {
        let precursor = query.precursor;
        let matches = answer.matches.iter().enumerate();
        Self {
            query_file: query.origin.file.to_string_lossy().into_owned(),
            query_id: query.id.clone(),
            query_index: query.origin.index,
            query_precursor_mz: precursor.map(|p| p.mz.value()),
            query_charge: precursor.and_then(|p| p.charge).map(Charge::state),
            query_rt: query.measurement.retention_time.map(Seconds::value),
            plan: answer.plan.word(),
            n_candidates: answer.n_candidates,
            matches: matches
                .map(|(idx, matched)| Match::new(library, answer, idx + 1, matched))
                .collect(),
        }
    }
}

impl Match {
    fn new(
        library: &Library,
        answer: &Answer,
        rank: usize,
        matched: &crate::search::Match,
    ) -> Self {
        let clusters = library.clusters();
        let q_value = answer.q_value.filter(|_| rank == 1);
        let name = |shift| shift_name(shift, shift_tolerance(library, matched.entry));
        Self {
            rank,
            cluster_id: matched.cluster,
            cluster_size: clusters.members(matched.cluster).len(),
            cluster_purity: clusters.purity(matched.cluster).map(short),
            similarity: short(matched.score.similarity),
            score_name: matched.score_name,
            matched_peaks: matched.score.matched_peaks,
            matched_intensity: short(matched.score.matched_intensity),
            precursor_delta_da: matched.precursor_delta,
            mass_shift: matched.mass_shift,
            mass_shift_name: matched.mass_shift.map(name).unwrap_or_default(),
            q_value: q_value.map(|q| q.value),
            fdr_method: q_value.map(|q| q.method.word()),
            probability: answer.probability.filter(|_| rank == 1),
            delta_next: matched.ambiguity.delta_next.map(short),
            ambiguity_group: matched.ambiguity.group,
            ambiguity_size: matched.ambiguity.compounds,
            entry: super::entry_head(library, matched.entry),
        }
    }
}
