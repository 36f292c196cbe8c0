//! What a row of the report is about.

use crate::domain::{Spectrum, shift_name};
use crate::library::{EntryText, Library};
use crate::search::fdr::QValue;
use crate::search::{Answer, Match};
use std::borrow::Cow;

/// A query, its answer, and one match or none.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The library searched.
    pub library: &'a Library,
    /// The query.
    pub query: &'a Spectrum,
    /// Its answer.
    pub answer: &'a Answer,
    /// Rank from 1 and match; none for a query without one.
    pub ranked: Option<(usize, &'a Match)>,
}

/// How well a mass difference must agree with a known one to be given its name: the accuracy of
/// current instruments, of both precursors.
const SHIFT_PPM: f64 = 10.0;
const SHIFT_DA: f64 = 0.002;

/// How well a difference to `entry` must agree with a known one, in Da.
pub fn shift_tolerance(library: &Library, entry: u32) -> f64 {
    let entry_mz = library.entries().precursor_mz(entry);
    (entry_mz.unwrap_or_default() * SHIFT_PPM * 1.0e-6).max(SHIFT_DA)
}

impl<'a> Row<'a> {
    /// The rows of one query: one per match, or one that says there is none.
    pub fn of(
        library: &'a Library,
        query: &'a Spectrum,
        answer: &'a Answer,
    ) -> impl Iterator<Item = Self> {
        let row = Self {
            library,
            query,
            answer,
            ranked: None,
        };
        let without = answer.matches.is_empty().then_some(row);
        let matches = answer.matches.iter().enumerate();
        without
            .into_iter()
            .chain(matches.map(move |(idx, matched)| Self {
                ranked: Some((idx + 1, matched)),
                ..row
            }))
    }

    /// The match, where there is one.
    pub fn matched(&self) -> Option<&'a Match> {
        self.ranked.map(|(_, matched)| matched)
    }

    pub(super) fn text(&self, text: EntryText) -> Cow<'a, str> {
        self.matched().map_or(Cow::Borrowed(""), |matched| {
            self.library.entries().text(text, matched.entry)
        })
    }

    pub(super) fn q_value(&self) -> Option<QValue> {
        let (rank, _) = self.ranked?;
        self.answer.q_value.filter(|_| rank == 1)
    }

    pub(super) fn shift_name(&self) -> String {
        let shift = self.matched().and_then(|m| Some((m, m.mass_shift?)));
        let Some((matched, shift)) = shift else {
            return String::new();
        };
        shift_name(shift, shift_tolerance(self.library, matched.entry))
    }
}

/// Probability that a first match is right, where the library taught how to tell.
pub(super) fn probability(row: &Row<'_>) -> Option<f64> {
    let (rank, _) = row.ranked?;
    row.answer.probability.filter(|_| rank == 1)
}

/// Query precursor minus entry precursor, in ppm of the latter.
pub(super) fn delta_ppm(row: &Row<'_>) -> Option<f64> {
    let matched = row.matched()?;
    let entry_mz = row.library.entries().precursor_mz(matched.entry)?;
    Some(matched.precursor_delta? / entry_mz * 1.0e6)
}
