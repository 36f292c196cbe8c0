//! What the winners of a whole run say of each of its answers.

use super::mass_groups::MassGroups;
use super::q_values::{QValues, Won};
use super::{CASCADE_ACCEPTS, FdrMethod, QValue, Winner};
use crate::search::{Answer, Plan};
use std::collections::BTreeMap;

/// What q-value each answer of a run has, and in a cascade which of two answers holds.
#[derive(Debug)]
pub struct Verdict {
    first: Assessment,
    /// Of a cascade.
    second: Option<Assessment>,
}

/// The q-values of one kind of search.
#[derive(Debug)]
struct Assessment {
    method: FdrMethod,
    groups: MassGroups,
    /// By number of the group.
    q_values: BTreeMap<usize, QValues>,
}

impl Verdict {
    /// On the `winners` of a whole run, all of one kind of search. In an `open` search each difference
    /// of mass has its own q-values.
    pub fn of(winners: &[Option<Winner>], open: bool) -> Self {
        let method = if open {
            FdrMethod::TargetDecoyByMassDifference
        } else {
            FdrMethod::TargetDecoy
        };
        Self {
            first: Assessment::of(winners.iter().flatten(), open, method),
            second: None,
        }
    }

    /// On the winners of each query in a search within the precursor window and in an open one. The
    /// second one holds where the q-value of the first is not at most [`CASCADE_ACCEPTS`]; its
    /// q-values are those of the queries that the first left over.
    pub fn of_cascade(closed: &[Option<Winner>], open: &[Option<Winner>]) -> Self {
        let first = Assessment::of(closed.iter().flatten(), false, FdrMethod::CascadeClosed);
        let is_left_over = |closed: &Option<Winner>| {
            let q_value = closed.as_ref().map(|winner| first.q_value(winner));
            !is_within(q_value, CASCADE_ACCEPTS)
        };
        let both = closed.iter().zip(open);
        let left_over = both.filter_map(|(closed, open)| {
            let open = open.as_ref()?;
            is_left_over(closed).then_some(open)
        });
        let second = Assessment::of(left_over, true, FdrMethod::CascadeOpen);
        Self {
            first,
            second: Some(second),
        }
    }

    /// The answer that holds, with its q-value: `answer`, or that of the second stage of a cascade.
    pub fn decide(&self, answer: Answer, open: Option<Answer>) -> Answer {
        let answer = self.first.assessed(answer);
        match (&self.second, open) {
            (Some(second), Some(open)) if !is_within(answer.q_value, CASCADE_ACCEPTS) => {
                second.assessed(open)
            }
            _ => answer,
        }
    }
}

/// Takes the matches away if the first one has a q-value above `limit`.
pub fn accept(answer: &mut Answer, limit: f64) {
    if !answer.matches.is_empty() && !is_within(answer.q_value, limit) {
        answer.matches.clear();
        answer.plan = Plan::AboveFdr;
    }
}

fn is_within(q_value: Option<QValue>, limit: f64) -> bool {
    q_value.is_some_and(|q| q.value <= limit)
}

impl Assessment {
    fn of<'w>(
        winners: impl Iterator<Item = &'w Winner> + Clone,
        open: bool,
        method: FdrMethod,
    ) -> Self {
        let groups = if open {
            MassGroups::of(winners.clone().filter_map(|winner| winner.mass_difference))
        } else {
            MassGroups::default()
        };
        let mut won: BTreeMap<usize, Vec<Won>> = BTreeMap::new();
        for winner in winners {
            let number = groups.number(winner.mass_difference);
            let group = won.entry(number).or_default();
            group.push((winner.score, winner.is_decoy));
        }
        let q_values = won
            .into_iter()
            .map(|(number, won)| (number, QValues::of(won)));
        Self {
            method,
            q_values: q_values.collect(),
            groups,
        }
    }

    /// That of one of the winners; 1 for decoys.
    fn q_value(&self, winner: &Winner) -> QValue {
        let number = self.groups.number(winner.mass_difference);
        let of_group = self.q_values.get(&number).filter(|_| !winner.is_decoy);
        QValue {
            value: of_group.map_or(1.0, |q_values| q_values.at(winner.score)),
            method: self.method,
        }
    }

    fn assessed(&self, answer: Answer) -> Answer {
        let winner = Winner::of(&answer);
        Answer {
            q_value: winner.map(|winner| self.q_value(&winner)),
            ..answer
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::{Ambiguity, Match};
    use crate::similarity::Score;
    use proptest::prelude::*;

    /// Scores of the best target and the best decoy, in steps so that many are equal; 0 is none.
    type Scores = (u8, u8);

    fn hit(step: u8, entry: u32, mass_shift: f64) -> Option<Match> {
        (step > 0).then(|| Match {
            entry,
            cluster: entry,
            score: Score {
                similarity: f32::from(step) / 20.0,
                ..Score::default()
            },
            score_name: "entropy",
            precursor_delta: None,
            mass_shift: Some(mass_shift),
            ambiguity: Ambiguity::default(),
        })
    }

    /// Answers at one difference of mass, all group 0 or all group 1 of an open search.
    fn answers(scores: &[Scores], mass_shift: f64) -> Vec<Answer> {
        let answer = |(entry, &(target, decoy)): (u32, &Scores)| Answer {
            plan: Plan::Window,
            n_candidates: 1,
            matches: hit(target, entry, mass_shift).into_iter().collect(),
            decoy: hit(decoy, entry, mass_shift),
            q_value: None,
            probability: None,
        };
        (0..).zip(scores).map(answer).collect()
    }

    fn winners(answers: &[Answer]) -> Vec<Option<Winner>> {
        answers.iter().map(Winner::of).collect()
    }

    /// Each score as a threshold, with the share of wrong targets estimated there.
    fn estimates(all: &[Winner]) -> Vec<(f32, f64)> {
        let n = |decoy: bool, s: f32| {
            let reached = all.iter().filter(|w| w.is_decoy == decoy && w.score >= s);
            reached.count()
        };
        let estimate = |s: f32| (n(true, s) + 1) as f64 / n(false, s).max(1) as f64;
        all.iter().map(|w| (w.score, estimate(w.score))).collect()
    }

    /// By definition: the least estimate over all thresholds up to the score.
    fn defined(winner: &Winner, estimates: &[(f32, f64)]) -> f64 {
        let reached = estimates.iter().filter(|(s, _)| *s <= winner.score);
        let least = reached.map(|(_, estimate)| *estimate).fold(1.0, f64::min);
        if winner.is_decoy { 1.0 } else { least }
    }

    fn scores() -> impl Strategy<Value = Vec<(Scores, Scores)>> {
        // Decoys score less, so that some of the first stage are accepted.
        let stage = || (0_u8..20, 0_u8..8);
        prop::collection::vec((stage(), stage()), 0..400)
    }

    proptest! {
        #[test]
        fn a_cascade_decides_as_it_is_defined(scores in scores()) {
            let (closed, open): (Vec<Scores>, Vec<Scores>) = scores.into_iter().unzip();
            let (closed, open) = (answers(&closed, 0.0), answers(&open, 15.99));
            let verdict = Verdict::of_cascade(&winners(&closed), &winners(&open));
            let first: Vec<Winner> = winners(&closed).into_iter().flatten().collect();
            let first = estimates(&first);
            let accepted = |answer: &Answer| {
                Winner::of(answer).is_some_and(|w| defined(&w, &first) <= CASCADE_ACCEPTS)
            };
            let left_over = closed.iter().zip(&open).filter(|(closed, _)| !accepted(closed));
            let second: Vec<Winner> = left_over.filter_map(|(_, open)| Winner::of(open)).collect();
            let second = estimates(&second);
            for (closed, open) in closed.iter().zip(&open) {
                let (expected, stage, method) = if accepted(closed) {
                    (closed, &first, FdrMethod::CascadeClosed)
                } else {
                    (open, &second, FdrMethod::CascadeOpen)
                };
                let q_value = Winner::of(expected).map(|w| QValue { value: defined(&w, stage), method });
                let decided = verdict.decide(closed.clone(), Some(open.clone()));
                prop_assert_eq!(decided, Answer { q_value, ..expected.clone() });
            }
        }

        #[test]
        fn only_what_is_within_the_limit_is_accepted(scores in scores(), limit in 0.0..1.0) {
            let scores: Vec<Scores> = scores.into_iter().map(|(closed, _)| closed).collect();
            let answers = answers(&scores, 0.0);
            let all: Vec<Winner> = winners(&answers).into_iter().flatten().collect();
            let all = estimates(&all);
            let verdict = Verdict::of(&winners(&answers), false);
            for answer in answers {
                let q = Winner::of(&answer).map(|winner| defined(&winner, &all));
                let mut decided = verdict.decide(answer.clone(), None);
                prop_assert_eq!(decided.q_value.map(|q| q.value), q);
                accept(&mut decided, limit);
                let is_kept = q.is_some_and(|q| q <= limit);
                if answer.matches.is_empty() || is_kept {
                    prop_assert_eq!((decided.plan, decided.matches), (answer.plan, answer.matches));
                } else {
                    prop_assert_eq!((decided.plan, decided.matches), (Plan::AboveFdr, vec![]));
                }
            }
        }
    }
}
