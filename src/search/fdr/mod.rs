//! How often a match of this score is wrong: q-values by target-decoy competition.
//!
//! Targets and decoys are searched together and compete for each query. A wrong answer is as
//! likely to be a decoy as a target, so the decoys that win say how many of the targets that win
//! are wrong (Elias & Gygi 2007). One query cannot have a q-value; a run of them can.

mod mass_groups;
mod q_values;

use super::answer::{Answer, Match, Plan};
use crate::index::Random;
use mass_groups::mass_groups;
use q_values::q_values;
use std::collections::BTreeMap;

/// What won a query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Winner {
    /// Its score.
    pub score: f32,
    /// Whether it is a decoy.
    pub is_decoy: bool,
    /// Mass of the query minus that of the entry in Da, for ions of equal charge.
    pub mass_difference: Option<f64>,
}

/// The false discovery rate at which a match is accepted, and how it was estimated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QValue {
    /// Least estimated share of wrong ones among all matches that score at least as high, over
    /// all thresholds that accept this one; 0 to 1. 1 where a decoy scored higher.
    pub value: f64,
    /// How it was estimated.
    pub method: FdrMethod,
}

/// How a false discovery rate was estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FdrMethod {
    /// All queries of the run together.
    TargetDecoy,
    /// Apart for each difference of mass between query and entry.
    TargetDecoyByMassDifference,
    /// The first stage of a cascade: within the precursor window.
    CascadeClosed,
    /// The second stage: what the first left over, apart for each difference of mass.
    CascadeOpen,
}

impl FdrMethod {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::TargetDecoy => "target_decoy",
            Self::TargetDecoyByMassDifference => "target_decoy_by_mass_difference",
            Self::CascadeClosed => "cascade_closed",
            Self::CascadeOpen => "cascade_open",
        }
    }
}

/// q-value up to which the first stage of a cascade accepts (Bittremieux et al. 2018).
pub const CASCADE_ACCEPTS: f64 = 0.01;

impl Winner {
    /// Who won in `answer`: the first match or the best decoy. `None` where neither is there.
    ///
    /// At equal scores a coin decides: where a wrong match rests on peaks that decoy and target
    /// share, either must be as likely. The coin is the same in every run.
    pub fn of(answer: &Answer) -> Option<Self> {
        let score = |m: &Match| m.score.similarity;
        let (winner, is_decoy) = match (answer.matches.first(), answer.decoy.as_ref()) {
            (None, None) => return None,
            (Some(target), None) => (target, false),
            (None, Some(decoy)) => (decoy, true),
            (Some(target), Some(decoy)) => match score(target).total_cmp(&score(decoy)) {
                std::cmp::Ordering::Greater => (target, false),
                std::cmp::Ordering::Less => (decoy, true),
                std::cmp::Ordering::Equal => {
                    let seed = u64::from(score(target).to_bits());
                    let heads = Random::new(seed, u64::from(target.entry)).below(2) == 0;
                    if heads {
                        (target, false)
                    } else {
                        (decoy, true)
                    }
                }
            },
        };
        Some(Self {
            score: score(winner),
            is_decoy,
            mass_difference: winner.mass_shift,
        })
    }
}

/// Gives each answer its q-value; `answers` are those of a whole run, all of one kind of search.
/// In an `open` search each difference of mass has its own.
pub fn assess(answers: &mut [Answer], open: bool) {
    let method = if open {
        FdrMethod::TargetDecoyByMassDifference
    } else {
        FdrMethod::TargetDecoy
    };
    let refs: Vec<&mut Answer> = answers.iter_mut().collect();
    assess_as(refs, open, method);
}

/// Decides between the answers to each query of a search within the precursor window and of an
/// open one: the first where its q-value is at most [`CASCADE_ACCEPTS`], else the second. The
/// q-values of the open search are those of the queries that the first left over.
pub fn cascade(mut closed: Vec<Answer>, open: Vec<Answer>) -> Vec<Answer> {
    let all = closed.iter_mut().collect();
    assess_as(all, false, FdrMethod::CascadeClosed);
    let accepted = |answer: &Answer| answer.q_value.is_some_and(|q| q.value <= CASCADE_ACCEPTS);
    let mut left_over = Vec::new();
    for (answer, open) in closed.iter_mut().zip(open) {
        if !accepted(answer) {
            *answer = open;
            left_over.push(answer);
        }
    }
    assess_as(left_over, true, FdrMethod::CascadeOpen);
    closed
}

/// Takes the matches away from every answer whose first one has a q-value above `limit`.
pub fn accept(answers: &mut [Answer], limit: f64) {
    for answer in answers {
        let accepted = answer.q_value.is_some_and(|q| q.value <= limit);
        if !answer.matches.is_empty() && !accepted {
            answer.matches.clear();
            answer.plan = Plan::AboveFdr;
        }
    }
}

fn assess_as(mut answers: Vec<&mut Answer>, open: bool, method: FdrMethod) {
    let winners: Vec<Option<Winner>> = answers.iter().map(|answer| Winner::of(answer)).collect();
    let groups = if open {
        let of = |winner: &Option<Winner>| winner.and_then(|w| w.mass_difference);
        mass_groups(&winners.iter().map(of).collect::<Vec<_>>())
    } else {
        vec![0; winners.len()]
    };
    let mut members: BTreeMap<usize, (Vec<usize>, Vec<Winner>)> = BTreeMap::new();
    for (idx, (winner, group)) in winners.into_iter().zip(groups).enumerate() {
        if let Some(winner) = winner {
            let (rows, winners) = members.entry(group).or_default();
            rows.push(idx);
            winners.push(winner);
        }
    }
    for (rows, winners) in members.into_values() {
        for (idx, value) in rows.into_iter().zip(q_values(&winners)) {
            answers[idx].q_value = Some(QValue { value, method });
        }
    }
}
