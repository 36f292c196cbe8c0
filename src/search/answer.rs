//! What a search says of one query.

use super::fdr::QValue;
use crate::prepare::LeftOut;
use crate::similarity::Score;

/// How the candidates of a query were picked, or why there is no match.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Plan {
    /// Every entry within the precursor window was scored.
    Window,
    /// So few entries meet the user's condition that each of them was scored.
    Condition,
    /// Every entry was scored, as the user asked.
    Exhaustive,
    /// The index of this kind proposed entries.
    Index(&'static str),
    /// The query has too few peaks to be compared.
    NoPeaks(LeftOut),
    /// No entry is within the precursor window, or none of its polarity.
    NoCandidate,
    /// Entries were scored, none reached the least score and number of matched peaks.
    BelowThreshold,
    /// The best match is not accepted at the false discovery rate asked for.
    AboveFdr,
}

impl Plan {
    /// The word in reports.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::Condition => "where",
            Self::Exhaustive => "exhaustive",
            Self::Index(kind) => kind,
            Self::NoPeaks(_) => "no_peaks",
            Self::NoCandidate => "no_candidate",
            Self::BelowThreshold => "below_threshold",
            Self::AboveFdr => "above_fdr",
        }
    }
}

/// The answer to one query.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// How candidates were picked, or why there are none.
    pub plan: Plan,
    /// Entries that were scored.
    pub n_candidates: usize,
    /// Matches, best first; empty where the plan says why.
    pub matches: Vec<Match>,
    /// The best decoy, where the library has decoys and one was hit. Never an answer.
    pub decoy: Option<Match>,
    /// How trustworthy the first match is, once the whole run is known.
    pub q_value: Option<QValue>,
    /// Probability that the first match is right, where the library taught how to tell in such a
    /// search.
    pub probability: Option<f64>,
}

/// One group of entries, by its best hit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    /// Row of the entry that scored best.
    pub entry: u32,
    /// Its cluster.
    pub cluster: u32,
    /// Its score.
    pub score: Score,
    /// Name of the score.
    pub score_name: &'static str,
    /// Query precursor minus entry precursor in Da, where both are known.
    pub precursor_delta: Option<f64>,
    /// Neutral mass of the query minus that of the entry in Da, where both are known.
    pub mass_shift: Option<f64>,
    /// What else it might be.
    pub ambiguity: Ambiguity,
}

/// How far a match stands out from others of the same query.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ambiguity {
    /// Number from 1 of the group of matches that the query does not separate.
    pub group: u32,
    /// Different compounds in that group.
    pub compounds: u32,
    /// Its score minus that of the next hit of another compound; none where no other was scored.
    pub delta_next: Option<f32>,
}
