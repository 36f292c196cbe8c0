//! Pairs of entries that are alike, one of them just added: as [`links`](super::links()) finds them,
//! but only those, and in entries that stand in several orders.

use super::links::{EFFORT, ENTROPY, Link, LinkSettings, NEIGHBOURS, WHOLE_WINDOW};
use crate::domain::{Mz, Precursor};
use crate::index::{Filter, RowOrder, TopK, VectorIndex};
use crate::similarity::align::Scratch;
use crate::similarity::{Similarity, View};
use rayon::prelude::*;
use std::ops::Range;

/// Entries that stand in one order and one index.
#[derive(Clone, Copy)]
pub struct Stretch<'a> {
    /// Entry row of the first.
    pub first_row: u32,
    /// Their rows, from 0, by precursor m/z.
    pub order: &'a RowOrder,
    /// The index over their vectors, by position in `order`.
    pub index: &'a dyn VectorIndex,
}

impl std::fmt::Debug for Stretch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stretch")
            .field("first_row", &self.first_row)
            .finish_non_exhaustive()
    }
}

/// What is linked.
#[derive(Clone, Copy)]
pub struct AddedEntries<'a> {
    /// Entry rows that were added.
    pub rows: &'a [u32],
    /// All entries, those added included.
    pub stretches: &'a [Stretch<'a>],
    /// Peaks by entry row.
    pub peaks: &'a (dyn Fn(u32) -> View<'a> + Sync),
    /// The isolated ion by entry row, where its m/z is known.
    pub precursor: &'a (dyn Fn(u32) -> Option<Precursor> + Sync),
    /// 1, -1 or 0 for unknown, by entry row.
    pub polarity: &'a (dyn Fn(u32) -> i8 + Sync),
    /// Entry rows that may be linked; others stay alone.
    pub linkable: &'a (dyn Fn(u32) -> bool + Sync),
    /// The unit vector of an added entry.
    pub vector: &'a (dyn Fn(u32) -> Vec<f32> + Sync),
}

impl std::fmt::Debug for AddedEntries<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AddedEntries")
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

/// The pairs found alike, in order of the added entries; two that were both added may be told twice.
pub fn links_of_added(entries: &AddedEntries<'_>, how: LinkSettings) -> Vec<Link> {
    let found: Vec<Vec<Link>> = entries
        .rows
        .par_iter()
        .map_init(Scratch::default, |scratch, &row| {
            links_of(entries, how, row, scratch)
        })
        .collect();
    found.into_iter().flatten().collect()
}

fn links_of(
    entries: &AddedEntries<'_>,
    how: LinkSettings,
    row: u32,
    scratch: &mut Scratch,
) -> Vec<Link> {
    if !(entries.linkable)(row) {
        return Vec::new();
    }
    let precursor = (entries.precursor)(row).map(|p| p.mz);
    let mut near: Vec<u32> = Vec::new();
    for stretch in entries.stretches {
        let window = window_around(stretch.order, precursor, how);
        let entry = |position: u32| stretch.first_row + stretch.order.row(position);
        if window.len() as u32 <= WHOLE_WINDOW {
            near.extend(window.map(entry));
        } else {
            near.extend(nearest(entries, stretch, window, row).map(entry));
        }
    }
    let view = (entries.peaks)(row);
    let sign = (entries.polarity)(row);
    near.retain(|&other| {
        let contrary = sign * (entries.polarity)(other) < 0;
        let apart = !within(precursor, (entries.precursor)(other).map(|p| p.mz), how);
        other != row && !contrary && !apart && (entries.linkable)(other)
    });
    let mut found = Vec::new();
    for other in near {
        let reference = (entries.peaks)(other);
        let similarity = ENTROPY
            .score(view, reference, how.fragment, scratch)
            .similarity;
        if similarity >= how.threshold {
            found.push(Link {
                a: row.min(other),
                b: row.max(other),
                similarity,
            });
        }
    }
    found
}

/// Whether two precursors may be of one thing. A tolerance in ppm is one of the lower.
fn within(a: Option<Mz>, b: Option<Mz>, how: LinkSettings) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => {
            let (low, high) = if a.value() <= b.value() {
                (a, b)
            } else {
                (b, a)
            };
            high.value() <= how.precursor.window(low).1
        }
        (None, None) => true,
        _ => false,
    }
}

/// Positions that hold all entries [`within`] tolerance, and a few more.
fn window_around(order: &RowOrder, precursor: Option<Mz>, how: LinkSettings) -> Range<u32> {
    let Some(mz) = precursor else {
        return order.without_key();
    };
    let (low, high) = how.precursor.window(mz);
    // Seen from a lower precursor, the tolerance in ppm is as much narrower as that is lower.
    let spare = (high - low) * 0.01;
    order.window(low - spare, high + spare)
}

/// The positions in `window` nearest to `row`.
fn nearest(
    entries: &AddedEntries<'_>,
    stretch: &Stretch<'_>,
    window: Range<u32>,
    row: u32,
) -> impl Iterator<Item = u32> {
    let mut best = TopK::new(NEIGHBOURS + 1);
    let keep = |position: u32| {
        let other = stretch.first_row + stretch.order.row(position);
        other != row && (entries.linkable)(other)
    };
    let filter = Filter {
        rows: window,
        keep: Some(&keep),
    };
    let vector = (entries.vector)(row);
    stretch.index.search(&vector, EFFORT, &filter, &mut best);
    best.into_sorted().into_iter().map(|n| n.row)
}
