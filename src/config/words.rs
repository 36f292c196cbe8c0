//! A question back to words: what it asks for, by name and value, with what was left to the library.

use super::Question;
use crate::domain::PrecursorWindow;
use crate::library::{Library, SettingsError};
use crate::search::{RunFdr, SearchSettings};
use std::collections::BTreeMap;

impl Question {
    /// What is asked of `library`, by name and value as the command line and
    /// [`Question::from_pairs`] take them; nothing is left to the library any more.
    ///
    /// # Errors
    /// As [`Question::settings`].
    pub fn words(&self, library: &Library) -> Result<BTreeMap<String, String>, SettingsError> {
        let RunFdr { limit, cascade } = self.fdr();
        let switch = |on: bool| on.then(|| "true".to_owned());
        let of_run = [
            ("fdr", limit.map(|rate| rate.to_string())),
            ("cascade", switch(cascade)),
            ("only-matched", switch(self.only_matched)),
        ];
        let all = words_of(&self.settings(library)?);
        let all = all.into_iter().chain(of_run);
        Ok(all
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect())
    }
}

fn words_of(settings: &SearchSettings) -> Vec<(&'static str, Option<String>)> {
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
        PrecursorWindow::Range(range) => ("precursor-range", Some(range.to_string())),
        window @ (PrecursorWindow::Open | PrecursorWindow::Within(_)) => {
            ("precursor-tol", Some(window.to_string()))
        }
    };
    vec![
        ("top-k", Some(top_k.to_string())),
        ("group-by", Some(group_by.to_string())),
        precursor,
        ("rt-tol", retention_time.map(|time| format!("{time}s"))),
        ("ri-tol", retention_index.map(|index| index.to_string())),
        ("where", condition.as_ref().map(ToString::to_string)),
        ("fragment-tol", Some(fragment_tolerance.to_string())),
        ("score", Some(score.to_string())),
        ("n-probe", Some(n_probe.to_string())),
        ("n-candidates", Some(n_candidates.to_string())),
        ("min-score", Some(min_score.to_string())),
        ("min-matched", Some(min_matched.to_string())),
        ("ambiguity-margin", Some(ambiguity_margin.to_string())),
    ]
}
