//! Which entries may answer a query at all: by precursor, polarity, retention and the user's
//! condition. All of it acts before the best are chosen. One [`Admission`] is of one segment of the
//! library, and speaks of positions in its order.

use super::answer::Plan;
use super::settings::{Amount, SearchSettings};
use crate::domain::{Charge, PrecursorWindow, Seconds, Spectrum};
use crate::library::{EntryColumns, Library, Segment, polarity_sign};
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

/// Where the candidates of a query come from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    /// All admitted positions, and why all.
    Whole(Vec<Stretch>, Plan),
    /// What the indexes propose.
    Index(Vec<Stretch>),
}

/// Positions of one segment, of which none is shut out by its precursor, and none by its polarity
/// where the segment is ordered by that.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stretch {
    /// Which segment.
    pub(super) segment: usize,
    pub(super) positions: Range<u32>,
}

/// Where the candidates of `query` come from: the same whether entries stand in one segment or many.
pub(super) fn source(
    admissions: &[Admission<'_>],
    query: &Query<'_>,
    settings: &SearchSettings,
) -> Source {
    let window = window(query, settings);
    let sign = polarity_sign(query.prepared.polarity());
    let stretches: Vec<Stretch> = (admissions.iter().enumerate())
        .flat_map(|(segment, admission)| {
            let ranges = admission.ranges(sign, window);
            ranges.map(move |positions| Stretch { segment, positions })
        })
        .collect();
    let met = (stretches.iter()).map(|s| admissions[s.segment].n_met_in(&s.positions));
    let few = met.sum::<usize>() <= SCORED_WHOLE;
    let everything = settings.n_candidates == Amount::All;
    if window.is_some() && (few || everything) {
        Source::Whole(stretches, Plan::Window)
    } else if everything {
        Source::Whole(stretches, Plan::Exhaustive)
    } else if settings.condition.is_some() && few {
        Source::Whole(stretches, Plan::Condition)
    } else {
        Source::Index(stretches)
    }
}

/// Lowest and highest precursor m/z that may answer `query`; none where any may.
fn window(query: &Query<'_>, settings: &SearchSettings) -> Option<(f64, f64)> {
    match (settings.precursor, query.prepared.precursor()) {
        (PrecursorWindow::Within(tolerance), Some(precursor)) => {
            Some(tolerance.window(precursor.mz))
        }
        (PrecursorWindow::Range(range), Some(precursor)) => {
            let z = precursor.charge.map_or(1, |c| c.state().unsigned_abs());
            Some(range.window(precursor.mz.value(), z))
        }
        _ => None,
    }
}

/// The entries of one segment that settings admit.
#[derive(Debug)]
pub(super) struct Admission<'a> {
    segment: &'a Segment,
    entries: &'a EntryColumns,
    precursor: PrecursorWindow,
    retention_time: Option<Seconds>,
    retention_index: Option<f64>,
    condition: Option<Met>,
}

/// The positions whose entries meet the condition.
#[derive(Debug)]
struct Met {
    by_position: Vec<bool>,
    positions: Vec<u32>,
}

impl<'a> Admission<'a> {
    /// One for each segment of `library`.
    pub(super) fn of_all(library: &'a Library, settings: &SearchSettings) -> Vec<Self> {
        let all = library.segments().iter().zip(library.entries().segments());
        all.map(|(segment, entries)| {
            let name = &library.member(segment.rows().start).name;
            Self::new((segment, entries), name, settings)
        })
        .collect()
    }

    fn new(
        (segment, entries): (&'a Segment, &'a EntryColumns),
        name: &str,
        settings: &SearchSettings,
    ) -> Self {
        let (rows, _) = segment.order().parts();
        let condition = settings.condition.as_ref().map(|condition| {
            let by_position: Vec<bool> = rows
                .par_iter()
                .map(|&row| condition.holds(entries, name, row))
                .collect();
            let met = |(position, met): (usize, &bool)| met.then_some(position as u32);
            let positions = by_position.iter().enumerate().filter_map(met).collect();
            Met {
                by_position,
                positions,
            }
        });
        Self {
            segment,
            entries,
            precursor: settings.precursor,
            retention_time: settings.retention_time,
            retention_index: settings.retention_index,
            condition,
        }
    }

    /// Number of entries, decoys apart, that meet the condition, where there is one.
    pub(super) fn n_met(&self) -> Option<usize> {
        let is_decoy = |&&position: &&u32| {
            let row = self.segment.order().row(position);
            self.entries.is_decoy(row)
        };
        let of = |positions: &[u32]| positions.len() - positions.iter().filter(is_decoy).count();
        self.condition.as_ref().map(|met| of(&met.positions))
    }

    /// Positions whose precursor lies in `window`, or all where there is none, and whose polarity
    /// does not contradict `sign` as far as the order tells it.
    fn ranges(&self, sign: i8, window: Option<(f64, f64)>) -> impl Iterator<Item = Range<u32>> {
        let order = self.segment.order();
        let within = window.map(|(low, high)| order.windows(sign, low, high));
        let all = [order.with_key(sign), order.without_key(sign)];
        let all = (all.into_iter()).filter(move |all| window.is_none() && !all.is_empty());
        within.into_iter().flatten().chain(all)
    }

    /// How many positions of `range` meet the condition.
    fn n_met_in(&self, range: &Range<u32>) -> usize {
        self.met(range).map_or(range.len(), <[u32]>::len)
    }

    /// The segment it speaks of.
    pub(super) fn segment(&self) -> &'a Segment {
        self.segment
    }

    /// The positions of `range` that may answer `query`.
    pub(super) fn admitted(&self, query: &Query<'_>, range: &Range<u32>) -> Vec<u32> {
        let admits = |position: &u32| self.admits(query, *position);
        match self.met(range) {
            Some(positions) => positions.iter().copied().filter(admits).collect(),
            None => range.clone().filter(admits).collect(),
        }
    }

    /// Whether `position`, of a [`Stretch`] of `query`, may answer it.
    pub(super) fn admits(&self, query: &Query<'_>, position: u32) -> bool {
        self.polarity_agrees(query, position)
            && self
                .condition
                .as_ref()
                .is_none_or(|met| met.by_position[position as usize])
            && self.charge_agrees(query, position)
            && self.retention_agrees(query, position)
    }

    /// Whether [`Self::admits`] can be false for `query`.
    pub(super) fn is_choosy(&self, query: &Query<'_>) -> bool {
        self.looks_at_polarity(query)
            || self.condition.is_some()
            || self.retention_time.is_some()
            || self.retention_index.is_some()
            || matches!(self.precursor, PrecursorWindow::Range(_))
    }

    /// Whether polarities must be compared one by one.
    fn looks_at_polarity(&self, query: &Query<'_>) -> bool {
        !self.segment.order().tells_signs() && query.prepared.polarity().is_some()
    }

    fn polarity_agrees(&self, query: &Query<'_>, position: u32) -> bool {
        let sign = || {
            self.entries
                .polarity_sign(self.segment.order().row(position))
        };
        !self.looks_at_polarity(query) || polarity_sign(query.prepared.polarity()) * sign() >= 0
    }

    /// A mass range is one of m/z only among ions of equal charge.
    fn charge_agrees(&self, query: &Query<'_>, position: u32) -> bool {
        if !matches!(self.precursor, PrecursorWindow::Range(_)) {
            return true;
        }
        let entry = self.segment.order().row(position);
        let charges = (
            query.prepared.precursor().and_then(|p| p.charge),
            self.entries.charge(entry),
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
        let entry = || self.segment.order().row(position);
        let agrees =
            |apart: Option<f64>, tolerance: f64| apart.is_none_or(|apart| apart.abs() <= tolerance);
        let measured = &query.spectrum.measurement;
        let time = self.retention_time.is_none_or(|tolerance| {
            let apart =
                || Some(measured.retention_time?.value() - self.entries.retention_time(entry())?);
            agrees(apart(), tolerance.value())
        });
        time && self.retention_index.is_none_or(|tolerance| {
            let apart = || Some(measured.retention_index? - self.entries.retention_index(entry())?);
            agrees(apart(), tolerance)
        })
    }

    fn met(&self, range: &Range<u32>) -> Option<&[u32]> {
        let positions = &self.condition.as_ref()?.positions;
        let at = |position: u32| positions.partition_point(|&p| p < position);
        Some(&positions[at(range.start)..at(range.end)])
    }
}
