//! What a search is asked for, resolved.

use crate::domain::{PrecursorWindow, Seconds, Tolerance};
use crate::library::Condition;
use crate::similarity::{SCORES, Similarity, score_named};
use std::fmt;
use std::str::FromStr;

/// All settings of a search.
#[derive(Debug, Clone)]
pub struct SearchSettings {
    /// Matches reported per query, at most.
    pub top_k: usize,
    /// What counts as one match.
    pub group_by: GroupBy,
    /// Which library precursors are compared.
    pub precursor: PrecursorWindow,
    /// How far retention times may lie apart, where both are known.
    pub retention_time: Option<Seconds>,
    /// How far retention indices may lie apart, where both are known.
    pub retention_index: Option<f64>,
    /// What entries must meet.
    pub condition: Option<Condition>,
    /// How far apart two fragments may lie.
    pub fragment_tolerance: Tolerance,
    /// The score that ranks.
    pub score: ScoreChoice,
    /// Inverted lists visited.
    pub n_probe: Amount,
    /// Entries the index proposes for exact scoring.
    pub n_candidates: Amount,
    /// Least score reported, 0 to 1.
    pub min_score: f32,
    /// Least number of matched peaks reported.
    pub min_matched: u32,
    /// Matches whose scores lie this close to the best of them are called ambiguous.
    pub ambiguity_margin: f32,
}

impl SearchSettings {
    /// An open search where nothing more is asked.
    pub fn new(fragment_tolerance: Tolerance) -> Self {
        Self {
            top_k: 10,
            group_by: GroupBy::Cluster,
            precursor: PrecursorWindow::Open,
            retention_time: None,
            retention_index: None,
            condition: None,
            fragment_tolerance,
            score: ScoreChoice::Auto,
            n_probe: Amount::Auto,
            n_candidates: Amount::Auto,
            min_score: 0.0,
            min_matched: 1,
            ambiguity_margin: 0.02,
        }
    }
}

/// What counts as one match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupBy {
    /// Entries found to be the same when the library was built.
    Cluster,
    /// Entries of one compound or peptide ion, by what the library says they are.
    Compound,
    /// Each entry.
    Entry,
}

/// The score that ranks.
#[derive(Debug, Clone, Copy)]
pub enum ScoreChoice {
    /// Two-view entropy in an open search with precursor, else entropy.
    Auto,
    /// This one.
    Exactly(&'static dyn Similarity),
}

/// A number, or the choice left to the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// Chosen from the library.
    Auto,
    /// This many, at least 1.
    Exactly(usize),
    /// As many as there are.
    All,
}

/// A word that is none of those expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not one of: {expected}")]
pub struct UnknownWord {
    found: String,
    expected: String,
}

macro_rules! words {
    ($type:ident, $expected:literal, $($word:literal => $variant:ident),+) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $word),+ })
            }
        }

        impl FromStr for $type {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWord { found: text.to_owned(), expected: $expected.to_owned() }),
                }
            }
        }
    };
}

words!(GroupBy, "cluster, compound, entry",
    "cluster" => Cluster, "compound" => Compound, "entry" => Entry);
impl fmt::Display for ScoreChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Exactly(score) => f.write_str(&score.name().replace('_', "-")),
        }
    }
}

impl FromStr for ScoreChoice {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        if text == "auto" {
            return Ok(Self::Auto);
        }
        score_named(text).map(Self::Exactly).ok_or_else(|| {
            let names = SCORES.iter().map(|score| Self::Exactly(*score).to_string());
            let expected = ["auto".to_owned()]
                .into_iter()
                .chain(names)
                .collect::<Vec<_>>();
            UnknownWord {
                found: text.to_owned(),
                expected: expected.join(", "),
            }
        })
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::All => f.write_str("all"),
            Self::Exactly(n) => n.fmt(f),
        }
    }
}

impl FromStr for Amount {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text.parse() {
            Ok(n) if n > 0 => Ok(Self::Exactly(n)),
            _ if text == "auto" => Ok(Self::Auto),
            _ if text == "all" => Ok(Self::All),
            _ => Err(UnknownWord {
                found: text.to_owned(),
                expected: "auto, all, a whole number of at least 1".to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip() {
        for group in [GroupBy::Cluster, GroupBy::Compound, GroupBy::Entry] {
            assert_eq!(group.to_string().parse::<GroupBy>().unwrap(), group);
        }
        for amount in [Amount::Auto, Amount::All, Amount::Exactly(7)] {
            assert_eq!(amount.to_string().parse::<Amount>().unwrap(), amount);
        }
        let error = "0".parse::<Amount>().unwrap_err().to_string();
        assert_eq!(
            error,
            "\"0\" is not one of: auto, all, a whole number of at least 1"
        );
        assert!("clusters".parse::<GroupBy>().is_err());
    }
}
