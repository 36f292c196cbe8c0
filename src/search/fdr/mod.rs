//! How often a match of this score is wrong: q-values by target-decoy competition.
//!
//! Targets and decoys are searched together and compete for each query. A wrong answer is as
//! likely to be a decoy as a target, so the decoys that win say how many of the targets that win
//! are wrong (Elias & Gygi 2007). One query cannot have a q-value; a run of them can.
//!
//! All that is needed of each query for that is its [`Winner`]; a [`Verdict`] on all of them then says
//! of each answer what its q-value is.

mod mass_groups;
mod q_values;
mod verdict;

use super::answer::{Answer, Match};
use crate::index::Random;
pub use verdict::{Verdict, accept};

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
