//! The flags of a search that decide its answers, to settings and back to words.

use crate::domain::{MassRange, PrecursorWindow, Seconds, Tolerance};
use crate::failure::Failure;
use crate::library::{Condition, Library};
use crate::search::{Amount, GroupBy, ScoreChoice, SearchSettings};
use clap::Args;

/// Flags that decide the answer.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct SearchFlags {
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
    #[arg(long = "where", value_name = "EXPR")]
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

impl SearchFlags {
    /// The settings of a search in `library`.
    pub(in crate::cli) fn settings(&self, library: &Library) -> Result<SearchSettings, Failure> {
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

/// The flags that ask for `settings`, each with its value; those not needed are left out.
pub(super) fn words_of(settings: &SearchSettings) -> Vec<(&'static str, String)> {
    // Named one by one, so that a setting added is not forgotten here.
    let SearchSettings {
        top_k,
        group_by,
        precursor,
        retention_time,
        retention_index,
        condition,
        fragment_tolerance,
        score,
        n_probe,
        n_candidates,
        min_score,
        min_matched,
        ambiguity_margin,
    } = settings;
    let precursor = match precursor {
        PrecursorWindow::Range(range) => ("precursor-range", range.to_string()),
        window @ (PrecursorWindow::Open | PrecursorWindow::Within(_)) => {
            ("precursor-tol", window.to_string())
        }
    };
    let mut words = vec![
        ("top-k", top_k.to_string()),
        ("group-by", group_by.to_string()),
        precursor,
        ("fragment-tol", fragment_tolerance.to_string()),
        ("score", score.to_string()),
        ("n-probe", n_probe.to_string()),
        ("n-candidates", n_candidates.to_string()),
        ("min-score", min_score.to_string()),
        ("min-matched", min_matched.to_string()),
        ("ambiguity-margin", ambiguity_margin.to_string()),
    ];
    let some = [
        ("rt-tol", retention_time.map(|time| format!("{time}s"))),
        ("ri-tol", retention_index.map(|index| index.to_string())),
        ("where", condition.as_ref().map(ToString::to_string)),
    ];
    words.extend(
        some.into_iter()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    words
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
