//! Which entries may answer a query at all: by precursor, polarity, retention and the user's
//! condition. All of it acts before the best are chosen.

use super::answer::Plan;
use super::settings::{Amount, SearchSettings};
use crate::domain::{Charge, PrecursorWindow, Seconds, Spectrum};
use crate::library::{Library, polarity_sign};
use crate::prepare::PreparedSpectrum;
use rayon::prelude::*;
use std::ops::Range;

/// Up to this many admitted entries are scored whole; that costs about as much as letting the
/// index pick from them.
const SCORED_WHOLE: usize = 20_000;

/// A query on its way: what was measured, and what is compared.
#[derive(Debug)]
pub(super) struct Query<'a> {
    pub(super) spectrum: &'a Spectrum,
    pub(super) prepared: PreparedSpectrum,
}

/// Where the candidates of a query come from: positions of the precursor order.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    /// All admitted positions of this range, and why all.
    Whole(Range<u32>, Plan),
    /// What the index proposes from this range.
    Index(Range<u32>),
}

/// The entries that settings admit.
#[derive(Debug)]
pub(super) struct Admission<'a> {
    library: &'a Library,
    precursor: PrecursorWindow,
    retention_time: Option<Seconds>,
    retention_index: Option<f64>,
    everything: bool,
    /// By position: 1, -1 or 0 for unknown.
    polarity: Vec<i8>,
    condition: Option<Met>,
}

/// The positions whose entries meet the condition.
#[derive(Debug)]
struct Met {
    by_position: Vec<bool>,
    positions: Vec<u32>,
}

impl<'a> Admission<'a> {
    pub(super) fn new(library: &'a Library, settings: &SearchSettings) -> Self {
        let (rows, _) = library.order().parts();
        let entries = library.entries();
        let condition = settings.condition.as_ref().map(|condition| {
            let by_position: Vec<bool> = rows
                .par_iter()
                .map(|&row| condition.holds(entries, library.name(), row))
                .collect();
            let met = |(position, met): (usize, &bool)| met.then_some(position as u32);
            let positions = by_position.iter().enumerate().filter_map(met).collect();
            Met {
                by_position,
                positions,
            }
        });
        Self {
            library,
            precursor: settings.precursor,
            retention_time: settings.retention_time,
            retention_index: settings.retention_index,
            everything: settings.n_candidates == Amount::All,
            polarity: rows.iter().map(|&row| entries.polarity_sign(row)).collect(),
            condition,
        }
    }

    /// Number of entries, decoys apart, that meet the condition, where there is one.
    pub(super) fn n_met(&self) -> Option<usize> {
        let is_decoy = |&&position: &&u32| {
            let row = self.library.order().row(position);
            self.library.entries().is_decoy(row)
        };
        let of = |positions: &[u32]| positions.len() - positions.iter().filter(is_decoy).count();
        self.condition.as_ref().map(|met| of(&met.positions))
    }

    /// Where the candidates of `query` come from.
    pub(super) fn source(&self, query: &Query<'_>) -> Source {
        let all = 0..self.library.entries().len() as u32;
        let precursor = query.prepared.precursor();
        let window = match (self.precursor, precursor) {
            (PrecursorWindow::Within(tolerance), Some(precursor)) => {
                Some(tolerance.window(precursor.mz))
            }
            (PrecursorWindow::Range(range), Some(precursor)) => {
                let z = precursor.charge.map_or(1, |c| c.state().unsigned_abs());
                Some(range.window(precursor.mz.value(), z))
            }
            _ => None,
        };
        let range = window.map_or(all, |(low, high)| self.library.order().window(low, high));
        let few = self.met(&range).map_or(range.len(), <[u32]>::len) <= SCORED_WHOLE;
        if window.is_some() && (few || self.everything) {
            Source::Whole(range, Plan::Window)
        } else if self.everything {
            Source::Whole(range, Plan::Exhaustive)
        } else if self.condition.is_some() && few {
            Source::Whole(range, Plan::Condition)
        } else {
            Source::Index(range)
        }
    }

    /// The positions of `range` that may answer `query`.
    pub(super) fn admitted(&self, query: &Query<'_>, range: &Range<u32>) -> Vec<u32> {
        let admits = |position: &u32| self.admits(query, *position);
        match self.met(range) {
            Some(positions) => positions.iter().copied().filter(admits).collect(),
            None => range.clone().filter(admits).collect(),
        }
    }

    /// Whether `position` may answer `query`, wherever its precursor lies.
    pub(super) fn admits(&self, query: &Query<'_>, position: u32) -> bool {
        let at = position as usize;
        polarity_sign(query.prepared.polarity()) * self.polarity[at] >= 0
            && self
                .condition
                .as_ref()
                .is_none_or(|met| met.by_position[at])
            && self.charge_agrees(query, position)
            && self.retention_agrees(query, position)
    }

    /// Whether [`Self::admits`] can be false for `query`.
    pub(super) fn is_choosy(&self, query: &Query<'_>) -> bool {
        polarity_sign(query.prepared.polarity()) != 0
            || self.condition.is_some()
            || self.retention_time.is_some()
            || self.retention_index.is_some()
            || matches!(self.precursor, PrecursorWindow::Range(_))
    }

    /// A mass range is one of m/z only among ions of equal charge.
    fn charge_agrees(&self, query: &Query<'_>, position: u32) -> bool {
        if !matches!(self.precursor, PrecursorWindow::Range(_)) {
            return true;
        }
        let entry = self.library.order().row(position);
        let charges = (
            query.prepared.precursor().and_then(|p| p.charge),
            self.library.entries().charge(entry),
        );
        let (query, entry) = match charges {
            (Some(query), Some(entry)) => (query.state(), entry.state()),
            (one, other) => {
                // What is not stated is most often 1.
                let state = |charge: Option<Charge>| charge.map_or(1, Charge::state).abs();
                (state(one), state(other))
            }
        };
        query == entry
    }

    /// Retention must agree where the user asks for it and both sides have it.
    fn retention_agrees(&self, query: &Query<'_>, position: u32) -> bool {
        let entry = || self.library.order().row(position);
        let agrees =
            |apart: Option<f64>, tolerance: f64| apart.is_none_or(|apart| apart.abs() <= tolerance);
        let measured = &query.spectrum.measurement;
        let time = self.retention_time.is_none_or(|tolerance| {
            let apart = || {
                Some(
                    measured.retention_time?.value()
                        - self.library.entries().retention_time(entry())?,
                )
            };
            agrees(apart(), tolerance.value())
        });
        time && self.retention_index.is_none_or(|tolerance| {
            let apart = || {
                Some(measured.retention_index? - self.library.entries().retention_index(entry())?)
            };
            agrees(apart(), tolerance)
        })
    }

    fn met(&self, range: &Range<u32>) -> Option<&[u32]> {
        let positions = &self.condition.as_ref()?.positions;
        let at = |position: u32| positions.partition_point(|&p| p < position);
        Some(&positions[at(range.start)..at(range.end)])
    }
}
