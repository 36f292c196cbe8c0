//! What is asked of a search, in the words of the command line and of the service.
//!
//! Names, meanings, defaults and checks stand here once; both read them from here.

use crate::domain::{MassRange, PrecursorWindow, Seconds, Tolerance};
use crate::library::{Condition, Library, SettingsError};
use crate::search::{Amount, GroupBy, RunFdr, ScoreChoice, SearchSettings};
use clap::{Args, CommandFactory, Parser};

/// What decides the answer to a query, as a person writes it.
#[derive(Debug, Clone, Args)]
pub struct SearchFlags {
    /// Matches reported per query, at most
    #[arg(short = 'k', long, value_name = "K", default_value = "10")]
    top_k: std::num::NonZeroUsize,
    /// What counts as one match: cluster, compound or entry
    #[arg(long, value_name = "WHAT", default_value = "cluster")]
    group_by: GroupBy,
    /// How far the precursor may lie from the library's: 10ppm, 0.5Da or open
    #[arg(long, value_name = "TOL", default_value = "10ppm")]
    precursor_tol: PrecursorWindow,
    /// Search analogues: query mass minus library mass within this range, as in -20..300Da
    #[arg(
        long,
        value_name = "LOW..HIGHDa",
        allow_hyphen_values = true,
        conflicts_with = "precursor_tol"
    )]
    precursor_range: Option<MassRange>,
    /// Only entries that meet this condition
    #[arg(id = "where", long = "where", value_name = "EXPR")]
    condition: Option<Condition>,
    /// How far the retention time may lie from the library's, as in 30s or 0.5min; where both are known
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    rt_tol: Option<Seconds>,
    /// How far the retention index may lie from the library's; where both are known
    #[arg(long, value_name = "N", value_parser = parse_index)]
    ri_tol: Option<f64>,
    /// How far apart matching fragments may lie [default: the library's]
    #[arg(long, value_name = "TOL")]
    fragment_tol: Option<Tolerance>,
    /// Score that ranks: auto, entropy, two-view-entropy, cosine, modified-cosine and others
    #[arg(long, value_name = "SCORE", default_value = "auto")]
    score: ScoreChoice,
    /// Inverted lists visited per query
    #[arg(long, value_name = "N|auto", default_value = "auto")]
    n_probe: Amount,
    /// Entries the index proposes per query; all scores every one, without the index
    #[arg(long, value_name = "N|auto|all", default_value = "auto")]
    n_candidates: Amount,
    /// Least score reported, 0 to 1
    #[arg(long, value_name = "S", default_value = "0", value_parser = parse_share)]
    min_score: f32,
    /// Least number of matched peaks reported
    #[arg(long, value_name = "N", default_value = "1")]
    min_matched: u32,
    /// Matches with scores this close are one ambiguity group
    #[arg(long, value_name = "S", default_value = "0.02", value_parser = parse_share)]
    ambiguity_margin: f32,
}

/// What is asked of a run of queries, as a person writes it: the flags of `mzseek search`, and the
/// parameters of the service.
#[derive(Debug, Clone, Args)]
pub struct Question {
    #[command(flatten)]
    how: SearchFlags,
    /// Only matches accepted at this false discovery rate, as in 0.01; needs a library with decoys
    #[arg(long, value_name = "RATE", value_parser = parse_rate)]
    fdr: Option<f64>,
    /// Search within --precursor-tol first, and openly what that leaves above a false discovery
    /// rate of 0.01; needs a library with decoys
    #[arg(long)]
    cascade: bool,
    /// Leave out queries without a match
    #[arg(long)]
    pub only_matched: bool,
}

impl SearchFlags {
    /// The settings of a search in `library`.
    ///
    /// # Errors
    /// A library that does not say how its fragments are matched.
    pub fn settings(&self, library: &Library) -> Result<SearchSettings, SettingsError> {
        Ok(SearchSettings {
            top_k: self.top_k.get(),
            group_by: self.group_by,
            precursor: self
                .precursor_range
                .map_or(self.precursor_tol, PrecursorWindow::Range),
            retention_time: self.rt_tol,
            retention_index: self.ri_tol,
            condition: self.condition.clone(),
            fragment_tolerance: match self.fragment_tol {
                Some(tolerance) => tolerance,
                None => library.settings().fragment_tolerance()?,
            },
            score: self.score,
            n_probe: self.n_probe,
            n_candidates: self.n_candidates,
            min_score: self.min_score,
            min_matched: self.min_matched,
            ambiguity_margin: self.ambiguity_margin,
        })
    }
}

impl Question {
    /// The settings of a search in `library`.
    ///
    /// # Errors
    /// As [`SearchFlags::settings`].
    pub fn settings(&self, library: &Library) -> Result<SearchSettings, SettingsError> {
        self.how.settings(library)
    }

    /// What is asked of the run as a whole.
    pub fn fdr(&self) -> RunFdr {
        RunFdr {
            limit: self.fdr,
            cascade: self.cascade,
        }
    }

    /// Reads settings by name and value, as in `top_k` and `3`. What is not named has its default;
    /// a switch takes `true` or `false`.
    ///
    /// # Errors
    /// A name there is not, or a value that does not suit.
    pub fn from_pairs<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, QuestionError> {
        let command = Words::command();
        let mut words = Vec::new();
        for (name, value) in pairs {
            let long = name.replace('_', "-");
            let known = |arg: &&clap::Arg| arg.get_long() == Some(long.as_str());
            let arg = command.get_arguments().find(known);
            let arg = arg.ok_or_else(|| QuestionError::Unknown(name.to_owned()))?;
            match (is_switch(arg), value) {
                (false, value) => words.push(format!("--{long}={value}")),
                (true, "true") => words.push(format!("--{long}")),
                (true, "false") => {}
                (true, _) => {
                    let text = format!("{name}: {value:?} is neither true nor false");
                    return Err(QuestionError::Value(text));
                }
            }
        }
        let parsed = Words::try_parse_from(words);
        let parsed = parsed.map_err(|error| QuestionError::Value(told(&error)))?;
        Ok(parsed.question)
    }
}

/// A setting of a [`Question`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its name among parameters, as in `top_k`.
    pub name: String,
    /// What it does.
    pub meaning: String,
    /// Its value where it is not named; none where there is none, or the library decides.
    pub default: Option<String>,
    /// Whether it is `true` or `false`.
    pub is_switch: bool,
}

/// All settings there are.
pub fn settings() -> Vec<Setting> {
    let of_arg = |arg: &clap::Arg| {
        let defaults = arg.get_default_values().iter();
        let default = defaults.map(|value| value.to_string_lossy().into_owned());
        Some(Setting {
            name: arg.get_long()?.replace('-', "_"),
            meaning: arg.get_help().map(ToString::to_string).unwrap_or_default(),
            default: default
                .reduce(|all, next| all + "," + &next)
                .filter(|_| !is_switch(arg)),
            is_switch: is_switch(arg),
        })
    };
    Words::command()
        .get_arguments()
        .filter_map(of_arg)
        .collect()
}

/// Settings that make no question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// A name there is not.
    #[error("there is no setting {0:?}; settings are {names}", names = names())]
    Unknown(String),
    /// A value that does not suit, or two that exclude each other.
    #[error("{0}")]
    Value(String),
}

#[derive(Debug, Parser)]
#[command(no_binary_name = true, disable_help_flag = true)]
struct Words {
    #[command(flatten)]
    question: Question,
}

fn names() -> String {
    let names: Vec<String> = settings().into_iter().map(|s| s.name).collect();
    names.join(", ")
}

fn is_switch(arg: &clap::Arg) -> bool {
    matches!(arg.get_action(), clap::ArgAction::SetTrue)
}

/// The first line of what clap says; the others are about the command line.
fn told(error: &clap::Error) -> String {
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    first.trim_start_matches("error: ").to_owned()
}

fn parse_rate(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|n| *n > 0.0 && *n <= 1.0);
    number.ok_or_else(|| "write a number above 0 and up to 1, as in 0.01".to_owned())
}

fn parse_share(text: &str) -> Result<f32, String> {
    let number = text.parse().ok().filter(|n| (0.0..=1.0).contains(n));
    number.ok_or_else(|| "write a number from 0 to 1".to_owned())
}

fn parse_time(text: &str) -> Result<Seconds, String> {
    let lower = text.trim().to_ascii_lowercase();
    let (number, seconds) = match (lower.strip_suffix("min"), lower.strip_suffix('s')) {
        (Some(number), _) => (number, 60.0),
        (None, Some(number)) => (number, 1.0),
        (None, None) => return Err("write a number and a unit, as in 30s or 0.5min".to_owned()),
    };
    let number = number.trim().parse().ok().filter(|n: &f64| *n >= 0.0);
    let time = number.and_then(|n| Seconds::new(n * seconds).ok());
    time.ok_or_else(|| "write a number and a unit, as in 30s or 0.5min".to_owned())
}

fn parse_index(text: &str) -> Result<f64, String> {
    let number = text
        .parse()
        .ok()
        .filter(|n: &f64| n.is_finite() && *n >= 0.0);
    number.ok_or_else(|| "write a number of at least 0".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::GroupBy;

    #[test]
    fn names_and_values_are_those_of_the_command_line() {
        let pairs = [
            ("top_k", "3"),
            ("group_by", "entry"),
            ("precursor_range", "-20..300Da"),
            ("where", "charge = 1"),
            ("cascade", "false"),
            ("only_matched", "true"),
        ];
        let question = Question::from_pairs(pairs).unwrap();
        assert_eq!(question.how.top_k.get(), 3);
        assert_eq!(question.how.group_by, GroupBy::Entry);
        assert!(question.how.precursor_range.is_some() && question.how.condition.is_some());
        assert!(question.only_matched && !question.cascade);
        let plain = Question::from_pairs([]).unwrap();
        assert_eq!((plain.how.top_k.get(), plain.how.min_matched), (10, 1));
    }

    #[test]
    fn what_does_not_suit_is_told_by_name() {
        let told = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().copied();
            Question::from_pairs(pairs).unwrap_err().to_string()
        };
        assert!(
            told(&[("topk", "3")]).starts_with("there is no setting \"topk\"; settings are top_k")
        );
        assert!(told(&[("top_k", "0")]).contains("invalid value '0' for '--top-k"));
        assert!(told(&[("fdr", "2")]).contains("write a number above 0"));
        assert!(told(&[("cascade", "yes")]).contains("neither true nor false"));
        let both = [("precursor_tol", "open"), ("precursor_range", "0..1Da")];
        assert!(told(&both).contains("cannot be used with"));
        // A value is never read as another flag.
        assert!(told(&[("score", "auto --cascade")]).contains("auto --cascade"));
        assert!(told(&[("help", "")]).contains("no setting"));
    }

    #[test]
    fn settings_say_what_they_are() {
        let settings = settings();
        let of = |name: &str| settings.iter().find(|s| s.name == name).unwrap();
        assert_eq!(of("top_k").default.as_deref(), Some("10"));
        assert!(of("cascade").is_switch && of("cascade").default.is_none());
        assert!(settings.iter().all(|s| !s.meaning.is_empty()));
    }
}
