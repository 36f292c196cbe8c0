//! An answer as it is written down.

use super::{Names, position};
use crate::domain::Da;
use crate::prepare::LeftOut;
use crate::search::{Ambiguity, Answer, Match, Plan};
use crate::similarity::Score;
use serde::{Deserialize, Serialize};

/// An answer that has no q-value yet.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct KeptAnswer {
    plan: KeptPlan,
    n_candidates: usize,
    matches: Vec<KeptMatch>,
    decoy: Option<KeptMatch>,
    probability: Option<f64>,
}

#[derive(Debug, Serialize, Deserialize)]
enum KeptPlan {
    Window,
    Condition,
    Exhaustive,
    Index(usize),
    NoPeaks,
    /// Peaks recorded, left and needed.
    TooFewPeaks(usize, usize, usize),
    /// Span found and needed.
    NarrowSpan(f64, f64),
    NoCandidate,
    BelowThreshold,
    AboveFdr,
}

#[derive(Debug, Serialize, Deserialize)]
struct KeptMatch {
    entry: u32,
    cluster: u32,
    similarity: f32,
    matched_peaks: u32,
    matched_intensity: f32,
    score_name: usize,
    precursor_delta: Option<f64>,
    mass_shift: Option<f64>,
    group: u32,
    compounds: u32,
    delta_next: Option<f32>,
}

impl KeptAnswer {
    pub(super) fn of(answer: &Answer, names: &mut Names) -> Self {
        let mut kept = |matched: &Match| KeptMatch::of(matched, names);
        Self {
            n_candidates: answer.n_candidates,
            matches: answer.matches.iter().map(&mut kept).collect(),
            decoy: answer.decoy.as_ref().map(kept),
            probability: answer.probability,
            plan: KeptPlan::of(answer.plan, names),
        }
    }

    /// The answer; nothing where this cannot have been made of one.
    pub(super) fn restored(self, names: &Names) -> Option<Answer> {
        let matches = self.matches.into_iter();
        let matches: Option<Vec<Match>> = matches.map(|m| m.restored(names)).collect();
        let decoy = match self.decoy {
            None => None,
            Some(decoy) => Some(decoy.restored(names)?),
        };
        Some(Answer {
            plan: self.plan.restored(names)?,
            n_candidates: self.n_candidates,
            matches: matches?,
            decoy,
            q_value: None,
            probability: self.probability,
        })
    }
}

impl KeptPlan {
    fn of(plan: Plan, names: &mut Names) -> Self {
        match plan {
            Plan::Window => Self::Window,
            Plan::Condition => Self::Condition,
            Plan::Exhaustive => Self::Exhaustive,
            Plan::Index(kind) => Self::Index(position(&mut names.words, &kind)),
            Plan::NoPeaks(LeftOut::NoPeaks) => Self::NoPeaks,
            Plan::NoPeaks(LeftOut::TooFewPeaks {
                recorded,
                left,
                needed,
            }) => Self::TooFewPeaks(recorded, left, needed),
            Plan::NoPeaks(LeftOut::NarrowSpan { span, needed }) => {
                Self::NarrowSpan(span, needed.value())
            }
            Plan::NoCandidate => Self::NoCandidate,
            Plan::BelowThreshold => Self::BelowThreshold,
            Plan::AboveFdr => Self::AboveFdr,
        }
    }

    fn restored(self, names: &Names) -> Option<Plan> {
        Some(match self {
            Self::Window => Plan::Window,
            Self::Condition => Plan::Condition,
            Self::Exhaustive => Plan::Exhaustive,
            Self::Index(kind) => Plan::Index(names.words.get(kind)?),
            Self::NoPeaks => Plan::NoPeaks(LeftOut::NoPeaks),
            Self::TooFewPeaks(recorded, left, needed) => Plan::NoPeaks(LeftOut::TooFewPeaks {
                recorded,
                left,
                needed,
            }),
            Self::NarrowSpan(span, needed) => {
                let needed = Da::new(needed).ok()?;
                Plan::NoPeaks(LeftOut::NarrowSpan { span, needed })
            }
            Self::NoCandidate => Plan::NoCandidate,
            Self::BelowThreshold => Plan::BelowThreshold,
            Self::AboveFdr => Plan::AboveFdr,
        })
    }
}

impl KeptMatch {
    fn of(matched: &Match, names: &mut Names) -> Self {
        let Match {
            entry,
            cluster,
            score,
            score_name,
            precursor_delta,
            mass_shift,
            ambiguity,
        } = *matched;
        Self {
            entry,
            cluster,
            similarity: score.similarity,
            matched_peaks: score.matched_peaks,
            matched_intensity: score.matched_intensity,
            score_name: position(&mut names.words, &score_name),
            precursor_delta,
            mass_shift,
            group: ambiguity.group,
            compounds: ambiguity.compounds,
            delta_next: ambiguity.delta_next,
        }
    }

    fn restored(self, names: &Names) -> Option<Match> {
        Some(Match {
            entry: self.entry,
            cluster: self.cluster,
            score: Score {
                similarity: self.similarity,
                matched_peaks: self.matched_peaks,
                matched_intensity: self.matched_intensity,
            },
            score_name: names.words.get(self.score_name)?,
            precursor_delta: self.precursor_delta,
            mass_shift: self.mass_shift,
            ambiguity: Ambiguity {
                group: self.group,
                compounds: self.compounds,
                delta_next: self.delta_next,
            },
        })
    }
}
